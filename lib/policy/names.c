/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <stddef.h>

static const char policy_no_name[] = "invalid";

const char *
policy_reason_name(enum policy_reason reason)
{
	static const char *const names[POLICY_REASON_COUNT] = {
		[POLICY_REASON_NONE] = "none",
		[POLICY_GRANTED] = "granted",
		[POLICY_NO_RULE] = "no_rule",
		[POLICY_RULE_DENIES] = "rule_denies",
		[POLICY_NOT_OURS] = "not_ours",
		[POLICY_UNKNOWN_ACCOUNT] = "unknown_account",
		[POLICY_DISABLED] = "disabled",
		[POLICY_EXPIRED] = "expired",
		[POLICY_PENDING_DELETION] = "pending_deletion",
		[POLICY_DELETED] = "deleted",
		[POLICY_LOCKED] = "locked",
		[POLICY_NOT_ENROLLED] = "not_enrolled",
		[POLICY_NOT_USABLE] = "not_usable",
		[POLICY_WRONG] = "wrong",
		[POLICY_MALFORMED] = "malformed",
		[POLICY_SPENT] = "spent",
		[POLICY_UNTIMELY] = "untimely",
		[POLICY_CANCELLED] = "cancelled",
		[POLICY_MUST_CHANGE] = "must_change",
		[POLICY_NOT_PROVED] = "not_proved",
		[POLICY_PASSWORD_REFUSED] = "password_refused",
		[POLICY_DECLINED] = "declined",
		[POLICY_NOT_INTERACTIVE] = "not_interactive",
		[POLICY_NOT_MEMBER] = "not_member",
		[POLICY_UNAVAILABLE] = "unavailable",
	};
	size_t at = (size_t)reason;

	return at < POLICY_REASON_COUNT ? names[at] : policy_no_name;
}

const char *
policy_step_name(enum policy_step step)
{
	switch (step) {
	case POLICY_DENY:
		return "deny";
	case POLICY_ASK:
		return "ask";
	case POLICY_RENEW:
		return "renew";
	case POLICY_ENROLL:
		return "enroll";
	case POLICY_ABSTAIN:
		return "abstain";
	case POLICY_ALLOW:
		return "allow";
	}
	return policy_no_name;
}

const char *
policy_factor_name(enum policy_factor factor)
{
	static const char *const names[POLICY_FACTOR_COUNT] = {
#define FACTOR(NAME, symbol, word, second) [POLICY_FACTOR_##NAME] = (word),
#include "factor/factors.def"
#undef FACTOR
	};
	size_t at = (size_t)factor;

	return at < POLICY_FACTOR_COUNT ? names[at] : policy_no_name;
}
