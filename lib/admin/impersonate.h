/* SPDX-License-Identifier: MIT */
/* A code by which an administrator logs in as somebody else. */
#ifndef ADMIN_IMPERSONATE_H
#define ADMIN_IMPERSONATE_H

#include "admin/admin.h"

#define ADMIN_IMPERSONATE_TTL 600 /* seconds to log in with it */

/*
 * Make one to be typed where the password of NAME is asked for; an older one
 * is void.  The actor is a->self, or else a->actor.  STATUS_INVALID: no
 * reason; STATUS_CONFLICT: the account is not active; STATUS_REFUSED: it is
 * the actor's own, root's, an administrator's or a service's, or somebody acts
 * as the actor at this moment.
 */
enum status admin_impersonate(const struct admin *a, const char *name,
			      const char *reason, struct secret *text,
			      int64_t *expires_at, struct store_account *out,
			      struct fault *f) MUST_USE;

#endif
