/* SPDX-License-Identifier: MIT */
/* The vectors are those of RFC 4226, appendix D, and RFC 6238, appendix B
 * (with the keys of its erratum 2866: as long as the digest). */
#include "crypto/crypto.h"

#include "test.h"

#define SEED                                                                  \
	"12345678901234567890123456789012"                                    \
	"34567890123456789012345678901234"

static void
key_set(struct secret *key, const void *bytes, size_t len)
{
	struct fault f = { .text = "" };

	CHECK_OK(secret_set(key, bytes, len, &f), &f);
}

static const char *
hotp(const struct secret *key, enum crypto_otp_algorithm algorithm,
     uint64_t counter, unsigned digits)
{
	static char code[CRYPTO_OTP_DIGITS_MAX + 1];
	struct fault f = { .text = "" };

	memset(code, 'x', sizeof(code));
	CHECK_OK(crypto_hotp(key, algorithm, counter, digits, code, &f), &f);
	return code;
}

static void
rfc4226(void)
{
	static const char *const want[] = { "755224", "287082", "359152",
					    "969429", "338314", "254676",
					    "287922", "162583", "399871",
					    "520489" };
	/* The decimal column of the same table, before it is cut. */
	static const char *const longer[] = {
		"84755224", "94287082", "37359152", "26969429", "40338314",
		"68254676", "18287922", "82162583", "73399871", "45520489"
	};
	SECRET(key);

	key_set(&key, SEED, 20);
	for (unsigned i = 0; i < 10; i++) {
		CHECK_STR(hotp(&key, CRYPTO_SHA1, i, 6), want[i]);
		CHECK_STR(hotp(&key, CRYPTO_SHA1, i, 7), longer[i] + 1);
		CHECK_STR(hotp(&key, CRYPTO_SHA1, i, 8), longer[i]);
	}
}

static void
rfc6238(void)
{
	static const struct {
		int64_t at;
		const char *want[3];
	} rows[] = {
		{ 59, { "94287082", "46119246", "90693936" } },
		{ 1111111109, { "07081804", "68084774", "25091201" } },
		{ 1111111111, { "14050471", "67062674", "99943326" } },
		{ 1234567890, { "89005924", "91819424", "93441116" } },
		{ 2000000000, { "69279037", "90698825", "38618901" } },
		{ 20000000000, { "65353130", "77737706", "47863826" } },
	};
	static const size_t lengths[] = { 20, 32, 64 };
	SECRET(key);

	for (unsigned a = 0; a < 3; a++) {
		key_set(&key, SEED, lengths[a]);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			CHECK_STR(hotp(&key,
				       (enum crypto_otp_algorithm)(a + 1),
				       (uint64_t)rows[i].at / 30, 8),
				  rows[i].want[a]);
	}
}

/* All 64 bits of the counter count. */
static void
counters(void)
{
	char seen[64][CRYPTO_OTP_DIGITS_MAX + 1];
	unsigned same = 0;
	SECRET(key);

	key_set(&key, SEED, 20);
	for (unsigned i = 0; i < 64; i++) {
		memcpy(seen[i], hotp(&key, CRYPTO_SHA256, UINT64_C(1) << i, 8),
		       sizeof(seen[i]));
		for (unsigned j = 0; j < i; j++)
			same += strcmp(seen[i], seen[j]) == 0;
	}
	CHECK_EQ(same, 0);
}

static enum status
refused(const struct secret *key, int algorithm, unsigned digits)
{
	char code[CRYPTO_OTP_DIGITS_MAX + 1] = "before";
	struct fault f = { .text = "" };
	enum status st;

	st = crypto_hotp(key, (enum crypto_otp_algorithm)algorithm, 1, digits,
			 code, &f);
	CHECK_STR(code, "before");
	CHECK_EQ(f.status, st);
	CHECK(f.text[0] != '\0');
	return st;
}

static void
bounds(void)
{
	static const uint8_t bytes[CRYPTO_OTP_SECRET_MAX + 1];
	SECRET(key);

	CHECK_EQ(refused(&key, CRYPTO_SHA1, 6), STATUS_INVALID);
	key_set(&key, bytes, CRYPTO_OTP_SECRET_MIN - 1);
	CHECK_EQ(refused(&key, CRYPTO_SHA1, 6), STATUS_INVALID);
	key_set(&key, bytes, CRYPTO_OTP_SECRET_MAX + 1);
	CHECK_EQ(refused(&key, CRYPTO_SHA1, 6), STATUS_INVALID);
	key_set(&key, bytes, CRYPTO_OTP_SECRET_MIN);
	CHECK_EQ(strlen(hotp(&key, CRYPTO_SHA512, 1, 6)), 6);
	key_set(&key, bytes, CRYPTO_OTP_SECRET_MAX);
	CHECK_EQ(strlen(hotp(&key, CRYPTO_SHA512, 1, 8)), 8);
	CHECK_EQ(refused(&key, CRYPTO_SHA1, 5), STATUS_INVALID);
	CHECK_EQ(refused(&key, CRYPTO_SHA1, 9), STATUS_INVALID);
	CHECK_EQ(refused(&key, CRYPTO_SHA1, 0), STATUS_INVALID);
	CHECK_EQ(refused(&key, 0, 6), STATUS_INVALID);
	CHECK_EQ(refused(&key, 4, 6), STATUS_INVALID);
}

/* What crypto_hotp() wiped: all of its work, so that no word of the hash
 * whose cut the code is can be found again. */
static size_t wiped;

void __wrap_crypto_wipe(void *p, size_t len);
void __real_crypto_wipe(void *p, size_t len);

void
__wrap_crypto_wipe(void *p, size_t len)
{
	const uint8_t *b = p;

	__real_crypto_wipe(p, len);
	wiped += len;
	for (size_t i = 0; i < len; i++)
		if (b[i] != 0)
			wiped = 0;
}

static void
leftovers(void)
{
	SECRET(key);

	key_set(&key, SEED, 64);
	wiped = 0;
	CHECK_STR(hotp(&key, CRYPTO_SHA512, 1, 8), "90693936");
	/* Three states of SHA-512, 64 bytes each, and the digest at least. */
	CHECK(wiped >= (size_t)4 * 64);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	rfc4226();
	rfc6238();
	counters();
	bounds();
	leftovers();
	return test_done();
}
