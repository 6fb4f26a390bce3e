/* SPDX-License-Identifier: MIT */
#include "fixture.h"
#include "store/people.h"

#include <stdio.h>

#define PAIR 86400
#define USER 900
#define SOURCE 60
#define SEEN 2592000

static struct fault f;
static unsigned last_id;

/* Charged at AT, to run out 30 seconds later. */
static struct id
charge(struct store *s, const char *subject, const char *source,
       const char *factor, int64_t at, enum store_guess_state state)
{
	struct store_guess g = { .id = fixture_id(++last_id),
				 .at = at,
				 .deadline = at + 30 };
	enum status st;

	(void)strcpy(g.subject, subject);
	(void)strcpy(g.source, source);
	(void)strcpy(g.factor, factor);
	ALONE(s, st, store_guess_insert(s, &g, state, &f));
	CHECK_EQ(st, STATUS_OK);
	return g.id;
}

static enum status
settle(struct store *s, const struct id *id, enum store_guess_state state)
{
	enum status st;

	ALONE(s, st, store_guess_settle(s, id, state, &f));
	return st;
}

static struct store_guess_counts
count(struct store *s, const char *subject, const char *source,
      const char *factor, int64_t now)
{
	struct store_guess_counts c = { .pair_failed = -1 };

	CHECK_OK(store_guess_count(s, subject, source, factor, now, PAIR, USER,
				   SOURCE, SEEN, &c, &f),
		 &f);
	return c;
}

static void
test_counts(void)
{
	struct store *s = fixture_store("counts");
	struct store_guess_counts c = count(s, "a", "x", "password", NOW);

	CHECK_EQ(c.pair_failed, 0);
	CHECK_EQ(c.pair_last, 0);
	CHECK_EQ(c.user_oldest, 0);
	CHECK_EQ(c.pending_deadline, 0);
	CHECK(!c.source_known);
	charge(s, "a", "x", "password", NOW - 20, STORE_GUESS_FAILED);
	charge(s, "a", "x", "password", NOW - 10, STORE_GUESS_FAILED);
	charge(s, "a", "y", "password", NOW - 30, STORE_GUESS_FAILED);
	charge(s, "b", "x", "password", NOW - 40, STORE_GUESS_FAILED);
	charge(s, "a", "x", "totp", NOW - 50, STORE_GUESS_FAILED);
	charge(s, "a", "x", "password", NOW, STORE_GUESS_REFUNDED);
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 2);
	CHECK_EQ(c.pair_last, NOW - 10);
	CHECK_EQ(c.user_failed, 3);
	CHECK_EQ(c.user_oldest, NOW - 30);
	CHECK_EQ(c.source_failed, 4);
	CHECK_EQ(c.source_oldest, NOW - 50);
	CHECK_EQ(c.pair_pending + c.user_pending + c.source_pending, 0);
	c = count(s, "a", "z", "password", NOW);
	CHECK_EQ(c.pair_failed, 0);
	CHECK_EQ(c.user_failed, 3);
	CHECK_EQ(c.source_failed, 0);
	store_close(s);
}

static void
test_windows(void)
{
	struct store *s = fixture_store("windows");
	struct store_guess_counts c;

	charge(s, "a", "x", "password", NOW, STORE_GUESS_FAILED);
	/* A window's last second counts, its end does not. */
	c = count(s, "a", "x", "password", NOW + SOURCE - 1);
	CHECK_EQ(c.source_failed, 1);
	c = count(s, "a", "x", "password", NOW + SOURCE);
	CHECK_EQ(c.source_failed, 0);
	CHECK_EQ(c.source_oldest, 0);
	CHECK_EQ(c.user_failed, 1);
	c = count(s, "a", "x", "password", NOW + USER - 1);
	CHECK_EQ(c.user_failed, 1);
	c = count(s, "a", "x", "password", NOW + USER);
	CHECK_EQ(c.user_failed, 0);
	CHECK_EQ(c.pair_failed, 1);
	c = count(s, "a", "x", "password", NOW + PAIR);
	CHECK_EQ(c.pair_failed, 0);
	/* A clock set back forgives nothing. */
	c = count(s, "a", "x", "password", NOW - 1000000);
	CHECK_EQ(c.pair_failed, 1);
	CHECK_EQ(c.user_failed, 1);
	CHECK_EQ(c.source_failed, 1);
	store_close(s);
}

