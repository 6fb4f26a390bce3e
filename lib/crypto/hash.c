/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <sodium.h>
#include <string.h>

#include "crypto/subkey.h"

_Static_assert(crypto_kdf_KEYBYTES == CRYPTO_KEY_SIZE, "master key");
_Static_assert(crypto_generichash_BYTES == CRYPTO_HASH_SIZE, "hash");
_Static_assert(crypto_hash_sha256_BYTES == CRYPTO_SHA256_SIZE, "SHA-256");

/* Part of every subkey's derivation: changing it loses every store. */
static const char crypto_context[crypto_kdf_CONTEXTBYTES + 1] = "sigra_v1";

void
crypto_subkey_wipe(struct crypto_subkey *k)
{
	sodium_memzero(k, sizeof(*k));
}

/* It fails only for a length out of range, and ours is fixed. */
void
crypto_subkey(const struct crypto_keys *k, enum crypto_purpose purpose,
	      struct crypto_subkey *out)
{
	(void)crypto_kdf_derive_from_key(out->b, sizeof(out->b),
					 (uint64_t)purpose, crypto_context,
					 k->master);
}

void
crypto_keyed_hash(const struct crypto_keys *k, enum crypto_purpose purpose,
		  const void *bytes, size_t len, uint8_t out[CRYPTO_HASH_SIZE])
{
	CRYPTO_SUBKEY(subkey);

	crypto_subkey(k, purpose, &subkey);
	(void)crypto_generichash(out, CRYPTO_HASH_SIZE, bytes, len, subkey.b,
				 sizeof(subkey.b));
}

void
crypto_digest(const void *bytes, size_t len, uint8_t out[CRYPTO_HASH_SIZE])
{
	(void)crypto_generichash(out, CRYPTO_HASH_SIZE, bytes, len, NULL, 0);
}

void
crypto_sha256(const void *bytes, size_t len, uint8_t out[CRYPTO_SHA256_SIZE])
{
	(void)crypto_hash_sha256(out, bytes, len);
}

void
crypto_secret_sha256(const char *word, const struct secret *s,
		     uint8_t out[CRYPTO_SHA256_SIZE])
{
	crypto_hash_sha256_state state;

	(void)crypto_hash_sha256_init(&state);
	(void)crypto_hash_sha256_update(&state, (const uint8_t *)word,
					strlen(word));
	(void)crypto_hash_sha256_update(&state, s->b, s->len);
	(void)crypto_hash_sha256_final(&state, out);
	crypto_wipe(&state, sizeof(state));
}

bool
crypto_equal(const uint8_t a[CRYPTO_HASH_SIZE],
	     const uint8_t b[CRYPTO_HASH_SIZE])
{
	return sodium_memcmp(a, b, CRYPTO_HASH_SIZE) == 0;
}
