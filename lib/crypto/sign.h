/* SPDX-License-Identifier: MIT */
/*
 * Signatures that others can check: Ed25519 (RFC 8032) by libsodium.  The key
 * pair is made of a subkey of the store's, so that there is nothing to keep,
 * and a copy of the store without its key signs nothing.
 */
#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "crypto/crypto.h"

#define CRYPTO_SIGN_KEY_SIZE 32
#define CRYPTO_SIGN_SIZE 64

/* The public key of PURPOSE. */
void crypto_sign_key(const struct crypto_keys *k, enum crypto_purpose purpose,
		     uint8_t out[CRYPTO_SIGN_KEY_SIZE]);

void crypto_sign_make(const struct crypto_keys *k, enum crypto_purpose purpose,
		      const void *bytes, size_t len,
		      uint8_t out[CRYPTO_SIGN_SIZE]);

/* Has whoever holds the private half of KEY signed these bytes?  Nothing that
 * could be made of a signature without that half is another. */
bool crypto_sign_check(const uint8_t key[CRYPTO_SIGN_KEY_SIZE],
		       const void *bytes, size_t len,
		       const uint8_t signature[CRYPTO_SIGN_SIZE]) MUST_USE;

#endif