static void
test_passed(void)
{
	struct store *s = fixture_store("passed");
	struct store_guess_counts c;
	struct id late;

	/* All in one second: what counts is the order of the charges. */
	charge(s, "a", "x", "password", NOW, STORE_GUESS_FAILED);
	late = charge(s, "a", "x", "password", NOW, STORE_GUESS_PENDING);
	charge(s, "a", "x", "password", NOW, STORE_GUESS_FAILED);
	charge(s, "a", "y", "password", NOW, STORE_GUESS_FAILED);
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 2);
	CHECK_EQ(settle(s, &late, STORE_GUESS_PASSED), STATUS_OK);
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 1);
	CHECK_EQ(c.user_failed, 3);
	CHECK_EQ(c.source_failed, 2);
	charge(s, "a", "x", "password", NOW, STORE_GUESS_PASSED);
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 0);
	CHECK_EQ(c.pair_last, 0);
	/* Of another pair, or another factor: nothing is ended. */
	c = count(s, "a", "y", "password", NOW);
	CHECK_EQ(c.pair_failed, 1);
	charge(s, "a", "x", "totp", NOW, STORE_GUESS_FAILED);
	charge(s, "a", "x", "password", NOW, STORE_GUESS_PASSED);
	c = count(s, "a", "x", "totp", NOW);
	CHECK_EQ(c.pair_failed, 1);
	store_close(s);
}

static void
test_pending(void)
{
	struct store *s = fixture_store("pending");
	struct store_guess_counts c;
	struct id one, two;

	one = charge(s, "a", "x", "password", NOW, STORE_GUESS_PENDING);
	two = charge(s, "b", "x", "password", NOW + 5, STORE_GUESS_PENDING);
	charge(s, "c", "z", "password", NOW - 5, STORE_GUESS_PENDING);
	c = count(s, "a", "x", "password", NOW + 6);
	CHECK_EQ(c.pair_pending, 1);
	CHECK_EQ(c.user_pending, 1);
	CHECK_EQ(c.source_pending, 2);
	CHECK_EQ(c.pending_deadline, NOW + 30);
	CHECK_EQ(c.pair_failed + c.user_failed + c.source_failed, 0);
	c = count(s, "b", "y", "password", NOW + 6);
	CHECK_EQ(c.pair_pending, 0);
	CHECK_EQ(c.user_pending, 1);
	CHECK_EQ(c.source_pending, 0);
	CHECK_EQ(c.pending_deadline, NOW + 35);
	/* Run out, it is a failure ... */
	c = count(s, "a", "x", "password", NOW + 30);
	CHECK_EQ(c.pair_pending, 0);
	CHECK_EQ(c.pair_failed, 1);
	CHECK_EQ(c.pair_last, NOW);
	CHECK_EQ(c.user_failed, 1);
	CHECK_EQ(c.source_failed, 1);
	CHECK_EQ(c.source_pending, 1);
	CHECK_EQ(c.pending_deadline, NOW + 35);
	/* ... until it is settled after all: people take their time. */
	CHECK_EQ(settle(s, &one, STORE_GUESS_REFUNDED), STATUS_OK);
	c = count(s, "a", "x", "password", NOW + 30);
	CHECK_EQ(c.pair_failed + c.user_failed + c.source_failed, 0);
	/* Settled once only; and not when it is gone. */
	CHECK_EQ(settle(s, &one, STORE_GUESS_PASSED), STATUS_LOST);
	one = fixture_id(9999);
	CHECK_EQ(settle(s, &one, STORE_GUESS_PASSED), STATUS_LOST);
	CHECK_EQ(settle(s, &two, STORE_GUESS_FAILED), STATUS_OK);
	CHECK_EQ(settle(s, &two, STORE_GUESS_PASSED), STATUS_LOST);
	c = count(s, "b", "x", "password", NOW + 34);
	CHECK_EQ(c.pair_failed, 1);
	store_close(s);
}

static void
run_is(struct store *s, int64_t now, int64_t failed, int64_t last)
{
	struct store_guess_counts c = count(s, "a", "x", "otp", now);

	CHECK_EQ(c.run_failed, failed);
	CHECK_EQ(c.run_last, last);
}

