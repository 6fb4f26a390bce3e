/* SPDX-License-Identifier: MIT */
/* Which rows of the audit the options of a command are about. */
#ifndef SIGRACTL_AUDIT_FILTER_H
#define SIGRACTL_AUDIT_FILTER_H

#include "sigractl/cmd.h"

/*
 * Of --user, --actor and the like, and of --org; the cursor and the limit are
 * the caller's.  STATUS_INVALID, or STATUS_NOT_FOUND for a user who is not
 * there.  The store is open.
 */
enum status audit_filter(const struct cmd *c, struct store_audit_filter *out,
			 struct fault *f) MUST_USE;

#endif
