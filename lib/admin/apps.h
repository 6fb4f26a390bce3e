/* SPDX-License-Identifier: MIT */
/* What ends an account ends what its programs log in with. */
#ifndef ADMIN_APPS_H
#define ADMIN_APPS_H

#include "admin/admin.h"

#define ADMIN_APPS_SIZE 24

/* In the open transaction: every token of the account, and every family of
 * JWTs, is revoked.  COUNT is how many, for the audit; empty: none. */
enum status admin_apps_end(const struct admin *a, const struct id *account,
			   char count[ADMIN_APPS_SIZE], struct fault *f)
	MUST_USE;

#endif
