/* SPDX-License-Identifier: MIT */
/*
 * What an administrator can do.  Each verb is one transaction that holds the
 * change and its audit rows; when it fails, nothing has changed.  Knows no
 * terminal: who asks, what time it is and where the store lies are handed in.
 */
#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "audit/audit.h"
#include "config/config.h"
#include "crypto/crypto.h"
#include "factor/factor.h"
#include "store/store.h"

/* What a verb works with; everything stays the caller's. */
struct admin {
	struct store *store;
	const struct crypto_keys *keys;
	const struct config *config;
	struct audit *audit;
	const char *actor;    /* "uid:1000" or "system" */
	const char *loginuid; /* NULL, or both are set: kernel and sudo ... */
	const char *sudo_uid; /* ... name different people */
	/* An administrator of one organization sees and changes only that:
	 * its id, else NULL.  Whom it is about, admin_account_find() says. */
	const struct id *org;
	const struct id *self; /* the actor's account; NULL: has none */
	/* May the actor still do it?  Asked in each transaction, before
	 * anything is written; NULL: nobody need be asked. */
	enum status (*again)(void *ctx, struct fault *f);
	void *again_ctx;
	const struct breach *breach; /* of passwords; NULL: there is no list */
	int64_t now;
};

/* The pieces every verb is made of. */
enum status admin_begin(const struct admin *a, struct store_txn *t,
			struct fault *f) MUST_USE;
/* Commits; then the audit's lines go out. */
enum status admin_commit(const struct admin *a, struct store_txn *t,
			 struct fault *f) MUST_USE;

/* What factors work with, at a->now and this host's costs. */
struct factor_env admin_factor_env(const struct admin *a);

#define ADMIN_PAIRS_MAX (AUDIT_PAIRS_MAX - 2)
/* One row of success about TARGET (NULL: none); PAIRS end with a NULL key,
 * and those with a NULL or empty value are left out. */
enum status admin_audit(const struct admin *a, const char *action,
			const struct id *target,
			const struct audit_pair pairs[ADMIN_PAIRS_MAX],
			struct fault *f) MUST_USE;
/* One row of success: all N of TARGET's are gone. */
enum status admin_audit_all(const struct admin *a, const char *action,
			    const struct id *target, int64_t n,
			    struct fault *f) MUST_USE;
/* The same about an organization, which is not a->org. */
enum status admin_audit_org(const struct admin *a, const char *action,
			    const struct id *target, const struct id *org,
			    const struct audit_pair pairs[ADMIN_PAIRS_MAX],
			    struct fault *f) MUST_USE;
/* A person was refused what T would have done; what was written in it so far
 * is what follows from that.  Writes the row, commits, and returns
 * STATUS_REFUSED with WHY in F. */
enum status admin_refused(const struct admin *a, struct store_txn *t,
			  const char *action, const struct id *target,
			  const struct audit_pair pairs[ADMIN_PAIRS_MAX],
			  const struct fault *why, struct fault *f) MUST_USE;

#endif
