/* SPDX-License-Identifier: MIT */
/*
 * What belongs to an account beside its factors: attributes, an address that
 * waits for its code, administrators, impersonations, service accounts; and
 * the one policy of passwords.  Statuses and transactions as in store/store.h;
 * hashes are keyed.
 */
#ifndef STORE_PEOPLE_H
#define STORE_PEOPLE_H

#include "store/org.h"
#include "store/otp.h"

/* --- attributes --- */

#define STORE_ATTRIBUTES_MAX 32 /* an account */
#define STORE_ATTRIBUTE_KEY_SIZE 33
#define STORE_ATTRIBUTE_VALUE_SIZE 256
struct store_attribute {
	char key[STORE_ATTRIBUTE_KEY_SIZE];
	char value[STORE_ATTRIBUTE_VALUE_SIZE];
	bool exported; /* to the PAM environment */
};

/* Insert or replace; STATUS_REFUSED when it has STORE_ATTRIBUTES_MAX. */
enum status store_attribute_put(struct store *s, const struct id *account,
				const struct store_attribute *a,
				struct fault *f) MUST_USE;
enum status store_attribute_delete(struct store *s, const struct id *account,
				   const char *key, struct fault *f) MUST_USE;
enum status store_attribute_delete_all(struct store *s,
				       const struct id *account,
				       struct fault *f) MUST_USE;
/* In order of key. */
enum status store_attribute_list(struct store *s, const struct id *account,
				 bool (*each)(void *ctx,
					      const struct store_attribute *),
				 void *ctx, struct fault *f) MUST_USE;

/* --- an address that waits for its code --- */

struct store_email_change {
	struct id account;
	char email[STORE_EMAIL_SIZE];
	uint8_t hash[STORE_HASH_SIZE];
	int64_t created_at, expires_at;
};
/* Insert or replace. */
enum status store_email_change_put(struct store *s,
				   const struct store_email_change *c,
				   struct fault *f) MUST_USE;
enum status store_email_change_get(struct store *s, const struct id *account,
				   struct store_email_change *out,
				   struct fault *f) MUST_USE;
/* Good when there is none. */
enum status store_email_change_delete(struct store *s,
				      const struct id *account,
				      struct fault *f) MUST_USE;

/* --- the policy of passwords --- */

struct store_password_policy {
	int64_t min_length; /* code points */
	int64_t history;    /* old ones that are refused */
	int64_t max_days;   /* 0: they do not age */
	int64_t warn_days, min_days;
	bool breached; /* look into this host's list of breached ones */
};
enum status store_password_policy_get(struct store *s,
				      struct store_password_policy *out,
				      struct fault *f) MUST_USE;
enum status store_password_policy_put(struct store *s,
				      const struct store_password_policy *p,
				      struct fault *f) MUST_USE;

/* --- administrators of everything --- */

struct store_administrator {
	struct id account;
	char granted_by[64]; /* as audit.actor */
	int64_t granted_at;
};
/* STATUS_CONFLICT when it is one. */
enum status store_administrator_insert(struct store *s,
				       const struct store_administrator *a,
				       struct fault *f) MUST_USE;
enum status store_administrator_delete(struct store *s,
				       const struct id *account,
				       struct fault *f) MUST_USE;
/* Is this one of them?  ACCOUNT NULL: is anybody, whose account is not
 * deleted? */
enum status store_administrator_is(struct store *s, const struct id *account,
				   bool *out, struct fault *f) MUST_USE;
/* In order of granted_at. */
enum status store_administrator_list(
	struct store *s,
	bool (*each)(void *ctx, const struct store_administrator *), void *ctx,
	struct fault *f) MUST_USE;

/* --- impersonations --- */

struct store_impersonation {
	struct id id, account;
	char actor[64]; /* an account id, or as audit.actor */
	char reason[STORE_REASON_SIZE];
	uint8_t hash[STORE_HASH_SIZE];
	int64_t created_at, expires_at;
	int64_t spent_at; /* 0: not yet */
};
enum status store_impersonation_insert(struct store *s,
				       const struct store_impersonation *i,
				       struct fault *f) MUST_USE;
/* Of the account, by its hash, spent or not. */
enum status store_impersonation_find(struct store *s, const struct id *account,
				     const uint8_t hash[STORE_HASH_SIZE],
				     struct store_impersonation *out,
				     struct fault *f) MUST_USE;
/* By one conditional UPDATE; STATUS_LOST when it is spent or not good any
 * more at NOW. */
enum status store_impersonation_spend(struct store *s, const struct id *id,
				      int64_t now, struct fault *f) MUST_USE;
/* Every unspent one of the account is spent. */
enum status store_impersonation_void(struct store *s, const struct id *account,
				     int64_t now, struct fault *f) MUST_USE;
/* ... of those that the account made to act as others. */
enum status store_impersonation_void_by(struct store *s,
					const struct id *actor, int64_t now,
					struct fault *f) MUST_USE;
/* Does somebody act as this account: an open session with an impersonator that
 * has not come to its end, or a login of that kind that is not handed over
 * and later than SINCE? */
enum status store_impersonation_runs(struct store *s, const struct id *account,
				     int64_t now, int64_t since, bool *out,
				     struct fault *f) MUST_USE;

/* --- service accounts --- */

/* Service accounts of an organization, in order of name. */
enum status store_service_list(struct store *s, const struct id *org,
			       bool (*each)(void *ctx,
					    const struct store_account *),
			       void *ctx, struct fault *f) MUST_USE;

/* --- locks --- */

/* Remember, until its deadline, that G has locked its subject out of its
 * factor, wherever that was; such a row counts for nothing.
 * store_guess_clear() drops them, too. */
enum status store_guess_lock(struct store *s, const struct store_guess *g,
			     struct fault *f) MUST_USE;
enum status store_guess_locked(struct store *s, const char *subject,
			       const char *factor, int64_t now, bool *out,
			       struct fault *f) MUST_USE;

/* --- what time brings --- */

/* Pending deletions whose day has come, the earliest first. */
enum status store_account_due(struct store *s, int64_t now,
			      bool (*each)(void *ctx,
					   const struct store_account *),
			      void *ctx, struct fault *f) MUST_USE;
/* Whatever refers to the account goes: its person, factors, sessions, logins,
 * seen sources, memberships and all the rest; the account and the audit
 * stay. */
enum status store_account_forget(struct store *s, const struct id *account,
				 struct fault *f) MUST_USE;
/* ... and the account, too. */
enum status store_account_erase(struct store *s, const struct id *account,
				struct fault *f) MUST_USE;
/* Forget at most a few hundred rows a call of: sources seen before SEEN, codes
 * that were good until before CODES, spent or not (those without an end stay),
 * invitations, impersonations and tokens that ended before ENDED, sessions
 * closed before SESSIONS, messages before MESSAGES and their
 * deliveries, slugs that answer no more and refresh tokens that are over at
 * NOW.  *DROPPED: how many, to call again. */
struct store_prune {
	int64_t now, seen, codes, sessions, messages, ended;
};
enum status store_prune(struct store *s, const struct store_prune *p,
			int64_t *dropped, struct fault *f) MUST_USE;

#endif
