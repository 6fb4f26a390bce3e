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
	       (c->pair_failed == 0 || c->pair_last > 0) &&
	       l->pair_tries > 0 && l->pair_wait >= 0 && l->user_tries > 0 &&
	       l->user_window >= 0 && l->source_tries > 0 &&
	       l->source_window >= 0;
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

/* As a window, but once the wait is over one try at a time is let through;
 * its failure is the last one then, and locks again. */
static struct lockout_decision
lockout_pair(const struct lockout_counts *c, const struct lockout_limits *l,
	     int64_t now)
{
	int64_t end = lockout_later(c->pair_last, l->pair_wait);

	if (c->pair_failed < l->pair_tries || now < end)
		return lockout_window(c->pair_failed, c->pair_pending,
				      l->pair_tries, end, c->pending_deadline,
				      now);
	if (c->pair_pending > 0)
		return lockout_until(LOCKOUT_WAIT, c->pending_deadline, now);
	return (struct lockout_decision){ .verdict = LOCKOUT_ADMIT };
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

struct lockout_decision
lockout_judge(const struct lockout_counts *c, const struct lockout_limits *l,
	      int64_t now)
{
	struct lockout_decision d;

	if (!lockout_sound(c, l))
		return lockout_until(LOCKOUT_LOCKED, now, now);
	/* Nor do strangers who share the place with somebody known there. */
	if (c->source_known && c->pair_failed == 0)
		return lockout_pair(c, l, now);
	d = lockout_stricter(lockout_pair(c, l, now),
			     lockout_window(c->source_failed,
					    c->source_pending, l->source_tries,
					    lockout_later(c->source_oldest,
							  l->source_window),
					    c->pending_deadline, now));
	/* What others do elsewhere shuts nobody out of places known good. */
	if (c->console || c->source_known)
		return d;
	return lockout_stricter(
		d,
		lockout_window(c->user_failed, c->user_pending, l->user_tries,
			       lockout_later(c->user_oldest, l->user_window),
			       c->pending_deadline, now));
}
