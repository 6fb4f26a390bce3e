/* SPDX-License-Identifier: MIT */
/* How long the audit is kept, and what goes then. */
#ifndef ADMIN_AUDIT_H
#define ADMIN_AUDIT_H

#include "admin/admin.h"

#define ADMIN_AUDIT_LEAST (30 * (int64_t)86400)
#define ADMIN_AUDIT_MOST (100 * 366 * (int64_t)86400)

/* How many seconds a row is kept; 0: for ever. */
enum status admin_audit_kept(const struct admin *a, int64_t *out,
			     struct fault *f) MUST_USE;
/* STATUS_INVALID: neither 0 nor from ADMIN_AUDIT_LEAST to _MOST. */
enum status admin_audit_keep(const struct admin *a, int64_t seconds,
			     struct fault *f) MUST_USE;

/*
 * Of each host the rows go up to the last one that all are older than BEFORE,
 * and not the newest, in as many transactions as it takes: each with a row
 * audit.pruned, which holds the head of the chain there, so that what is left
 * can still be proved.  *GONE counts those of every one that was committed,
 * also when one fails.  DRY: nothing is done.
 * STATUS_INVALID: BEFORE is less than ADMIN_AUDIT_LEAST ago.
 * STATUS_REFUSED: rows are missing among them that nothing declares, and
 * BROKEN is not set: pruning would hide that.
 */
struct admin_audit_prune {
	int64_t before;
	bool broken, dry;
};
enum status admin_audit_prune(const struct admin *a,
			      const struct admin_audit_prune *p, int64_t *gone,
			      struct fault *f) MUST_USE;

/*
 * Is the head of row SEQ to be told now?  Not when it was, nor more often than
 * every ten minutes; asking writes down that it is told.
 */
enum status admin_audit_tell(const struct admin *a, int64_t seq, bool *tell,
			     struct fault *f) MUST_USE;

#endif
