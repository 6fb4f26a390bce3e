/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include "base/text.h"
#include "test.h"

#define PLACE "otp.sealed:018e0f7a-0000-7000-8000-000000000001"
#define OTHER "otp.sealed:018e0f7a-0000-7000-8000-000000000002"

static void
put(struct secret *s, const char *text)
{
	struct fault f = { .text = "" };

	CHECK_OK(secret_set(s, text, strlen(text), &f), &f);
}

static bool
is(const struct secret *s, const char *text)
{
	return secret_is(s, text, strlen(text));
}

static void
hashed(const struct crypto_keys *k)
{
	uint8_t a[CRYPTO_HASH_SIZE], b[CRYPTO_HASH_SIZE];
	SECRET(s);

	put(&s, "backup:ann:abcd");
	crypto_secret_hash(k, CRYPTO_CODE, &s, a);
	crypto_keyed_hash(k, CRYPTO_CODE, "backup:ann:abcd", 15, b);
	CHECK(crypto_equal(a, b));
	crypto_secret_hash(k, CRYPTO_TRUST, &s, b);
	CHECK(!crypto_equal(a, b));
}

static void
random_bytes(void)
{
	SECRET(a);
	SECRET(b);

	crypto_secret_random(&a, 20);
	crypto_secret_random(&b, 20);
	CHECK_EQ(a.len, 20);
	CHECK(!secret_equal(&a, &b));
	CHECK_EQ(a.b[20], 0);
	crypto_secret_random(&a, SECRET_SIZE);
	CHECK_EQ(a.len, SECRET_SIZE);
	CHECK(a.b[SECRET_SIZE - 1] != 0 || a.b[SECRET_SIZE - 2] != 0 ||
	      a.b[SECRET_SIZE - 3] != 0);
	/* Of the longer one before it nothing is left behind. */
	crypto_secret_random(&a, 1);
	CHECK_EQ(a.b[1] | a.b[100] | a.b[SECRET_SIZE - 1], 0);
	crypto_secret_random(&a, SECRET_SIZE + 1);
	CHECK_EQ(a.len, 0);
}

static void
sealed(const struct crypto_keys *k)
{
	uint8_t bytes[64];
	struct fault f = { .text = "" };
	size_t len = 7;
	SECRET(plain);
	SECRET(back);

	put(&plain, "a key");
	put(&back, "what was here before");
	CHECK_EQ(crypto_secret_seal(k, PLACE, &plain, bytes,
				    5 + CRYPTO_SEAL_OVERHEAD - 1, &len, &f),
		 STATUS_INVALID);
	CHECK_EQ(len, 7);
	CHECK_OK(crypto_secret_seal(k, PLACE, &plain, bytes, sizeof(bytes),
				    &len, &f),
		 &f);
	CHECK_EQ(len, 5 + CRYPTO_SEAL_OVERHEAD);
	CHECK_EQ(crypto_secret_unseal(k, OTHER, bytes, len, &back, &f),
		 STATUS_CORRUPT);
	CHECK(is(&back, "what was here before"));
	bytes[30] ^= 1;
	CHECK_EQ(crypto_secret_unseal(k, PLACE, bytes, len, &back, &f),
		 STATUS_CORRUPT);
	CHECK(is(&back, "what was here before"));
	bytes[30] ^= 1;
	CHECK_OK(crypto_secret_unseal(k, PLACE, bytes, len, &back, &f), &f);
	CHECK(secret_equal(&plain, &back));
	CHECK_EQ(back.b[10], 0);
}

/* RFC 4648, 10. */
static void
base32(void)
{
	static const char *const pairs[][2] = {
		{ "", "" },
		{ "f", "MY" },
		{ "fo", "MZXQ" },
		{ "foo", "MZXW6" },
		{ "foob", "MZXW6YQ" },
		{ "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" },
	};
	struct fault f = { .text = "" };
	SECRET(s);
	SECRET(text);
	SECRET(back);

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		put(&s, pairs[i][0]);
		crypto_secret_base32(&s, &text);
		CHECK(is(&text, pairs[i][1]));
		CHECK_OK(crypto_secret_unbase32(&text, &back, &f), &f);
		CHECK(is(&back, pairs[i][0]));
	}
	for (size_t len = 0; len <= CRYPTO_OTP_SECRET_MAX; len++) {
		crypto_secret_random(&s, len);
		crypto_secret_base32(&s, &text);
		if (crypto_secret_unbase32(&text, &back, &f) != STATUS_OK ||
		    !secret_equal(&s, &back))
			CHECK(false);
	}
	/* In place, and one whose digits would not fit. */
	put(&s, "foo");
	crypto_secret_base32(&s, &s);
	CHECK(is(&s, "MZXW6"));
	CHECK_OK(crypto_secret_unbase32(&s, &s, &f), &f);
	CHECK(is(&s, "foo"));
	crypto_secret_random(&s, SECRET_SIZE);
	crypto_secret_base32(&s, &text);
	CHECK_EQ(text.len, 0);
	crypto_secret_random(&s, SECRET_SIZE / 8 * 5);
	crypto_secret_base32(&s, &text);
	CHECK_EQ(text.len, SECRET_SIZE);
}

static void
base32_as_typed(void)
{
	static const char *const taken[] = {
		"MZXW6YTBOI",
		"mzxw6ytboi",
		"MZXW 6YTB OI",
		"mzxw-6ytb-oi\r\n",
		"MZXW6YTBOI======",
		"\tMzXw6YtBoI == ====",
		/* Bits that are no byte: the apps drop them, too. */
		"MZXW6YTBOJ",
		"MZXW6YTBOL",
		"mzxw6ytbol",
	};
	static const char *const refused[] = {
		"MZXW6YTBO",
		"MZX",
		"MZXW6Y",
		"M",
		"MZXW6YTB0I",
		"MZXW6YTB1I",
		"MZXW6YTB8I",
		"MZXW6YT!",
		"MZXW6=YTBOI",
		"MZXW6YTBOI=I",
		"MZXW6YTBOI=======",
		"MZXW6YTBO\xc3",
		"MZXW6YTBO@",
		"MZXW6YTBO\x80",
	};
	struct fault f = { .text = "" };
	SECRET(text);
	SECRET(back);

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		put(&text, taken[i]);
		CHECK_OK(crypto_secret_unbase32(&text, &back, &f), &f);
		CHECK(is(&back, "foobar"));
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		put(&text, refused[i]);
		put(&back, "before");
		test_note("%s", refused[i]);
		CHECK_EQ(crypto_secret_unbase32(&text, &back, &f),
			 STATUS_INVALID);
		CHECK(is(&back, "before"));
		CHECK(strstr(f.text, "MZX") == NULL);
	}
	CHECK_OK(secret_set(&text, "MZXW6YTBOI\0", 11, &f), &f);
	CHECK_EQ(crypto_secret_unbase32(&text, &back, &f), STATUS_INVALID);
}

int
main(void)
{
	struct fault f = { .text = "" };
	CRYPTO_KEYS(k);

	CHECK_OK(crypto_start(&f), &f);
	crypto_random(k.master, sizeof(k.master));
	hashed(&k);
	random_bytes();
	sealed(&k);
	base32();
	base32_as_typed();
	return test_done();
}
