/* SPDX-License-Identifier: MIT */
/* Who has what, under which rule, gets in? */
#include "admin/way.h"

#include "test.h"

#define PASSWORD POLICY_BIT(POLICY_FACTOR_PASSWORD)
#define OTP POLICY_BIT(POLICY_FACTOR_OTP)
#define FIDO2 POLICY_BIT(POLICY_FACTOR_FIDO2)
#define SSH_KEY POLICY_BIT(POLICY_FACTOR_SSH_KEY)
#define SSH_SK POLICY_BIT(POLICY_FACTOR_SSH_SK)

static const struct {
	const char *require;
	enum rule_unenrolled unenrolled;
	uint32_t enrolled, weak;
	bool in;
} cases[] = {
	{ "password", RULE_UNENROLLED_DENY, PASSWORD, 0, true },
	{ "password", RULE_UNENROLLED_DENY, OTP | FIDO2, 0, false },
	{ "password+otp", RULE_UNENROLLED_DENY, PASSWORD | OTP, 0, true },
	{ "password+otp", RULE_UNENROLLED_DENY, PASSWORD, 0, false },
	{ "password+otp", RULE_UNENROLLED_EXEMPT, PASSWORD, 0, true },
	{ "password+otp", RULE_UNENROLLED_ENROLL, PASSWORD, 0, true },
	{ "password+otp", RULE_UNENROLLED_ENROLL, OTP, 0, false },
	{ "password+otp", RULE_UNENROLLED_UNTIL, PASSWORD, 0, true },
	{ "password+fido2 | password+otp", RULE_UNENROLLED_DENY,
	  PASSWORD | OTP, 0, true },
	{ "password+fido2 | password+otp", RULE_UNENROLLED_DENY,
	  PASSWORD | FIDO2, 0, true },
	{ "password+fido2 | password+otp", RULE_UNENROLLED_DENY,
	  PASSWORD | FIDO2, FIDO2, true },
	{ "password+fido2 | password+otp", RULE_UNENROLLED_DENY,
	  PASSWORD | SSH_KEY, 0, false },
	{ "password+fido2 | password+otp", RULE_UNENROLLED_EXEMPT, OTP, 0,
	  false },
	{ "fido2", RULE_UNENROLLED_DENY, FIDO2, 0, true },
	/* A key that cannot verify its user never does alone. */
	{ "fido2", RULE_UNENROLLED_DENY, FIDO2, FIDO2, false },
	{ "fido2 | password+otp", RULE_UNENROLLED_DENY, PASSWORD | OTP | FIDO2,
	  FIDO2, true },
	{ "ssh-sk | password+otp", RULE_UNENROLLED_DENY, SSH_SK, 0, true },
	{ "ssh-sk | password+otp", RULE_UNENROLLED_DENY, SSH_KEY, 0, false },
	{ "ssh-key", RULE_UNENROLLED_DENY, SSH_KEY, 0, true },
	{ "password+fido2+otp", RULE_UNENROLLED_DENY, PASSWORD | FIDO2 | OTP,
	  0, true },
	{ "password+fido2+otp", RULE_UNENROLLED_DENY, PASSWORD | FIDO2, 0,
	  false },
};

static uint32_t
left(const char *require, enum rule_unenrolled unenrolled, uint32_t before,
     uint32_t after)
{
	const struct admin_way was = { .enrolled = before };
	const struct admin_way is = { .enrolled = after };
	struct rule r = { .action = POLICY_ACTION_REQUIRE,
			  .unenrolled = unenrolled };
	struct fault f;

	CHECK_OK(rule_require_parse(require, &r.alternatives, r.require, &f),
		 &f);
	return admin_way_exempt(&r, &was, &is, 999);
}

/* The last second factor has gone, and the rule exempts. */
static void
check_exempt(void)
{
	const char *both = "password+fido2 | password+otp";

	CHECK_EQ(
		left(both, RULE_UNENROLLED_EXEMPT, PASSWORD | FIDO2, PASSWORD),
		PASSWORD);
	CHECK_EQ(left("ssh-key+otp", RULE_UNENROLLED_EXEMPT, SSH_KEY | OTP,
		      SSH_KEY),
		 SSH_KEY);
	CHECK_EQ(left(both, RULE_UNENROLLED_EXEMPT, PASSWORD | FIDO2 | OTP,
		      PASSWORD | OTP),
		 0);
	CHECK_EQ(left(both, RULE_UNENROLLED_EXEMPT, PASSWORD, PASSWORD), 0);
	CHECK_EQ(left(both, RULE_UNENROLLED_EXEMPT, FIDO2, 0), 0);
	CHECK_EQ(left(both, RULE_UNENROLLED_DENY, PASSWORD | FIDO2, PASSWORD),
		 0);
	CHECK_EQ(
		left(both, RULE_UNENROLLED_ENROLL, PASSWORD | FIDO2, PASSWORD),
		0);
	CHECK_EQ(left("password", RULE_UNENROLLED_EXEMPT, PASSWORD | OTP,
		      PASSWORD),
		 0);
}

int
main(void)
{
	check_exempt();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rule r = { .action = POLICY_ACTION_REQUIRE,
				  .unenrolled = cases[i].unenrolled,
				  .unenrolled_until = 1000 };
		struct admin_way way = { cases[i].enrolled, cases[i].weak };
		struct fault f;

		CHECK_OK(rule_require_parse(cases[i].require, &r.alternatives,
					    r.require, &f),
			 &f);
		CHECK_EQ(admin_way_in(&r, &way, 999), cases[i].in);
		if (r.unenrolled == RULE_UNENROLLED_UNTIL)
			CHECK(!admin_way_in(&r, &way, 1000));
	}
	return test_done();
}
