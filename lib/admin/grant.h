/* SPDX-License-Identifier: MIT */
/*
 * Administrators of everything.  As long as there are none, root by sudo or su
 * is root; the first grant ends that, and without the last one it is so again.
 */
#ifndef ADMIN_GRANT_H
#define ADMIN_GRANT_H

#include "admin/admin.h"
#include "store/people.h"

/* STATUS_CONFLICT: is one, or is not active; STATUS_REFUSED: an account that
 * is no person's.  *FIRST: there was none before; *REVOKED: app tokens and
 * families of JWTs that are void now, since an administrator of one
 * organization may have made them. */
enum status admin_grant(const struct admin *a, const char *name, bool *first,
			int64_t *revoked, struct store_account *out,
			struct fault *f) MUST_USE;

/* STATUS_CONFLICT: is none.  *LAST: there is none left. */
enum status admin_grant_revoke(const struct admin *a, const char *name,
			       bool *last, struct store_account *out,
			       struct fault *f) MUST_USE;

/* With the account of each, the first granted first. */
enum status admin_grant_list(const struct admin *a,
			     bool (*each)(void *ctx,
					  const struct store_administrator *,
					  const struct store_account *),
			     void *ctx, struct fault *f) MUST_USE;

#endif
