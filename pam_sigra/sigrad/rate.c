/* SPDX-License-Identifier: MIT */
#include "sigrad/rate.h"

/* A millisecond brings per_minute, and a minute has so many. */
#define RATE_COST 60000

static int64_t
rate_full(const struct rate *r)
{
	return r->per_minute * RATE_COST;
}

static int64_t
rate_level(const struct rate *r, const struct rate_uid *u, int64_t now)
{
	int64_t full = rate_full(r), passed = now - u->at;

	/* After a minute it is full, whatever it was. */
	if (passed >= RATE_COST || u->level + passed * r->per_minute >= full)
		return full;
	return u->level + passed * r->per_minute;
}

/*
 * Its place.  With none free, that of whoever has the most left: who has used
 * his up is not forgotten for the sake of newcomers that have not.
 */
static struct rate_uid *
rate_find(struct rate *r, uid_t uid, int64_t now)
{
	struct rate_uid *best = &r->of[0];

	for (size_t i = 0; i < r->n; i++) {
		if (r->of[i].uid == uid)
			return &r->of[i];
		if (rate_level(r, &r->of[i], now) > rate_level(r, best, now))
			best = &r->of[i];
	}
	if (r->n < RATE_UIDS)
		best = &r->of[r->n++];
	*best = (struct rate_uid){ .uid = uid,
				   .level = rate_full(r),
				   .at = now };
	return best;
}

bool
rate_take(struct rate *r, uid_t uid, int64_t now)
{
	struct rate_uid *u = rate_find(r, uid, now);

	u->level = rate_level(r, u, now);
	u->at = now;
	if (u->level < RATE_COST)
		return false;
	u->level -= RATE_COST;
	return true;
}
