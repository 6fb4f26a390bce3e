/* SPDX-License-Identifier: MIT */
#include "softkey.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
softkey_need(bool well, const char *what)
{
	if (well)
		return;
	printf("Bail out! OpenSSL: %s\n", what);
	exit(1);
}

static void
softkey_rsa_public(struct softkey *key)
{
	BIGNUM *n = NULL, *e = NULL;

	softkey_need(EVP_PKEY_get_bn_param(key->key, OSSL_PKEY_PARAM_RSA_N,
					   &n) == 1 &&
			     EVP_PKEY_get_bn_param(key->key,
						   OSSL_PKEY_PARAM_RSA_E,
						   &e) == 1 &&
			     BN_bn2binpad(n, key->public, 256) == 256 &&
			     BN_bn2binpad(e, key->public + 256, 3) == 3,
		     "an RSA key's numbers");
	key->public_len = 259;
	BN_free(n);
	BN_free(e);
}

void
softkey_make(struct softkey *key, int algorithm)
{
	uint8_t point[65];
	size_t len = 0;

	*key = (struct softkey){ .algorithm = algorithm };
	if (algorithm == -7) {
		key->key = EVP_EC_gen("P-256");
		softkey_need(key->key != NULL &&
				     EVP_PKEY_get_octet_string_param(
					     key->key, OSSL_PKEY_PARAM_PUB_KEY,
					     point, sizeof(point),
					     &len) == 1 &&
				     len == sizeof(point),
			     "a P-256 key");
		memcpy(key->public, point + 1, 64);
		key->public_len = 64;
	} else if (algorithm == -8) {
		key->key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		key->public_len = 32;
		softkey_need(key->key != NULL &&
				     EVP_PKEY_get_raw_public_key(
					     key->key, key->public,
					     &key->public_len) == 1,
			     "an Ed25519 key");
	} else {
		key->key = EVP_RSA_gen(2048);
		softkey_need(key->key != NULL, "an RSA key");
		softkey_rsa_public(key);
	}
}

void
softkey_free(struct softkey *key)
{
	EVP_PKEY_free(key->key);
	key->key = NULL;
}

void
softkey_sign(const struct softkey *key, const uint8_t hash[32],
	     struct softkey_assertion *out)
{
	const EVP_MD *md = key->algorithm == -8 ? NULL : EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t text[sizeof(out->authdata) + 32];

	memcpy(text, out->authdata, out->authdata_len);
	memcpy(text + out->authdata_len, hash, 32);
	out->signature_len = sizeof(out->signature);
	softkey_need(ctx != NULL &&
			     EVP_DigestSignInit(ctx, NULL, md, NULL,
						key->key) == 1 &&
			     EVP_DigestSign(ctx, out->signature,
					    &out->signature_len, text,
					    out->authdata_len + 32) == 1,
		     "a signature");
	EVP_MD_CTX_free(ctx);
}

void
softkey_assert(const struct softkey *key, const char *rp, uint8_t flags,
	       uint32_t count, const uint8_t hash[32],
	       struct softkey_assertion *out)
{
	*out = (struct softkey_assertion){ .authdata_len = 37 };
	SHA256((const uint8_t *)rp, strlen(rp), out->authdata);
	out->authdata[32] = flags;
	for (size_t i = 0; i < 4; i++)
		out->authdata[33 + i] = (uint8_t)(count >> (24 - 8 * i));
	softkey_sign(key, hash, out);
}
