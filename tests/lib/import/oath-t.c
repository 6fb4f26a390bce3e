/* SPDX-License-Identifier: MIT */
#include "import/oath.h"

#include "test.h"

#define KEY "3132333435363738393031323334353637383930"
#define BYTES "12345678901234567890"

static struct fault f;

static enum status
parse(const char *line, struct import_oath *o, struct secret *key)
{
	return import_oath(line, strlen(line), o, key, &f);
}

static void
test_types(void)
{
	static const struct {
		const char *line;
		enum store_otp_kind kind;
		unsigned digits, period;
	} good[] = {
		{ "HOTP ann - " KEY, STORE_HOTP, 6, 0 },
		{ "HOTP/E\tann\t-\t" KEY, STORE_HOTP, 6, 0 },
		{ "HOTP/E/6 ann + " KEY, STORE_HOTP, 6, 0 },
		{ "HOTP/E/7 ann - " KEY, STORE_HOTP, 7, 0 },
		{ "HOTP/E/8 ann - " KEY, STORE_HOTP, 8, 0 },
		{ "HOTP/T30 ann - " KEY, STORE_TOTP, 6, 30 },
		{ "HOTP/T30/6 ann - " KEY, STORE_TOTP, 6, 30 },
		{ "HOTP/T30/8 ann - " KEY, STORE_TOTP, 8, 30 },
		{ "HOTP/T60 ann - " KEY, STORE_TOTP, 6, 60 },
		{ "HOTP/T60/7 ann - " KEY, STORE_TOTP, 7, 60 },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct import_oath o = { .moved = 1 };
		SECRET(key);

		test_note("%s", good[i].line);
		CHECK_OK(parse(good[i].line, &o, &key), &f);
		CHECK_STR(o.user, "ann");
		CHECK_EQ(o.device.kind, good[i].kind);
		CHECK_EQ(o.device.digits, good[i].digits);
		CHECK_EQ(o.device.period, good[i].period);
		CHECK_EQ(o.device.algorithm, CRYPTO_SHA1);
		CHECK_EQ(o.moved, 0);
		CHECK(secret_is(&key, BYTES, strlen(BYTES)));
	}
}

/* Lines as pam_oath 2.6.7 wrote them back after a login. */
static void
test_state(void)
{
	struct import_oath o = { .moved = 0 };
	SECRET(key);

	CHECK_OK(parse("HOTP\ttess\t-\t" KEY
		       "\t2\t359152\t2026-11-21T07:30:59L",
		       &o, &key),
		 &f);
	/* 2 was used: 3 is next. */
	CHECK_EQ(o.moved, 3);
	CHECK_EQ(o.device.counter, 3);
	CHECK_EQ(o.last_local, 0);
	/* Never used: 5 is next. */
	CHECK_OK(parse("HOTP/E/8\ttess3\t+\t" KEY "\t5", &o, &key), &f);
	CHECK_EQ(o.moved, 5);
	CHECK_STR(o.last, "");
	CHECK_OK(parse("HOTP/T30/6\ttess2\t-\t" KEY
		       "\t1\t199324\t2026-11-21T07:30:59L",
		       &o, &key),
		 &f);
	CHECK_EQ(o.moved, 0);
	CHECK_EQ(o.device.counter, 0);
	CHECK_EQ(o.last_local, 1795246259);
	CHECK_STR(o.last, "199324");
	/* It was the code of one step later than the clock. */
	CHECK_EQ(import_oath_step(&o, &key, 1795246259), 1795246259 / 30 + 1);
	(void)strcpy(o.last, "000000");
	CHECK_EQ(import_oath_step(&o, &key, 1795246259), 1795246259 / 30);
	CHECK_EQ(import_oath_step(&o, &key, -5), 0);
	CHECK_OK(parse("HOTP/T30 ann - " KEY " 0 1 2000-02-29T00:00:00L", &o,
		       &key),
		 &f);
	CHECK_EQ(o.last_local, 951782400);
	CHECK_OK(parse("HOTP/T30 ann - " KEY " 0 1 1970-01-01T00:00:00L", &o,
		       &key),
		 &f);
	CHECK_EQ(o.last_local, 0);
}

static void
test_none(void)
{
	static const char *const none[] = {
		"", "  ", "\t", "# x", "#", ("#HOTP ann - " KEY)
	};
	struct import_oath o = { .moved = 9 };
	SECRET(key);

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK_EQ(parse(none[i], &o, &key), STATUS_NOT_FOUND);
	CHECK_EQ(o.moved, 9);
}

static void
test_bad(void)
{
	static const char *const bad[] = {
		"HOTP",
		"HOTP ann",
		"HOTP ann -",
		"MOTP ann - " KEY,
		"HOTP/T45 ann - " KEY,
		"HOTP/T30/9 ann - " KEY,
		"hotp ann - " KEY,
		"HOTP ann 1234 " KEY,
		"HOTP ann -- " KEY,
		"HOTP ann - 00",
		"HOTP ann - 313233343536373839",
		"HOTP ann - " KEY "3",
		"HOTP ann - 31323334353637383930313233343536373839zz",
		"HOTP ann - " KEY KEY KEY KEY KEY KEY KEY,
		"HOTP ann - " KEY " x",
		"HOTP ann - " KEY " -1",
		"HOTP ann - " KEY " 99999999999999999999",
		"HOTP ann - " KEY " 1 12a456",
		"HOTP ann - " KEY " 1 123456789",
		"HOTP ann - " KEY " 1 123456 yesterday",
		"HOTP ann - " KEY " 1 123456 2026-11-21T07:30:59Z",
		"HOTP ann - " KEY " 1 123456 2026-13-21T07:30:59L",
		"HOTP ann - " KEY " 1 123456 2026-1x-21T07:30:59L",
		"HOTP ann - " KEY " 1 123456 2026-11-21T07:30:59L more",
	};
	struct import_oath o = { .moved = 9 };
	SECRET(key);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f.text[0] = '\0';
		test_note("%s", bad[i]);
		CHECK_EQ(parse(bad[i], &o, &key), STATUS_INVALID);
		CHECK(f.text[0] != '\0');
		CHECK(strstr(f.text, "3132") == NULL &&
		      strstr(f.text, "1234") == NULL);
	}
	CHECK_EQ(o.moved, 9);
	CHECK_EQ(key.len, 0);
	/* Whose line it is, is known all the same. */
	CHECK_STR(o.user, "ann");
	CHECK_EQ(parse("HOTP", &o, &key), STATUS_INVALID);
	CHECK_STR(o.user, "");
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_types();
	test_state();
	test_none();
	test_bad();
	return test_done();
}
