/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <stddef.h>

#define POLICY_FACTOR_BITS 32U

static struct policy_decision
policy_deny(enum policy_reason why)
{
	return (struct policy_decision){ .step = POLICY_DENY, .reason = why };
}

static struct policy_decision
policy_allow(uint32_t granted)
{
	return (struct policy_decision){ .step = POLICY_ALLOW,
					 .reason = POLICY_GRANTED,
					 .granted = granted };
}

/* What is wrong with the account; POLICY_REASON_NONE: nothing. */
static enum policy_reason
policy_account_reason(enum policy_account account)
{
	switch (account) {
	case POLICY_ACCOUNT_ACTIVE:
		return POLICY_REASON_NONE;
	case POLICY_ACCOUNT_DISABLED:
		return POLICY_DISABLED;
	case POLICY_ACCOUNT_EXPIRED:
		return POLICY_EXPIRED;
	case POLICY_ACCOUNT_PENDING:
		return POLICY_PENDING_DELETION;
	case POLICY_ACCOUNT_DELETED:
		return POLICY_DELETED;
	case POLICY_ACCOUNT_UNKNOWN:
		break;
	}
	return POLICY_UNKNOWN_ACCOUNT;
}

/* One alternative that asks for nothing would admit everybody. */
static bool
policy_rule_whole(const struct policy_facts *f)
{
	if (f->alternatives == 0 || f->alternatives > POLICY_ALTERNATIVES_MAX)
		return false;
	for (unsigned i = 0; i < f->alternatives; i++)
		if (f->require[i] == 0)
			return false;
	return true;
}

/* The factors that count: asked, right, and nothing against them. */
static uint32_t
policy_proved(const struct policy_facts *f)
{
	return f->asked & f->passed & f->enrolled & ~f->malformed & ~f->locked;
}

/* The first alternative whose factors are all in HAVE; 0: none. */
static uint32_t
policy_first_within(const struct policy_facts *f, uint32_t have)
{
	for (unsigned i = 0; i < f->alternatives; i++)
		if ((f->require[i] & ~have) == 0)
			return f->require[i];
	return 0;
}

/*
 * The alternative to walk; 0: none can be answered here.  Neither the state
 * of the account nor any answer has a say in it, so the questions tell
 * nothing of either, and a change of state half-way changes no question.
 * Who has no whole alternative, or is unknown, walks as who has everything.
 */
static uint32_t
policy_choose(const struct policy_facts *f)
{
	uint32_t chosen = 0;

	if (f->account != POLICY_ACCOUNT_UNKNOWN)
		chosen = policy_first_within(f, f->usable & f->enrolled);
	if (chosen == 0)
		chosen = policy_first_within(f, f->usable);
	return chosen;
}

/* All questions are asked; what do the answers come to? */
static struct policy_decision
policy_judge(const struct policy_facts *f, uint32_t chosen)
{
	enum policy_reason why = policy_account_reason(f->account);

	if (why != POLICY_REASON_NONE)
		return policy_deny(why);
	if (f->locked != 0)
		return policy_deny(POLICY_LOCKED);
	if ((chosen & ~f->enrolled) != 0)
		return policy_deny(POLICY_NOT_ENROLLED);
	if ((chosen & f->malformed) != 0)
		return policy_deny(POLICY_MALFORMED);
	if ((chosen & ~policy_proved(f)) != 0)
		return policy_deny(POLICY_WRONG);
	return policy_allow(chosen);
}

/* Every question is put, whatever the answers before it were. */
static struct policy_decision
policy_walk(const struct policy_facts *f)
{
	uint32_t chosen = policy_choose(f), open = chosen & ~f->asked;

	if (chosen == 0)
		return policy_deny(POLICY_NOT_USABLE);
	for (unsigned i = 0; i < POLICY_FACTOR_BITS; i++)
		if ((open & POLICY_BIT(i)) != 0)
			return (struct policy_decision){
				.step = POLICY_ASK,
				.factor = (enum policy_factor)i,
			};
	return policy_judge(f, chosen);
}

