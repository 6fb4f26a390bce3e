/* SPDX-License-Identifier: MIT */
/*
 * How far an administrator of one organization (a->org) reaches.  Accounts
 * that do not belong to it are as ones that do not exist.  Of those that do,
 * some belong to others as well, and are not one organization's to change.
 */
#ifndef ADMIN_REACH_H
#define ADMIN_REACH_H

#include "admin/admin.h"

/* Everybody's, without a->org; else those of its members and its service
 * accounts. */
enum status admin_reach_sees(const struct admin *a,
			     const struct store_account *acct, bool *out,
			     struct fault *f) MUST_USE;
/* The same by an account's id; nobody sees one that is not there. */
enum status admin_reach_sees_id(const struct admin *a, const struct id *acct,
				bool *out, struct fault *f) MUST_USE;

/* The not-deleted accounts that are seen: in order of name, service accounts
 * of an organization behind its members. */
enum status admin_reach_list(const struct admin *a,
			     bool (*each)(void *ctx,
					  const struct store_account *),
			     void *ctx, struct fault *f) MUST_USE;

/*
 * May the account as a whole be changed?  Without a->org always; else
 * STATUS_REFUSED with a sentence for the actor's own, for root's, for an
 * administrator's of everything, for one with a higher role than the actor,
 * and for one that belongs to another organization, too (its own personal one
 * is none).  Inside the transaction of the change.
 */
enum status admin_reach(const struct admin *a,
			const struct store_account *acct, struct fault *f)
	MUST_USE;

/* May sessions of a->org that are an account's be ended?  Likewise, but the
 * own ones, and those of whoever belongs elsewhere, too. */
enum status admin_reach_sessions(const struct admin *a, const struct id *id,
				 struct fault *f) MUST_USE;

/*
 * May a service account of the organization with SLUG be called NAME?  A name
 * is the whole host's: it might be that of one of its users, who is not in the
 * store yet.  So an administrator of one organization calls it SLUG-something,
 * and nobody calls it root: STATUS_REFUSED.
 */
enum status admin_reach_service(const struct admin *a, const char *name,
				const char *slug, struct fault *f) MUST_USE;

#endif
