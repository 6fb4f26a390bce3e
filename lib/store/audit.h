/* SPDX-License-Identifier: MIT */
/* Reading the audit otherwise than newest first.  Statuses as in
 * store/store.h. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

/* Is the row one that FILTER, but for its cursor and limit, lets through? */
bool store_audit_matches(const struct store_audit_filter *filter,
			 const struct store_audit *a);

#define STORE_HOST_SIZE 256
/* The host behind AFTER ("": the first) in order of bytes, of those that have
 * rows; STATUS_NOT_FOUND: there is none.  AFTER may be OUT. */
enum status store_audit_host(struct store *s, const char *after,
			     char out[STORE_HOST_SIZE], struct fault *f)
	MUST_USE;

#endif
