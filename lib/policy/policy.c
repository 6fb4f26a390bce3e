/* SPDX-License-Identifier: MIT */
#include "policy/walk.h"

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
	case POLICY_ACCOUNT_SERVICE:
		return POLICY_NOT_INTERACTIVE;
	case POLICY_ACCOUNT_UNKNOWN:
		break;
	}
	return POLICY_UNKNOWN_ACCOUNT;
}

/* Nothing that could be walked lets in: why? */
static struct policy_decision
policy_stuck(const struct policy_facts *f)
{
	enum policy_reason why = policy_account_reason(f->account);

	if ((policy_named(f) & f->declined) == 0)
		return policy_deny(POLICY_NOT_USABLE);
	return policy_deny(why != POLICY_REASON_NONE ? why : POLICY_DECLINED);
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
	if (unproved != 0 || !policy_strong(f, w->chosen & policy_proved(f)))
		return policy_deny(POLICY_WRONG);
	if (w->hopeless)
		return policy_stuck(f);
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
	return policy_turns(f) && (chosen & ~POLICY_SECOND) != 0;
}

/* What is still to be asked where questions are put in turn. */
static uint32_t
policy_open_in_turn(const struct policy_facts *f, uint32_t chosen)
{
	uint32_t open = chosen & ~f->asked & ~policy_shown(f) &
			~policy_waived(f, chosen);

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
	    (chosen & ~waived & ~policy_proved(f)) == 0 &&
	    policy_strong(f, chosen & policy_proved(f)))
		return 0;
	return chosen & ~f->asked & ~policy_shown(f);
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
	struct policy_decision d;
	uint32_t open;

	if (w.chosen == 0)
		return policy_stuck(f);
	open = policy_in_turn(f, w.chosen) ? policy_open_in_turn(f, w.chosen)
					   : policy_open_all(f, w.chosen);
	if (open == 0)
		return policy_judge(f, &w);
	d = policy_ask(open);
	d.walked = w.chosen;
	return d;
}

/* Does the rule have another way, were what D asks for declined?  Whose
 * account it is has no say, or a wait would tell. */
static bool
policy_others(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts without = *f;
	struct policy_walk w;

	without.account = POLICY_ACCOUNT_UNKNOWN;
	without.declined |= POLICY_BIT(d->factor);
	w = policy_choose(&without);
	return w.chosen != 0 && !w.hopeless;
}

static struct policy_decision
policy_questions(const struct policy_facts *f)
{
	struct policy_decision d = policy_walk(f);

	if (d.step == POLICY_ASK)
		d.others = policy_others(f, &d);
	return d;
}

/* The first alternative that STEPPED holds, and that not by possession alone;
 * 0: none. */
static uint32_t
policy_first_stepped(const struct policy_facts *f, uint32_t stepped)
{
	for (unsigned i = 0; i < f->alternatives; i++)
		if ((f->require[i] & ~stepped) == 0 &&
		    policy_strong(f, f->require[i]))
			return f->require[i];
	return 0;
}

/* What was proved in the same login session lately, if it is all that would
 * be asked for; 0: no. */
static uint32_t
policy_stepped(const struct policy_facts *f)
{
	uint32_t have = f->stepped & f->enrolled, whole;

	if (f->account != POLICY_ACCOUNT_ACTIVE || f->asked != 0 ||
	    f->locked != 0 || f->declined != 0)
		return 0;
	whole = policy_first_stepped(f, have);
	if (whole == 0 && policy_exempt(f))
		whole = policy_first_bare(f, have);
	return policy_strong(f, whole) ? whole : 0;
}

static struct policy_decision
policy_auth(const struct policy_facts *f)
{
	uint32_t stepped;

	if (f->action != POLICY_ACTION_REQUIRE || !policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	stepped = policy_stepped(f);
	return stepped != 0 ? policy_allow(stepped) : policy_questions(f);
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
		return policy_questions(f);
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
policy_met(const struct policy_facts *f)
{
	uint32_t proved = policy_proved(f), bare;

	for (unsigned i = 0; i < f->alternatives; i++)
		if ((f->require[i] & ~policy_waived(f, f->require[i]) &
		     ~proved) == 0 &&
		    policy_strong(f, f->require[i] & proved))
			return f->require[i];
	bare = policy_exempt(f) ? policy_first_bare(f, proved) : 0;
	return policy_strong(f, bare) ? bare : 0;
}

static struct policy_decision
policy_session(const struct policy_facts *f)
{
	enum policy_reason why = policy_account_reason(f->account);
	uint32_t met;

	if (why != POLICY_REASON_NONE)
		return policy_deny(why);
	if (f->action == POLICY_ACTION_ADMIT)
		return policy_allow(0);
	if (!policy_rule_whole(f))
		return policy_deny(POLICY_RULE_DENIES);
	if (f->locked != 0)
		return policy_deny(POLICY_LOCKED);
	met = policy_met(f);
	return met != 0 ? policy_allow(met) : policy_deny(POLICY_NOT_PROVED);
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
