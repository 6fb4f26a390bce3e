/* SPDX-License-Identifier: MIT */
/* Does root get in at the console by what it has? */
#include "rule/rule.h"

#include "test.h"

#define FOUND_MAX 16
#define UNTIL 1000

static struct rule rules[RULES_MAX];
static size_t n;
static struct rule_finding found[FOUND_MAX];

#define PASSWORD POLICY_BIT(POLICY_FACTOR_PASSWORD)
#define OTP POLICY_BIT(POLICY_FACTOR_OTP)
#define FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)
#define SSH_KEY POLICY_BIT(POLICY_FACTOR_SSH_KEY)
#define SSH_SK POLICY_BIT(POLICY_FACTOR_SSH_SK)
#define TOKEN POLICY_BIT(POLICY_FACTOR_TOKEN)

static const struct {
	const char *require;
	enum rule_unenrolled unenrolled;
	uint32_t enrolled, weak;
	const char *lacks; /* NULL: it gets in */
} cases[] = {
	{ "password", RULE_UNENROLLED_DENY, PASSWORD, 0, NULL },
	{ "password", RULE_UNENROLLED_DENY, FIDO2, 0, "none of: password;" },
	{ "fido2", RULE_UNENROLLED_DENY, PASSWORD, 0, "none of: fido2;" },
	{ "fido2", RULE_UNENROLLED_EXEMPT, PASSWORD, 0, "none of: fido2;" },
	{ "fido2", RULE_UNENROLLED_DENY, FIDO2, 0, NULL },
	{ "fido2", RULE_UNENROLLED_DENY, FIDO2, FIDO2, "cannot verify" },
	{ "fido2 | password+otp", RULE_UNENROLLED_DENY, PASSWORD, 0,
	  "none of: otp, fido2;" },
	{ "fido2 | password+otp", RULE_UNENROLLED_DENY, PASSWORD | FIDO2,
	  FIDO2, "none of: otp;" },
	{ "fido2 | password+otp", RULE_UNENROLLED_EXEMPT, PASSWORD, 0, NULL },
	{ "fido2 | password+otp", RULE_UNENROLLED_DENY, PASSWORD | OTP | FIDO2,
	  FIDO2, NULL },
	{ "password+fido2", RULE_UNENROLLED_DENY, PASSWORD | FIDO2, FIDO2,
	  NULL },
	{ "password+otp", RULE_UNENROLLED_DENY, PASSWORD | FIDO2, 0,
	  "none of: otp;" },
	{ "password+otp", RULE_UNENROLLED_EXEMPT, PASSWORD, 0, NULL },
	{ "password+otp", RULE_UNENROLLED_ENROLL, PASSWORD, 0, NULL },
	{ "password+fido2", RULE_UNENROLLED_ENROLL, PASSWORD, 0,
	  "none of: fido2;" },
	{ "password+otp", RULE_UNENROLLED_UNTIL, PASSWORD, 0, NULL },
	/* What is enrolled and cannot be shown there does not help. */
	{ "ssh-key | fido2", RULE_UNENROLLED_DENY, PASSWORD | SSH_KEY | SSH_SK,
	  0, "none of: fido2;" },
	{ "ssh-sk | password", RULE_UNENROLLED_DENY, PASSWORD, 0, NULL },
	{ "ssh-sk+password", RULE_UNENROLLED_DENY, PASSWORD | SSH_SK, 0,
	  "for an SSH key" },
	{ "password", RULE_UNENROLLED_DENY, 0, 0, "none of: password;" },
	{ "token", RULE_UNENROLLED_DENY, PASSWORD | TOKEN, 0, "for a token" },
	{ "token | password", RULE_UNENROLLED_DENY, TOKEN, 0,
	  "none of: password;" },
};

static bool
stranded(const struct rule_root *root, int64_t now, const char *why)
{
	size_t k;

	memset(found, 0, sizeof(found));
	k = rule_check(rules, n, root, now, found, FOUND_MAX);
	return k > 0 && found[0].severity == RULE_ERROR &&
	       found[0].position == 1 &&
	       strstr(found[0].text, "strands root") != NULL &&
	       strstr(found[0].text, why) != NULL &&
	       strstr(found[0].text, "before it") != NULL;
}

static void
check_case(size_t i)
{
	struct rule_root root = { .known = true,
				  .enrolled = cases[i].enrolled,
				  .weak = cases[i].weak };
	struct rule *r = &rules[0];
	bool out = cases[i].lacks != NULL;
	struct fault f;

	n = 1 + rule_defaults(rules + 1, RULES_MAX - 1);
	*r = (struct rule){ .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			    .action = POLICY_ACTION_REQUIRE,
			    .account = RULE_ACCOUNT_KNOWN,
			    .unenrolled = cases[i].unenrolled };
	r->unenrolled_until =
		r->unenrolled == RULE_UNENROLLED_UNTIL ? UNTIL : 0;
	CHECK_OK(rule_require_parse(cases[i].require, &r->alternatives,
				    r->require, &f),
		 &f);
	for (size_t k = 0; k < n; k++)
		rules[k].position = (int64_t)k + 1;
	CHECK_EQ(stranded(&root, UNTIL - 1, out ? cases[i].lacks : ""), out);
	CHECK_EQ(rule_root_in(rules, n, &root, UNTIL - 1), !out);
	if (found[0].text[0] != '\0')
		test_note("%s", found[0].text);
	if (r->unenrolled == RULE_UNENROLLED_UNTIL)
		CHECK(stranded(&root, UNTIL, "none of: otp;"));
	/* Not known: it is none of this rule's. */
	root.known = false;
	CHECK(!stranded(&root, UNTIL - 1, ""));
	CHECK(rule_root_in(rules, n, &root, UNTIL - 1));
	/* Nor is it when the rule is not for the console, or not root's. */
	root.known = true;
	root.enrolled |= PASSWORD;
	(void)strcpy(r->service, "sshd");
	CHECK(!stranded(&root, UNTIL - 1, ""));
	r->service[0] = '\0';
	(void)strcpy(r->user, "[a-q]*");
	CHECK(!stranded(&root, UNTIL - 1, ""));
	CHECK(rule_root_in(rules, n, &root, UNTIL - 1));
	/* Left to the rest of the stack it wants nothing. */
	r->user[0] = '\0';
	r->action = POLICY_ACTION_ABSTAIN;
	(void)strcpy(r->user, "root");
	root.enrolled = 0;
	CHECK(rule_root_in(rules, n, &root, UNTIL - 1));
	r->action = POLICY_ACTION_DENY;
	CHECK(!rule_root_in(rules, n, &root, UNTIL - 1));
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_case(i);
	return test_done();
}
