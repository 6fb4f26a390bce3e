/* SPDX-License-Identifier: MIT */
/* Trusted devices, as an administrator sees them. */
#ifndef ADMIN_TRUST_H
#define ADMIN_TRUST_H

#include "admin/admin.h"
#include "store/trust.h"

/* "ssh-key", "address". */
const char *admin_trust_kind(enum store_trust_kind kind);

/* Those that still stand; one of an earlier epoch of its account does not.
 * ACCOUNT NULL: everybody's. */
enum status admin_trust_list(const struct admin *a, const struct id *account,
			     bool (*each)(void *ctx,
					  const struct store_trust *),
			     void *ctx, struct fault *f) MUST_USE;

/* STATUS_NOT_FOUND with a sentence. */
enum status admin_trust_revoke(const struct admin *a, const char *id,
			       struct store_trust *out, struct fault *f)
	MUST_USE;

/* All of the account's, and any that is being made at this moment. */
enum status admin_trust_revoke_all(const struct admin *a, const char *name,
				   int64_t *dropped, struct store_account *out,
				   struct fault *f) MUST_USE;

/* In an open transaction, whose caller writes ACCT afterwards: its epoch is a
 * later one, and no device is trusted any more. */
enum status admin_trust_end(const struct admin *a, struct store_account *acct,
			    int64_t *dropped, struct fault *f) MUST_USE;

#endif
