/* SPDX-License-Identifier: MIT */
/*
 * The laws of policy.h, held against every combination of facts (hold.c).
 *
 * Universes: password and code with any bits at all, sense or nonsense; the
 * same with every action, state and flag; pairs with a key, shown, declined or
 * weak in every way; and with `--three`, three factors with every answer that
 * can really happen, and every whole login of them walked through.  One test
 * point a law; the first combination that breaks it is the diagnosis.  With
 * `--first` all of them, and the run ends at the first broken law (for
 * planted.py).
 */
#include "policy/policy.h"

#include "laws.h"
#include "test.h"

#define TWO 2
#define THREE 3 /* factors at a time */

/* Which factors the rules of a universe are about. */
struct universe {
	unsigned n;
	uint32_t bit[THREE];
};

static const struct universe real = {
	TWO,
	{ POLICY_BIT(POLICY_FACTOR_PASSWORD), POLICY_BIT(POLICY_FACTOR_OTP) },
};

/* The bits of the universe that a small number has. */
static uint32_t
bits(const struct universe *u, unsigned small)
{
	uint32_t set = 0;

	for (unsigned i = 0; i < u->n; i++)
		if ((small >> i & 1) != 0)
			set |= u->bit[i];
	return set;
}

/*
 * The I-th rule of at most two alternatives; what stands past those in use is
 * easy to pass, and must not count.  False: no more rules.
 */
static bool
rule_number(const struct universe *u, struct policy_facts *f, unsigned i)
{
	unsigned sets = 1U << u->n;

	for (unsigned k = 0; k < POLICY_ALTERNATIVES_MAX; k++)
		f->require[k] = 1;
	f->alternatives = 2;
	if (i < sets * sets) {
		f->require[0] = bits(u, i / sets);
		f->require[1] = bits(u, i % sets);
		return true;
	}
	i -= sets * sets;
	f->alternatives = 1;
	if (i < sets) {
		f->require[0] = bits(u, i);
		return true;
	}
	f->alternatives = i == sets ? 0 : POLICY_ALTERNATIVES_MAX + 1;
	return i <= sets + 1;
}

static const enum policy_account accounts[] = {
	POLICY_ACCOUNT_ACTIVE,	POLICY_ACCOUNT_UNKNOWN,
	POLICY_ACCOUNT_EXPIRED, POLICY_ACCOUNT_DISABLED,
	POLICY_ACCOUNT_PENDING, POLICY_ACCOUNT_DELETED,
	POLICY_ACCOUNT_SERVICE,
};
#define ACCOUNTS_ALL 7
#define ACCOUNTS_SOME 3 /* the rest differ by their reason only */

static const enum policy_unenrolled modes[] = {
	POLICY_UNENROLLED_DENY,
	POLICY_UNENROLLED_EXEMPT,
	POLICY_UNENROLLED_ENROLL,
};

/* The accounts that differ, and what the rule says of the unenrolled. */
static void
each_mode(struct policy_facts *f)
{
	for (unsigned a = 0; a < ACCOUNTS_SOME; a++)
		for (unsigned m = 0; m < 3; m++) {
			f->account = accounts[a];
			f->unenrolled = modes[m];
			hold_all(f);
		}
}

/* Two bits of I, from the bit AT on. */
static uint32_t
two(unsigned i, unsigned at)
{
	return bits(&real, i >> at & 3);
}

/*
 * The real factors, and all bits of all sets free: the step-up matters in
 * auth alone, and what can be answered here in no session.
 */
static void
visit_any_bits(enum policy_phase phase, unsigned sets)
{
	struct policy_facts f = { .action = POLICY_ACTION_REQUIRE,
				  .phase = phase,
				  .enrollable = SECOND,
				  .usable = bits(&real, 3) };

	for (unsigned r = 0; rule_number(&real, &f, r); r++)
		for (unsigned i = 0; sane(&f) && i < 1U << (2 * sets); i++) {
			f.enrolled = two(i, 0);
			f.asked = two(i, 2);
			f.passed = two(i, 4);
			f.malformed = two(i, 6);
			f.locked = two(i, 8);
			f.spent = two(i, 10);
			f.untimely = two(i, 12);
			f.waived = two(i, 14);
			if (sets > 8)
				f.usable = two(i, 16);
			f.stepped = two(i, 18);
			each_mode(&f);
		}
}

