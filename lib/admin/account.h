/* SPDX-License-Identifier: MIT */
/* Accounts; with a->org only its own, see admin/reach.h.  NAME is looked up
 * among the not-deleted; a pending deletion whose day has come counts as
 * deleted. */
#ifndef ADMIN_ACCOUNT_H
#define ADMIN_ACCOUNT_H

#include "admin/admin.h"

struct admin_account_new {
	const char *name;
	const char *email;	  /* NULL: none */
	int64_t expires_at;	  /* 0: never */
	bool personal;		  /* with an organization of its own */
	const struct id *service; /* a service account of that organization,
				     and nobody's; NULL: a person's */
};

/*
 * The name must match account.name_regex and be 1..32 bytes without blanks,
 * control bytes, ':' and '/'; an address is trimmed and lower-cased.
 * STATUS_INVALID says what is wrong, STATUS_CONFLICT: the name is taken.
 */
enum status admin_account_add(const struct admin *a,
			      const struct admin_account_new *n,
			      struct store_account *out, struct fault *f)
	MUST_USE;

/* Likewise, inside the caller's transaction. */
enum status admin_account_insert(const struct admin *a,
				 const struct admin_account_new *n,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_account_find(const struct admin *a, const char *name,
			       struct store_account *out, struct fault *f)
	MUST_USE;

/* Likewise somebody who can log in: STATUS_CONFLICT for a service account,
 * which has secrets and nothing else. */
enum status admin_account_person(const struct admin *a, const char *name,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* By name, or by id, which finds deleted accounts too. */
enum status admin_account_find_any(const struct admin *a,
				   const char *name_or_id,
				   struct store_account *out, struct fault *f)
	MUST_USE;

/* In an open transaction, by the id of one that was found before it:
 * STATUS_NOT_FOUND when it was deleted meanwhile. */
enum status admin_account_there(const struct admin *a, const struct id *id,
				struct store_account *out, struct fault *f)
	MUST_USE;

enum status admin_account_rename(const struct admin *a, const char *name,
				 const char *new_name,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* A reason that an administrator gives: STATUS_INVALID with a sentence. */
enum status admin_reason_valid(const char *reason, struct fault *f) MUST_USE;

/* STATUS_CONFLICT when it is not active. */
enum status admin_account_disable(const struct admin *a, const char *name,
				  const char *reason,
				  struct store_account *out, struct fault *f)
	MUST_USE;

/* STATUS_CONFLICT when it is active or pending deletion. */
enum status admin_account_enable(const struct admin *a, const char *name,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* AT 0: never. */
enum status admin_account_expire(const struct admin *a, const char *name,
				 int64_t at, struct store_account *out,
				 struct fault *f) MUST_USE;

/* The next login has to end in a new password; STATUS_CONFLICT when there is
 * none to change. */
enum status admin_account_force_change(const struct admin *a, const char *name,
				       struct store_account *out,
				       struct fault *f) MUST_USE;

/* The audit: everything about the account is given out. */
enum status admin_account_exported(const struct admin *a, const char *name,
				   struct store_account *out, struct fault *f)
	MUST_USE;

/* In the open transaction: write ACCT, its version raised, and its row. */
enum status admin_account_write(const struct admin *a,
				struct store_account *acct, const char *action,
				const struct audit_pair pairs[ADMIN_PAIRS_MAX],
				struct fault *f) MUST_USE;
/* Likewise: what the audit calls it by. */
enum status admin_account_remember(const struct admin *a,
				   const struct store_account *acct,
				   struct fault *f) MUST_USE;

/* A pending deletion whose day has come. */
bool admin_account_due(const struct store_account *acct, int64_t now);

/* "active", "disabled", "pending", "deleted", as of NOW. */
const char *admin_account_state(const struct store_account *acct, int64_t now);
bool admin_account_expired(const struct store_account *acct, int64_t now);

#endif
