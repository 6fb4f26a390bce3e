/* SPDX-License-Identifier: MIT */
/*
 * Who belongs to an organization, and as what: owner > admin > member.  An
 * administrator of one organization gives no role above the own one, and
 * changes nobody who has one: STATUS_DENIED.  The last owner stays one as long
 * as there are no others: STATUS_REFUSED.
 */
#ifndef ADMIN_MEMBER_H
#define ADMIN_MEMBER_H

#include "admin/apps.h"
#include "admin/org.h"

/* "owner", "admin", "member". */
const char *admin_role_name(enum store_role role);
/* STATUS_INVALID with a sentence. */
enum status admin_role_parse(const char *s, enum store_role *out,
			     struct fault *f) MUST_USE;

struct admin_member {
	struct store_org org;
	struct store_account account;
	struct store_member row;
	int64_t sessions; /* that were ended; of a removal only */
};

/* STATUS_CONFLICT: is one already; STATUS_REFUSED: root, or an account that
 * is no person's. */
enum status admin_member_add(const struct admin *a, const char *slug,
			     const char *user, enum store_role role,
			     struct admin_member *out, struct fault *f)
	MUST_USE;

/* With the sessions in which the organization is active. */
enum status admin_member_remove(const struct admin *a, const char *slug,
				const char *user, struct admin_member *out,
				struct fault *f) MUST_USE;

enum status admin_member_role(const struct admin *a, const char *slug,
			      const char *user, enum store_role role,
			      struct admin_member *out, struct fault *f)
	MUST_USE;

/* --- pieces, for inside an open transaction --- */

/* May the actor give ROLE in ORG, or change somebody who has it? */
enum status admin_member_ranks(const struct admin *a, const struct id *org,
			       enum store_role role, struct fault *f) MUST_USE;

/* Can this account belong to an organization? */
enum status admin_member_eligible(const struct store_account *acct,
				  struct fault *f) MUST_USE;

/* One more, and its row in the audit. */
enum status admin_member_insert(const struct admin *a,
				const struct store_org *org,
				const struct store_account *acct,
				enum store_role role, struct store_member *out,
				struct fault *f) MUST_USE;

/* Who is out of the last organization that is not personal has no programs
 * that log in for one; COUNT as admin_apps_end() has it. */
enum status admin_member_end_apps(const struct admin *a,
				  const struct id *account,
				  char count[ADMIN_APPS_SIZE], struct fault *f)
	MUST_USE;

/* May the account go?  STATUS_REFUSED: it is the only owner of an
 * organization that is not its personal one. */
enum status admin_member_may_leave(const struct admin *a,
				   const struct id *account, struct fault *f)
	MUST_USE;

/* It goes: out of every organization; personal ones go with their owner. */
enum status admin_member_leave_all(const struct admin *a,
				   const struct id *account, struct fault *f)
	MUST_USE;

#endif
