/* SPDX-License-Identifier: MIT */
/*
 * The laws of lockout.h, held against every combination of small counts and
 * of times before, at and after each border; then whole stories.
 */
#include "policy/lockout.h"

#include "test.h"

#define NOW 100000

static const struct lockout_limits small = {
	.pair_tries = 2,
	.pair_wait = 900,
	.user_tries = 3,
	.user_window = 900,
	.source_tries = 3,
	.source_window = 60,
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
			  "%lld+%lld%s%s -> %x until %lld (now %d)",
			  (long long)c->pair_failed,
			  (long long)c->pair_pending, (long long)c->pair_last,
			  (long long)c->user_failed,
			  (long long)c->user_pending,
			  (long long)c->source_failed,
			  (long long)c->source_pending,
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

/* How far the pair, the user and the source let one through: 0 locked, 1
 * wait, 2 admit; said in other words than the code under test has. */
static int
pair_rank(const struct lockout_counts *c)
{
	if (c->pair_failed < small.pair_tries)
		return c->pair_failed + c->pair_pending < small.pair_tries ? 2
									   : 1;
	if (NOW - c->pair_last < small.pair_wait)
		return 0;
	return c->pair_pending == 0 ? 2 : 1;
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

static const struct lockout_limits usual = {
	.pair_tries = 5,
	.pair_wait = 900,
	.user_tries = 50,
	.user_window = 900,
	.source_tries = 10,
	.source_window = 60,
};

/* A source that guesses on and on at one user. */
static void
check_pair_story(void)
{
	struct lockout_counts c = { .pending_deadline = NOW + 60 };
	struct lockout_decision d;

	for (int i = 0; i < 5; i++) {
		CHECK(lockout_judge(&c, &usual, NOW + i).verdict ==
		      LOCKOUT_ADMIT);
		c.pair_failed++;
		c.pair_last = NOW + i;
	}
	d = lockout_judge(&c, &usual, NOW + 5);
	CHECK(d.verdict == LOCKOUT_LOCKED);
	CHECK_EQ(d.until, NOW + 4 + 900);
	CHECK(lockout_judge(&c, &usual, d.until - 1).verdict ==
	      LOCKOUT_LOCKED);
	CHECK(lockout_judge(&c, &usual, d.until).verdict == LOCKOUT_ADMIT);
	c.pair_pending = 1;
	CHECK(lockout_judge(&c, &usual, d.until).verdict == LOCKOUT_WAIT);
	c.pair_pending = 0;
	c.pair_failed++;
	c.pair_last = d.until;
	CHECK(lockout_judge(&c, &usual, d.until + 1).verdict ==
	      LOCKOUT_LOCKED);
	CHECK_EQ(lockout_judge(&c, &usual, d.until + 1).until, d.until + 900);
}

/* Good logins at one moment: they wait for each other, none is refused. */
static void
check_pending_story(void)
{
	struct lockout_counts c = { .pending_deadline = NOW + 60 };
	int reserved = 0;

	while (lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_ADMIT) {
		reserved++;
		c.pair_pending++;
		c.user_pending++;
		c.source_pending++;
	}
	CHECK_EQ(reserved, 5);
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_WAIT);
	CHECK_EQ(lockout_judge(&c, &usual, NOW).until, NOW + 60);
	c.pair_pending--;
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_ADMIT);
}

/* Guesses from everywhere stop strangers, not who is known or present. */
static void
check_user_story(void)
{
	struct lockout_counts c = { .user_failed = 50,
				    .user_oldest = NOW - 100 };
	struct lockout_decision d = lockout_judge(&c, &usual, NOW);

	CHECK(d.verdict == LOCKOUT_LOCKED);
	CHECK_EQ(d.until, NOW + 800);
	c.source_known = true;
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_ADMIT);
	c.source_known = false;
	c.console = true;
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_ADMIT);
	c.source_failed = 10;
	c.source_oldest = NOW - 10;
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	CHECK_EQ(lockout_judge(&c, &usual, NOW).until, NOW + 50);
}

/* Numbers that cannot be admit nobody, and no sum runs over. */
static void
check_nonsense(void)
{
	struct lockout_counts c = { .pair_failed = -1 };
	struct lockout_limits none = usual;

	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	c = (struct lockout_counts){ .source_pending = INT64_MIN };
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	c = (struct lockout_counts){ .pair_failed = 5 };
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	c = (struct lockout_counts){ .pair_failed = INT64_MAX,
				     .pair_pending = INT64_MAX,
				     .pair_last = INT64_MAX };
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	CHECK_EQ(lockout_judge(&c, &usual, NOW).until, INT64_MAX);
	CHECK_EQ(lockout_judge(&c, &usual, INT64_MAX).until, INT64_MAX);
	c = (struct lockout_counts){ .user_pending = INT64_MAX };
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_WAIT);
	c = (struct lockout_counts){ .console = true };
	CHECK(lockout_judge(&c, &usual, NOW).verdict == LOCKOUT_ADMIT);
	none.pair_tries = 0;
	CHECK(lockout_judge(&c, &none, NOW).verdict == LOCKOUT_LOCKED);
	memset(&none, 0, sizeof(none));
	CHECK(lockout_judge(&c, &none, NOW).verdict == LOCKOUT_LOCKED);
}

int
main(void)
{
	visit();
	for (int law = 0; law < LAWS; law++)
		law_report((enum law)law);
	check_pair_story();
	check_pending_story();
	check_user_story();
	check_nonsense();
	return test_done();
}
