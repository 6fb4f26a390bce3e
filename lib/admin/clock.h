/* SPDX-License-Identifier: MIT */
/* The greatest time that the store has seen, and a clock that is behind it. */
#ifndef ADMIN_CLOCK_H
#define ADMIN_CLOCK_H

#include "admin/prune.h"
#include "store/otp.h"

/* Is a->now so far behind that no time code counts?  *SEEN: 0: no time has
 * been seen yet. */
enum status admin_clock_behind(const struct admin *a, bool *behind,
			       int64_t *seen, struct fault *f) MUST_USE;

/* STATUS_REFUSED, and a sentence about it, when it is. */
enum status admin_clock_timely(const struct admin *a, struct fault *f)
	MUST_USE;

/* What a->now is held against: the greatest time that was seen, or, before the
 * first, that of the newest row of the audit. */
enum status admin_clock_latest(const struct admin *a, int64_t *at,
			       struct fault *f) MUST_USE;

/* a->now is right, whatever was seen, and whatever admin_prune_leap() says;
 * *WAS: what was seen.  *ACCEPTED false: it was neither behind nor has it
 * leapt, so nothing was written. */
enum status admin_clock_accept(const struct admin *a,
			       const struct admin_uptime *up, int64_t *was,
			       bool *accepted, struct fault *f) MUST_USE;

/* Until when a TOTP device accepts nothing, because its last step lies in the
 * future; 0: it is not so. */
int64_t admin_clock_ahead(const struct store_otp *row, int64_t now);

#endif
