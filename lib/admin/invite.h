/* SPDX-License-Identifier: MIT */
/*
 * Invitations into an organization: a code that is good once, for one login
 * name or one address of mail, and only for whoever has it.
 */
#ifndef ADMIN_INVITE_H
#define ADMIN_INVITE_H

#include "admin/member.h"

#define ADMIN_INVITE_TTL ((int64_t)7 * 86400)
#define ADMIN_INVITE_TTL_MAX ((int64_t)30 * 86400)
#define ADMIN_INVITES_MAKER 20 /* a day */
#define ADMIN_INVITES_ORG 50   /* likewise */

struct admin_invite_new {
	const char *slug;
	const char *address; /* of mail when there is an '@' in it, else a
				login name */
	enum store_role role;
	int64_t ttl;
	bool mail; /* put the code into the outbox, for the address */
};

struct admin_invite {
	struct store_org org;
	struct store_invitation row;
};

/*
 * CODE is shown once.  STATUS_CONFLICT: one is pending for the address, or the
 * name belongs to the organization already; STATUS_REFUSED: too many in a day;
 * STATUS_DENIED: a role above the actor's own.
 */
enum status admin_invite_make(const struct admin *a,
			      const struct admin_invite_new *n,
			      struct secret *code, struct admin_invite *out,
			      struct fault *f) MUST_USE;

/* STATUS_CONFLICT: it has ended already. */
enum status admin_invite_revoke(const struct admin *a, const char *slug,
				const char *id, struct admin_invite *out,
				struct fault *f) MUST_USE;

/* In the open transaction: those of ORG that are pending and that the account
 * has made, or that are addressed to its name or address, are revoked. */
enum status admin_invite_recall(const struct admin *a, const struct id *org,
				const struct store_account *acct,
				struct fault *f) MUST_USE;
/* In the open transaction: what ACCT made, in whatever organization, and in a
 * right that it has no more. */
enum status admin_invite_recall_made(const struct admin *a,
				     const struct store_account *acct,
				     struct fault *f) MUST_USE;
/* The same of every organization it belongs to. */
enum status admin_invite_recall_all(const struct admin *a,
				    const struct store_account *acct,
				    struct fault *f) MUST_USE;

/*
 * For USER, whose name or confirmed address it has to be made for.  Whatever
 * is wrong with the code is one sentence, STATUS_REFUSED, and a row of the
 * audit.
 */
enum status admin_invite_accept(const struct admin *a, const char *user,
				const struct secret *code,
				struct admin_member *out, struct fault *f)
	MUST_USE;

/* "pending", "expired", "accepted", "revoked", as of NOW. */
const char *admin_invite_state(const struct store_invitation *row,
			       int64_t now);

#endif