enum answer {
	RIGHT,
	WRONG,
	LOCKED,
	SPENT_ONCE,
	MALFORMED,
	UNTIMELY,
	NOT_ASKED,
	ANSWERS
};

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
	else if (answer == SPENT_ONCE)
		f->spent |= bit;
	else if (answer == UNTIMELY)
		f->untimely |= bit;
}

static void
answers_clear(struct policy_facts *f)
{
	f->asked = f->passed = f->malformed = f->locked = 0;
	f->spent = f->untimely = 0;
}

/* Every state of the account, every mode and every flag. */
static void
each_state(struct policy_facts *f)
{
	for (unsigned i = 0; i < ACCOUNTS_ALL * 3 * 8; i++) {
		f->account = accounts[i / 24];
		f->unenrolled = modes[i / 8 % 3];
		f->cancelled = (i & 1) != 0;
		f->must_change = (i & 2) != 0;
		f->privileged = (i & 4) != 0;
		hold_all(f);
	}
}

/* Every phase, action, rule and state, with answers that can happen. */
static void
visit_states(void)
{
	struct policy_facts f = { .phase = 0, .enrollable = SECOND };

	for (unsigned n = 0; n < 4 * 5 * ANSWERS * ANSWERS; n++) {
		answers_clear(&f);
		f.phase = (enum policy_phase)(POLICY_PHASE_AUTH + n % 4);
		f.action = (enum policy_action)(n / 4 % 5);
		answer_add(&f, real.bit[0], n / 20 % ANSWERS);
		answer_add(&f, real.bit[1], n / 20 / ANSWERS);
		for (unsigned r = 0; rule_number(&real, &f, r); r++)
			for (unsigned i = 0; i < 16; i++) {
				f.enrolled = two(i, 0);
				f.usable = two((i & 4) != 0 ? 3 : i, 0);
				f.waived = (i & 8) != 0 ? f.enrolled : 0;
				each_state(&f);
			}
	}
}

/* One answer, or none, to each of three factors: every rule, phase and device;
 * and every step-up, which counts only before the first question. */
static void
each_rule(const struct universe *u, struct policy_facts *f)
{
	static const enum policy_phase phases[] = { POLICY_PHASE_AUTH,
						    POLICY_PHASE_PASSWORD,
						    POLICY_PHASE_SESSION };
	unsigned n = f->asked == 0 ? 12 * 8 : 12 * 2;

	for (unsigned r = 0; rule_number(u, f, r); r++)
		for (unsigned i = 0; sane(f) && i < n; i++) {
			f->phase = phases[i % 3];
			f->waived = bits(u, i / 3 % 4 * 2);
			f->stepped = bits(u, n == 24 ? i / 12 * 7 : i / 12);
			each_mode(f);
		}
}

/* Three factors, each asked or not, and answered in each way that differs. */
static void
visit_answers(const struct universe *u)
{
	static const enum answer ways[] = { NOT_ASKED, RIGHT, WRONG, LOCKED,
					    SPENT_ONCE };
	struct policy_facts f = { .action = POLICY_ACTION_REQUIRE,
				  .enrollable = SECOND };

	for (unsigned n = 0; n < 125 * 64; n++) {
		answers_clear(&f);
		f.enrolled = bits(u, n & 7);
		f.usable = bits(u, n >> 3 & 7);
		answer_add(&f, u->bit[0], ways[n / 64 % 5]);
		answer_add(&f, u->bit[1], ways[n / 320 % 5]);
		answer_add(&f, u->bit[2], ways[n / 1600 % 5]);
		each_rule(u, &f);
	}
}

struct walk {
	unsigned question[8]; /* the factors asked */
	unsigned asked;	      /* how many */
	unsigned enrolled;    /* how often */
	struct policy_facts facts;
	struct policy_decision last;
};

/*
 * Two factors, of which one may be a key: shown by the caller, declined,
 * without its user verified, in every combination.
 */
