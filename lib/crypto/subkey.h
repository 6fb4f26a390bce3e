/* SPDX-License-Identifier: MIT */
/* Subkeys of the master key; nobody outside this room meets one. */
#ifndef CRYPTO_SUBKEY_H
#define CRYPTO_SUBKEY_H

#include "crypto/crypto.h"

struct crypto_subkey {
	uint8_t b[CRYPTO_KEY_SIZE];
};
void crypto_subkey_wipe(struct crypto_subkey *k);

/* Wiped when its scope ends. */
#define CRYPTO_SUBKEY(name)                                                   \
	__attribute__((cleanup(crypto_subkey_wipe))) struct crypto_subkey name

void crypto_subkey(const struct crypto_keys *k, enum crypto_purpose purpose,
		   struct crypto_subkey *out);

#endif
