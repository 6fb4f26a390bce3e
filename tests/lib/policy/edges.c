/* SPDX-License-Identifier: MIT */
/* Of policy.h, what is no law: names, nonsense, which of several reasons. */
#include "laws.h"

#include "test.h"

/* Of several reasons the one that says most is given. */
static void
check_order(void)
{
	static const enum policy_reason reasons[] = {
		POLICY_LOCKED,	 POLICY_MALFORMED, POLICY_SPENT,
		POLICY_UNTIMELY, POLICY_WRONG,
	};
	bool first = true;

	for (unsigned i = 1; i < 16; i++) {
		struct policy_facts f = {
			.phase = POLICY_PHASE_AUTH,
			.action = POLICY_ACTION_REQUIRE,
			.account = POLICY_ACCOUNT_ACTIVE,
			.alternatives = 1,
			.require = { 3 },
			.enrolled = 3,
			.usable = 3,
			.asked = 3,
			.passed = 1,
		};
		unsigned why = 0;

		f.locked = (i & 1) != 0 ? 2 : 0;
		f.malformed = (i & 2) != 0 ? 2 : 0;
		f.spent = (i & 4) != 0 ? 2 : 0;
		f.untimely = (i & 8) != 0 ? 2 : 0;
		while ((i >> why & 1) == 0)
			why++;
		if (policy_next(&f).reason != reasons[why])
			first = false;
		f.enrolled = 1;
		if (policy_next(&f).reason !=
		    (why == 0 ? POLICY_LOCKED : POLICY_NOT_ENROLLED))
			first = false;
	}
	CHECK(first);
}

/* What has no meaning denies, and has a name all the same. */
static void
check_nonsense(void)
{
	struct policy_facts f = { .phase = 0 };
	struct policy_decision d = policy_next(&f);

	CHECK(d.step == POLICY_DENY && d.reason == POLICY_NO_RULE);
	memset(&f, 0xff, sizeof(f));
	f.cancelled = f.must_change = f.privileged = true;
	CHECK(policy_next(&f).step == POLICY_DENY);
	f = (struct policy_facts){
		.phase = POLICY_PHASE_AUTH,
		.action = POLICY_ACTION_REQUIRE,
		.account = POLICY_ACCOUNT_ACTIVE,
		.alternatives = 1,
		.require = { UINT32_C(1) << 31 },
		.enrolled = UINT32_MAX,
		.usable = UINT32_MAX,
	};
	CHECK_EQ(policy_next(&f).factor, 31);
	f.asked = f.passed = UINT32_C(1) << 31;
	CHECK_EQ(policy_next(&f).granted, UINT32_C(1) << 31);
	f.unenrolled = (enum policy_unenrolled)77;
	f.passed = 0;
	CHECK(policy_next(&f).step == POLICY_DENY);
	f.passed = f.asked;
	f.account = (enum policy_account)77;
	CHECK(policy_next(&f).step == POLICY_DENY);
	f.account = POLICY_ACCOUNT_ACTIVE;
	f.action = (enum policy_action)77;
	CHECK(policy_next(&f).step == POLICY_DENY);
	f.action = POLICY_ACTION_ABSTAIN;
	f.phase = (enum policy_phase)77;
	f.asked = 0;
	CHECK(policy_next(&f).step == POLICY_DENY);
}

static bool
same(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

static void
check_names(void)
{
	bool distinct = true;

	CHECK(same(policy_reason_name(POLICY_WRONG), "wrong"));
	CHECK(same(policy_reason_name(POLICY_LOCKED), "locked"));
	CHECK(same(policy_reason_name(POLICY_REASON_COUNT), "invalid"));
	CHECK(same(policy_reason_name(POLICY_SPENT), "spent"));
	CHECK(same(policy_reason_name(POLICY_UNTIMELY), "untimely"));
	CHECK(same(policy_step_name(POLICY_ALLOW), "allow"));
	CHECK(same(policy_step_name(POLICY_ENROLL), "enroll"));
	CHECK(same(policy_step_name((enum policy_step)1), "invalid"));
	CHECK(same(policy_factor_name(POLICY_FACTOR_PASSWORD), "password"));
	CHECK(same(policy_factor_name(POLICY_FACTOR_OTP), "otp"));
	CHECK(same(policy_factor_name(POLICY_FACTOR_COUNT), "invalid"));
	CHECK(SECOND == (POLICY_BIT(POLICY_FACTOR_OTP) |
			 POLICY_BIT(POLICY_FACTOR_FIDO2)));
	CHECK(same(policy_factor_name(POLICY_FACTOR_SSH_SK), "ssh-sk"));
	CHECK(same(policy_factor_name(POLICY_FACTOR_TOKEN), "token"));
	CHECK(same(policy_reason_name(POLICY_DECLINED), "declined"));
	CHECK(same(policy_reason_name(POLICY_NOT_INTERACTIVE),
		   "not_interactive"));
	CHECK(same(policy_reason_name(POLICY_NOT_MEMBER), "not_member"));
	for (int i = 0; i < POLICY_REASON_COUNT; i++)
		for (int j = 0; j <= POLICY_REASON_COUNT; j++) {
			const char *a =
				policy_reason_name((enum policy_reason)i);
			const char *b =
				policy_reason_name((enum policy_reason)j);

			if ((i == j) != same(a, b))
				distinct = false;
		}
	CHECK(distinct);
}

/* What shows too little does not hide what shows enough. */
static void
check_weak(void)
{
	const uint32_t key = POLICY_BIT(POLICY_FACTOR_FIDO2);
	const uint32_t word = POLICY_BIT(POLICY_FACTOR_PASSWORD);
	struct policy_facts f = {
		.phase = POLICY_PHASE_AUTH,
		.action = POLICY_ACTION_REQUIRE,
		.account = POLICY_ACCOUNT_ACTIVE,
		.alternatives = 2,
		.require = { key, word },
		.enrolled = key | word,
		.usable = key | word,
		.stepped = key | word,
		.weak = key,
	};

	CHECK_EQ(policy_next(&f).granted, word);
	f.stepped = key;
	CHECK(policy_next(&f).step == POLICY_ASK);
}

void
check_edges(void)
{
	check_nonsense();
	check_names();
	check_order();
	check_weak();
}
