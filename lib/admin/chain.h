/* SPDX-License-Identifier: MIT */
/* The key of the audit's chain. */
#ifndef ADMIN_CHAIN_H
#define ADMIN_CHAIN_H

#include "admin/admin.h"

/*
 * Begin a chain, or with REPLACE the next one; KEY is nowhere but there.
 * STATUS_CONFLICT: there is one.  admin_chain_settle() is due when KEY is
 * safe: the chain works without it, but its predecessor's key lies in a file
 * until then.
 */
enum status admin_chain_begin(const struct admin *a, bool replace,
			      struct secret *key, struct audit_new_key *out,
			      struct fault *f) MUST_USE;
enum status admin_chain_settle(const struct admin *a, struct fault *f)
	MUST_USE;

#endif
