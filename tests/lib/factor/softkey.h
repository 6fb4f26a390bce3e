/* SPDX-License-Identifier: MIT */
/*
 * A security key of software for the tests of its verification: signatures by
 * OpenSSL.  Includes nothing of the product's.
 */
#ifndef TESTS_FACTOR_SOFTKEY_H
#define TESTS_FACTOR_SOFTKEY_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

#define SOFTKEY_UP 0x01
#define SOFTKEY_UV 0x04
#define SOFTKEY_AT 0x40
#define SOFTKEY_ED 0x80

struct softkey {
	EVP_PKEY *key;
	int algorithm;	     /* COSE: -7, -8, -257 */
	uint8_t public[600]; /* x and y; a point; modulus and exponent */
	size_t public_len;
};

struct softkey_assertion {
	uint8_t authdata[64];
	size_t authdata_len;
	uint8_t signature[300];
	size_t signature_len;
};

/* All of these end the test when they fail. */
void softkey_make(struct softkey *key, int algorithm);
void softkey_free(struct softkey *key);
/* Authenticator data and their signature, together with HASH; more than 37
 * bytes of the data are zero. */
void softkey_assert(const struct softkey *key, const char *rp, uint8_t flags,
		    uint32_t count, const uint8_t hash[32],
		    struct softkey_assertion *out);
/* Sign what stands in OUT->authdata, whatever it is. */
void softkey_sign(const struct softkey *key, const uint8_t hash[32],
		  struct softkey_assertion *out);

#endif
