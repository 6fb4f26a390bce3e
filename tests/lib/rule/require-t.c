/* SPDX-License-Identifier: MIT */
/* Sets of factors as text, with more factors than one (wide/factor). */
#include "rule/rule.h"

#include "test.h"

static uint32_t got[POLICY_ALTERNATIVES_MAX];
static unsigned got_n;

static bool
parses(const char *s)
{
	struct fault f;

	memset(got, 0xee, sizeof(got));
	got_n = 99;
	return rule_require_parse(s, &got_n, got, &f) == STATUS_OK;
}

/* Refused, outputs untouched, and the sentence says WHY. */
static bool
refused(const char *s, const char *why)
{
	struct fault f = { .status = STATUS_OK };

	got[0] = 0xee;
	got_n = 99;
	if (rule_require_parse(s, &got_n, got, &f) != STATUS_INVALID)
		return false;
	if (strstr(f.text, why) == NULL)
		test_note("%s", f.text);
	return got_n == 99 && got[0] == 0xee && strstr(f.text, why) != NULL;
}

static void
check_parse(void)
{
	CHECK_EQ(POLICY_FACTOR_COUNT, 5);
	CHECK(parses("password") && got_n == 1 && got[0] == 1 && got[1] == 0);
	CHECK(parses("password+otp | fido2") && got_n == 2 && got[0] == 3 &&
	      got[1] == 8 && got[2] == 0);
	CHECK(parses("fido2|otp+password"));
	CHECK(got_n == 2 && got[0] == 8 && got[1] == 3);
	CHECK(parses(" \tpassword  +\totp|hotp ") && got_n == 2 &&
	      got[0] == 3 && got[1] == 4);
	CHECK(parses("password|otp|hotp|fido2") && got_n == 4 && got[3] == 8);
	CHECK(parses("password+otp+hotp+fido2+app-token") && got[0] == 31);
	CHECK(parses("app-token|password + app-token") && got[0] == 16 &&
	      got[1] == 17);
}

static void
check_refusals(void)
{
	char huge[RULE_TEXT_SIZE + 8];

	CHECK(refused("", "missing"));
	CHECK(refused(" ", "missing"));
	CHECK(refused("|", "missing"));
	CHECK(refused("+", "missing"));
	CHECK(refused("password|", "missing"));
	CHECK(refused("|password", "missing"));
	CHECK(refused("password||otp", "missing"));
	CHECK(refused("password+", "missing"));
	CHECK(refused("password++otp", "missing"));
	CHECK(refused("password otp", "'password otp'"));
	CHECK(refused("pass", "'pass'"));
	CHECK(refused("passwordx", "'passwordx'"));
	CHECK(refused("Password", "'Password'"));
	CHECK(refused("invalid", "'invalid'"));
	CHECK(refused("pin", "password, otp, hotp, fido2, app-token"));
	CHECK(refused("app_token", "'app_token'"));
	CHECK(refused("app", "'app'"));
	CHECK(refused("password,otp", "'password,otp'"));
	CHECK(refused("password\n", "'password\\x0a'"));
	CHECK(refused("\033[2Jotp", "\\x1b"));
	CHECK(refused("%s%n", "'%s%n'"));
	CHECK(refused("otp+otp", "twice"));
	CHECK(refused("otp+hotp|hotp+otp", "twice"));
	CHECK(refused("password|otp|hotp|fido2|app-token", "more than 4"));
	memset(huge, ' ', sizeof(huge) - 1);
	memcpy(huge, "otp", 3);
	huge[sizeof(huge) - 1] = '\0';
	CHECK(refused(huge, "255 bytes"));
}

/* Every rule of up to two alternatives survives the way there and back. */
static void
check_round_trip(void)
{
	bool same = true;

	for (uint32_t a = 1; a < 32; a++)
		for (uint32_t b = 0; b < 32; b++) {
			struct rule r = { .alternatives = b == 0 ? 1 : 2,
					  .require = { a, b } };
			char text[RULE_TEXT_SIZE];

			if (a == b)
				continue;
			rule_require_format(&r, text, sizeof(text));
			if (!parses(text) || got_n != r.alternatives ||
			    got[0] != a || got[1] != b) {
				if (same)
					test_note("%x|%x: %s", a, b, text);
				same = false;
			}
		}
	CHECK(same);
}

static void
check_format(void)
{
	struct rule r = { .alternatives = 2, .require = { 3, 8 } };
	char text[RULE_TEXT_SIZE], small[16];

	rule_require_format(&r, text, sizeof(text));
	CHECK(strcmp(text, "password+otp | fido2") == 0);
	/* What does not fit is not half there, for half asks for less. */
	rule_require_format(&r, small, sizeof(small));
	CHECK(small[0] == '\0');
	r.require[1] = 16;
	rule_require_format(&r, text, sizeof(text));
	CHECK(strcmp(text, "password+otp | app-token") == 0);
	r.require[1] = POLICY_BIT(20);
	rule_require_format(&r, text, sizeof(text));
	CHECK(refused(text, "no factor"));
	r.alternatives = 1000;
	rule_require_format(&r, text, sizeof(text));
	CHECK(refused(text, "factor"));
	r = (struct rule){ .alternatives = 4, .require = { 31, 15, 23, 29 } };
	rule_require_format(&r, text, sizeof(text));
	CHECK(parses(text) && got_n == 4 && got[3] == 29);
}

int
main(void)
{
	check_parse();
	check_refusals();
	check_round_trip();
	check_format();
	return test_done();
}
