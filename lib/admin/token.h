/* SPDX-License-Identifier: MIT */
/*
 * App tokens of people, each one string for services that take nothing else;
 * what service accounts have is in admin/service.h.  With a->org only those of
 * its people, and only for whoever is wholly its own: admin/reach.h.
 */
#ifndef ADMIN_TOKEN_H
#define ADMIN_TOKEN_H

#include "admin/admin.h"
#include "factor/token.h"
#include "store/people.h"

struct admin_token {
	struct store_account account;
	struct store_token row;
	int64_t ends_at; /* under what its organizations want; 0: never */
};

struct admin_token_new {
	const char *user;
	const char *label;
	const char *scopes;  /* with commas */
	const char *sources; /* networks with commas; NULL: from anywhere */
	int64_t expires_at;  /* 0: never */
};

/*
 * TEXT is shown once, and kept nowhere.  STATUS_CONFLICT: the label is taken,
 * or the account cannot log in by one; STATUS_REFUSED: there are too many, or
 * an organization of it wants them to end sooner.
 */
enum status admin_token_create(const struct admin *a,
			       const struct admin_token_new *n,
			       struct secret *text, struct admin_token *out,
			       struct fault *f) MUST_USE;

/* The one of a user that is not revoked, by its LABEL; or, without, by its id,
 * in any state.  STATUS_NOT_FOUND with a sentence. */
enum status admin_token_find(const struct admin *a, const char *user_or_id,
			     const char *label, struct admin_token *out,
			     struct fault *f) MUST_USE;

/* STATUS_CONFLICT: it is revoked already. */
enum status admin_token_revoke(const struct admin *a, const char *user_or_id,
			       const char *label, struct admin_token *out,
			       struct fault *f) MUST_USE;
enum status admin_token_revoke_all(const struct admin *a, const char *user,
				   int64_t *revoked, struct store_account *out,
				   struct fault *f) MUST_USE;

/* Of USER, newest first; NULL: of everybody, in order of name. */
enum status admin_token_list(const struct admin *a, const char *user,
			     bool (*each)(void *ctx,
					  const struct admin_token *),
			     void *ctx, struct fault *f) MUST_USE;

/* "active", "expired", "revoked"; "refused": it would not have expired yet,
 * but for an organization. */
const char *admin_token_state(const struct admin_token *t, int64_t now);

#endif
