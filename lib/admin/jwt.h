/* SPDX-License-Identifier: MIT */
/*
 * JWTs of people, each for one service and a few minutes, and the refresh
 * tokens by which the next are had.  Those made from one another are a family,
 * which ends as a whole.
 */
#ifndef ADMIN_JWT_H
#define ADMIN_JWT_H

#include "admin/admin.h"
#include "factor/jwt.h"

#define ADMIN_JWT_DAYS_MAX 90 /* that a family lasts */
#define ADMIN_JWT_DAYS 30     /* unless something else is said */

struct admin_jwt {
	struct store_account account;
	struct store_refresh row; /* of the refresh token */
	int64_t expires_at;	  /* of the JWT */
};

/*
 * Begin a family.  JWT and REFRESH are shown once, and kept nowhere.
 * STATUS_REFUSED: sigra.conf does not let this host have JWTs, there are too
 * many families, or an organization of the account wants it to end sooner;
 * STATUS_CONFLICT: the account cannot log in.
 */
enum status admin_jwt_issue(const struct admin *a, const char *user,
			    const char *service, int64_t days,
			    struct secret *jwt, struct secret *refresh,
			    struct admin_jwt *out, struct fault *f) MUST_USE;

/*
 * The next of the family of TOKEN, which is spent.  STATUS_REFUSED with a
 * sentence when it is good no more; one that was spent before is in two hands,
 * and its family is revoked.
 */
enum status admin_jwt_refresh(const struct admin *a,
			      const struct secret *token, struct secret *jwt,
			      struct secret *refresh, struct admin_jwt *out,
			      struct fault *f) MUST_USE;

/* *FAMILIES: how many were good. */
enum status admin_jwt_revoke(const struct admin *a, const char *user,
			     int64_t *families, struct store_account *out,
			     struct fault *f) MUST_USE;

#endif
