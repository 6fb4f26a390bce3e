/* SPDX-License-Identifier: MIT */
/* Who has certain factors: does a rule let them in?  The policy says so. */
#include "rule/rule.h"

#define WAY_STEPS_MAX (2 * POLICY_FACTOR_COUNT + 1)

static enum policy_unenrolled
way_unenrolled(const struct rule *r, int64_t now)
{
	switch (r->unenrolled) {
	case RULE_UNENROLLED_EXEMPT:
		return POLICY_UNENROLLED_EXEMPT;
	case RULE_UNENROLLED_ENROLL:
		return POLICY_UNENROLLED_ENROLL;
	case RULE_UNENROLLED_UNTIL:
		if (now < r->unenrolled_until)
			return POLICY_UNENROLLED_EXEMPT;
		break;
	case RULE_UNENROLLED_DENY:
		break;
	}
	return POLICY_UNENROLLED_DENY;
}

/* What is asked for is there and right, or was never enrolled. */
static void
way_answer(uint32_t weak, const struct policy_decision *d,
	   struct policy_facts *facts)
{
	const uint32_t bit = POLICY_BIT(d->factor);

	if ((weak & bit) != 0 && d->walked == bit) {
		facts->declined |= bit;
		return;
	}
	facts->asked |= bit;
	facts->passed |= facts->enrolled & bit;
	facts->weak |= weak & bit;
}

struct policy_decision
rule_way_walk(uint32_t weak, struct policy_facts *facts)
{
	struct policy_decision d = policy_next(facts);

	for (unsigned i = 0; d.step == POLICY_ASK && i < WAY_STEPS_MAX; i++) {
		way_answer(weak, &d, facts);
		d = policy_next(facts);
	}
	if (d.step == POLICY_ASK)
		return (struct policy_decision){ .step = POLICY_DENY,
						 .reason = POLICY_WRONG };
	return d;
}

struct policy_decision
rule_way_end(const struct rule *r, const struct rule_way *way, int64_t now)
{
	struct policy_facts facts = {
		.phase = POLICY_PHASE_AUTH,
		.action = POLICY_ACTION_REQUIRE,
		.account = POLICY_ACCOUNT_ACTIVE,
		.alternatives = r->alternatives,
		.unenrolled = way_unenrolled(r, now),
		.enrolled = way->enrolled,
		.usable = way->usable,
		.enrollable = POLICY_BIT(POLICY_FACTOR_OTP),
	};

	for (unsigned i = 0; i < POLICY_ALTERNATIVES_MAX; i++)
		facts.require[i] = r->require[i];
	return rule_way_walk(way->weak, &facts);
}

bool
rule_way_in(const struct rule *r, const struct rule_way *way, int64_t now)
{
	const struct policy_decision d = rule_way_end(r, way, now);

	return d.step == POLICY_ALLOW || d.step == POLICY_ENROLL;
}