static struct policy_decision
policy_auth(const struct policy_facts *f)
{
	if (f->action != POLICY_ACTION_REQUIRE || !policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	return policy_walk(f);
}

static struct policy_decision
policy_account(const struct policy_facts *f)
{
	enum policy_reason why = policy_account_reason(f->account);

	if (why != POLICY_REASON_NONE)
		return policy_deny(why);
	if (f->must_change)
		return (struct policy_decision){
			.step = POLICY_RENEW,
			.reason = POLICY_MUST_CHANGE,
		};
	return policy_allow(0);
}

static struct policy_decision
policy_password(const struct policy_facts *f)
{
	if (f->action != POLICY_ACTION_REQUIRE || !policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	if (!f->privileged)
		return policy_walk(f);
	/* Root may repair the password of an account that is shut. */
	if (f->account == POLICY_ACCOUNT_ACTIVE ||
	    f->account == POLICY_ACCOUNT_DISABLED ||
	    f->account == POLICY_ACCOUNT_EXPIRED ||
	    f->account == POLICY_ACCOUNT_PENDING)
		return policy_allow(0);
	return policy_deny(policy_account_reason(f->account));
}

static struct policy_decision
policy_session(const struct policy_facts *f)
{
	enum policy_reason why = policy_account_reason(f->account);
	uint32_t whole;

	if (why != POLICY_REASON_NONE)
		return policy_deny(why);
	if (f->action == POLICY_ACTION_ADMIT)
		return policy_allow(0);
	if (!policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	if (f->locked != 0)
		return policy_deny(POLICY_LOCKED);
	whole = policy_first_within(f, policy_proved(f));
	return whole != 0 ? policy_allow(whole)
			  : policy_deny(POLICY_NOT_PROVED);
}

/* A rule of substance matched: what does it say in this phase? */
static struct policy_decision
policy_phase(const struct policy_facts *f)
{
	switch (f->phase) {
	case POLICY_PHASE_AUTH:
		return policy_auth(f);
	case POLICY_PHASE_ACCOUNT:
		return policy_account(f);
	case POLICY_PHASE_PASSWORD:
		return policy_password(f);
	case POLICY_PHASE_SESSION:
		return policy_session(f);
	}
	return policy_deny(POLICY_NO_RULE);
}

static bool
policy_phase_known(enum policy_phase phase)
{
	return phase == POLICY_PHASE_AUTH || phase == POLICY_PHASE_ACCOUNT ||
	       phase == POLICY_PHASE_PASSWORD || phase == POLICY_PHASE_SESSION;
}

struct policy_decision
policy_next(const struct policy_facts *f)
{
	if (!policy_phase_known(f->phase))
		return policy_deny(POLICY_NO_RULE);
	if (f->cancelled)
		return policy_deny(POLICY_CANCELLED);
	switch (f->action) {
	case POLICY_ACTION_REQUIRE:
	case POLICY_ACTION_ADMIT:
		return policy_phase(f);
	case POLICY_ACTION_ABSTAIN:
		/* Who was asked something is ours, and stays ours. */
		if (f->asked != 0)
			return policy_deny(POLICY_RULE_DENIES);
		return (struct policy_decision){ .step = POLICY_ABSTAIN,
						 .reason = POLICY_NOT_OURS };
	case POLICY_ACTION_DENY:
		return policy_deny(POLICY_RULE_DENIES);
	case POLICY_ACTION_NONE:
		break;
	}
	return policy_deny(POLICY_NO_RULE);
}

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
		[POLICY_CANCELLED] = "cancelled",
		[POLICY_MUST_CHANGE] = "must_change",
		[POLICY_NOT_PROVED] = "not_proved",
		[POLICY_PASSWORD_REFUSED] = "password_refused",
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
#define FACTOR(NAME, file) [POLICY_FACTOR_##NAME] = #file,
#include "factor/factors.def"
#undef FACTOR
	};
	size_t at = (size_t)factor;

	return at < POLICY_FACTOR_COUNT ? names[at] : policy_no_name;
}
