/* SPDX-License-Identifier: MIT */
/* Every law about one decision, said in other words than policy.c has. */
#include "laws.h"

#include <stddef.h>

/* Do answers matter here at all? */
static bool
by_factors(const struct policy_facts *f)
{
	if (f->action != POLICY_ACTION_REQUIRE)
		return false;
	return f->phase == POLICY_PHASE_AUTH ||
	       f->phase == POLICY_PHASE_SESSION ||
	       (f->phase == POLICY_PHASE_PASSWORD && !f->privileged);
}

static bool
lets_in(const struct policy_facts *f)
{
	if (f->action == POLICY_ACTION_REQUIRE)
		return true;
	return f->action == POLICY_ACTION_ADMIT &&
	       (f->phase == POLICY_PHASE_ACCOUNT ||
		f->phase == POLICY_PHASE_SESSION);
}

static bool
by_root(const struct policy_facts *f)
{
	return f->phase == POLICY_PHASE_PASSWORD && f->privileged;
}

/* Whose password root may set: of whoever is there, and logs in by one. */
static bool
repaired(const struct policy_facts *f)
{
	return by_root(f) && f->account != POLICY_ACCOUNT_UNKNOWN &&
	       f->account != POLICY_ACCOUNT_DELETED &&
	       f->account != POLICY_ACCOUNT_SERVICE;
}

/* Proved, but for what a device stands for, and not by possession alone. */
static bool
met(const struct policy_facts *f, uint32_t set)
{
	return (set & ~waived(f) & ~proved(f)) == 0 &&
	       (set & proved(f) & ~f->weak) != 0;
}

static bool
stepped(const struct policy_facts *f, uint32_t set)
{
	return f->phase == POLICY_PHASE_AUTH && f->asked == 0 &&
	       f->locked == 0 && f->declined == 0 &&
	       f->account == POLICY_ACCOUNT_ACTIVE &&
	       (set & ~(f->stepped & f->enrolled)) == 0 &&
	       (set & ~f->weak) != 0;
}

static bool
enough(const struct policy_facts *f, uint32_t granted)
{
	for (unsigned i = 0; i < f->alternatives; i++) {
		uint32_t set = f->require[i], bare = set & ~SECOND;

		if (granted == set && (met(f, set) || stepped(f, set)))
			return true;
		if (granted == bare && exempt(f) &&
		    (((bare & ~proved(f)) == 0 && (bare & ~f->weak) != 0) ||
		     stepped(f, bare)))
			return true;
	}
	return false;
}

static void
hold_allow(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts g = *f;

	HOLD(RULED, lets_in(f) && d->reason == POLICY_GRANTED);
	HOLD(ACTIVE, f->account == POLICY_ACCOUNT_ACTIVE || repaired(f));
	if (!by_factors(f)) {
		HOLD(WHOLE, d->granted == 0);
		return;
	}
	HOLD(WHOLE, sane(f) && d->granted != 0 && enough(f, d->granted));
	HOLD(UNLOCKED, f->locked == 0);
	g.locked |= d->granted & (~d->granted + 1);
	HOLD(MONOTONE, policy_next(&g).step != POLICY_ALLOW);
	g = *f;
	g.passed |= g.asked;
	g.malformed = g.spent = g.untimely = 0;
	HOLD(MONOTONE, policy_next(&g).step == POLICY_ALLOW);
	g = *f;
	g.weak = UINT32_MAX;
	HOLD(STRONG, policy_next(&g).step != POLICY_ALLOW);
	g = *f;
	g.declined = UINT32_MAX;
	HOLD(DECLINES, policy_next(&g).step != POLICY_ALLOW);
	if (f->asked == 0) {
		HOLD(STEPS, f->stepped != 0 || shown(f) != 0);
		g = *f;
		g.account = POLICY_ACCOUNT_EXPIRED;
		HOLD(STEPS, policy_next(&g).step != POLICY_ALLOW);
	}
}

/* A question put in turn: some alternative has it next. */
static bool
is_next(const struct policy_facts *f, uint32_t bit)
{
	bool second = (bit & SECOND) != 0;

	for (unsigned i = 0; i < f->alternatives; i++) {
		uint32_t set = f->require[i], first = set & ~SECOND;

		if ((set & bit) == 0 || (set & ~can(f) & ~SECOND) != 0)
			continue;
		if (first == 0)
			return true;
		if (!second && (first & f->asked & ~proved(f)) == 0)
			return true;
		if (second && (first & ~proved(f)) == 0 &&
		    (set & f->asked & ~proved(f)) == 0 &&
		    f->account == POLICY_ACCOUNT_ACTIVE)
			return true;
	}
	return false;
}

