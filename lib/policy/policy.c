/* SPDX-License-Identifier: MIT */
#include "policy/policy.h"

#include <stddef.h>

#define POLICY_FACTOR_BITS 32U
#define POLICY_SECOND ((uint32_t)POLICY_SECOND_FACTORS)

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

/* What any alternative asks for. */
static uint32_t
policy_named(const struct policy_facts *f)
{
	uint32_t all = 0;

	for (unsigned i = 0; i < f->alternatives; i++)
		all |= f->require[i];
	return all;
}

/* The factors that count: asked, right, and nothing against them. */
static uint32_t
policy_proved(const struct policy_facts *f)
{
	return f->asked & f->passed & f->enrolled & ~f->malformed &
	       ~f->locked & ~f->spent & ~f->untimely;
}

/*
 * Those of CHOSEN that a trusted device stands for.  One that was asked for
 * all the same is judged by its answer, and what stands for everything stands
 * for nothing.
 */
static uint32_t
policy_waived(const struct policy_facts *f, uint32_t chosen)
{
	uint32_t waived = f->waived & POLICY_SECOND & f->enrolled & ~f->asked;

	return (chosen & ~waived) != 0 ? chosen & waived : 0;
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

/* The first one of which something is left in HAVE without its second
 * factors, so left; 0: none. */
static uint32_t
policy_first_bare(const struct policy_facts *f, uint32_t have)
{
	for (unsigned i = 0; i < f->alternatives; i++) {
		uint32_t bare = f->require[i] & ~POLICY_SECOND;

		if (bare != 0 && (bare & ~have) == 0)
			return bare;
	}
	return 0;
}

/* An account that has none of the second factors that the rule names? */
static bool
policy_unenrolled(const struct policy_facts *f)
{
	return f->account != POLICY_ACCOUNT_UNKNOWN &&
	       (policy_named(f) & f->enrolled & POLICY_SECOND) == 0;
}

/* May it do without?  Nobody can enroll while a password is changed. */
static bool
policy_exempt(const struct policy_facts *f)
{
	return policy_unenrolled(f) &&
	       (f->unenrolled == POLICY_UNENROLLED_EXEMPT ||
		(f->unenrolled == POLICY_UNENROLLED_ENROLL &&
		 f->phase == POLICY_PHASE_PASSWORD));
}

/* Of the set, the one factor; POLICY_FACTOR_BITS: none, or several. */
static unsigned
policy_only(uint32_t set)
{
	for (unsigned i = 0; i < POLICY_FACTOR_BITS; i++)
		if (set == POLICY_BIT(i))
			return i;
	return POLICY_FACTOR_BITS;
}

/* What is walked. */
struct policy_walk {
	uint32_t chosen;    /* the factors to be asked; 0: nothing will do */
	bool enroll;	    /* in the end one is to be enrolled: */
	unsigned to_enroll; /* this one */
};

/* The first alternative that the account has but for one second factor,
 * which it can enroll here. */
static struct policy_walk
policy_choose_enroll(const struct policy_facts *f)
{
	for (unsigned i = 0; i < f->alternatives; i++) {
		uint32_t bare = f->require[i] & ~POLICY_SECOND;
		unsigned one = policy_only(f->require[i] & POLICY_SECOND);

		if (bare != 0 && one < POLICY_FACTOR_BITS &&
		    (f->require[i] & ~f->usable) == 0 &&
		    (bare & ~f->enrolled) == 0)
			return (struct policy_walk){ bare, true, one };
	}
	return (struct policy_walk){ .chosen = 0 };
}

/*
 * The alternative to walk.  Neither the state of the account nor any answer
 * has a say in it, so the questions tell nothing of either, and a change of
 * state half-way changes no question.  Who has nothing that would do, or is
 * unknown, walks as who has everything.
 */
static struct policy_walk
policy_choose(const struct policy_facts *f)
{
	struct policy_walk w = { .chosen = 0 };

	if (f->account != POLICY_ACCOUNT_UNKNOWN)
		w.chosen = policy_first_within(f, f->usable & f->enrolled);
	if (w.chosen == 0 && policy_exempt(f))
		w.chosen = policy_first_bare(f, f->usable & f->enrolled);
	else if (w.chosen == 0 && policy_unenrolled(f) &&
		 f->unenrolled == POLICY_UNENROLLED_ENROLL)
		w = policy_choose_enroll(f);
	if (w.chosen == 0)
		w.chosen = policy_first_within(f, f->usable);
	return w;
}

/* The questions are over; what do the answers come to? */
static struct policy_decision
policy_judge(const struct policy_facts *f, const struct policy_walk *w)
{
	uint32_t unproved =
		w->chosen & ~policy_waived(f, w->chosen) & ~policy_proved(f);
	enum policy_reason why = policy_account_reason(f->account);
	uint32_t bad = unproved & f->asked;

	if (why != POLICY_REASON_NONE)
		return policy_deny(why);
	if (f->locked != 0)
		return policy_deny(POLICY_LOCKED);
	if ((w->chosen & ~f->enrolled) != 0)
		return policy_deny(POLICY_NOT_ENROLLED);
	if ((bad & f->malformed) != 0)
		return policy_deny(POLICY_MALFORMED);
	if ((bad & f->spent) != 0)
		return policy_deny(POLICY_SPENT);
	if ((bad & f->untimely) != 0)
		return policy_deny(POLICY_UNTIMELY);
	if (unproved != 0)
		return policy_deny(POLICY_WRONG);
	if (w->enroll)
		return (struct policy_decision){
			.step = POLICY_ENROLL,
			.reason = POLICY_NOT_ENROLLED,
			.factor = (enum policy_factor)w->to_enroll,
		};
	return policy_allow(w->chosen);
}

/*
 * Is a question put only when every answer before it was right?  Where nothing
 * but second factors are asked for, what would stop at the first of them would
 * tell who is known.
 */
static bool
policy_in_turn(const struct policy_facts *f, uint32_t chosen)
{
	return (f->unenrolled == POLICY_UNENROLLED_EXEMPT ||
		f->unenrolled == POLICY_UNENROLLED_ENROLL) &&
	       (chosen & ~POLICY_SECOND) != 0;
}

/* What is still to be asked where questions are put in turn. */
static uint32_t
policy_open_in_turn(const struct policy_facts *f, uint32_t chosen)
{
	uint32_t open = chosen & ~f->asked & ~policy_waived(f, chosen);

	if ((chosen & f->asked & ~policy_proved(f)) != 0)
		return 0;
	return f->account == POLICY_ACCOUNT_ACTIVE ? open
						   : open & ~POLICY_SECOND;
}

/* The same where every question is put, whatever the answers before were; a
 * trusted device must not tell whether they were right either. */
static uint32_t
policy_open_all(const struct policy_facts *f, uint32_t chosen)
{
	uint32_t waived = policy_waived(f, chosen);

	if (f->account == POLICY_ACCOUNT_ACTIVE &&
	    (chosen & ~waived & ~policy_proved(f)) == 0)
		return 0;
	return chosen & ~f->asked;
}

static struct policy_decision
policy_ask(uint32_t open)
{
	struct policy_decision d = { .step = POLICY_ASK };
	unsigned i = 0;

	/* Second factors come last. */
	if ((open & ~POLICY_SECOND) != 0)
		open &= ~POLICY_SECOND;
	while ((open >> i & 1) == 0)
		i++;
	d.factor = (enum policy_factor)i;
	return d;
}

static struct policy_decision
policy_walk(const struct policy_facts *f)
{
	struct policy_walk w = policy_choose(f);
	uint32_t open;

	if (w.chosen == 0)
		return policy_deny(POLICY_NOT_USABLE);
	open = policy_in_turn(f, w.chosen) ? policy_open_in_turn(f, w.chosen)
					   : policy_open_all(f, w.chosen);
	return open != 0 ? policy_ask(open) : policy_judge(f, &w);
}

/* What was proved in the same login session lately, if it is all that would
 * be asked for; 0: no. */
static uint32_t
policy_stepped(const struct policy_facts *f)
{
	uint32_t have = f->stepped & f->enrolled, whole;

	if (f->account != POLICY_ACCOUNT_ACTIVE || f->asked != 0 ||
	    f->locked != 0)
		return 0;
	whole = policy_first_within(f, have);
	return whole == 0 && policy_exempt(f) ? policy_first_bare(f, have)
					      : whole;
}

static struct policy_decision
policy_auth(const struct policy_facts *f)
{
	uint32_t stepped;

	if (f->action != POLICY_ACTION_REQUIRE || !policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	stepped = policy_stepped(f);
	return stepped != 0 ? policy_allow(stepped) : policy_walk(f);
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

/* The first alternative that was proved, but for what a trusted device stands
 * for; 0: none. */
static uint32_t
policy_shown(const struct policy_facts *f)
{
	uint32_t proved = policy_proved(f);

	for (unsigned i = 0; i < f->alternatives; i++)
		if ((f->require[i] & ~policy_waived(f, f->require[i]) &
		     ~proved) == 0)
			return f->require[i];
	return policy_exempt(f) ? policy_first_bare(f, proved) : 0;
}

static struct policy_decision
policy_session(const struct policy_facts *f)
{
	enum policy_reason why = policy_account_reason(f->account);
	uint32_t shown;

	if (why != POLICY_REASON_NONE)
		return policy_deny(why);
	if (f->action == POLICY_ACTION_ADMIT)
		return policy_allow(0);
	if (!policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	if (f->locked != 0)
		return policy_deny(POLICY_LOCKED);
	shown = policy_shown(f);
	return shown != 0 ? policy_allow(shown)
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
		[POLICY_SPENT] = "spent",
		[POLICY_UNTIMELY] = "untimely",
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
#define FACTOR(NAME, file, second) [POLICY_FACTOR_##NAME] = #file,
#include "factor/factors.def"
#undef FACTOR
	};
	size_t at = (size_t)factor;

	return at < POLICY_FACTOR_COUNT ? names[at] : policy_no_name;
}