/* Over all sources, each with its own row of failures. */
static void
test_run(void)
{
	struct store *s = fixture_store("run");
	int64_t dropped = 0;
	struct id one;
	enum status st;

	run_is(s, NOW, 0, 0);
	charge(s, "a", "x", "otp", NOW - 50, STORE_GUESS_FAILED);
	charge(s, "a", "y", "otp", NOW - 40, STORE_GUESS_FAILED);
	charge(s, "a", "y", "otp", NOW - 39, STORE_GUESS_FAILED);
	charge(s, "a", "z", "otp", NOW - 60, STORE_GUESS_FAILED);
	/* Not these. */
	charge(s, "b", "x", "otp", NOW, STORE_GUESS_FAILED);
	charge(s, "a", "x", "password", NOW, STORE_GUESS_FAILED);
	charge(s, "a", "x", "otp", NOW, STORE_GUESS_REFUNDED);
	run_is(s, NOW, 4, NOW - 39);
	/* The same from wherever one looks. */
	CHECK_EQ(count(s, "a", "w", "otp", NOW).run_failed, 4);
	/* A success from one source ends that source's row alone. */
	charge(s, "a", "y", "otp", NOW - 30, STORE_GUESS_PASSED);
	run_is(s, NOW, 2, NOW - 50);
	charge(s, "b", "x", "otp", NOW - 29, STORE_GUESS_PASSED);
	charge(s, "a", "x", "password", NOW - 29, STORE_GUESS_PASSED);
	run_is(s, NOW, 2, NOW - 50);
	charge(s, "a", "y", "otp", NOW - 28, STORE_GUESS_FAILED);
	run_is(s, NOW, 3, NOW - 28);
	/* Within the pair's window. */
	run_is(s, NOW - 51 + PAIR, 2, NOW - 28);
	run_is(s, NOW - 28 + PAIR, 0, 0);
	/* Pending, then run out, then forgiven. */
	one = charge(s, "a", "v", "otp", NOW - 20, STORE_GUESS_PENDING);
	run_is(s, NOW, 3, NOW - 28);
	run_is(s, NOW + 10, 4, NOW - 20);
	ALONE(s, st, store_guess_clear(s, "a", "v", &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(dropped, 1);
	run_is(s, NOW + 10, 3, NOW - 28);
	CHECK_EQ(settle(s, &one, STORE_GUESS_FAILED), STATUS_OK);
	run_is(s, NOW + 10, 4, NOW - 20);
	store_close(s);
}

static bool
locked(struct store *s, const char *subject, const char *factor, int64_t now)
{
	bool out = false;

	CHECK_OK(store_guess_locked(s, subject, factor, now, &out, &f), &f);
	return out;
}

/* Until its deadline, and it counts for nothing. */
static void
test_lock(void)
{
	struct store *s = fixture_store("lock");
	struct store_guess g = { .id = fixture_id(1),
				 .subject = "a",
				 .source = "x",
				 .factor = "password",
				 .at = NOW,
				 .deadline = NOW + 900 };
	int64_t dropped = -1;
	enum status st;

	charge(s, "a", "x", "password", NOW, STORE_GUESS_REFUNDED);
	CHECK(!locked(s, "a", "password", NOW));
	g.id = fixture_id(900);
	ALONE(s, st, store_guess_lock(s, &g, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(locked(s, "a", "password", NOW + 899));
	CHECK(!locked(s, "a", "password", NOW + 900));
	CHECK(!locked(s, "a", "otp", NOW));
	CHECK(!locked(s, "b", "password", NOW));
	CHECK_EQ(count(s, "a", "x", "password", NOW + 901).pair_failed, 0);
	ALONE(s, st, store_guess_clear(s, "a", "y", &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(locked(s, "a", "password", NOW));
	ALONE(s, st, store_guess_clear(s, "a", NULL, &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(dropped, 0);
	CHECK(!locked(s, "a", "password", NOW));
	(void)snprintf(g.factor, sizeof(g.factor), "%031d", 0);
	ALONE(s, st, store_guess_lock(s, &g, &f));
	CHECK_EQ(st, STATUS_INVALID);
	store_close(s);
}

struct sums {
	char text[256];
};

static bool
collect(void *ctx, const struct store_guess_sum *g)
{
	struct sums *s = ctx;
	size_t used = strlen(s->text);

	(void)snprintf(s->text + used, sizeof(s->text) - used,
		       "%s@%s/%s=%lld,%lld ", g->subject, g->source, g->factor,
		       (long long)g->failed, (long long)(g->last_at - NOW));
	return true;
}

static void
test_list_and_clear(void)
{
	struct store *s = fixture_store("clear");
	struct sums sums = { .text = "" };
	struct store_guess_counts c;
	int64_t dropped = -1;
	struct id running;
	enum status st;

	charge(s, "a", "x", "password", NOW - 100, STORE_GUESS_FAILED);
	charge(s, "a", "x", "password", NOW - 90, STORE_GUESS_PASSED);
	charge(s, "a", "x", "password", NOW - 80, STORE_GUESS_FAILED);
	charge(s, "a", "x", "password", NOW - 70, STORE_GUESS_PENDING);
	charge(s, "a", "y", "password", NOW - 60, STORE_GUESS_FAILED);
	charge(s, "b", "x", "password", NOW - 50, STORE_GUESS_FAILED);
	charge(s, "c", "x", "password", NOW - 500, STORE_GUESS_FAILED);
	running = charge(s, "a", "x", "password", NOW, STORE_GUESS_PENDING);
	CHECK_OK(store_guess_list(s, NOW, NOW - 400, collect, &sums, &f), &f);
	CHECK_STR(sums.text, "b@x/password=1,-50 a@y/password=1,-60 "
			     "a@x/password=2,-70 ");
	ALONE(s, st, store_guess_clear(s, "a", "x", &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(dropped, 4); /* two failures, two not yet settled */
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 0);
	CHECK_EQ(c.pair_pending, 1);
	CHECK_EQ(c.user_failed, 1);
	/* One that was being checked: no failure by running out ... */
	c = count(s, "a", "x", "password", NOW + 40);
	CHECK_EQ(c.pair_failed, 0);
	/* ... but one by being wrong. */
	CHECK_EQ(settle(s, &running, STORE_GUESS_FAILED), STATUS_OK);
	c = count(s, "a", "x", "password", NOW + 40);
	CHECK_EQ(c.pair_failed, 1);
	ALONE(s, st, store_guess_clear(s, "a", NULL, &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(dropped, 2);
	sums.text[0] = '\0';
	CHECK_OK(store_guess_list(s, NOW, NOW - 400, collect, &sums, &f), &f);
	CHECK_STR(sums.text, "b@x/password=1,-50 ");
	store_close(s);
}

static void
test_prune(void)
{
	struct store *s = fixture_store("prune");
	struct store_guess_counts c;
	enum status st;

	for (int i = 0; i < 300; i++)
		charge(s, "a", "x", "password", NOW - i, STORE_GUESS_FAILED);
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 300);
	ALONE(s, st, store_guess_prune(s, NOW - 9, &f));
	CHECK_EQ(st, STATUS_OK);
	c = count(s, "a", "x", "password", NOW);
	CHECK(c.pair_failed >= 10 && c.pair_failed < 300);
	CHECK_EQ(c.pair_last, NOW);
	ALONE(s, st, store_guess_prune(s, NOW - 9, &f));
	CHECK_EQ(st, STATUS_OK);
	c = count(s, "a", "x", "password", NOW);
	CHECK_EQ(c.pair_failed, 10);
	store_close(s);
}

/* What counts no more does not pile up, and what counts stays. */
static void
test_fade(void)
{
	const struct store_guess g = { .subject = "-",
				       .source = "x",
				       .factor = "cancel" };
	struct store *s = fixture_store("fade");
	enum status st;

	for (int i = 0; i < 30; i++)
		charge(s, "-", "x", "cancel", NOW + i, STORE_GUESS_FAILED);
	charge(s, "-", "x", "password", NOW, STORE_GUESS_FAILED);
	charge(s, "-", "y", "cancel", NOW, STORE_GUESS_FAILED);
	charge(s, "a", "x", "cancel", NOW, STORE_GUESS_FAILED);
	ALONE(s, st, store_guess_fade(s, &g, NOW + 10, 25, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(count(s, "-", "x", "cancel", NOW + 30).pair_failed, 25);
	ALONE(s, st, store_guess_fade(s, &g, NOW + 10, 5, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(count(s, "-", "x", "cancel", NOW + 30).pair_failed, 20);
	CHECK_EQ(count(s, "-", "x", "password", NOW + 30).pair_failed, 1);
	CHECK_EQ(count(s, "-", "y", "cancel", NOW + 30).pair_failed, 1);
	CHECK_EQ(count(s, "a", "x", "cancel", NOW + 30).pair_failed, 1);
	store_close(s);
}

static void
test_seen(void)
{
	struct store *s = fixture_store("seen");
	const struct id a = fixture_id(1), none = fixture_id(999);
	bool source = false, any = false;
	enum status st;

	fixture_add_account(s, 1);
	ALONE(s, st, store_seen_put(s, &a, "x", NOW, &f));
	CHECK_EQ(st, STATUS_OK);
	/* A clock set back does not shorten it. */
	ALONE(s, st, store_seen_put(s, &a, "x", NOW - 500, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK(count(s, a.s, "x", "password", NOW + SEEN - 1).source_known);
	CHECK(!count(s, a.s, "x", "password", NOW + SEEN).source_known);
	CHECK(!count(s, a.s, "y", "password", NOW).source_known);
	CHECK(!count(s, "other", "x", "password", NOW).source_known);
	CHECK_OK(store_seen_get(s, &a, "x", &source, &any, &f), &f);
	CHECK(source && any);
	CHECK_OK(store_seen_get(s, &a, "y", &source, &any, &f), &f);
	CHECK(!source && any);
	CHECK_OK(store_seen_get(s, &none, "x", &source, &any, &f), &f);
	CHECK(!source && !any);
	ALONE(s, st, store_seen_put(s, &none, "x", NOW, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	store_close(s);
}

int
main(void)
{
	test_counts();
	test_windows();
	test_passed();
	test_pending();
	test_run();
	test_lock();
	test_list_and_clear();
	test_prune();
	test_fade();
	test_seen();
	return test_done();
}