static void
hold_ask(const struct policy_facts *f, const struct policy_decision *d)
{
	uint32_t bit = UINT32_C(1) << (unsigned)d->factor;
	struct policy_facts g = *f;

	g.declined |= bit;
	HOLD(DECLINES, d->others == holds_one(f, g.usable & ~g.declined));
	HOLD(DECLINES, (bit & f->declined) == 0);
	HOLD(DECLINES, !in_turn(f) || f->account == POLICY_ACCOUNT_UNKNOWN ||
			       (named(f) & f->declined & f->enrolled) == 0 ||
			       proved(f) == 0 ||
			       (d->walked & ~f->enrolled) == 0);
	HOLD(ASKS, (bit & shown(f)) == 0 && (bit & d->walked) != 0 &&
			   (d->walked & ~named(f)) == 0);
	HOLD(ASKS, f->phase != POLICY_PHASE_SESSION && by_factors(f) &&
			   sane(f) && (bit & f->asked) == 0 &&
			   (bit & named(f)) != 0 && (bit & f->usable) != 0);
	HOLD(TOTAL, d->reason == POLICY_REASON_NONE);
	HOLD(IN_TURN, !in_turn(f) || is_next(f, bit));
	HOLD(DEVICE, (waived(f) & bit) == 0 || !in_turn(f) ||
			     (named(f) & ~SECOND) == 0 ||
			     f->alternatives == 2);
}

static enum policy_reason
state_reason(enum policy_account account)
{
	static const enum policy_reason reasons[] = {
		[POLICY_ACCOUNT_UNKNOWN] = POLICY_UNKNOWN_ACCOUNT,
		[POLICY_ACCOUNT_ACTIVE] = POLICY_REASON_NONE,
		[POLICY_ACCOUNT_DISABLED] = POLICY_DISABLED,
		[POLICY_ACCOUNT_EXPIRED] = POLICY_EXPIRED,
		[POLICY_ACCOUNT_PENDING] = POLICY_PENDING_DELETION,
		[POLICY_ACCOUNT_DELETED] = POLICY_DELETED,
		[POLICY_ACCOUNT_SERVICE] = POLICY_NOT_INTERACTIVE,
	};

	return reasons[account];
}

/* Has the session what it takes? */
static bool
arrived(const struct policy_facts *f)
{
	for (unsigned i = 0; i < f->alternatives; i++)
		if (met(f, f->require[i]))
			return true;
	return exempt(f) && holds_bare(f, proved(f)) &&
	       (proved(f) & named(f) & ~SECOND & ~f->weak) != 0;
}

/* Reasons that speak of answers. */
static bool
answer_true(const struct policy_facts *f, enum policy_reason why)
{
	uint32_t shaped = f->asked & ~f->malformed;

	if (f->locked != 0)
		return why == POLICY_LOCKED;
	if (why == POLICY_NOT_ENROLLED)
		return !holds_one(f, can(f) & f->enrolled);
	if (why == POLICY_DECLINED)
		return (f->declined & named(f)) != 0 &&
		       !holds_one(f, can(f) & f->enrolled);
	if (why == POLICY_MALFORMED)
		return (f->malformed & f->asked) != 0;
	if (why == POLICY_SPENT)
		return (f->spent & shaped) != 0;
	if (why == POLICY_UNTIMELY)
		return (f->untimely & shaped & ~f->spent) != 0;
	if (why == POLICY_WRONG)
		return (shaped & ~f->passed & ~f->spent & ~f->untimely) != 0 ||
		       (f->weak & proved(f)) != 0;
	return why == POLICY_NOT_PROVED && !arrived(f);
}

static bool
reason_true(const struct policy_facts *f, enum policy_reason why)
{
	if (why == state_reason(f->account))
		return f->account != POLICY_ACCOUNT_ACTIVE;
	if (why == POLICY_NO_RULE)
		return f->action == POLICY_ACTION_NONE;
	if (why == POLICY_RULE_DENIES)
		return !lets_in(f) || !sane(f);
	if (why == POLICY_CANCELLED)
		return f->cancelled;
	if (why == POLICY_NOT_USABLE)
		return !holds_one(f, can(f)) && (named(f) & f->declined) == 0;
	return f->account == POLICY_ACCOUNT_ACTIVE && sane(f) &&
	       answer_true(f, why);
}

/* The same login of an account in good order with right answers; of an
 * unknown one: of an account that has everything. */
