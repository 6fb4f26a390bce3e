/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <sodium.h>

#include "base/text.h"
#include "test.h"

#define PLACE "password.sealed:018e0f7a-0000-7000-8000-000000000001"
#define OTHER "password.sealed:018e0f7a-0000-7000-8000-000000000002"

static const char plain[] = "thirty-two bytes of plain text..";
#define PLAIN_SIZE (sizeof(plain) - 1)
#define SEALED_SIZE (PLAIN_SIZE + CRYPTO_SEAL_OVERHEAD)

/* An attempt that must fail and leave its outputs alone. */
static bool
refused(const struct crypto_keys *k, const char *ad, const uint8_t *sealed,
	size_t len, enum status want)
{
	char out[PLAIN_SIZE + 8], before[PLAIN_SIZE + 8];
	struct fault f = { 0 };
	size_t out_len = 77;
	enum status st;

	memset(out, 0x5c, sizeof(out));
	memcpy(before, out, sizeof(out));
	st = crypto_unseal(k, ad, sealed, len, out,
			   want == STATUS_INVALID ? PLAIN_SIZE - 1
						  : sizeof(out),
			   &out_len, &f);
	return st == want && f.status == want && out_len == 77 &&
	       memcmp(out, before, sizeof(out)) == 0;
}

static void
tampered(const struct crypto_keys *k, const uint8_t *sealed)
{
	uint8_t copy[SEALED_SIZE + 1] = { 0 };
	struct crypto_keys wrong = *k;
	unsigned passed = 0;

	memcpy(copy, sealed, SEALED_SIZE);
	for (size_t i = 0; i < SEALED_SIZE; i++) {
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			copy[i] ^= (uint8_t)bit;
			passed += !refused(k, PLACE, copy, SEALED_SIZE,
					   STATUS_CORRUPT);
			copy[i] ^= (uint8_t)bit;
		}
	}
	CHECK_EQ(passed, 0);
	for (size_t len = 0; len < SEALED_SIZE; len++)
		passed += !refused(k, PLACE, copy, len, STATUS_CORRUPT);
	CHECK_EQ(passed, 0);
	CHECK(refused(k, PLACE, copy, SEALED_SIZE + 1, STATUS_CORRUPT));
	CHECK(refused(k, OTHER, copy, SEALED_SIZE, STATUS_CORRUPT));
	CHECK(refused(k, "", copy, SEALED_SIZE, STATUS_CORRUPT));
	CHECK(refused(k, PLACE, copy, SEALED_SIZE, STATUS_INVALID));
	for (size_t i = 0; i < CRYPTO_KEY_SIZE; i++) {
		wrong.master[i] ^= 1;
		passed += !refused(&wrong, PLACE, copy, SEALED_SIZE,
				   STATUS_CORRUPT);
		wrong.master[i] ^= 1;
	}
	CHECK_EQ(passed, 0);
}

/* The documented layout, opened without the code under test. */
static void
layout(const struct crypto_keys *k, const uint8_t *sealed)
{
	uint8_t subkey[32], out[PLAIN_SIZE];
	unsigned long long len = 0;

	CHECK_EQ(sealed[0], 1);
	CHECK_EQ(crypto_kdf_derive_from_key(subkey, sizeof(subkey), 1,
					    "sigra_v1", k->master),
		 0);
	CHECK_EQ(crypto_aead_xchacha20poly1305_ietf_decrypt(
			 out, &len, NULL, sealed + 25, SEALED_SIZE - 25,
			 (const uint8_t *)PLACE, strlen(PLACE), sealed + 1,
			 subkey),
		 0);
	CHECK_EQ(len, PLAIN_SIZE);
	CHECK(memcmp(out, plain, PLAIN_SIZE) == 0);
}

int
main(void)
{
	uint8_t sealed[SEALED_SIZE + 4], again[SEALED_SIZE];
	struct fault f = { 0 };
	char out[PLAIN_SIZE];
	size_t len = 0;
	CRYPTO_KEYS(k);

	CHECK_OK(crypto_start(&f), &f);
	crypto_random(k.master, sizeof(k.master));
	CHECK_OK(crypto_seal(&k, PLACE, plain, PLAIN_SIZE, sealed,
			     sizeof(sealed), &len, &f),
		 &f);
	CHECK_EQ(len, SEALED_SIZE);
	layout(&k, sealed);
	CHECK_OK(crypto_seal(&k, PLACE, plain, PLAIN_SIZE, again,
			     sizeof(again), &len, &f),
		 &f);
	CHECK(memcmp(sealed, again, SEALED_SIZE) != 0);
	CHECK(memcmp(sealed + 1, again + 1, 24) != 0);
	CHECK_OK(crypto_unseal(&k, PLACE, again, len, out, sizeof(out), &len,
			       &f),
		 &f);
	CHECK_EQ(len, PLAIN_SIZE);
	CHECK(memcmp(out, plain, PLAIN_SIZE) == 0);
	tampered(&k, sealed);

	/* No room, and nothing written. */
	len = 5;
	memset(again, 0, sizeof(again));
	CHECK_EQ(crypto_seal(&k, PLACE, plain, PLAIN_SIZE, again,
			     SEALED_SIZE - 1, &len, &f),
		 STATUS_INVALID);
	CHECK_EQ(crypto_seal(&k, PLACE, plain, 0, again,
			     CRYPTO_SEAL_OVERHEAD - 1, &len, &f),
		 STATUS_INVALID);
	CHECK_EQ(len, 5);
	CHECK(sodium_is_zero(again, sizeof(again)));

	/* Nothing can be sealed too. */
	CHECK_OK(crypto_seal(&k, PLACE, "", 0, again, sizeof(again), &len, &f),
		 &f);
	CHECK_EQ(len, CRYPTO_SEAL_OVERHEAD);
	CHECK_OK(crypto_unseal(&k, PLACE, again, len, out, 0, &len, &f), &f);
	CHECK_EQ(len, 0);
	CHECK_EQ(crypto_unseal(&k, OTHER, again, CRYPTO_SEAL_OVERHEAD, out, 0,
			       &len, &f),
		 STATUS_CORRUPT);
	return test_done();
}
