/* SPDX-License-Identifier: MIT */
#include "authz/authz.h"

#include <stddef.h>
#include <string.h>

#define NONE 0u
#define FREE AUTHZ_FREE
#define SENSITIVE (AUTHZ_SENSITIVE | AUTHZ_NOT_ACTED)
#define NOT_ACTED AUTHZ_NOT_ACTED
#define REPAIR AUTHZ_REPAIR
#define ROW(words, everywhere, inside, flags)                                 \
	{ words, AUTHZ_##everywhere, AUTHZ_##inside, (flags) },

const struct authz_row authz_rows[] = {
#include "authz/authz.def"
	{ .words = NULL },
};

const struct authz_row *
authz_find(const char *words)
{
	for (const struct authz_row *r = authz_rows; r->words != NULL; r++)
		if (strcmp(r->words, words) == 0)
			return r;
	return NULL;
}

/* What the actor is where the command is to work. */
static enum authz_role
authz_role_of(const struct authz_facts *facts)
{
	if (facts->everywhere >= AUTHZ_ADMINISTRATOR)
		return facts->everywhere;
	return facts->place == AUTHZ_ORG && facts->inside <= AUTHZ_OWNER
		       ? facts->inside
		       : AUTHZ_NOBODY;
}

/* Of somebody whose role is enough. */
static enum authz_answer
authz_allowed(const struct authz_row *row, const struct authz_facts *facts)
{
	if (facts->acted && (row->flags & AUTHZ_NOT_ACTED) != 0)
		return AUTHZ_DENY;
	/* There is nobody behind root whom one could ask. */
	if ((row->flags & AUTHZ_SENSITIVE) != 0 && !facts->fresh &&
	    facts->everywhere != AUTHZ_ROOT)
		return AUTHZ_STEP_UP;
	return AUTHZ_ALLOW;
}

enum authz_answer
authz_decide(const struct authz_row *row, const struct authz_facts *facts)
{
	enum authz_role least, role;

	if (row == NULL)
		return AUTHZ_DENY;
	if ((row->flags & AUTHZ_FREE) != 0)
		return facts->place == AUTHZ_EVERYWHERE ? AUTHZ_ALLOW
							: AUTHZ_DENY;
	least = facts->place == AUTHZ_EVERYWHERE ? row->everywhere
						 : row->inside;
	/* Before anything is said of the organization. */
	if (least == AUTHZ_NEVER)
		return AUTHZ_DENY;
	role = authz_role_of(facts);
	if (facts->place == AUTHZ_ORG_ABSENT ||
	    (facts->place == AUTHZ_ORG && role == AUTHZ_NOBODY))
		return AUTHZ_ABSENT;
	return role < least ? AUTHZ_DENY : authz_allowed(row, facts);
}

const char *
authz_role_name(enum authz_role role)
{
	switch (role) {
	case AUTHZ_NEVER:
		return "nobody";
	case AUTHZ_MEMBER:
		return "members of the organization";
	case AUTHZ_ORG_ADMIN:
		return "admins and owners of the organization";
	case AUTHZ_OWNER:
		return "owners of the organization";
	case AUTHZ_ADMINISTRATOR:
		return "root and the administrators that 'sigractl admin "
		       "list' prints";
	case AUTHZ_ROOT:
		break;
	}
	return "root itself, who has not come by sudo or su: root's own "
	       "login, cron, or systemd-run --wait --pipe sigractl ...";
}
