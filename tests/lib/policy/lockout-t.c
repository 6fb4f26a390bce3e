/* SPDX-License-Identifier: MIT */
/*
 * The laws of lockout.h, held against every combination of small counts and
 * of times before, at and after each border; then whole stories (stories.c).
 */
#include "stories.h"

#include "test.h"

static const struct lockout_limits small = {
	.pair_tries = 2,
	.pair_wait = 900,
	.user_tries = 3,
	.user_window = 900,
	.source_tries = 3,
	.source_window = 60,
	.second_tries = 2,
	.second_wait = 700,
};

enum law {
	SOUND,
	LIMITS,
	ONE_TRY,
	WAITS,
	EXEMPT,
	MONOTONE,
	LIVES,
	UNTIL,
	SECOND_LIMITS,
	SECOND_LIVES,
	SECOND_OWN,
	SECOND_MONOTONE,
	SECOND_UNTIL,
	LAWS
};

static const char *const names[LAWS] = {
	[SOUND] = "the verdict is one of three",
	[LIMITS] = "never ADMIT what could pass a limit",
	[ONE_TRY] = "after a pair's wait one try at a time",
	[WAITS] = "WAIT iff only pending guesses stand in the way",
	[EXEMPT] = "console and known sources have no limit over all sources",
	[MONOTONE] = "more failures and pending guesses never help",
	[LIVES] = "below all limits it admits",
	[UNTIL] = "the end is in the future and the latest of all",
	[SECOND_LIMITS] = "second factor: no more than the run and the source "
			  "allow",
	[SECOND_LIVES] = "second factor: no less either",
	[SECOND_OWN] = "second factor: console and known sources have their "
		       "own failures only",
	[SECOND_MONOTONE] = "second factor: more failures never help",
	[SECOND_UNTIL] = "second factor: the latest end, in the future",
};

static struct {
	bool broken;
	struct lockout_counts counts;
	struct lockout_decision got;
} laws[LAWS];

static void
law_hold(enum law law, bool ok, const struct lockout_counts *c,
	 struct lockout_decision d)
{
	if (ok || laws[law].broken)
		return;
	laws[law].broken = true;
	laws[law].counts = *c;
	laws[law].got = d;
}

static void
law_report(enum law law)
{
	const struct lockout_counts *c = &laws[law].counts;

	if (laws[law].broken)
		test_note("pair %lld+%lld last %lld, user %lld+%lld, source "
			  "%lld+%lld, run %lld last %lld%s%s -> %x until %lld "
			  "(now %d)",
			  (long long)c->pair_failed,
			  (long long)c->pair_pending, (long long)c->pair_last,
			  (long long)c->user_failed,
			  (long long)c->user_pending,
			  (long long)c->source_failed,
			  (long long)c->source_pending,
			  (long long)c->run_failed, (long long)c->run_last,
			  c->source_known ? " known" : "",
			  c->console ? " console" : "",
			  (unsigned)laws[law].got.verdict,
			  (long long)laws[law].got.until, NOW);
	test_point(!laws[law].broken, __FILE__, __LINE__, names[law]);
}

static int
rank(struct lockout_decision d)
{
	if (d.verdict == LOCKOUT_ADMIT)
		return 2;
	return d.verdict == LOCKOUT_WAIT ? 1 : 0;
}

/* How far a row, a window and so on let one through: 0 locked, 1 wait, 2
 * admit; said in other words than the code under test has. */
static int
row_rank(int64_t failed, int64_t pending, int64_t tries, int64_t since,
	 int64_t wait)
{
	if (failed < tries)
		return failed + pending < tries ? 2 : 1;
	if (since < wait)
		return 0;
	return pending == 0 ? 2 : 1;
}

static int
pair_rank(const struct lockout_counts *c)
{
	return row_rank(c->pair_failed, c->pair_pending, small.pair_tries,
			NOW - c->pair_last, small.pair_wait);
}

static int
window_rank(int64_t failed, int64_t pending, int64_t tries)
{
	if (failed >= tries)
		return 0;
	return failed + pending < tries ? 2 : 1;
}

/* Known there and without a failure of their own: strangers at the same
 * source do not count. */
