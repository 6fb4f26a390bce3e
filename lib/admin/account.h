/* SPDX-License-Identifier: MIT */
/* Accounts.  NAME is looked up among the not-deleted; a pending deletion whose
 * day has come counts as deleted. */
#ifndef ADMIN_ACCOUNT_H
#define ADMIN_ACCOUNT_H

#include "admin/admin.h"

#define ADMIN_GRACE_DAYS_MAX 3650

struct admin_account_new {
	const char *name;
	const char *email;  /* NULL: none */
	int64_t expires_at; /* 0: never */
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

/* STATUS_CONFLICT when it is not active. */
enum status admin_account_disable(const struct admin *a, const char *name,
				  const char *reason,
				  struct store_account *out, struct fault *f)
	MUST_USE;

/* From disabled or pending deletion; STATUS_CONFLICT when it is active. */
enum status admin_account_enable(const struct admin *a, const char *name,
				 struct store_account *out, struct fault *f)
	MUST_USE;

/* AT 0: never. */
enum status admin_account_expire(const struct admin *a, const char *name,
				 int64_t at, struct store_account *out,
				 struct fault *f) MUST_USE;

/* Pending for so many DAYS; 0: deleted now, and its password, devices, keys,
 * codes and trust forgotten.
 * STATUS_CONFLICT when a deletion is pending and DAYS is not 0. */
enum status admin_account_delete(const struct admin *a, const char *name,
				 int64_t days, struct store_account *out,
				 struct fault *f) MUST_USE;

/* "active", "disabled", "pending", "deleted", as of NOW. */
const char *admin_account_state(const struct store_account *acct, int64_t now);
bool admin_account_expired(const struct store_account *acct, int64_t now);

#endif
