/* SPDX-License-Identifier: MIT */
/*
 * Refresh tokens: each stands for the JWT that it came with, whose id it
 * bears, and makes the next pair of its family once.  Statuses and
 * transactions as in store/store.h; hashes are keyed.
 */
#ifndef STORE_REFRESH_H
#define STORE_REFRESH_H

#include "store/org.h"

#define STORE_FAMILIES_MAX 10 /* an account: not revoked, over or void */
#define STORE_REFRESH_SERVICE_SIZE 65

struct store_refresh {
	struct id id, family, account;
	char service[STORE_REFRESH_SERVICE_SIZE];
	uint8_t hash[STORE_HASH_SIZE];
	int64_t epoch; /* of the account when it was made */
	int64_t created_at;
	int64_t expires_at; /* the same in all of a family */
	int64_t spent_at;   /* 0: not yet */
	int64_t revoked_at; /* 0: not */
};

/* STATUS_REFUSED when it would begin a family and the account has
 * STORE_FAMILIES_MAX. */
enum status store_refresh_insert(struct store *s,
				 const struct store_refresh *r,
				 struct fault *f) MUST_USE;

/* Each in any state. */
enum status store_refresh_by_id(struct store *s, const struct id *id,
				struct store_refresh *out, struct fault *f)
	MUST_USE;
enum status store_refresh_find(struct store *s,
			       const uint8_t hash[STORE_HASH_SIZE],
			       struct store_refresh *out, struct fault *f)
	MUST_USE;

/* By one conditional UPDATE; STATUS_LOST when it is spent, revoked or over at
 * NOW. */
enum status store_refresh_spend(struct store *s, const struct id *id,
				int64_t now, struct fault *f) MUST_USE;

/* The whole family is revoked; good when it was. */
enum status store_refresh_revoke(struct store *s, const struct id *family,
				 int64_t now, struct fault *f) MUST_USE;
/* Every family of the account.  *FAMILIES: how many there were, as below. */
enum status store_refresh_revoke_all(struct store *s, const struct id *account,
				     int64_t now, int64_t *families,
				     struct fault *f) MUST_USE;

/* How many families of the account are neither revoked nor over, nor of an
 * epoch of it that is past? */
enum status store_refresh_families(struct store *s, const struct id *account,
				   int64_t now, int64_t *out, struct fault *f)
	MUST_USE;

#endif
