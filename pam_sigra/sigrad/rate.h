/* SPDX-License-Identifier: MIT */
/*
 * How many connections a uid may make: so many at once, and as many a minute
 * from then on.  Each asks for a row of the audit, and anybody may connect.
 */
#ifndef SIGRAD_RATE_H
#define SIGRAD_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RATE_UIDS 256 /* remembered at a time */

struct rate_uid {
	uid_t uid;
	int64_t level; /* what it may still spend; RATE_COST a connection */
	int64_t at;    /* when that was so */
};

/* Zeroed but for per_minute, and ready. */
struct rate {
	int64_t per_minute;
	size_t n;
	struct rate_uid of[RATE_UIDS];
};

/*
 * May this uid connect once more at NOW, milliseconds of a clock that nobody
 * sets?  Then that is spent.
 */
bool rate_take(struct rate *r, uid_t uid, int64_t now);

#endif
