/* SPDX-License-Identifier: MIT */
/*
 * Guess limits: counts of failures go in, "may this answer be checked now"
 * comes out.  Pure, like policy.h.  A reservation that is still pending
 * makes the next one wait, never fail (its own failure counts as such once
 * its deadline has passed), so that good logins at the same moment do not
 * shut each other out.
 */
#ifndef POLICY_LOCKOUT_H
#define POLICY_LOCKOUT_H

#include <stdbool.h>
#include <stdint.h>

struct lockout_limits {
	int64_t pair_tries;    /* failures per (user, source) */
	int64_t pair_wait;     /* then this many seconds */
	int64_t user_tries;    /* failures per user over all sources ... */
	int64_t user_window;   /* ... in so many seconds */
	int64_t source_tries;  /* failures per source ... */
	int64_t source_window; /* ... in so many seconds */
	int64_t second_tries;  /* failures at a second factor per user */
	int64_t second_wait;   /* then this many seconds */
};

/* Failures and pending reservations as of now; a pending one whose deadline
 * has passed is a failure. */
struct lockout_counts {
	int64_t pair_failed; /* since the last success of the pair, 24 h */
	int64_t pair_last;   /* when the last of them was; 0: none */
	int64_t pair_pending;
	int64_t user_failed; /* in the user window, over all sources */
	int64_t user_pending;
	int64_t user_oldest;   /* when the oldest counted one was */
	int64_t source_failed; /* in the source window, over all users */
	int64_t source_pending;
	int64_t source_oldest;
	int64_t pending_deadline; /* the earliest deadline of all pending */
	/* Over all sources: each one's failures since its last success, 24 h.
	 * For second factors. */
	int64_t run_failed, run_last;
	bool source_known; /* this user got in from here, 30 days */
	bool console;	   /* the physical console */
};

enum lockout_verdict {
	LOCKOUT_LOCKED = 0,   /* do not check; `until` says till when */
	LOCKOUT_WAIT = 0x53,  /* ask again after a pause */
	LOCKOUT_ADMIT = 0xac, /* reserve, then check */
};

struct lockout_decision {
	enum lockout_verdict verdict;
	int64_t until; /* LOCKED, WAIT: seconds since the epoch */
};

struct lockout_decision lockout_judge(const struct lockout_counts *counts,
				      const struct lockout_limits *limits,
				      int64_t now);

/*
 * A second factor, which is checked only after a right password: all sources
 * together have second_tries, then second_wait, then one try at a time.  The
 * console and a source known good are judged by their own failures alone, so
 * that nobody elsewhere shuts them out (the run counts all the same).  The
 * limit on the source's failures is that of lockout_judge().
 */
struct lockout_decision
lockout_judge_second(const struct lockout_counts *counts,
		     const struct lockout_limits *limits, int64_t now);

#endif