static bool
undisturbed(const struct lockout_counts *c)
{
	return c->source_known && c->pair_failed == 0;
}

static int64_t
latest_end(const struct lockout_counts *c, bool exempt)
{
	int64_t end = NOW + 1;

	if (pair_rank(c) == 0 && c->pair_last + small.pair_wait > end)
		end = c->pair_last + small.pair_wait;
	if (!exempt && c->user_failed >= small.user_tries &&
	    c->user_oldest + small.user_window > end)
		end = c->user_oldest + small.user_window;
	if (!undisturbed(c) && c->source_failed >= small.source_tries &&
	    c->source_oldest + small.source_window > end)
		end = c->source_oldest + small.source_window;
	return end;
}

/* One more of each count, one at a time. */
static void
hold_monotone(const struct lockout_counts *c, struct lockout_decision d)
{
	struct lockout_counts more[6] = { *c, *c, *c, *c, *c, *c };

	more[0].pair_failed++;
	if (more[0].pair_last == 0)
		more[0].pair_last = 1;
	more[1].pair_pending++;
	more[2].user_failed++;
	more[3].user_pending++;
	more[4].source_failed++;
	more[5].source_pending++;
	for (int i = 0; i < 6; i++)
		law_hold(MONOTONE,
			 rank(lockout_judge(&more[i], &small, NOW)) <= rank(d),
			 c, d);
}

static void
hold_all(const struct lockout_counts *c)
{
	struct lockout_decision d = lockout_judge(c, &small, NOW);
	bool exempt = c->console || c->source_known;
	int p = pair_rank(c), s, u, low;

	s = undisturbed(c) ? 2
			   : window_rank(c->source_failed, c->source_pending,
					 small.source_tries);
	u = window_rank(c->user_failed, c->user_pending, small.user_tries);
	low = p < s ? p : s;
	law_hold(EXEMPT, !exempt || rank(d) == low, c, d);
	if (!exempt && u < low)
		low = u;
	law_hold(SOUND,
		 d.verdict == LOCKOUT_ADMIT || d.verdict == LOCKOUT_WAIT ||
			 d.verdict == LOCKOUT_LOCKED,
		 c, d);
	law_hold(LIMITS, rank(d) <= low, c, d);
	law_hold(WAITS, (d.verdict == LOCKOUT_WAIT) == (low == 1), c, d);
	law_hold(LIVES, rank(d) == 2 || low < 2, c, d);
	if (d.verdict == LOCKOUT_ADMIT && c->pair_failed >= small.pair_tries)
		law_hold(ONE_TRY, c->pair_pending == 0, c, d);
	if (d.verdict == LOCKOUT_LOCKED)
		law_hold(UNTIL, d.until == latest_end(c, exempt), c, d);
	if (d.verdict == LOCKOUT_WAIT)
		law_hold(UNTIL, d.until == c->pending_deadline, c, d);
	hold_monotone(c, d);
}

/* The row that a second factor is judged by, and its source. */
static int
second_rank(const struct lockout_counts *c)
{
	bool own = c->console || c->source_known;
	int r = own ? row_rank(c->pair_failed, c->pair_pending,
			       small.second_tries, NOW - c->pair_last,
			       small.second_wait)
		    : row_rank(c->run_failed, c->user_pending,
			       small.second_tries, NOW - c->run_last,
			       small.second_wait);
	int s = undisturbed(c)
			? 2
			: window_rank(c->source_failed, c->source_pending,
				      small.source_tries);

	return r < s ? r : s;
}

static int64_t
second_end(const struct lockout_counts *c)
{
	bool own = c->console || c->source_known;
	int64_t failed = own ? c->pair_failed : c->run_failed;
	int64_t last = own ? c->pair_last : c->run_last;
	int64_t end = NOW + 1;

	if (failed >= small.second_tries && last + small.second_wait > end)
		end = last + small.second_wait;
	if (!undisturbed(c) && c->source_failed >= small.source_tries &&
	    c->source_oldest + small.source_window > end)
		end = c->source_oldest + small.source_window;
	return end;
}

