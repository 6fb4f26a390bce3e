/* SPDX-License-Identifier: MIT */
/*
 * The laws of policy.h, held against every combination of facts.
 *
 * Two universes: two factors with any bits at all, sense or nonsense, and
 * three factors with every answer that can really happen.  Then every whole
 * login of three factors is walked through.  One test point a law; the first
 * combination that breaks it is the diagnosis.  With `--first` the run ends
 * at the first broken law (for planted.py).
 */
#include "policy/policy.h"

#include "laws.h"
#include "test.h"

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

static void
hold_allow(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts g = *f;

	HOLD(RULED, lets_in(f) && d->reason == POLICY_GRANTED);
	HOLD(ACTIVE,
	     f->account == POLICY_ACCOUNT_ACTIVE ||
		     (by_root(f) && f->account != POLICY_ACCOUNT_UNKNOWN &&
		      f->account != POLICY_ACCOUNT_DELETED));
	if (!by_factors(f)) {
		HOLD(WHOLE, d->granted == 0);
		return;
	}
	HOLD(WHOLE,
	     sane(f) && d->granted != 0 && (d->granted & ~proved(f)) == 0 &&
		     (d->granted == f->require[0] ||
		      (f->alternatives == 2 && d->granted == f->require[1])));
	HOLD(UNLOCKED, f->locked == 0);
	g.locked |= d->granted & (~d->granted + 1);
	HOLD(MONOTONE, policy_next(&g).step != POLICY_ALLOW);
	g = *f;
	g.passed |= g.asked;
	g.malformed = 0;
	HOLD(MONOTONE, policy_next(&g).step == POLICY_ALLOW);
}

static void
hold_ask(const struct policy_facts *f, const struct policy_decision *d)
{
	uint32_t bit = UINT32_C(1) << (unsigned)d->factor;

	HOLD(ASKS, f->phase != POLICY_PHASE_SESSION && by_factors(f) &&
			   sane(f) && (bit & f->asked) == 0 &&
			   (bit & named(f)) != 0 && (bit & f->usable) != 0);
	HOLD(TOTAL, d->reason == POLICY_REASON_NONE);
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
	};

	return reasons[account];
}

/* Reasons that speak of answers are for active accounts only. */
static bool
reason_true(const struct policy_facts *f, enum policy_reason why)
{
	bool active = f->account == POLICY_ACCOUNT_ACTIVE && sane(f);

	if (why == state_reason(f->account))
		return f->account != POLICY_ACCOUNT_ACTIVE;
	if (why == POLICY_NO_RULE)
		return f->action == POLICY_ACTION_NONE;
	if (why == POLICY_RULE_DENIES)
		return !lets_in(f) || !sane(f);
	if (why == POLICY_CANCELLED)
		return f->cancelled;
	if (why == POLICY_NOT_USABLE)
		return !holds_one(f, f->usable);
	if (why == POLICY_LOCKED)
		return active && f->locked != 0;
	if (f->locked != 0)
		return false;
	if (why == POLICY_NOT_ENROLLED)
		return active && !holds_one(f, f->usable & f->enrolled);
	if (why == POLICY_MALFORMED)
		return active && (f->malformed & f->asked) != 0;
	if (why == POLICY_WRONG)
		return active && (f->asked & ~f->passed & ~f->malformed) != 0;
	return why == POLICY_NOT_PROVED && active && !holds_one(f, proved(f));
}

/*
 * The same login of an account in good order that has answered nothing yet;
 * of an unknown one: of an account that has everything.
 */
static void
hold_blind(const struct policy_facts *f, const struct policy_decision *d)
{
	struct policy_facts twin = *f;
	struct policy_decision e;

	twin.account = POLICY_ACCOUNT_ACTIVE;
	if (f->account == POLICY_ACCOUNT_UNKNOWN)
		twin.enrolled = UINT32_MAX;
	twin.passed = twin.malformed = twin.locked = 0;
	twin.must_change = false;
	e = policy_next(&twin);
	HOLD(BLIND, (d->step == POLICY_ASK) == (e.step == POLICY_ASK) &&
			    d->factor == e.factor);
}