static void
visit_keys(const struct universe *u)
{
	static const enum policy_phase phases[] = { POLICY_PHASE_AUTH,
						    POLICY_PHASE_PASSWORD,
						    POLICY_PHASE_SESSION };
	static const enum answer ways[] = { NOT_ASKED, RIGHT, WRONG };
	struct policy_facts f = { .action = POLICY_ACTION_REQUIRE };

	for (unsigned n = 0; n < 27 * 1024 * 4; n++) {
		answers_clear(&f);
		answer_add(&f, u->bit[0], ways[n % 3]);
		answer_add(&f, u->bit[1], ways[n / 3 % 3]);
		f.phase = phases[n / 9 % 3];
		f.enrolled = bits(u, n / 27 & 3);
		f.usable = bits(u, n / 27 >> 2 & 3);
		f.shown = bits(u, n / 27 >> 4 & 3);
		f.declined = bits(u, n / 27 >> 6 & 3);
		f.weak = bits(u, n / 27 >> 8 & 3);
		f.enrollable = (n / 27 >> 10 & 1) != 0 ? SECOND : 0;
		f.waived = (n / 27 >> 11 & 1) != 0 ? SECOND : 0;
		for (unsigned r = 0; rule_number(u, &f, r); r++)
			for (unsigned i = 0; sane(&f) && i < 4; i++) {
				f.stepped = bits(u, i);
				each_mode(&f);
			}
	}
}

/* A whole login; of the universe's factor i base-4 digit i of ANSWERS is the
 * answer, and those of DECLINED get none. */
static struct walk
login(const struct universe *u, const struct policy_facts *start,
      unsigned answers, uint32_t declined)
{
	struct walk w = { .facts = *start };

	for (;;) {
		unsigned factor;
		uint32_t bit;

		w.last = policy_next(&w.facts);
		if (declined != 0)
			hold_all(&w.facts);
		factor = (unsigned)w.last.factor;
		bit = UINT32_C(1) << factor;
		if (w.asked + w.enrolled == 8)
			return w;
		if (w.last.step == POLICY_ENROLL) {
			w.enrolled++;
			w.facts.enrolled |= bit;
			answer_add(&w.facts, bit, RIGHT);
		} else if (w.last.step == POLICY_ASK) {
			w.question[w.asked++] = factor;
			if ((declined & bit) != 0)
				w.facts.declined |= bit;
			for (unsigned i = 0; i < u->n; i++)
				if (u->bit[i] == (bit & ~declined))
					answer_add(&w.facts, bit,
						   answers >> (2 * i) & 3);
		} else {
			return w;
		}
	}
}

/* Whose questions these must be: those of an account in good order, and
 * nobody's device. */
static struct walk
login_good(const struct universe *u, const struct policy_facts *start)
{
	struct policy_facts f = *start;

	if (f.account == POLICY_ACCOUNT_UNKNOWN ||
	    (!in_turn(&f) && !holds_one(&f, f.enrolled & f.usable)))
		f.enrolled = pretended(&f);
	f.account = POLICY_ACCOUNT_ACTIVE;
	f.waived = 0;
	return login(u, &f, 0, 0);
}

/* Are the questions of W those of GOOD, or the beginning of them?  What a
 * device stands for may be left out. */
static bool
begins(const struct walk *w, const struct walk *good)
{
	unsigned k = 0;

	for (unsigned i = 0; i < w->asked; i++) {
		while (k < good->asked &&
		       w->question[i] != good->question[k] &&
		       (waived(&w->facts) & POLICY_BIT(good->question[k])) !=
			       0)
			k++;
		if (k == good->asked || w->question[i] != good->question[k++])
			return false;
	}
	return true;
}

/* Will it get in if it answers right? */
static bool
can_get_in(const struct policy_facts *f)
{
	uint32_t have = f->enrolled & f->usable;

	if (f->account != POLICY_ACCOUNT_ACTIVE)
		return false;
	return holds_one(f, have) || (exempt(f) && holds_bare(f, have));
}

static void
hold_login(const struct universe *u, const struct policy_facts *start)
{
	struct walk good = login_good(u, start);
	unsigned all = 1U << (2 * u->n);

	for (unsigned answers = 0; answers < all; answers++) {
		struct walk w = login(u, start, answers, 0);
		const struct policy_facts *f = &w.facts;
		const struct policy_decision *d = &w.last;
		bool same = begins(&w, &good);

		/* Right answers of nobody are nonsense. */
		if (start->account == POLICY_ACCOUNT_UNKNOWN &&
		    pretended(start) == 0)
			same = true;
		else if (!in_turn(start) && d->step != POLICY_ALLOW)
			same = same && w.asked == good.asked;
		HOLD(SEQUENCE, same);
		HOLD(ENDS, w.asked <= THREE && w.enrolled <= 1 &&
				   (d->step == POLICY_ALLOW ||
				    d->step == POLICY_DENY));
		HOLD(ARRIVES, d->step == POLICY_ALLOW || answers != 0 ||
				      !can_get_in(start));
		HOLD(ARRIVES, d->step == POLICY_ALLOW || w.enrolled == 0);
	}
}

