/* SPDX-License-Identifier: MIT */
#include "config/parse.h"

#include <stdio.h>

#include "test.h"

static struct config c;
static struct fault f;

static enum status
parse(const char *text)
{
	memset(&f, 0, sizeof(f));
	return config_parse("t", text, strlen(text), &c, &f);
}

/* Refused, with a sentence that begins as told; and nothing was written. */
static void
refused(const char *text, size_t len, const char *sentence)
{
	struct config before;

	memset(&c, 0x5a, sizeof(c));
	before = c;
	memset(&f, 0, sizeof(f));
	CHECK_EQ(config_parse("t", text, len, &c, &f), STATUS_INVALID);
	if (strncmp(f.text, sentence, strlen(sentence)) != 0)
		test_note("got \"%s\", expected \"%s\"", f.text, sentence);
	CHECK(strncmp(f.text, sentence, strlen(sentence)) == 0);
	CHECK(memcmp(&before, &c, sizeof(c)) == 0);
}

#define REFUSED(text, sentence) refused(text, sizeof(text) - 1, sentence)

static void
test_good(void)
{
	struct config defaults;

	config_defaults(&defaults);
	CHECK_STR(defaults.store_where, "sqlite:/var/lib/sigra/sigra.db");
	CHECK_EQ(defaults.argon2_memory_kib, 65536);
	CHECK_EQ(defaults.guess_second_tries, 5);
	CHECK_EQ(defaults.guess_second_wait, 900);
	CHECK_OK(parse(""), &f);
	CHECK(memcmp(&c, &defaults, sizeof(c)) == 0);
	CHECK_OK(parse("# a\n\n  \t\n   ; b\n; c\n[store] ; here\n"
		       "where = sqlite:/a b=c/x.db ; note\n[guess]\n"
		       "pair_tries=7\n\n[store]\nkey\t=\tk\n"),
		 &f);
	CHECK_STR(c.store_where, "sqlite:/a b=c/x.db");
	CHECK_STR(c.store_key, "k");
	CHECK_EQ(c.guess_pair_tries, 7);
	CHECK_EQ(c.guess_pair_wait, 900);
	/* No newline at the end of the last line. */
	CHECK_OK(parse("[argon2]\nlanes = 16"), &f);
	CHECK_EQ(c.argon2_lanes, 16);
	CHECK_EQ(config_parse("t", "[argon2]\nlanes = 17", 19, &c, NULL),
		 STATUS_INVALID);
}

static void
test_names(void)
{
	REFUSED("[stor]\n", "t: line 1: unknown section [stor]");
	REFUSED("[store\n", "t: line 1: no ']'");
	REFUSED("[ store]\n", "t: line 1: unknown section [ store]");
	REFUSED("[]\n", "t: line 1: unknown section []");
	REFUSED("[store] x\n", "t: line 1: remove what stands behind");
	REFUSED("[store];x\n", "t: line 1: remove what stands behind");
	REFUSED("\n[store]\nwhy = a\n", "t: line 3: unknown option 'why'");
	REFUSED("[store]\npair_tries = 3\n",
		"t: line 2: unknown option 'pair_tries' in [store]");
	REFUSED("key = a\n", "t: line 1: 'key' stands before any");
	REFUSED("[store]\nkey = a\n[store]\nkey = a\n",
		"t: line 4: store.key stands here a second time");
	/* The first line that is wrong is the one that is named. */
	REFUSED("[store]\nwhy = a\nkey\n", "t: line 2: unknown option");
	REFUSED("[store]\nkey\nwhy = a\n",
		"t: line 2: expected 'name = value'");
}

static void
test_shape(void)
{
	REFUSED("[store]\nkey\n", "t: line 2: expected 'name = value'");
	REFUSED("[store]\nkey: a\n", "t: line 2: expected 'name = value'");
	REFUSED("[store]\nkey ; b = a\n",
		"t: line 2: expected 'name = value'");
	REFUSED("[store]\n= a\n", "t: line 2: expected 'name = value'");
	REFUSED("[store]\nKEY = a\n", "t: line 2: expected 'name = value'");
	REFUSED("\xef\xbb\xbf[store]\n", "t: line 1: expected 'name = value'");
	REFUSED("[store]\nkey = a\n  b\n", "t: line 3: remove the blanks");
	REFUSED(" [store]\n", "t: line 1: remove the blanks");
	REFUSED("[store]\nkey =\n", "t: line 2: store.key has no value");
	REFUSED("[store]\nkey = ; a\n", "t: line 2: store.key has no value");
}

