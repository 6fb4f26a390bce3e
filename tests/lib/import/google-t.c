/* SPDX-License-Identifier: MIT */
#include "import/google.h"

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

/* Made by google-authenticator(1) 20191231 and, where there is a used step,
 * counter or code, written back by its PAM module. */
#define TOTP                                                                  \
	"5H7Y3IEMFUWQPWANWD6NBNZVJM\n\" RATE_LIMIT 3 30 1795246259\n"         \
	"\" WINDOW_SIZE 3\n\" DISALLOW_REUSE 59841541\n\" TOTP_AUTH\n"        \
	"36243465\n11016347\n34493075\n28022499\n16490000\n"
#define HOTP                                                                  \
	"CN2WEV6U4AWVKAZGGPTOXGRTNQ\n"                                        \
	"\" RATE_LIMIT 3 30 1795246259 1795246259 1795246259\n"               \
	"\" WINDOW_SIZE 17\n\" HOTP_COUNTER 4\n"                              \
	"32233082\n73469894\n51022055\n"
#define SLOW                                                                  \
	"6TUD5OVJMNSE3M2EW76RZVXZ7E\n\" WINDOW_SIZE 3\n\" STEP_SIZE 60\n"     \
	"\" TOTP_AUTH\n67759954\n"
/* 10 bytes, as the tool made them of old. */
#define OLD "GEZDGNBVGY3TQOJQ\n\" TOTP_AUTH\n"

static struct fault f;

static enum status
parse(const char *text, struct import_google *g, struct secret *key)
{
	return import_google(text, strlen(text), g, key, &f);
}

static void
test_state(void)
{
	struct import_google g = { .scratch = 0 };
	SECRET(key);
	SECRET(code);

	CHECK_OK(parse(TOTP, &g, &key), &f);
	CHECK_EQ(g.device.kind, STORE_TOTP);
	CHECK_EQ(g.device.algorithm, CRYPTO_SHA1);
	CHECK_EQ(g.device.digits, 6);
	CHECK_EQ(g.device.period, 30);
	CHECK_EQ(g.device.counter, 0);
	CHECK_EQ(g.moved, 59841541);
	CHECK_EQ(g.window, 3);
	CHECK_EQ(g.scratch, 5);
	CHECK_EQ(g.skew, 0);
	CHECK_EQ(key.len, 16);
	CHECK(import_google_scratch(TOTP, strlen(TOTP), 0, &code) &&
	      secret_is(&code, "36243465", 8));
	CHECK(import_google_scratch(TOTP, strlen(TOTP), 4, &code) &&
	      secret_is(&code, "16490000", 8));
	CHECK(!import_google_scratch(TOTP, strlen(TOTP), 5, &code));

	CHECK_OK(parse(HOTP, &g, &key), &f);
	CHECK_EQ(g.device.kind, STORE_HOTP);
	CHECK_EQ(g.device.period, 0);
	CHECK_EQ(g.device.counter, 4);
	CHECK_EQ(g.moved, 4);
	CHECK_EQ(g.window, 17);
	CHECK_EQ(g.scratch, 3);

	CHECK_OK(parse(SLOW, &g, &key), &f);
	CHECK_EQ(g.device.period, 60);
	CHECK_EQ(g.moved, 0);

	CHECK_OK(parse(OLD, &g, &key), &f);
	CHECK(secret_is(&key, "1234567890", 10));
	CHECK_EQ(g.scratch, 0);
}