/* Whoever declines some, and answers the others right, gets in where what is
 * left is enough. */
static void
hold_declining(const struct universe *u, const struct policy_facts *start)
{
	for (unsigned i = 1; i < 1U << u->n; i++) {
		uint32_t declined = bits(u, i);
		struct walk w = login(u, start, 0, declined);
		const struct policy_facts *f = &w.facts;
		const struct policy_decision *d = &w.last;
		struct policy_facts rest = *start;

		rest.usable &= ~declined;
		HOLD(ENDS, w.asked <= THREE && (d->step == POLICY_ALLOW ||
						d->step == POLICY_DENY));
		HOLD(ARRIVES,
		     d->step == POLICY_ALLOW ||
			     rest.account != POLICY_ACCOUNT_ACTIVE ||
			     !holds_one(&rest, rest.enrolled & rest.usable));
		HOLD(DECLINES, (d->granted & f->declined) == 0);
	}
}

static void
visit_logins(const struct universe *u)
{
	struct policy_facts f = { .action = POLICY_ACTION_REQUIRE };

	for (unsigned r = 0; rule_number(u, &f, r); r++)
		for (unsigned i = 0; sane(&f) && i < 64 * 3 * 3 * 2 * 2; i++) {
			f.enrolled = bits(u, i & 7);
			f.enrollable = SECOND;
			f.usable = bits(u, i >> 3 & 7);
			f.account = accounts[i / 64 % 3];
			f.unenrolled = modes[i / 192 % 3];
			f.phase = i / 576 % 2 == 0 ? POLICY_PHASE_AUTH
						   : POLICY_PHASE_PASSWORD;
			f.waived = i / 1152 == 0 ? 0 : bits(u, 7);
			if (!holds_one(&f, f.usable))
				continue;
			hold_login(u, &f);
			hold_declining(u, &f);
		}
}

/* The universes of two: any bits at all, and keys.  What policy knows of a
 * token it knows of ssh-sk: no second factor, behind the password. */
static void
visit_pairs(void)
{
	static const enum policy_factor pairs[][TWO] = {
		{ POLICY_FACTOR_PASSWORD, POLICY_FACTOR_FIDO2 },
		{ POLICY_FACTOR_OTP, POLICY_FACTOR_FIDO2 },
		{ POLICY_FACTOR_PASSWORD, POLICY_FACTOR_SSH_SK },
		{ POLICY_FACTOR_OTP, POLICY_FACTOR_SSH_KEY },
	};

	visit_states();
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct universe u = { TWO,
				      { POLICY_BIT(pairs[i][0]),
					POLICY_BIT(pairs[i][1]) } };

		visit_keys(&u);
	}
	visit_any_bits(POLICY_PHASE_SESSION, 8);
	visit_any_bits(POLICY_PHASE_PASSWORD, 9);
	visit_any_bits(POLICY_PHASE_AUTH, 10);
}

/* Those of three: another first factor, another second one. */
static void
visit_threes(void)
{
	static const enum policy_factor third[] = { POLICY_FACTOR_FIDO2,
						    POLICY_FACTOR_SSH_KEY };
	const uint32_t token = POLICY_BIT(POLICY_FACTOR_TOKEN);

	visit_logins(&(struct universe){ TWO, { real.bit[0], token } });
	for (size_t i = 0; i < 2; i++) {
		struct universe u = { THREE,
				      { real.bit[0], real.bit[1],
					POLICY_BIT(third[i]) } };

		visit_logins(&u);
		visit_answers(&u);
	}
}

int
main(int argc, char **argv)
{
	bool first = argc == 2 && strcmp(argv[1], "--first") == 0;
	bool three = argc == 2 && strcmp(argv[1], "--three") == 0;

	if (first)
		law_first_only();
	check_edges();
	if (!three)
		visit_pairs();
	if (first || three)
		visit_threes();
	law_report_all();
	return test_done();
}
