/* SPDX-License-Identifier: MIT */
#include "admin/name.h"
#include "base/text.h"
#include "test.h"

static void
check_names(void)
{
	static const char *const good[] = {
		"ann", "_x", "a.b-c_9", "abcdefghijklmnopqrstuvwxyz012345"
	};
	static const char *const bad[] = {
		"",	    "9a",
		"A",	    "a b",
		"a\tb",	    "a\nb",
		"a:b",	    "a/b",
		"-a",	    ".",
		"a\x7f",    "\xff",
		"\xc3\xa4", "abcdefghijklmnopqrstuvwxyz0123456"
	};
	/* A C1 control, the order turned round, zero width, a tag. */
	static const char *const unseen[] = { "a\xc2\x9b", "ann\xe2\x80\xae",
					      "a\xe2\x80\x8b",
					      "a\xf3\xa0\x81\x81",
					      "a\xef\xbb\xbf" };
	struct config c;
	struct fault f;

	config_defaults(&c);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_OK(admin_name_valid(&c, good[i], &f), &f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(admin_name_valid(&c, bad[i], &f), STATUS_INVALID);
	/* An expression that takes everything still does not take these. */
	(void)text_copy(c.account_name_regex, sizeof(c.account_name_regex),
			".*");
	CHECK_OK(admin_name_valid(&c, "Ann@example", &f), &f);
	CHECK_OK(admin_name_valid(&c, "\xc3\xa4", &f), &f);
	CHECK_OK(admin_name_valid(&c, "HOUSE\\ann", &f), &f);
	for (size_t i = 0; i < sizeof(unseen) / sizeof(unseen[0]); i++)
		CHECK_EQ(admin_name_valid(&c, unseen[i], &f), STATUS_INVALID);
	CHECK_EQ(admin_name_valid(&c, "a b", &f), STATUS_INVALID);
	CHECK_EQ(admin_name_valid(&c, "../a", &f), STATUS_INVALID);
	CHECK_EQ(admin_name_valid(&c, "a\xff", &f), STATUS_INVALID);
	CHECK_EQ(admin_name_valid(&c, "", &f), STATUS_INVALID);
	(void)text_copy(c.account_name_regex, sizeof(c.account_name_regex),
			"(");
	CHECK_EQ(admin_name_valid(&c, "ann", &f), STATUS_UNAVAILABLE);
}

static void
check_emails(void)
{
	static const char *const bad[] = {
		"x",	 "@x",	   "x@",      "a@b@c",	 "a b@c",
		"a@.b",	 "a@b.",   "a@b\x7f", "a@b\xff", "a@\x01",
		"a@b,c", "a,b@c",  "a;b@c",   "a@b;",	 "<a@b>",
		"a@b>",	 "(a)a@b", "a@b(c)",  "|a@b",	 "\"a\"@b"
	};
	char out[STORE_EMAIL_SIZE] = "untouched", long_one[400];
	struct fault f;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(admin_email_clean(bad[i], out, &f), STATUS_INVALID);
	memset(long_one, 'x', sizeof(long_one) - 1);
	memcpy(long_one, "a@", 2);
	long_one[sizeof(long_one) - 1] = '\0';
	CHECK_EQ(admin_email_clean(long_one, out, &f), STATUS_INVALID);
	CHECK_STR(out, "untouched");
	long_one[STORE_EMAIL_SIZE - 1] = '\0';
	CHECK_OK(admin_email_clean(long_one, out, &f), &f);
	CHECK_STR(out, long_one);
	CHECK_OK(admin_email_clean(" \tAnn.X@Example.ORG\n", out, &f), &f);
	CHECK_STR(out, "ann.x@example.org");
	CHECK_OK(admin_email_clean(NULL, out, &f), &f);
	CHECK_STR(out, "");
	CHECK_OK(admin_email_clean("  ", out, &f), &f);
	CHECK_STR(out, "");
}

int
main(void)
{
	check_names();
	check_emails();
	return test_done();
}
