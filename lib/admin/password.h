/* SPDX-License-Identifier: MIT */
/* Passwords that an administrator sets.  With the old one go the account's
 * trusted devices, and the reset codes and tickets that are out. */
#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include "admin/apps.h"
#include "factor/words.h"
#include "store/people.h"

/*
 * Give the account a new one; STATUS_REFUSED when it is not acceptable, for
 * root as for anybody.  MUST_CHANGE: the person has to choose another at the
 * next login.
 */
enum status admin_password_set(const struct admin *a, const char *name,
			       const struct secret *password, bool must_change,
			       struct store_account *out, struct fault *f)
	MUST_USE;

/* SETTING is a whole crypt(3) string; STATUS_REFUSED: a kind not taken. */
enum status admin_password_import(const struct admin *a, const char *name,
				  const char *setting,
				  struct store_account *out, struct fault *f)
	MUST_USE;

/* Inside the caller's transaction, with a new password: what stood for the old
 * one, or was let off because of it, is over, and so are tokens (APPS, as of
 * admin_apps_end()).  ACCT is the caller's to write. */
enum status admin_password_break(const struct admin *a,
				 struct store_account *acct,
				 char apps[ADMIN_APPS_SIZE], struct fault *f)
	MUST_USE;

/* Would it be accepted?  NAME NULL: for nobody in particular. */
enum status admin_password_check(const struct admin *a, const char *name,
				 const struct secret *password,
				 struct fault *f) MUST_USE;

/* Words that no password of the account may be made of; NAME NULL: none. */
enum status admin_password_words(const struct admin *a, const char *name,
				 struct words *out, struct fault *f) MUST_USE;

/* What of the policy is to be changed; NULL: nothing. */
struct admin_password_change {
	const int64_t *min_length, *history;
	const int64_t *max_days, *warn_days, *min_days; /* 0: off */
	const bool *breached;
};

/* OUT: as it is now.  STATUS_INVALID: out of bounds. */
enum status admin_password_policy_change(
	const struct admin *a, const struct admin_password_change *change,
	struct store_password_policy *out, struct fault *f) MUST_USE;

#endif
