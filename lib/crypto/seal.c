/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <sodium.h>
#include <string.h>

#include "crypto/subkey.h"

#define CRYPTO_SEAL_VERSION 1
#define CRYPTO_NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define CRYPTO_MAC_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(1 + CRYPTO_NONCE_SIZE + CRYPTO_MAC_SIZE == CRYPTO_SEAL_OVERHEAD,
	       "overhead");
_Static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == CRYPTO_KEY_SIZE,
	       "subkey");

/* Version, nonce, then ciphertext with its tag. */
enum status
crypto_seal(const struct crypto_keys *k, const char *ad, const void *plain,
	    size_t len, uint8_t *out, size_t size, size_t *out_len,
	    struct fault *f)
{
	uint8_t *nonce = out + 1, *sealed = nonce + CRYPTO_NONCE_SIZE;
	CRYPTO_SUBKEY(subkey);

	if (size < CRYPTO_SEAL_OVERHEAD || size - CRYPTO_SEAL_OVERHEAD < len)
		return fault(f, STATUS_INVALID,
			     "%zu bytes are too many to "
			     "seal into %zu",
			     len, size);
	crypto_subkey(k, CRYPTO_SEAL, &subkey);
	out[0] = CRYPTO_SEAL_VERSION;
	crypto_random(nonce, CRYPTO_NONCE_SIZE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		sealed, NULL, plain, len, (const uint8_t *)ad, strlen(ad),
		NULL, nonce, subkey.b);
	*out_len = len + CRYPTO_SEAL_OVERHEAD;
	return STATUS_OK;
}

/* Twice: without a place for the plain text libsodium checks the tag only, so
 * that OUT stays untouched when it is wrong. */
enum status
crypto_unseal(const struct crypto_keys *k, const char *ad,
	      const uint8_t *sealed, size_t len, void *out, size_t size,
	      size_t *out_len, struct fault *f)
{
	const uint8_t *nonce = sealed + 1, *body = nonce + CRYPTO_NONCE_SIZE;
	const uint8_t *place = (const uint8_t *)ad;
	CRYPTO_SUBKEY(subkey);

	if (len < CRYPTO_SEAL_OVERHEAD || sealed[0] != CRYPTO_SEAL_VERSION)
		return fault(f, STATUS_CORRUPT, "%s holds no sealed value",
			     ad);
	if (size < len - CRYPTO_SEAL_OVERHEAD)
		return fault(f, STATUS_INVALID, "%s is longer than %zu bytes",
			     ad, size);
	len -= 1 + CRYPTO_NONCE_SIZE;
	crypto_subkey(k, CRYPTO_SEAL, &subkey);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(NULL, NULL, NULL, body,
						       len, place, strlen(ad),
						       nonce, subkey.b) != 0 ||
	    crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, body,
						       len, place, strlen(ad),
						       nonce, subkey.b) != 0)
		return fault(f, STATUS_CORRUPT,
			     "%s does not open: the key "
			     "file is not this store's, or the row was "
			     "altered",
			     ad);
	*out_len = len - CRYPTO_MAC_SIZE;
	return STATUS_OK;
}
