/* SPDX-License-Identifier: MIT */
/*
 * What the actor may do.  Root is whoever no person stands behind, and the
 * owner of the store when he is not root, who could open its files as well.  A
 * person who has become root, by sudo or su, is an administrator if one has
 * been granted that, and else what he is in the organization that --org names.
 * As long as nobody has been granted anything, and there never was an
 * organization, whoever has become root is root: somebody has to be first.
 *
 * The kernel's login uid can be set by whoever has none yet, and SUDO_UID by
 * root.  Where they name two people, what both may do may be done.
 */
#ifndef SIGRACTL_RIGHTS_H
#define SIGRACTL_RIGHTS_H

#include "authz/authz.h"
#include "store/store.h"

/* A proof that old counts as fresh. */
#define RIGHTS_FRESH 300

struct rights_person {
	struct authz_facts facts;
	int64_t uid;
	char name[STORE_NAME_SIZE]; /* the login name; or empty */
	struct id self;		    /* the account; empty: has none */
	bool first; /* root only as nobody has been granted anything */
};

#define RIGHTS_PEOPLE 2

struct rights {
	struct rights_person people[RIGHTS_PEOPLE];
	size_t n;
	bool root;	/* nobody stands behind, or nobody could be asked */
	struct id self; /* the account of whoever may do less; or empty */
	struct id org;	/* what --org names, with AUTHZ_ORG */
	bool first;	/* of anybody */
};

struct cmd;

/* Still as who we are, with config and actor known: who is there, and what is
 * he called? */
enum status rights_start(struct cmd *c, struct fault *f) MUST_USE;

/* May the store's owner go on without asking it?  Nobody stands behind, and
 * nothing was named. */
bool rights_known(const struct cmd *c);

/* As the store's owner: learn from S, which c->store need not be. */
enum status rights_read(struct cmd *c, struct store *s, struct fault *f)
	MUST_USE;

/* Why the store, which could not be opened, ends it; or STATUS_OK, for a
 * command that is there to repair it, when it is in need of that. */
enum status rights_unread(struct cmd *c, enum status why,
			  const struct fault *w, struct fault *f) MUST_USE;

/* STATUS_OK when the command may go on. */
enum status rights_decide(const struct cmd *c, struct fault *f) MUST_USE;

/* The same once more, in the transaction that writes, of the store as it is
 * now: a person may have been asked things since.  CTX: struct cmd. */
enum status rights_again(void *ctx, struct fault *f) MUST_USE;

/* Without asking any store: for what is done without one. */
enum status rights_plain(const struct cmd *c, struct fault *f) MUST_USE;

#endif