static void
hold_second(const struct lockout_counts *c)
{
	struct lockout_decision d = lockout_judge_second(c, &small, NOW);
	struct lockout_counts more[4] = { *c, *c, *c, *c };
	struct lockout_counts other = *c;
	int low = second_rank(c);

	law_hold(SECOND_LIMITS, rank(d) <= low, c, d);
	law_hold(SECOND_LIVES, rank(d) >= low, c, d);
	if (d.verdict == LOCKOUT_LOCKED)
		law_hold(SECOND_UNTIL, d.until == second_end(c), c, d);
	if (d.verdict == LOCKOUT_WAIT)
		law_hold(SECOND_UNTIL, d.until == c->pending_deadline, c, d);
	more[0].run_failed++;
	more[0].run_last = c->run_last == 0 ? 1 : c->run_last;
	more[1].user_pending++;
	more[2].source_failed++;
	more[3].pair_failed++;
	more[3].pair_last = c->pair_last == 0 ? 1 : c->pair_last;
	for (int i = 0; i < 4; i++)
		law_hold(SECOND_MONOTONE,
			 rank(lockout_judge_second(&more[i], &small, NOW)) <=
				 rank(d),
			 c, d);
	if (!c->console && !c->source_known)
		return;
	other.run_failed = 100;
	other.run_last = NOW;
	other.user_pending = 100;
	law_hold(SECOND_OWN,
		 rank(lockout_judge_second(&other, &small, NOW)) == rank(d), c,
		 d);
}

/* Every time that a second factor's counts can bear. */
static void
each_second_time(struct lockout_counts *c)
{
	static const int64_t shift[] = { -1, 0, 1, 500 };

	for (int i = 0; i < 4 * 4 * 4 * 4; i++) {
		c->pair_last = c->pair_failed == 0 ? 0
						   : NOW - small.second_wait +
							     shift[i & 3];
		c->run_last = c->run_failed == 0 ? 0
						 : NOW - small.second_wait +
							   shift[i >> 2 & 3];
		c->source_oldest =
			NOW - small.source_window + shift[i >> 4 & 3];
		c->source_known = (i >> 6 & 1) != 0;
		c->console = (i >> 7 & 1) != 0;
		hold_second(c);
	}
}

static void
visit_second(void)
{
	struct lockout_counts c = { .pending_deadline = NOW + 30 };

	for (int i = 0; i < 4 * 4 * 4 * 3 * 5 * 3; i++) {
		int n = i;

		c.pair_failed = n % 4;
		c.run_failed = (n /= 4) % 4;
		c.user_pending = (n /= 4) % 4;
		c.pair_pending = (n /= 4) % 3;
		c.source_failed = (n /= 3) % 5;
		c.source_pending = n / 5;
		each_second_time(&c);
	}
}

/* Every time that a count can bear, before, at and after its border. */
static void
each_time(struct lockout_counts *c)
{
	static const int64_t shift[] = { -1, 0, 1, 500 };

	for (int i = 0; i < 4 * 4 * 4 * 4; i++) {
		c->pair_last = c->pair_failed == 0
				       ? 0
				       : NOW - small.pair_wait + shift[i & 3];
		c->user_oldest = NOW - small.user_window + shift[i >> 2 & 3];
		c->source_oldest =
			NOW - small.source_window + shift[i >> 4 & 3];
		c->source_known = (i >> 6 & 1) != 0;
		c->console = (i >> 7 & 1) != 0;
		hold_all(c);
	}
}

static void
visit(void)
{
	struct lockout_counts c = { .pending_deadline = NOW + 30 };

	for (int i = 0; i < 4 * 4 * 5 * 3 * 5 * 3; i++) {
		int n = i;

		c.pair_failed = n % 4;
		c.pair_pending = (n /= 4) % 4;
		c.user_failed = (n /= 4) % 5;
		c.user_pending = (n /= 5) % 3;
		c.source_failed = (n /= 3) % 5;
		c.source_pending = n / 5;
		each_time(&c);
	}
}

int
main(void)
{
	visit();
	visit_second();
	for (int law = 0; law < LAWS; law++)
		law_report((enum law)law);
	check_stories();
	return test_done();
}
