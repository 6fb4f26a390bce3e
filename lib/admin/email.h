/* SPDX-License-Identifier: MIT */
/* An account's address: it is not theirs until a code that went there has
 * come back. */
#ifndef ADMIN_EMAIL_H
#define ADMIN_EMAIL_H

#include "admin/admin.h"

#define ADMIN_EMAIL_TTL 86400 /* seconds that a code is good for */

struct admin_email {
	struct store_account account;
	char email[STORE_EMAIL_SIZE]; /* trimmed and lower-cased; "": none */
	int64_t expires_at;	      /* of the code; 0: there is none */
};

/*
 * Have ADDRESS wait for its code, which is CODE and goes there as a message,
 * too; an older one is void.  ADDRESS "" takes the account's address away, and
 * with CONFIRMED somebody answers for it: both are at once, and CODE is empty.
 */
enum status admin_email_set(const struct admin *a, const char *name,
			    const char *address, bool confirmed,
			    struct secret *code, struct admin_email *out,
			    struct fault *f) MUST_USE;

/* STATUS_REFUSED, and a row of the audit, when CODE is not the one or is
 * over. */
enum status admin_email_confirm(const struct admin *a, const char *name,
				const struct secret *code,
				struct admin_email *out, struct fault *f)
	MUST_USE;

#endif
