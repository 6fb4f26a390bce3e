/* SPDX-License-Identifier: MIT */
#include "stories.h"

#include "test.h"

static const struct lockout_limits usual = {
	.pair_tries = 5,
	.pair_wait = 900,
	.user_tries = 50,
	.user_window = 900,
	.source_tries = 10,
	.source_window = 60,
	.second_tries = 5,
	.second_wait = 900,
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

/* Whoever has the password tries codes from ever other places. */
static void
check_second_story(void)
{
	struct lockout_counts c = { .pending_deadline = NOW + 60 };
	struct lockout_decision d;

	for (int i = 0; i < 5; i++) {
		CHECK(lockout_judge_second(&c, &usual, NOW + i).verdict ==
		      LOCKOUT_ADMIT);
		c.run_failed++;
		c.run_last = NOW + i;
	}
	d = lockout_judge_second(&c, &usual, NOW + 5);
	CHECK(d.verdict == LOCKOUT_LOCKED);
	CHECK_EQ(d.until, NOW + 4 + 900);
	/* The password's limits are others. */
	CHECK(lockout_judge(&c, &usual, NOW + 5).verdict == LOCKOUT_ADMIT);
	/* Its owner at the console, or where they are known, is let. */
	c.console = true;
	CHECK(lockout_judge_second(&c, &usual, NOW + 5).verdict ==
	      LOCKOUT_ADMIT);
	c.pair_failed = 5;
	c.pair_last = NOW + 4;
	CHECK(lockout_judge_second(&c, &usual, NOW + 5).verdict ==
	      LOCKOUT_LOCKED);
	c.pair_failed = 0;
	c.pair_last = 0;
	c.console = false;
	c.source_known = true;
	CHECK(lockout_judge_second(&c, &usual, NOW + 5).verdict ==
	      LOCKOUT_ADMIT);
	c.source_known = false;
	CHECK(lockout_judge_second(&c, &usual, d.until - 1).verdict ==
	      LOCKOUT_LOCKED);
	CHECK(lockout_judge_second(&c, &usual, d.until).verdict ==
	      LOCKOUT_ADMIT);
	c.user_pending = 1;
	CHECK(lockout_judge_second(&c, &usual, d.until).verdict ==
	      LOCKOUT_WAIT);
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
	c = (struct lockout_counts){ .run_failed = 1 };
	CHECK(lockout_judge_second(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	c.run_last = 1;
	CHECK(lockout_judge_second(&c, &usual, NOW).verdict == LOCKOUT_ADMIT);
	c.run_failed = -1;
	CHECK(lockout_judge_second(&c, &usual, NOW).verdict == LOCKOUT_LOCKED);
	c = (struct lockout_counts){ .console = true };
	none = usual;
	none.second_tries = 0;
	CHECK(lockout_judge_second(&c, &none, NOW).verdict == LOCKOUT_LOCKED);
	none.second_tries = 1;
	none.second_wait = -1;
	CHECK(lockout_judge_second(&c, &none, NOW).verdict == LOCKOUT_LOCKED);
	none.second_wait = 0;
	CHECK(lockout_judge_second(&c, &none, NOW).verdict == LOCKOUT_ADMIT);
	memset(&none, 0, sizeof(none));
	CHECK(lockout_judge(&c, &none, NOW).verdict == LOCKOUT_LOCKED);
}

void
check_stories(void)
{
	check_pair_story();
	check_pending_story();
	check_user_story();
	check_second_story();
	check_nonsense();
}