/* What must be let in, seen without any of the code under test. */
static bool
must_allow(const struct policy_facts *f)
{
	bool active = f->account == POLICY_ACCOUNT_ACTIVE;
	uint32_t all = named(f);

	if (f->cancelled || !lets_in(f))
		return false;
	if (f->phase == POLICY_PHASE_ACCOUNT)
		return active && !f->must_change;
	if (f->action == POLICY_ACTION_ADMIT)
		return active;
	if (!sane(f))
		return false;
	if (by_root(f))
		return f->account != POLICY_ACCOUNT_UNKNOWN &&
		       f->account != POLICY_ACCOUNT_DELETED;
	if (!active || f->locked != 0)
		return false;
	if (f->phase == POLICY_PHASE_SESSION)
		return holds_one(f, proved(f));
	return (all & f->asked & f->passed & ~f->malformed) == all &&
	       holds_one(f, f->usable & f->enrolled);
}

static void
hold_all(const struct policy_facts *f)
{
	struct policy_decision got = policy_next(f), *d = &got;
	bool renew = f->phase == POLICY_PHASE_ACCOUNT && lets_in(f) &&
		     !f->cancelled && f->must_change &&
		     f->account == POLICY_ACCOUNT_ACTIVE;

	HOLD(CANCELS, !f->cancelled || d->step == POLICY_DENY);
	HOLD(ABSTAINS, (d->step == POLICY_ABSTAIN) ==
			       (f->action == POLICY_ACTION_ABSTAIN &&
				f->asked == 0 && !f->cancelled));
	HOLD(RENEWS, (d->step == POLICY_RENEW) == renew);
	HOLD(TOTAL, d->step == POLICY_ASK || d->factor == 0);
	HOLD(TOTAL, d->step == POLICY_ALLOW || d->granted == 0);
	HOLD(LIVES, d->step == POLICY_ALLOW || !must_allow(f));
	if (by_factors(f))
		hold_blind(f, d);
	if (d->step == POLICY_ALLOW)
		hold_allow(f, d);
	else if (d->step == POLICY_ASK)
		hold_ask(f, d);
	else if (d->step == POLICY_DENY)
		HOLD(REASONS, reason_true(f, d->reason));
	else
		HOLD(TOTAL,
		     d->step == POLICY_RENEW || d->step == POLICY_ABSTAIN);
}

/* Every state of the account and every flag. */
static void
each_state(struct policy_facts *f)
{
	for (int a = 0; a <= POLICY_ACCOUNT_DELETED; a++) {
		f->account = (enum policy_account)a;
		for (unsigned flags = 0; flags < 8; flags++) {
			f->cancelled = (flags & 1) != 0;
			f->must_change = (flags & 2) != 0;
			f->privileged = (flags & 4) != 0;
			hold_all(f);
		}
	}
}

/*
 * The I-th rule of at most two alternatives over N factors; what stands past
 * those in use is easy to pass, and must not count.  False: no more rules.
 */
static bool
rule_number(struct policy_facts *f, unsigned n, unsigned i)
{
	unsigned sets = 1U << n;

	for (unsigned k = 0; k < POLICY_ALTERNATIVES_MAX; k++)
		f->require[k] = 1;
	f->alternatives = 2;
	if (i < sets * sets) {
		f->require[0] = i / sets;
		f->require[1] = i % sets;
		return true;
	}
	i -= sets * sets;
	f->alternatives = 1;
	if (i < sets) {
		f->require[0] = i;
		return true;
	}
	f->alternatives = i == sets ? 0 : POLICY_ALTERNATIVES_MAX + 1;
	return i <= sets + 1;
}

/* Two factors, and all bits of all sets free. */
static void
visit_any_bits(void)
{
	struct policy_facts f = { .phase = 0 };

	for (int p = POLICY_PHASE_AUTH; p <= POLICY_PHASE_SESSION; p++)
		for (int a = 0; a <= POLICY_ACTION_ABSTAIN; a++)
			for (unsigned r = 0; rule_number(&f, 2, r); r++)
				for (unsigned i = 0; i < 4096; i++) {
					f.phase = (enum policy_phase)p;
					f.action = (enum policy_action)a;
					f.enrolled = i & 3;
					f.usable = i >> 2 & 3;
					f.asked = i >> 4 & 3;
					f.passed = i >> 6 & 3;
					f.malformed = i >> 8 & 3;
					f.locked = i >> 10 & 3;
					each_state(&f);
				}
}

enum answer { RIGHT, WRONG, MALFORMED, LOCKED, NOT_ASKED };

