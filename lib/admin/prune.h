/* SPDX-License-Identifier: MIT */
/* What the store need not remember for ever. */
#ifndef ADMIN_PRUNE_H
#define ADMIN_PRUNE_H

#include "admin/admin.h"

/*
 * Forget sources not seen for 400 days, sessions closed that long ago, codes
 * that were of no use for 30 days and messages that old, invitations, codes to
 * act as somebody and tokens that ended 90 days ago, in as many
 * transactions as it takes; *DROPPED counts those of every one that was
 * committed, also when one of them fails.  DRY: what one of them would do,
 * and nothing is.
 */
enum status admin_prune(const struct admin *a, bool dry, int64_t *dropped,
			struct fault *f) MUST_USE;

/* What no clock that is set can change. */
struct admin_uptime {
	char boot[ID_LENGTH + 1]; /* which one of this host */
	int64_t seconds;	  /* since then, asleep or not */
};

/* All of that was done at a->now: when it was last, 0: never. */
enum status admin_prune_note(const struct admin *a,
			     const struct admin_uptime *up, struct fault *f)
	MUST_USE;
enum status admin_prune_last(const struct admin *a, int64_t *at,
			     struct fault *f) MUST_USE;

/* Is a->now further from then than has passed?  By more than an hour in the
 * same boot, or by 90 days in another: then nothing that time alone brings can
 * be believed in, until somebody says that a->now is right. */
enum status admin_prune_leap(const struct admin *a,
			     const struct admin_uptime *up, bool *leap,
			     struct fault *f) MUST_USE;
/* In the open transaction: it is. */
enum status admin_prune_accept(const struct admin *a, struct fault *f)
	MUST_USE;

#endif