static struct policy_facts
twin_of(const struct policy_facts *f)
{
	struct policy_facts twin = *f;

	twin.account = POLICY_ACCOUNT_ACTIVE;
	if (f->account == POLICY_ACCOUNT_UNKNOWN) {
		twin.enrolled = pretended(f);
		twin.shown = 0;
	}
	twin.passed = twin.asked;
	twin.malformed = twin.locked = twin.spent = twin.untimely = 0;
	twin.stepped = 0;
	twin.must_change = false;
	return twin;
}

/*
 * Where everybody is asked for the same, whoever is asked now is who would be
 * asked without device and step-up and with nothing but wrong answers; and
 * only what a device or the step-up lets in is spared a question.
 */
static void
hold_same(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts twin = twin_of(f);
	struct policy_decision e;

	twin.passed = twin.waived = 0;
	e = policy_next(&twin);
	if (d->step == POLICY_ASK || e.step != POLICY_ASK) {
		HOLD(BLIND, d->step != POLICY_ASK || (e.step == POLICY_ASK &&
						      d->factor == e.factor));
		return;
	}
	if (d->step != POLICY_ALLOW || f->asked != 0 || f->stepped == 0)
		HOLD(DEVICE,
		     (waived(f) & POLICY_BIT(e.factor)) != 0 &&
			     (d->step == POLICY_ALLOW || f->locked != 0));
}

/* Elsewhere whoever is asked is asked what a good one is. */
static void
hold_prefix(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts twin = twin_of(f);
	struct policy_decision e = policy_next(&twin);

	HOLD(BLIND, d->step != POLICY_ASK ||
			    (e.step == POLICY_ASK && d->factor == e.factor));
	/* The first question, at least, tells nothing. */
	HOLD(BLIND, d->step == POLICY_ASK || e.step != POLICY_ASK ||
			    f->asked != 0 || shown(f) != 0 ||
			    (d->step == POLICY_ALLOW && f->stepped != 0));
}

static bool
enrolls_one(const struct policy_facts *f, uint32_t set)
{
	uint32_t first = set & ~SECOND, second = set & SECOND;

	return first != 0 && second != 0 && (second & (second - 1)) == 0 &&
	       (second & f->enrollable) != 0 && (set & ~can(f)) == 0 &&
	       (first & ~f->enrolled) == 0;
}

static bool
may_enroll(const struct policy_facts *f)
{
	return f->phase == POLICY_PHASE_AUTH &&
	       f->unenrolled == POLICY_UNENROLLED_ENROLL && unenrolled(f);
}

static void
hold_enroll(const struct policy_facts *f, const struct policy_decision *d)
{
	uint32_t bit = UINT32_C(1) << (unsigned)d->factor;
	struct policy_facts g = *f;
	bool whole = false;

	for (unsigned i = 0; i < f->alternatives; i++)
		if (enrolls_one(f, f->require[i]) &&
		    (f->require[i] & ~SECOND & ~proved(f)) == 0 &&
		    (f->require[i] & ~SECOND & ~f->weak) != 0 &&
		    (f->require[i] & SECOND) == bit)
			whole = true;
	HOLD(ENROLLS, whole && by_factors(f) && may_enroll(f) &&
			      d->reason == POLICY_NOT_ENROLLED);
	HOLD(ACTIVE, f->account == POLICY_ACCOUNT_ACTIVE);
	HOLD(UNLOCKED, f->locked == 0);
	g.asked |= bit;
	g.passed |= bit;
	g.enrolled |= bit;
	g.malformed &= ~bit;
	g.weak &= ~bit;
	g.spent &= ~bit;
	g.untimely &= ~bit;
	HOLD(ENROLLS, policy_next(&g).step == POLICY_ALLOW);
	g.cancelled = true;
	HOLD(ENROLLS, policy_next(&g).step == POLICY_DENY);
}

/* What is due to an active account by its answers; DENY: nothing. */
static enum policy_step
due(const struct policy_facts *f)
{
	uint32_t have = can(f) & f->enrolled, rest = named(f) & ~waived(f);
	uint32_t lately = f->stepped & f->enrolled;
	bool first = (named(f) & ~SECOND & ~right(f)) == 0;

	if ((f->weak & named(f)) != 0)
		return POLICY_DENY;
	if (f->phase == POLICY_PHASE_SESSION)
		return arrived(f) ? POLICY_ALLOW : POLICY_DENY;
	if (f->phase == POLICY_PHASE_AUTH && f->asked == 0 &&
	    f->declined == 0 &&
	    (holds_one(f, lately) || (exempt(f) && holds_bare(f, lately))))
		return POLICY_ALLOW;
	if (holds_one(f, have))
		return (rest & ~right(f)) == 0 &&
				       (f->require[0] & ~waived(f)) != 0 &&
				       (f->alternatives == 1 ||
					(f->require[1] & ~waived(f)) != 0)
			       ? POLICY_ALLOW
			       : POLICY_DENY;
	if (exempt(f) && first && holds_bare(f, have))
		return POLICY_ALLOW;
	if (may_enroll(f) && first &&
	    (enrolls_one(f, f->require[0]) ||
	     (f->alternatives == 2 && enrolls_one(f, f->require[1]))))
		return POLICY_ENROLL;
	return POLICY_DENY;
}

