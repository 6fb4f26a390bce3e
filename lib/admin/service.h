/* SPDX-License-Identifier: MIT */
/*
 * Service accounts: of one organization, for machines.  Nobody sits before a
 * prompt of theirs; what they show is one of several secrets, so that one can
 * follow another without a break.
 */
#ifndef ADMIN_SERVICE_H
#define ADMIN_SERVICE_H

#include "admin/org.h"
#include "store/people.h"
#include "store/token.h"

struct admin_service {
	struct store_org org;
	struct store_account account;
};

/* Names as of users, with whom they share them.  HOST: this host has a user of
 * that name, so with a->org it is not free. */
enum status admin_service_add(const struct admin *a, const char *name,
			      const char *slug, bool host,
			      struct admin_service *out, struct fault *f)
	MUST_USE;

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_service_find(const struct admin *a, const char *slug,
			       const char *name, struct admin_service *out,
			       struct fault *f) MUST_USE;

/* Deleted at once, its secrets revoked and its sessions ended. */
enum status admin_service_remove(const struct admin *a, const char *slug,
				 const char *name, struct admin_service *out,
				 struct fault *f) MUST_USE;
/* The same in the open transaction. */
enum status admin_service_end(const struct admin *a,
			      struct store_account *acct, struct fault *f)
	MUST_USE;

/* EXPIRES_AT 0: never.  TEXT is shown once, and kept nowhere.
 * STATUS_CONFLICT: the label is taken; STATUS_REFUSED: there are too many. */
enum status admin_secret_add(const struct admin *a, const char *slug,
			     const char *name, const char *label,
			     int64_t expires_at, struct secret *text,
			     struct admin_service *whose,
			     struct store_token *out, struct fault *f)
	MUST_USE;

/* LABEL NULL: all.  *REVOKED: how many. */
enum status admin_secret_revoke(const struct admin *a, const char *slug,
				const char *name, const char *label,
				struct admin_service *whose, int64_t *revoked,
				struct fault *f) MUST_USE;

#endif
