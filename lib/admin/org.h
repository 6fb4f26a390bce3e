/* SPDX-License-Identifier: MIT */
/*
 * Organizations.  SLUG is looked up among those that are there, also by a slug
 * that one had until lately.  For an administrator of one organization every
 * other one is as one that does not exist.
 */
#ifndef ADMIN_ORG_H
#define ADMIN_ORG_H

#include "admin/admin.h"
#include "store/org.h"

#define ADMIN_SLUG_DAYS 7 /* that an old slug still answers */

/* 3 to 63 of a-z, 0-9 and '-', a letter first, no '-' last, and none of the
 * words that are reserved: STATUS_INVALID. */
enum status admin_slug_valid(const char *slug, struct fault *f) MUST_USE;

/* What a personal organization of NAME is called, at the n-th ATTEMPT: the
 * first (0) may be taken, reserved or too short. */
void admin_slug_personal(const char *name, unsigned attempt,
			 char out[STORE_SLUG_SIZE]);

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_org_find(const struct admin *a, const char *slug,
			   struct store_org *out, struct fault *f) MUST_USE;

/* In order of slug. */
enum status admin_org_list(const struct admin *a,
			   bool (*each)(void *ctx, const struct store_org *),
			   void *ctx, struct fault *f) MUST_USE;

struct admin_org_new {
	const char *slug;
	const char *name;  /* NULL: as the slug */
	const char *owner; /* login name; NULL: none yet */
};

/* STATUS_CONFLICT: another one has the slug, or had it until lately. */
enum status admin_org_add(const struct admin *a, const struct admin_org_new *n,
			  struct store_org *out, struct fault *f) MUST_USE;

/* In the open transaction: a personal one of ACCT, its owner, named after it
 * as far as that is possible and free. */
enum status admin_org_personal(const struct admin *a,
			       const struct store_account *acct,
			       struct store_org *out, struct fault *f)
	MUST_USE;

enum status admin_org_rename(const struct admin *a, const char *slug,
			     const char *name, struct store_org *out,
			     struct fault *f) MUST_USE;

/* The one it had answers for ADMIN_SLUG_DAYS. */
enum status admin_org_set_slug(const struct admin *a, const char *slug,
			       const char *new_slug, struct store_org *out,
			       struct fault *f) MUST_USE;

struct admin_org_change {
	const bool *require_mfa;  /* NULL: as it is */
	const char *words;	  /* likewise, ... */
	const bool *token_expiry; /* app tokens of members have an end */
	const int64_t *token_max; /* seconds; 0: no limit */
};

/* STATUS_REFUSED: who requires a second factor of others has none.  *TOKENS:
 * how many app tokens of members would be good for longer than it lets them
 * now. */
enum status admin_org_set(const struct admin *a, const char *slug,
			  const struct admin_org_change *change,
			  struct store_org *out, int64_t *tokens,
			  struct fault *f) MUST_USE;

/* How much there is, or was, of an organization. */
struct admin_org_count {
	int64_t members, owners, invitations, services;
	int64_t sessions; /* that were ended; of a deletion only */
};
enum status admin_org_count(const struct admin *a, const struct id *org,
			    struct admin_org_count *out, struct fault *f)
	MUST_USE;

/* With its memberships, invitations and service accounts, and the sessions in
 * which it is active.  STATUS_REFUSED when a rule names it. */
enum status admin_org_delete(const struct admin *a, const char *slug,
			     struct store_org *out,
			     struct admin_org_count *was, struct fault *f)
	MUST_USE;

/* In the open transaction, and whatever the rules say. */
enum status admin_org_end(const struct admin *a, struct store_org *org,
			  struct admin_org_count *was, struct fault *f)
	MUST_USE;

#endif
