/* SPDX-License-Identifier: MIT */
/*
 * RFC 8032 7.1, and what another implementation (Python's cryptography) makes
 * of the subkey; the key pair may never change for a store.
 */
#include "crypto/sign.h"

#include "base/text.h"
#include "crypto/subkey.h"
#include "test.h"

void __real_crypto_subkey(const struct crypto_keys *k,
			  enum crypto_purpose purpose,
			  struct crypto_subkey *out);
void __wrap_crypto_subkey(const struct crypto_keys *k,
			  enum crypto_purpose purpose,
			  struct crypto_subkey *out);

static const char *seed; /* NULL: as it is derived */

void
__wrap_crypto_subkey(const struct crypto_keys *k, enum crypto_purpose purpose,
		     struct crypto_subkey *out)
{
	if (seed == NULL)
		__real_crypto_subkey(k, purpose, out);
	else
		CHECK(text_unhex(seed, out->b, sizeof(out->b)));
}

static const struct {
	const char *seed, *key, *message, *signature;
} known[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	  "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100"
	  "b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c0"
	  "0" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	  "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40"
	  "a" },
	{ NULL,
	  "67a19b3692fe9ca6a0763e4a9958ff7ee67070be2c8506957b318b48562f498b",
	  "616263",
	  "d6137a8f4509d3e943857dd9a1aff4c5a31078ecdbcc093b83328de3c9e5300e"
	  "244c690b6f2642401411cacb18f19d9aeae1d716b9594db217ed32eb944cc00"
	  "7" },
};

static void
vectors(const struct crypto_keys *k)
{
	char hex[2 * CRYPTO_SIGN_SIZE + 1];
	uint8_t key[CRYPTO_SIGN_KEY_SIZE], signature[CRYPTO_SIGN_SIZE];
	uint8_t message[3];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].message) / 2;

		seed = known[i].seed;
		CHECK(text_unhex(known[i].message, message, len));
		crypto_sign_key(k, CRYPTO_JWT, key);
		text_hex(key, sizeof(key), hex);
		CHECK_STR(hex, known[i].key);
		crypto_sign_make(k, CRYPTO_JWT, message, len, signature);
		text_hex(signature, sizeof(signature), hex);
		CHECK_STR(hex, known[i].signature);
		CHECK(crypto_sign_check(key, message, len, signature));
	}
	seed = NULL;
}

/* Every bit of it, of the message, and of the key. */
static void
altered(const struct crypto_keys *k)
{
	uint8_t key[CRYPTO_SIGN_KEY_SIZE], signature[CRYPTO_SIGN_SIZE];
	uint8_t message[3] = { 'a', 'b', 'c' };
	unsigned taken = 0;

	crypto_sign_key(k, CRYPTO_JWT, key);
	crypto_sign_make(k, CRYPTO_JWT, message, 3, signature);
	for (unsigned i = 0; i < 8 * sizeof(signature); i++) {
		signature[i / 8] ^= (uint8_t)(1 << i % 8);
		taken += crypto_sign_check(key, message, 3, signature);
		signature[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (unsigned i = 0; i < 8 * sizeof(message); i++) {
		message[i / 8] ^= (uint8_t)(1 << i % 8);
		taken += crypto_sign_check(key, message, 3, signature);
		message[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (unsigned i = 0; i < 8 * sizeof(key); i++) {
		key[i / 8] ^= (uint8_t)(1 << i % 8);
		taken += crypto_sign_check(key, message, 3, signature);
		key[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	CHECK_EQ(taken, 0);
	CHECK(!crypto_sign_check(key, message, 2, signature));
	CHECK(crypto_sign_check(key, message, 3, signature));
	/* Another purpose is another key. */
	crypto_sign_key(k, CRYPTO_REFRESH, key);
	CHECK(!crypto_sign_check(key, message, 3, signature));
}

/* S and S plus the order of the group are the same number to a curve, and
 * anybody can add; a key of small order signs everything. */
static void
malleable(const struct crypto_keys *k)
{
	static const uint8_t order[32] = { 0xed, 0xd3,	     0xf5, 0x5c, 0x1a,
					   0x63, 0x12,	     0x58, 0xd6, 0x9c,
					   0xf7, 0xa2,	     0xde, 0xf9, 0xde,
					   0x14, [31] = 0x10 };
	uint8_t key[CRYPTO_SIGN_KEY_SIZE], signature[CRYPTO_SIGN_SIZE];
	unsigned sum = 0;

	crypto_sign_key(k, CRYPTO_JWT, key);
	crypto_sign_make(k, CRYPTO_JWT, "abc", 3, signature);
	for (unsigned i = 0; i < 32; i++) {
		sum += signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)sum;
		sum >>= 8;
	}
	CHECK_EQ(sum, 0);
	CHECK(!crypto_sign_check(key, "abc", 3, signature));
	memset(key, 0, sizeof(key));
	memset(signature, 0, sizeof(signature));
	CHECK(!crypto_sign_check(key, "abc", 3, signature));
	key[0] = signature[0] = 1;
	CHECK(!crypto_sign_check(key, "abc", 3, signature));
}

/* By another implementation, as those of hash-t.c. */
static void
refresh(const struct crypto_keys *k)
{
	uint8_t hash[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1];

	crypto_keyed_hash(k, CRYPTO_REFRESH, "abc", 3, hash);
	text_hex(hash, sizeof(hash), hex);
	CHECK_STR(hex, "04dc2e37cfade6dea1e644d025c6704e"
		       "b66ba4f3a9849a5636408fdcd5efe69f");
}

int
main(void)
{
	struct fault f = { .text = "" };
	CRYPTO_KEYS(k);

	CHECK_OK(crypto_start(&f), &f);
	for (unsigned i = 0; i < CRYPTO_KEY_SIZE; i++)
		k.master[i] = (uint8_t)i;
	vectors(&k);
	altered(&k);
	malleable(&k);
	refresh(&k);
	return test_done();
}
