/* SPDX-License-Identifier: MIT */
/*
 * Expected tags: passwords and salts as in RFC 9106, 5.3, without its secret
 * and associated data, which this product does not use; computed by another
 * implementation (noble-hashes, in JavaScript) that gives the RFC's own tag.
 */
#include "crypto/crypto.h"

#include <argon2.h>
#include <sodium.h>

#include "base/text.h"
#include "test.h"

struct vector {
	const char *password; /* NULL: 32 bytes of 1 */
	const char *salt;     /* NULL: 16 bytes of 2 */
	struct crypto_argon2 cost;
	const char *tag;
};

static const struct vector vectors[] = {
	{ NULL,
	  NULL,
	  { 8192, 3, 1 },
	  "9ba6b8435ed202d03c25e191482739f6"
	  "8f5d04a2fe47c6d1d2a2ef3493af46ad" },
	{ NULL,
	  NULL,
	  { 8192, 3, 2 },
	  "b36e3655c95c4e0104a5169c9f6e416f"
	  "185b638869a90a1a9b4b94688f06b698" },
	{ NULL,
	  NULL,
	  { 8192, 3, 4 },
	  "841f1cd0bcc7539f8c20ad0c876908f5"
	  "09d0a9b706ade6735cc9c0833c9bf02e" },
	{ "correct horse battery staple",
	  "0123456789abcdef",
	  { 8192, 1, 1 },
	  "134d180cae7bf730852877729435966e"
	  "de036ffdf67eac851183c21a9a855d7c" },
};

static void
known_answers(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		const struct vector *v = &vectors[i];
		uint8_t salt[CRYPTO_SALT_SIZE], tag[CRYPTO_TAG_SIZE];
		char bytes[32], hex[2 * CRYPTO_TAG_SIZE + 1];
		struct fault f = { 0 };
		SECRET(s);

		memset(bytes, 1, sizeof(bytes));
		memset(salt, 2, sizeof(salt));
		if (v->salt != NULL)
			memcpy(salt, v->salt, sizeof(salt));
		CHECK_OK(v->password != NULL
				 ? secret_set(&s, v->password,
					      strlen(v->password), &f)
				 : secret_set(&s, bytes, sizeof(bytes), &f),
			 &f);
		CHECK_OK(crypto_argon2id(&s, salt, &v->cost, tag, &f), &f);
		text_hex(tag, sizeof(tag), hex);
		CHECK_STR(hex, v->tag);
	}
}

/* RFC 9106, 5.3 itself: the libargon2 that we link is the RFC's Argon2id. */
static void
rfc_vector(void)
{
	uint8_t password[32], salt[16], secret[8], ad[12], tag[32];
	char hex[65];
	argon2_context c = {
		.out = tag,
		.outlen = 32,
		.pwd = password,
		.pwdlen = 32,
		.salt = salt,
		.saltlen = 16,
		.secret = secret,
		.secretlen = 8,
		.ad = ad,
		.adlen = 12,
		.t_cost = 3,
		.m_cost = 32,
		.lanes = 4,
		.threads = 1,
		.version = ARGON2_VERSION_13,
	};

	memset(password, 1, sizeof(password));
	memset(salt, 2, sizeof(salt));
	memset(secret, 3, sizeof(secret));
	memset(ad, 4, sizeof(ad));
	CHECK_EQ(argon2id_ctx(&c), ARGON2_OK);
	text_hex(tag, sizeof(tag), hex);
	CHECK_STR(hex, "0d640df58d78766c08c037a34a8b53c9"
		       "d01ef0452d75b65eb52520e96b01e659");
}

/* libsodium and libargon2 agree for one lane, whatever the password. */
static void
agreement(void)
{
	const struct crypto_argon2 cost = { 8192, 1, 1 };
	static const size_t lengths[] = { 0, 1, 8, 64, 65, 511 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		uint8_t salt[CRYPTO_SALT_SIZE], bytes[511];
		uint8_t ours[CRYPTO_TAG_SIZE], theirs[CRYPTO_TAG_SIZE];
		struct fault f = { 0 };
		SECRET(s);

		crypto_random(salt, sizeof(salt));
		crypto_random(bytes, sizeof(bytes));
		CHECK_OK(secret_set(&s, bytes, lengths[i], &f), &f);
		CHECK_OK(crypto_argon2id(&s, salt, &cost, ours, &f), &f);
		CHECK_EQ(argon2id_hash_raw(cost.passes, cost.memory_kib, 1,
					   bytes, lengths[i], salt,
					   sizeof(salt), theirs,
					   sizeof(theirs)),
			 ARGON2_OK);
		CHECK(memcmp(ours, theirs, sizeof(ours)) == 0);
	}
}

static void
limits(void)
{
	static const struct crypto_argon2 bad[] = {
		{ CRYPTO_ARGON2_MEMORY_MIN - 1, 1, 1 },
		{ CRYPTO_ARGON2_MEMORY_MAX + 1, 1, 1 },
		{ 0, 1, 1 },
		{ UINT32_MAX, 1, 1 },
		{ 8192, 0, 1 },
		{ 8192, CRYPTO_ARGON2_PASSES_MAX + 1, 1 },
		{ 8192, 1, 0 },
		{ 8192, 1, CRYPTO_ARGON2_LANES_MAX + 1 },
	};
	const struct crypto_argon2 top = { CRYPTO_ARGON2_MEMORY_MAX,
					   CRYPTO_ARGON2_PASSES_MAX,
					   CRYPTO_ARGON2_LANES_MAX };
	uint8_t salt[CRYPTO_SALT_SIZE] = { 0 }, tag[CRYPTO_TAG_SIZE] = { 0 };
	struct fault f = { 0 };
	SECRET(s);

	CHECK_OK(secret_set(&s, "password", 8, &f), &f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK(!crypto_argon2_sane(&bad[i]));
		CHECK_EQ(crypto_argon2id(&s, salt, &bad[i], tag, &f),
			 STATUS_REFUSED);
	}
	CHECK(sodium_is_zero(tag, sizeof(tag)));
	CHECK(crypto_argon2_sane(&top));
}

int
main(void)
{
	struct fault f = { 0 };

	CHECK_OK(crypto_start(&f), &f);
	rfc_vector();
	known_answers();
	agreement();
	limits();
	return test_done();
}
