/* SPDX-License-Identifier: MIT */
#include "import/shadow.h"

#include "test.h"

#define SHA512                                                                \
	"$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE" \
	"3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1"

static struct fault f;

static enum status
parse(const char *line, struct import_shadow *s, struct secret *setting)
{
	return import_shadow(line, strlen(line), s, setting, &f);
}

static void
test_good(void)
{
	struct import_shadow s = { .changed = 0 };
	SECRET(setting);

	CHECK_OK(parse("ann:" SHA512 ":20000:0:99999:7:::", &s, &setting), &f);
	CHECK_STR(s.user, "ann");
	CHECK_EQ(s.changed, 20000);
	CHECK_EQ(s.max, 99999);
	CHECK_EQ(s.inactive, IMPORT_SHADOW_UNSET);
	CHECK_EQ(s.expires, IMPORT_SHADOW_UNSET);
	CHECK(secret_is(&setting, SHA512, strlen(SHA512)));
	CHECK_OK(parse("ann:" SHA512 ":0:0:90:7:14:20100:", &s, &setting), &f);
	CHECK_EQ(s.changed, 0);
	CHECK_EQ(s.max, 90);
	CHECK_EQ(s.inactive, 14);
	CHECK_EQ(s.expires, 20100);
	CHECK_OK(parse("ann:" SHA512 ":::::::", &s, &setting), &f);
	CHECK_EQ(s.changed, IMPORT_SHADOW_UNSET);
	CHECK_OK(parse("ann:" SHA512 ":20000:-1:-1:-1:-1:-1:", &s, &setting),
		 &f);
	CHECK_EQ(s.expires, IMPORT_SHADOW_UNSET);
	CHECK_EQ(s.max, IMPORT_SHADOW_UNSET);
	CHECK_OK(parse("ann:" SHA512 ":20000:::::0:", &s, &setting), &f);
	CHECK_EQ(s.expires, 0);
}

static void
test_bad(void)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{ "ann:!:20000:0:99999:7:::", "locked (!)" },
		{ "ann:!!:20000:0:99999:7:::", "locked" },
		{ "ann:*:20000:0:99999:7:::", "locked (*)" },
		{ "ann:!" SHA512 ":20000:0:99999:7:::", "locked" },
		{ "ann:x:20000:0:99999:7:::", "elsewhere" },
		{ "ann::20000:0:99999:7:::", "anybody" },
		{ "ann:$1$abcdefgh$TKQ/3yZ5sVaTGTXYYUOhe0:1::::::", "kind" },
		{ "ann:abJnggxhB/yWI:1::::::", "kind" },
		{ "ann:$6$saltsalt$short:1::::::", "kind" },
		{ "ann:$6$rounds=99999999$saltsalt$x:1::::::", "kind" },
		{ "ann:" SHA512 ":20000:0:99999:7::", "nine" },
		{ "ann:" SHA512 ":20000:0:99999:7::::", "nine" },
		{ "ann", "nine" },
		{ ":", "nine" },
		{ ":" SHA512 ":20000:0:99999:7:::", "name" },
		{ "ann:" SHA512 ":x:0:99999:7:::", "days" },
		{ "ann:" SHA512 ":-2:0:99999:7:::", "days" },
		{ "ann:" SHA512 ":1:0:99999:7::99999999999999999999:",
		  "days" },
	};
	struct import_shadow s = { .changed = 77 };
	SECRET(setting);

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		test_note("%s", bad[i].line);
		CHECK_EQ(parse(bad[i].line, &s, &setting), STATUS_INVALID);
		test_note("%s", f.text);
		CHECK(strstr(f.text, bad[i].why) != NULL);
		CHECK(strstr(f.text, "salt") == NULL);
	}
	CHECK_EQ(s.changed, 77);
	CHECK_EQ(setting.len, 0);
	CHECK_EQ(parse("", &s, &setting), STATUS_NOT_FOUND);
	CHECK_EQ(parse("# x", &s, &setting), STATUS_NOT_FOUND);
}

/* pam_unix: from the day after CHANGED + MAX on it has to be changed, from
 * the day after that and INACTIVE it cannot be. */
static void
test_age(void)
{
	struct import_shadow s = { .changed = 1000, .max = 90, .inactive = 7 };

	CHECK_EQ(import_shadow_age(&s, 1090), IMPORT_FRESH);
	CHECK_EQ(import_shadow_age(&s, 1091), IMPORT_AGED);
	CHECK_EQ(import_shadow_age(&s, 1097), IMPORT_AGED);
	CHECK_EQ(import_shadow_age(&s, 1098), IMPORT_TOO_OLD);
	s.inactive = IMPORT_SHADOW_UNSET;
	CHECK_EQ(import_shadow_age(&s, 9999), IMPORT_AGED);
	s.max = IMPORT_SHADOW_UNSET;
	CHECK_EQ(import_shadow_age(&s, 9999), IMPORT_FRESH);
	s.changed = 0;
	CHECK_EQ(import_shadow_age(&s, 9999), IMPORT_AGED);
	s.changed = IMPORT_SHADOW_UNSET;
	s.max = 90;
	CHECK_EQ(import_shadow_age(&s, 9999), IMPORT_FRESH);
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_good();
	test_bad();
	test_age();
	return test_done();
}