/* As its module reads it, and nothing it has not. */
static void
test_oddities(void)
{
	struct import_google g = { .scratch = 0 };
	SECRET(key);

	/* The greatest step counts, whatever the order. */
	CHECK_OK(parse(OLD "\" DISALLOW_REUSE 9 59841541 7\n", &g, &key), &f);
	CHECK_EQ(g.moved, 59841541);
	CHECK_OK(parse(OLD "\" DISALLOW_REUSE\n", &g, &key), &f);
	CHECK_EQ(g.moved, 0);
	CHECK_OK(parse(OLD "\" TIME_SKEW -3\n", &g, &key), &f);
	CHECK_EQ(g.skew, -3);
	/* Lines of options that only begin alike. */
	CHECK_OK(parse(OLD "\" HOTP_COUNTERS 9\n\"HOTP_COUNTERx 9\n\"\n\" \n",
		       &g, &key),
		 &f);
	CHECK_EQ(g.device.kind, STORE_TOTP);
	/* Both: a counter was believed. */
	CHECK_OK(parse(OLD "\" HOTP_COUNTER 8\n\" DISALLOW_REUSE 5\n", &g,
		       &key),
		 &f);
	CHECK_EQ(g.device.kind, STORE_HOTP);
	CHECK_EQ(g.moved, 8);
	CHECK_OK(parse(OLD "\" HOTP_COUNTER 0\n", &g, &key), &f);
	CHECK_EQ(g.device.kind, STORE_TOTP);
	/* 0, 1 and 8 are the letters they look like; lower case, blanks. */
	CHECK_OK(parse("gezd gnbv-gy3t qojq\r\n\" TOTP_AUTH\r\n", &g, &key),
		 &f);
	CHECK(secret_is(&key, "1234567890", 10));
	CHECK_OK(parse("0EZDGNBVGY3TQOJ8\n\" TOTP_AUTH", &g, &key), &f);
	CHECK_OK(parse("OEZDGNBVGY3TQOJB\n\" TOTP_AUTH", &g, &key), &f);
	/* No emergency codes: 7 or 9 digits, a letter, behind a blank. */
	CHECK_OK(parse(OLD "1234567\n123456789\n1234567a\n12345678\n", &g,
		       &key),
		 &f);
	CHECK_EQ(g.scratch, 1);
}

static void
test_bad(void)
{
	static const char *const bad[] = {
		"",
		"\n\" TOTP_AUTH\n",
		"\" TOTP_AUTH\nGEZDGNBVGY3TQOJQ\n",
		"GEZDGNBVGY3TQOJQ\n",
		"GEZDGNBVGY3TQOJQ\n\" HOTP_COUNTER 0\n",
		"GEZDGNBV\n\" TOTP_AUTH\n",
		"GEZDGNBVGY3TQOJ!\n\" TOTP_AUTH\n",
		"GEZDGNBVGY3TQOJQ=A\n\" TOTP_AUTH\n",
		OLD "\" HOTP_COUNTER\n",
		OLD "\" HOTP_COUNTER -1\n",
		OLD "\" HOTP_COUNTER 4x\n",
		OLD "\" HOTP_COUNTER 99999999999999999999\n",
		OLD "\" HOTP_COUNTER 4\n\" HOTP_COUNTER 3\n",
		OLD "\" DISALLOW_REUSE 1 x\n",
		OLD "\" DISALLOW_REUSE -1\n",
		OLD "\" STEP_SIZE 14\n",
		OLD "\" STEP_SIZE 121\n",
		OLD "\" STEP_SIZE 0\n",
		OLD "\" TIME_SKEW -\n",
		OLD "\" TOTP_AUTH\n",
	};
	struct import_google g = { .scratch = 77 };
	SECRET(key);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		f.text[0] = '\0';
		test_note("%s", bad[i]);
		CHECK_EQ(parse(bad[i], &g, &key), STATUS_INVALID);
		CHECK(f.text[0] != '\0');
		CHECK(strstr(f.text, "GEZD") == NULL);
	}
	CHECK_EQ(g.scratch, 77);
	CHECK_EQ(key.len, 0);
	CHECK_EQ(import_google("GEZDGNBVGY3TQOJQ\0\n\" TOTP_AUTH\n", 29, &g,
			       &key, &f),
		 STATUS_INVALID);
}

/* One byte more than a file may have; a code more than that. */
static void
test_bounds(void)
{
	static char big[IMPORT_GOOGLE_MAX + 2];
	struct import_google g = { .scratch = 0 };
	size_t head = strlen(OLD), len = head;
	SECRET(key);

	memset(big, '\n', sizeof(big));
	memcpy(big, OLD, head);
	CHECK_OK(import_google(big, IMPORT_GOOGLE_MAX, &g, &key, &f), &f);
	CHECK_EQ(import_google(big, IMPORT_GOOGLE_MAX + 1, &g, &key, &f),
		 STATUS_INVALID);
	for (int i = 0; i <= IMPORT_SCRATCH_MAX; i++, len += 9)
		memcpy(big + len, "12345678\n", 9);
	CHECK_OK(import_google(big, len - 9, &g, &key, &f), &f);
	CHECK_EQ(g.scratch, IMPORT_SCRATCH_MAX);
	CHECK_EQ(import_google(big, len, &g, &key, &f), STATUS_INVALID);
	memset(big, 'A', sizeof(big));
	CHECK_EQ(import_google(big, IMPORT_GOOGLE_MAX, &g, &key, &f),
		 STATUS_INVALID);
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_state();
	test_oddities();
	test_bad();
	test_bounds();
	return test_done();
}
