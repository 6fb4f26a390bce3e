/* SPDX-License-Identifier: MIT */
#include "policy/walk.h"

/* One alternative that asks for nothing would admit everybody. */
bool
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
uint32_t
policy_named(const struct policy_facts *f)
{
	uint32_t all = 0;

	for (unsigned i = 0; i < f->alternatives; i++)
		all |= f->require[i];
	return all;
}

/* What the caller has proved itself, so that there is nothing to ask. */
uint32_t
policy_shown(const struct policy_facts *f)
{
	if (f->account == POLICY_ACCOUNT_UNKNOWN)
		return 0;
	return f->shown & f->enrolled & ~f->asked & ~f->declined;
}

/* What can be answered here, or needs no answer. */
static uint32_t
policy_usable(const struct policy_facts *f)
{
	return (f->usable & ~f->declined) | policy_shown(f);
}

/* The factors that count: shown, or asked, right, and nothing against them. */
uint32_t
policy_proved(const struct policy_facts *f)
{
	uint32_t right = f->asked & f->passed & f->enrolled & ~f->malformed &
			 ~f->locked & ~f->spent & ~f->untimely;

	return (right & ~f->declined) | policy_shown(f);
}

/* Is what was proved of SET more than possession? */
bool
policy_strong(const struct policy_facts *f, uint32_t set)
{
	return (set & ~f->weak) != 0;
}

/* Those of CHOSEN that a trusted device stands for.  One that was asked for
 * all the same is judged by its answer. */
uint32_t
policy_waived(const struct policy_facts *f, uint32_t chosen)
{
	return chosen & f->waived & POLICY_SECOND & f->enrolled & ~f->asked &
	       ~policy_shown(f);
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
uint32_t
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
bool
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

/* The first alternative that the account has but for one second factor,
 * which it can enroll here. */
static struct policy_walk
policy_choose_enroll(const struct policy_facts *f)
{
	for (unsigned i = 0; i < f->alternatives; i++) {
		uint32_t bare = f->require[i] & ~POLICY_SECOND;
		unsigned one = policy_only(f->require[i] & POLICY_SECOND);

		if (bare != 0 && one < POLICY_FACTOR_BITS &&
		    (POLICY_BIT(one) & f->enrollable) != 0 &&
		    (f->require[i] & ~policy_usable(f)) == 0 &&
		    (bare & ~f->enrolled) == 0)
			return (struct policy_walk){ .chosen = bare,
						     .enroll = true,
						     .to_enroll = one };
	}
	return (struct policy_walk){ .chosen = 0 };
}

/* Does the rule have its questions put one after the other? */
bool
policy_turns(const struct policy_facts *f)
{
	return f->unenrolled == POLICY_UNENROLLED_EXEMPT ||
	       f->unenrolled == POLICY_UNENROLLED_ENROLL;
}

/* What a known account has; what was shown whole comes before what would have
 * to be asked. */
static uint32_t
policy_choose_own(const struct policy_facts *f)
{
	uint32_t chosen;

	if (f->account == POLICY_ACCOUNT_UNKNOWN)
		return 0;
	chosen = policy_first_within(f, policy_shown(f));
	return chosen != 0 ? chosen
			   : policy_first_within(f, policy_usable(f) &
							    f->enrolled);
}

/* Somebody who was asked in turn, has proved something and then declined what
 * he has; what he has not need not be asked of him. */
static bool
policy_at_the_end(const struct policy_facts *f)
{
	return policy_turns(f) && f->account != POLICY_ACCOUNT_UNKNOWN &&
	       policy_proved(f) != 0 &&
	       (policy_named(f) & f->declined & f->enrolled) != 0;
}

/*
 * Who has nothing that would do, or is unknown, walks as who has everything,
 * and rather where something is typed: a device that nobody has would tell by
 * the time it takes.
 */
static uint32_t
policy_choose_any(const struct policy_facts *f)
{
	uint32_t can = policy_usable(f);

	for (unsigned i = 0; i < f->alternatives; i++)
		if ((f->require[i] & ~can) == 0 &&
		    (f->require[i] & ~POLICY_SECOND) != 0)
			return f->require[i];
	return policy_first_within(f, can);
}

/*
 * The alternative to walk.  Neither the state of the account nor any answer
 * has a say in it, so the questions tell nothing of either, and a change of
 * state half-way changes no question.  What was declined cannot be used.
 * Where nothing can let in, what can be asked is asked all the same, or who
 * is sent away at once would be told from who is not.
 */
struct policy_walk
policy_choose(const struct policy_facts *f)
{
	struct policy_walk w = { .chosen = policy_choose_own(f) };

	if (w.chosen == 0 && policy_exempt(f))
		w.chosen =
			policy_first_bare(f, policy_usable(f) & f->enrolled);
	else if (w.chosen == 0 && policy_unenrolled(f) &&
		 f->unenrolled == POLICY_UNENROLLED_ENROLL)
		w = policy_choose_enroll(f);
	if (policy_at_the_end(f))
		return w;
	if (w.chosen == 0)
		w.chosen = policy_choose_any(f);
	if (w.chosen == 0) {
		w.chosen = policy_first_bare(f, policy_usable(f));
		w.hopeless = true;
	}
	return w;
}