static void
test_numbers(void)
{
	static const char *const bad[] = {
		"0",   "1001", "-1",  "+5",  "05",
		"5 5", "5x",   "0x5", "5.0", "99999999999999999999",
		"",    "five",
	};
	char text[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text),
			       "[guess]\n\npair_tries = %s\n", bad[i]);
		refused(text, strlen(text),
			"t: line 3: guess.pair_tries must "
			"be a number from 1 to 1000");
	}
	CHECK_OK(parse("[guess]\nsecond_tries = 1000\nsecond_wait = 86400\n"),
		 &f);
	CHECK_EQ(c.guess_second_tries, 1000);
	CHECK_EQ(c.guess_second_wait, 86400);
	REFUSED("[guess]\nsecond_tries = 0\n",
		"t: line 2: guess.second_tries must be a number from 1 to "
		"1000");
	REFUSED("[guess]\nsecond_wait = 86401\n",
		"t: line 2: guess.second_wait must be a number from 1 to "
		"86400");
	CHECK_OK(parse("[guess]\npair_tries = 1\nuser_tries = 100000\n"), &f);
	CHECK_EQ(c.guess_pair_tries, 1);
	CHECK_EQ(c.guess_user_tries, 100000);
}

static void
test_flags(void)
{
	static const char *const bad[] = { "Yes", "true", "1",	   "on",
					   "y",	  "yess", "yes no" };
	char text[64];

	CHECK_OK(parse(""), &f);
	CHECK(!c.jwt_accept);
	CHECK_OK(parse("[jwt]\naccept = yes\n"), &f);
	CHECK(c.jwt_accept);
	CHECK_OK(parse("[jwt]\naccept = no ; as ever\n"), &f);
	CHECK(!c.jwt_accept);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text), "[jwt]\naccept = %s\n",
			       bad[i]);
		refused(text, strlen(text),
			"t: line 2: jwt.accept must be yes or no");
	}
	REFUSED("[jwt]\naccept =\n", "t: line 2: jwt.accept must be yes");
}

static void
test_bytes(void)
{
	char text[600];
	int most = 0;
	size_t len;

	REFUSED("[store]\nkey = a\0b\n", "t: line 2: remove the control byte "
					 "0x00");
	REFUSED("\0", "t: line 1: remove the control byte 0x00");
	REFUSED("# \x1b[2J\n", "t: line 1: remove the control byte 0x1b");
	REFUSED("# \x7f\n", "t: line 1: remove the control byte 0x7f");
	REFUSED("[store]\r\n", "t: line 1: remove the control byte 0x0d");
	/* Values that come back in a sentence come back escaped. */
	REFUSED("[store]\n\nb\xff = a\n",
		"t: line 3: unknown option 'b\\xff'");
	/* A line is whole or refused, comments too; nothing is cut. */
	for (size_t n = 150; n < 500; n += 7) {
		len = (size_t)snprintf(text, sizeof(text), "[store]\nkey = ");
		memset(text + len, 'a', n);
		text[len + n] = '\0';
		if (parse(text) == STATUS_OK)
			CHECK_EQ(strlen(c.store_key), n);
		else
			refused(text, len + n, "t: line 2: longer than");
	}
	memset(text, '#', sizeof(text));
	refused(text, sizeof(text), "t: line 1: longer than");
	CHECK(sscanf(f.text, "t: line 1: longer than %d bytes", &most) == 1);
	CHECK_OK(config_parse("t", text, (size_t)most, &c, &f), &f);
	refused(text, (size_t)most + 1, "t: line 1: longer than");
	(void)snprintf(text, sizeof(text), "[account]\nname_regex = %0*d", 256,
		       0);
	CHECK_EQ(parse(text), STATUS_INVALID);
}

int
main(void)
{
	test_good();
	test_names();
	test_shape();
	test_numbers();
	test_flags();
	test_bytes();
	return test_done();
}