static void
answer_add(struct policy_facts *f, uint32_t bit, enum answer answer)
{
	if (answer != NOT_ASKED)
		f->asked |= bit;
	if (answer == RIGHT)
		f->passed |= bit;
	else if (answer == MALFORMED)
		f->malformed |= bit;
	else if (answer == LOCKED)
		f->locked |= bit;
}

/* Three factors, each asked or not, and answered in each way there is. */
static void
visit_answers(void)
{
	struct policy_facts f = { .action = POLICY_ACTION_REQUIRE };

	for (int p = POLICY_PHASE_AUTH; p <= POLICY_PHASE_SESSION; p++)
		for (unsigned r = 0; rule_number(&f, 3, r); r++)
			for (unsigned i = 0; i < 125 * 64; i++) {
				f.phase = (enum policy_phase)p;
				f.enrolled = i & 7;
				f.usable = i >> 3 & 7;
				f.asked = f.passed = 0;
				f.malformed = f.locked = 0;
				answer_add(&f, 1, i / 64 % 5);
				answer_add(&f, 2, i / 320 % 5);
				answer_add(&f, 4, i / 1600 % 5);
				each_state(&f);
			}
}

struct walk {
	unsigned questions; /* the factors asked, two bits each */
	unsigned asked;	    /* how many */
	struct policy_facts facts;
	struct policy_decision last;
};

/* A whole login; factor i is answered with base-4 digit i of ANSWERS. */
static struct walk
login(const struct policy_facts *start, unsigned answers)
{
	struct walk w = { .facts = *start };

	for (;;) {
		unsigned factor;

		w.last = policy_next(&w.facts);
		factor = w.last.factor;
		if (w.last.step != POLICY_ASK || w.asked == 4)
			return w;
		w.questions = w.questions << 2 | (factor + 1);
		w.asked++;
		answer_add(&w.facts, UINT32_C(1) << factor,
			   answers >> (2 * factor) & 3);
	}
}

/* Whose questions these must be: those of an account in good order. */
static struct walk
login_good(const struct policy_facts *start)
{
	struct policy_facts f = *start;

	if (f.account == POLICY_ACCOUNT_UNKNOWN ||
	    !holds_one(&f, f.enrolled & f.usable))
		f.enrolled = 7;
	f.account = POLICY_ACCOUNT_ACTIVE;
	return login(&f, 0);
}

static void
hold_login(const struct policy_facts *start)
{
	struct walk good = login_good(start);

	for (unsigned answers = 0; answers < 64; answers++) {
		struct walk w = login(start, answers);
		const struct policy_facts *f = &w.facts;
		const struct policy_decision *d = &w.last;
		bool can = sane(start) &&
			   holds_one(start, start->enrolled & start->usable);

		HOLD(SEQUENCE, w.questions == good.questions);
		HOLD(ENDS, w.asked <= 3 && (d->step == POLICY_ALLOW ||
					    d->step == POLICY_DENY));
		if (answers == 0 && can &&
		    start->account == POLICY_ACCOUNT_ACTIVE)
			HOLD(ARRIVES, d->step == POLICY_ALLOW);
	}
}

static void
visit_logins(void)
{
	struct policy_facts f = { .action = POLICY_ACTION_REQUIRE };

	for (unsigned r = 0; rule_number(&f, 3, r); r++)
		for (unsigned i = 0; i < 64 * 6 * 2 * 2; i++) {
			f.enrolled = i & 7;
			f.usable = i >> 3 & 7;
			f.must_change = (i >> 6 & 1) != 0;
			f.phase = (i >> 7 & 1) != 0 ? POLICY_PHASE_PASSWORD
						    : POLICY_PHASE_AUTH;
			f.account = (enum policy_account)(i >> 8);
			if (sane(&f) && holds_one(&f, f.usable))
				hold_login(&f);
		}
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
	CHECK(same(policy_step_name(POLICY_ALLOW), "allow"));
	CHECK(same(policy_step_name((enum policy_step)1), "invalid"));
	CHECK(same(policy_factor_name(POLICY_FACTOR_PASSWORD), "password"));
	CHECK(same(policy_factor_name(POLICY_FACTOR_COUNT), "invalid"));
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

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--first") == 0)
		law_first_only();
	check_nonsense();
	check_names();
	visit_logins();
	visit_any_bits();
	visit_answers();
	law_report_all();
	return test_done();
}
