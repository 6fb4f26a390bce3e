/* SPDX-License-Identifier: MIT */
/* Passwords that an administrator sets.  With the old one go the account's
 * trusted devices, and the reset codes and tickets that are out. */
#ifndef ADMIN_PASSWORD_H
#define ADMIN_PASSWORD_H

#include "admin/admin.h"

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
 * one, or was let off because of it, is over.  ACCT is the caller's to write.
 */
enum status admin_password_break(const struct admin *a,
				 struct store_account *acct, struct fault *f)
	MUST_USE;

/* Would it be accepted?  NAME NULL: for nobody in particular. */
enum status admin_password_check(const struct admin *a, const char *name,
				 const struct secret *password,
				 struct fault *f) MUST_USE;

#endif
