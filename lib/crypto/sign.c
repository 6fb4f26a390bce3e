/* SPDX-License-Identifier: MIT */
#include "crypto/sign.h"

#include <sodium.h>
#include <string.h>

#include "crypto/subkey.h"

_Static_assert(crypto_sign_SEEDBYTES == CRYPTO_KEY_SIZE, "a subkey is a seed");
_Static_assert(crypto_sign_PUBLICKEYBYTES == CRYPTO_SIGN_KEY_SIZE, "key");
_Static_assert(crypto_sign_BYTES == CRYPTO_SIGN_SIZE, "signature");

struct sign_pair {
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
	uint8_t private[crypto_sign_SECRETKEYBYTES];
};

static void
sign_pair_wipe(struct sign_pair *p)
{
	sodium_memzero(p, sizeof(*p));
}

#define SIGN_PAIR(name)                                                       \
	__attribute__((cleanup(sign_pair_wipe))) struct sign_pair name

static void
sign_pair_make(const struct crypto_keys *k, enum crypto_purpose purpose,
	       struct sign_pair *out)
{
	CRYPTO_SUBKEY(seed);

	crypto_subkey(k, purpose, &seed);
	(void)crypto_sign_seed_keypair(out->public, out->private, seed.b);
}

void
crypto_sign_key(const struct crypto_keys *k, enum crypto_purpose purpose,
		uint8_t out[CRYPTO_SIGN_KEY_SIZE])
{
	SIGN_PAIR(pair);

	sign_pair_make(k, purpose, &pair);
	memcpy(out, pair.public, sizeof(pair.public));
}

void
crypto_sign_make(const struct crypto_keys *k, enum crypto_purpose purpose,
		 const void *bytes, size_t len, uint8_t out[CRYPTO_SIGN_SIZE])
{
	SIGN_PAIR(pair);

	sign_pair_make(k, purpose, &pair);
	(void)crypto_sign_detached(out, NULL, bytes, len, pair.private);
}

bool
crypto_sign_check(const uint8_t key[CRYPTO_SIGN_KEY_SIZE], const void *bytes,
		  size_t len, const uint8_t signature[CRYPTO_SIGN_SIZE])
{
	return crypto_sign_verify_detached(signature, bytes, len, key) == 0;
}
