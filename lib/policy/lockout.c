/* SPDX-License-Identifier: MIT */
#include "policy/lockout.h"

static int64_t
lockout_later(int64_t at, int64_t seconds)
{
	int64_t sum;

	return __builtin_add_overflow(at, seconds, &sum) ? INT64_MAX : sum;
}

/* Never in the past: who is told to wait waits. */
static struct lockout_decision
lockout_until(enum lockout_verdict verdict, int64_t until, int64_t now)
{
	return (struct lockout_decision){
		.verdict = verdict,
		.until = until > now ? until : lockout_later(now, 1),
	};
}

/* Numbers that no counting yields admit nobody. */
static bool
lockout_sound(const struct lockout_counts *c, const struct lockout_limits *l)
{
	return c->pair_failed >= 0 && c->pair_pending >= 0 &&
	       c->user_failed >= 0 && c->user_pending >= 0 &&
	       c->source_failed >= 0 && c->source_pending >= 0 &&
	       c->run_failed >= 0 &&
	       (c->pair_failed == 0 || c->pair_last > 0) &&
	       (c->run_failed == 0 || c->run_last > 0) && l->pair_tries > 0 &&
	       l->pair_wait >= 0 && l->user_tries > 0 && l->user_window >= 0 &&
	       l->source_tries > 0 && l->source_window >= 0;
}

/*
 * Failures in a window: at the limit, wait until the oldest has left it.
 * Every pending one may still fail, so together they may reach the limit but
 * not pass it.
 */
static struct lockout_decision
lockout_window(int64_t failed, int64_t pending, int64_t tries, int64_t end,
	       int64_t deadline, int64_t now)
{
	if (failed >= tries)
		return lockout_until(LOCKOUT_LOCKED, end, now);
	if (pending >= tries - failed)
		return lockout_until(LOCKOUT_WAIT, deadline, now);
	return (struct lockout_decision){ .verdict = LOCKOUT_ADMIT };
}

/* Failures in a row, their last, and what is still pending. */
struct lockout_row {
	int64_t failed, last, pending;
};

/* As a window, but once the wait is over one try at a time is let through;
 * its failure is the last one then, and locks again. */
static struct lockout_decision
lockout_row(const struct lockout_row *row, int64_t tries, int64_t wait,
	    int64_t deadline, int64_t now)
{
	int64_t end = lockout_later(row->last, wait);

	if (row->failed < tries || now < end)
		return lockout_window(row->failed, row->pending, tries, end,
				      deadline, now);
	if (row->pending > 0)
		return lockout_until(LOCKOUT_WAIT, deadline, now);
	return (struct lockout_decision){ .verdict = LOCKOUT_ADMIT };
}

static struct lockout_row
lockout_pair(const struct lockout_counts *c)
{
	return (struct lockout_row){ c->pair_failed, c->pair_last,
				     c->pair_pending };
}

/* Of two decisions the one that lets through less, and for longer. */
static struct lockout_decision
lockout_stricter(struct lockout_decision a, struct lockout_decision b)
{
	if (a.verdict == b.verdict)
		return a.until >= b.until ? a : b;
	if (a.verdict == LOCKOUT_LOCKED || b.verdict == LOCKOUT_LOCKED)
		return a.verdict == LOCKOUT_LOCKED ? a : b;
	return a.verdict == LOCKOUT_WAIT ? a : b;
}

/* D, or what the failures of the source alone come to.  Strangers who share
 * the place with somebody known there shut them out no more than others do. */
static struct lockout_decision
lockout_source(struct lockout_decision d, const struct lockout_counts *c,
	       const struct lockout_limits *l, int64_t now)
{
	if (c->source_known && c->pair_failed == 0)
		return d;
	return lockout_stricter(
		d,
		lockout_window(
			c->source_failed, c->source_pending, l->source_tries,
			lockout_later(c->source_oldest, l->source_window),
			c->pending_deadline, now));
}

struct lockout_decision
lockout_judge(const struct lockout_counts *c, const struct lockout_limits *l,
	      int64_t now)
{
	struct lockout_row pair = lockout_pair(c);
	struct lockout_decision d;

	if (!lockout_sound(c, l))
		return lockout_until(LOCKOUT_LOCKED, now, now);
	d = lockout_row(&pair, l->pair_tries, l->pair_wait,
			c->pending_deadline, now);
	d = lockout_source(d, c, l, now);
	/* What others do elsewhere shuts nobody out of places known good. */
	if (c->console || c->source_known)
		return d;
	return lockout_stricter(
		d,
		lockout_window(c->user_failed, c->user_pending, l->user_tries,
			       lockout_later(c->user_oldest, l->user_window),
			       c->pending_deadline, now));
}

struct lockout_decision
lockout_judge_second(const struct lockout_counts *c,
		     const struct lockout_limits *l, int64_t now)
{
	struct lockout_row row = { c->run_failed, c->run_last,
				   c->user_pending };

	if (!lockout_sound(c, l) || l->second_tries <= 0 || l->second_wait < 0)
		return lockout_until(LOCKOUT_LOCKED, now, now);
	if (c->console || c->source_known)
		row = lockout_pair(c);
	return lockout_source(lockout_row(&row, l->second_tries,
					  l->second_wait, c->pending_deadline,
					  now),
			      c, l, now);
}
