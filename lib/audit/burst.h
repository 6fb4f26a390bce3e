/* SPDX-License-Identifier: MIT */
/*
 * Failures that somebody can repeat at will must not fill the disk.  Of those
 * that have source, action, who (actor, effective, target, organization),
 * service and reason (what was right, with which device, and why the rest was
 * not) in common the first is a row of the audit; the next within ten minutes
 * are counted beside it, each with its line, and the row "login.repeated"
 * tells of them when that time is over.
 */
#ifndef AUDIT_BURST_H
#define AUDIT_BURST_H

#include "audit/audit.h"

#define AUDIT_BURST_SECONDS 600

extern const char audit_burst_action[]; /* "login.repeated" */

/*
 * A failure from SOURCE, in the open transaction: as audit_write(), or one
 * more of a burst.  A source that has too many of them at once gets one for
 * each known person, and at last one for all the rest, which names nobody.
 */
enum status audit_burst_write(struct audit *a, int64_t now, const char *source,
			      const struct audit_entry *e, struct fault *f)
	MUST_USE;

/* Before a success from SOURCE, about TARGET (empty: nobody): their bursts end
 * here, with a row each. */
enum status audit_burst_end(struct audit *a, int64_t now, const char *source,
			    const char *target, struct fault *f) MUST_USE;

/* Some of those whose time is over, of any source; *ENDED: how many, 0 once
 * there is none. */
enum status audit_burst_sweep(struct audit *a, int64_t now, int64_t *ended,
			      struct fault *f) MUST_USE;

/* How many failed logins does ROW stand for, beside those that have a row? */
int64_t audit_burst_failed(const struct store_audit *row);

#endif
