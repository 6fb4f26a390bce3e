/* SPDX-License-Identifier: MIT */
/* What rule_check() finds in what a rule says of second factors. */
#include "rule/rule.h"

#include "test.h"

#define FOUND_MAX 16

static struct rule rules[RULES_MAX];
static size_t n;
static struct rule_finding found[FOUND_MAX];
static const struct rule_root nobody;

#define PASSWORD POLICY_BIT(POLICY_FACTOR_PASSWORD)
#define OTP POLICY_BIT(POLICY_FACTOR_OTP)
#define TOKEN POLICY_BIT(POLICY_FACTOR_TOKEN)
#define FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)

/* A rule for one service that asks for SET. */
static struct rule *
asks(const char *service, uint32_t set)
{
	struct rule *r;

	n = 1 + rule_defaults(rules + 1, RULES_MAX - 1);
	r = &rules[0];
	*r = (struct rule){ .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			    .action = POLICY_ACTION_REQUIRE,
			    .alternatives = 1,
			    .require = { set } };
	for (size_t i = 0; i < n; i++)
		rules[i].position = (int64_t)i + 1;
	(void)strcpy(r->service, service);
	return r;
}

static size_t
check(void)
{
	size_t count;

	memset(found, 0, sizeof(found));
	count = rule_check(rules, n, &nobody, 0, found, FOUND_MAX);
	if (count > 0)
		test_note("%zu: %s", count, found[0].text);
	return count;
}

/* Warned of WORD, and of nothing else. */
static bool
warned(const char *word)
{
	size_t count = check();

	return count == 1 && found[0].severity == RULE_WARNING &&
	       strstr(found[0].text, word) != NULL && found[0].position == 1;
}

static bool
warned_twice(const char *word, const char *other)
{
	size_t count = check();

	return count == 2 && strstr(found[0].text, word) != NULL &&
	       found[1].severity == RULE_WARNING &&
	       strstr(found[1].text, other) != NULL && found[1].position == 1;
}

static void
check_second_alone(void)
{
	struct rule *r = asks("ftp", OTP);

	CHECK(warned("second factor alone"));
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK(warned("second factor alone"));
	r->alternatives = 2;
	r->require[1] = PASSWORD;
	CHECK(warned_twice("second factor alone", "another prompt"));
	r->require[0] = OTP | PASSWORD;
	CHECK(check() == 0);
	/* A token is typed where the password is asked for. */
	r = asks("ftp", OTP);
	r->alternatives = 2;
	r->require[1] = TOKEN;
	CHECK(warned_twice("second factor alone", "another prompt"));
	r->require[0] = TOKEN;
	r->require[1] = OTP;
	CHECK(warned_twice("second factor alone", "another prompt"));
	r->require[1] = OTP | PASSWORD;
	CHECK(check() == 0);
	(void)asks("ftp", OTP | PASSWORD);
	CHECK(check() == 0);
	/* A key alone verifies its user; two devices verify nobody. */
	r = asks("ftp", FIDO2);
	CHECK(check() == 0);
	r->alternatives = 2;
	r->require[1] = PASSWORD | OTP;
	CHECK(check() == 0);
	r->require[1] = OTP;
	CHECK(warned("only 'fido2' may stand alone"));
	(void)asks("ftp", FIDO2 | OTP);
	CHECK(warned("second factor alone"));
}

static void
check_second_none(void)
{
	struct rule *r = asks("ftp", PASSWORD);

	CHECK(check() == 0);
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK(warned("unenrolled"));
	r->unenrolled = RULE_UNENROLLED_ENROLL;
	CHECK(warned("unenrolled"));
	r->unenrolled = RULE_UNENROLLED_UNTIL;
	r->unenrolled_until = 1;
	CHECK(warned("unenrolled"));
	r = asks("ftp", PASSWORD);
	r->trust_days = 30;
	CHECK(warned("trusts devices"));
	/* A password proved lately may do where a password is asked for. */
	r = asks("ftp", PASSWORD);
	r->step_up = 300;
	CHECK(check() == 0);
}

static void
check_enroll(void)
{
	struct rule *r = asks("ftp", PASSWORD | OTP);

	r->unenrolled = RULE_UNENROLLED_ENROLL;
	CHECK(check() == 0);
	r->prompt = RULE_PROMPT_SINGLE;
	CHECK(warned("one prompt for everything"));
	r->prompt = RULE_PROMPT_AUTO;
	(void)strcpy(r->service, "imap,vsftpd");
	CHECK(warned("one prompt for everything"));
	r->prompt = RULE_PROMPT_MULTI;
	CHECK(check() == 0);
	r->prompt = RULE_PROMPT_AUTO;
	(void)strcpy(r->service, "imap,sshd");
	CHECK(check() == 0);
	(void)strcpy(r->service, "imap*");
	CHECK(check() == 0);
	r->phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
	CHECK(warned("nobody can enroll"));
	(void)strcpy(r->service, "imap");
	CHECK(warned("nobody can enroll"));
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	r->prompt = RULE_PROMPT_SINGLE;
	CHECK(check() == 0);
}

/* A key cannot be enrolled by somebody who is logging in. */
static void
check_enroll_keys(void)
{
	struct rule *r = asks("ftp", PASSWORD | FIDO2);

	r->unenrolled = RULE_UNENROLLED_ENROLL;
	CHECK(warned("only a device for 'otp'"));
	r->alternatives = 2;
	r->require[1] = FIDO2;
	CHECK(warned("only a device for 'otp'"));
	/* Neither can a code's device, where a key is needed, too. */
	r->require[1] = PASSWORD | OTP | FIDO2;
	CHECK(warned("only a device for 'otp'"));
	r->require[1] = PASSWORD | OTP;
	CHECK(check() == 0);
	r->require[0] = PASSWORD | OTP;
	r->require[1] = PASSWORD | FIDO2;
	CHECK(check() == 0);
	r->require[0] = PASSWORD | FIDO2;
	r->alternatives = 1;
	r->unenrolled = RULE_UNENROLLED_EXEMPT;
	CHECK(check() == 0);
	/* Not for the auth phase: that is enough to say. */
	r->unenrolled = RULE_UNENROLLED_ENROLL;
	r->phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
	CHECK(warned("not for the auth phase"));
}

static void
check_auth_only(void)
{
	struct rule *r = asks("ftp", PASSWORD | OTP);

	r->trust_days = 30;
	r->step_up = 300;
	CHECK(check() == 0);
	r->phases = RULE_PHASE(POLICY_PHASE_PASSWORD);
	CHECK(warned("auth phase"));
	r->trust_days = 0;
	CHECK(warned("auth phase"));
	r->trust_days = 30;
	r->step_up = 0;
	CHECK(warned("auth phase"));
	r->trust_days = 0;
	CHECK(check() == 0);
}

int
main(void)
{
	check_second_alone();
	check_second_none();
	check_enroll();
	check_enroll_keys();
	check_auth_only();
	return test_done();
}