/* The same, for everybody; DENY: nothing is due. */
static enum policy_step
must(const struct policy_facts *f)
{
	bool active = f->account == POLICY_ACCOUNT_ACTIVE;

	if (f->cancelled || !lets_in(f))
		return POLICY_DENY;
	if (f->phase == POLICY_PHASE_ACCOUNT)
		return active && !f->must_change ? POLICY_ALLOW : POLICY_DENY;
	if (f->action == POLICY_ACTION_ADMIT)
		return active ? POLICY_ALLOW : POLICY_DENY;
	if (!sane(f))
		return POLICY_DENY;
	if (by_root(f))
		return repaired(f) ? POLICY_ALLOW : POLICY_DENY;
	return active && f->locked == 0 ? due(f) : POLICY_DENY;
}

/* Bits that a device may not stand for change nothing. */
static void
hold_device(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts g = *f;
	struct policy_decision e;

	g.waived &= SECOND & f->enrolled & ~f->asked;
	e = policy_next(&g);
	HOLD(DEVICE, d->step == e.step && d->factor == e.factor &&
			     d->granted == e.granted);
}

/* Where every alternative begins alike, so does every login in turn, whoever
 * has what and whatever can be used behind the beginning. */
static void
hold_first(const struct policy_facts *f, const struct policy_decision *d)
{
	uint32_t bare = f->require[0] & ~SECOND;

	if (!in_turn(f) || f->asked != 0 || f->stepped != 0 || shown(f) != 0 ||
	    (bare & ~(f->usable & ~f->declined)) != 0 || bare == 0 ||
	    (f->alternatives == 2 && (f->require[1] & ~SECOND) != bare))
		return;
	HOLD(BLIND, d->step == POLICY_ASK && (bare >> d->factor & 1) != 0 &&
			    (bare & (POLICY_BIT(d->factor) - 1)) == 0);
}

static void
hold_questions(const struct policy_facts *f, const struct policy_decision *d)
{
	if (f->cancelled || !sane(f) || f->phase == POLICY_PHASE_SESSION)
		return;
	hold_first(f, d);
	if (!in_turn(f) ||
	    ((f->require[0] & ~SECOND) == 0 &&
	     (f->alternatives == 1 || (f->require[1] & ~SECOND) == 0)))
		hold_same(f, d);
	else if ((f->require[0] & ~SECOND) != 0 &&
		 (f->alternatives == 1 || (f->require[1] & ~SECOND) != 0))
		hold_prefix(f, d);
}

void
hold_all(const struct policy_facts *f)
{
	struct policy_decision got = policy_next(f), *d = &got;
	enum policy_step wanted = must(f);
	bool renew = f->phase == POLICY_PHASE_ACCOUNT && lets_in(f) &&
		     !f->cancelled && f->must_change &&
		     f->account == POLICY_ACCOUNT_ACTIVE;

	HOLD(CANCELS, !f->cancelled || d->step == POLICY_DENY);
	HOLD(ABSTAINS, (d->step == POLICY_ABSTAIN) ==
			       (f->action == POLICY_ACTION_ABSTAIN &&
				f->asked == 0 && !f->cancelled));
	HOLD(RENEWS, (d->step == POLICY_RENEW) == renew);
	HOLD(TOTAL, d->step == POLICY_ASK || d->step == POLICY_ENROLL ||
			    d->factor == 0);
	HOLD(TOTAL, d->step == POLICY_ALLOW || d->granted == 0);
	HOLD(LIVES, wanted != POLICY_ALLOW || d->step == POLICY_ALLOW);
	HOLD(ENROLLS, wanted != POLICY_ENROLL || d->step == POLICY_ENROLL);
	if (by_factors(f)) {
		hold_questions(f, d);
		hold_device(f, d);
	}
	if (d->step == POLICY_ALLOW)
		hold_allow(f, d);
	else if (d->step == POLICY_ASK)
		hold_ask(f, d);
	else if (d->step == POLICY_ENROLL)
		hold_enroll(f, d);
	else if (d->step == POLICY_DENY)
		HOLD(REASONS, reason_true(f, d->reason));
	else
		HOLD(TOTAL,
		     d->step == POLICY_RENEW || d->step == POLICY_ABSTAIN);
}
