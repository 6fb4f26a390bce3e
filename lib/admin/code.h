/* SPDX-License-Identifier: MIT */
/* Codes that an administrator hands out, each good once. */
#ifndef ADMIN_CODE_H
#define ADMIN_CODE_H

#include "admin/admin.h"
#include "factor/code.h"

struct admin_code {
	struct store_account account;
	int64_t expires_at;
	bool device; /* the account has one that makes codes */
};

/*
 * Make a login code, a reset code or a ticket, as KIND says, that is good for
 * TTL seconds, 1 to CODE_TTL_MAX; an older one of the kind is void.
 * STATUS_CONFLICT when the account is not active.
 */
enum status admin_code_issue(const struct admin *a, const char *name,
			     enum store_code_kind kind, int64_t ttl,
			     struct secret *text, struct admin_code *out,
			     struct fault *f) MUST_USE;

/* The kinds that an administrator hands out, and how many are out of each. */
enum {
	ADMIN_CODE_LOGIN = 0,
	ADMIN_CODE_RESET,
	ADMIN_CODE_TICKET,
	ADMIN_CODE_KINDS
};
struct admin_codes_out {
	struct store_code_count of[ADMIN_CODE_KINDS];
};
enum status admin_code_out(const struct admin *a, const struct id *account,
			   struct admin_codes_out *out, struct fault *f)
	MUST_USE;

/* Forget them all; *WAS: what was out.  There is no row when nothing was. */
enum status admin_code_revoke(const struct admin *a, const char *name,
			      struct store_account *out,
			      struct admin_codes_out *was, struct fault *f)
	MUST_USE;

#endif
