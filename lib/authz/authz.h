/* SPDX-License-Identifier: MIT */
/*
 * Who may do what.  One table, authz.def, has a row for each command of
 * sigractl(8); one function decides, and it denies what no row allows.  Pure:
 * the facts about the actor are handed in.
 */
#ifndef AUTHZ_AUTHZ_H
#define AUTHZ_AUTHZ_H

#include <stdbool.h>

/* In order of power.  The least one that a row wants; NEVER: nobody. */
enum authz_role {
	AUTHZ_NEVER = 0,
	AUTHZ_NOBODY = AUTHZ_NEVER,
	/* Of the organization that was named. */
	AUTHZ_MEMBER,
	AUTHZ_ORG_ADMIN,
	AUTHZ_OWNER,
	/* Of everything. */
	AUTHZ_ADMINISTRATOR,
	AUTHZ_ROOT,
};

enum authz_flag {
	AUTHZ_FREE = 1,	     /* needs no right; not for an organization */
	AUTHZ_SENSITIVE = 2, /* wants a fresh proof of who the actor is */
	AUTHZ_NOT_ACTED = 4, /* not while somebody acts as the actor */
	AUTHZ_REPAIR = 8,    /* for a store that cannot be asked who is who */
};

struct authz_row {
	const char *words; /* "user add" */
	enum authz_role everywhere;
	enum authz_role inside; /* an organization, by --org */
	unsigned flags;
};

/* NULL: there is no such row. */
const struct authz_row *authz_find(const char *words);
/* The table; ended by a row without words. */
extern const struct authz_row authz_rows[];

enum authz_place {
	AUTHZ_EVERYWHERE = 1, /* no organization was named */
	AUTHZ_ORG,
	AUTHZ_ORG_ABSENT, /* one was that is not there */
};

struct authz_facts {
	enum authz_place place;
	enum authz_role everywhere; /* NOBODY, ADMINISTRATOR or ROOT */
	enum authz_role inside;	    /* up to OWNER; with AUTHZ_ORG */
	bool fresh;		    /* proved a few minutes ago */
	bool acted;		    /* somebody acts as the actor */
};

/* Compare with == AUTHZ_ALLOW, whose value is many bits from the others. */
enum authz_answer {
	AUTHZ_DENY = 0,
	AUTHZ_ALLOW = 0xca,
	AUTHZ_STEP_UP = 0x35, /* allowed once the actor has proved himself */
	AUTHZ_ABSENT = 0x1e,  /* not there, or not the actor's: no difference
				 may be told */
};

/* ROW NULL: deny. */
enum authz_answer authz_decide(const struct authz_row *row,
			       const struct authz_facts *facts);

/* "an owner of the organization": whom a row wants at the least. */
const char *authz_role_name(enum authz_role role);

#endif
