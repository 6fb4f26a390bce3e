/* SPDX-License-Identifier: MIT */
#include "session/orgs_of.h"

#include <stdlib.h>

#include "store/org.h"

void
session_orgs_end(struct session_orgs *o)
{
	free(o->id);
}

static bool
orgs_add(struct session_orgs *o, const struct id *org)
{
	if (o->n == o->max) {
		size_t max = o->max == 0 ? 8 : 2 * o->max;
		struct id *id = reallocarray(o->id, max, sizeof(*id));

		if (id == NULL)
			return false;
		o->id = id;
		o->max = max;
	}
	o->id[o->n++] = *org;
	return true;
}

struct orgs_walk {
	struct session_orgs *to;
	bool whole;
};

static bool
orgs_each(void *ctx, const struct store_member *m, const struct store_org *org)
{
	struct orgs_walk *w = ctx;

	(void)org;
	w->whole = orgs_add(w->to, &m->org);
	return w->whole;
}

enum status
session_orgs_of(const struct session_attempt *a, struct session_orgs *o,
		struct fault *f)
{
	struct orgs_walk w = { .to = o, .whole = true };
	enum status st;

	if (o->read || !a->known)
		return STATUS_OK;
	/* A service account is no member of the one it belongs to. */
	if (a->account.kind == STORE_SERVICE)
		w.whole = orgs_add(o, &a->account.org);
	st = store_member_of(a->env->store, &a->account.id, orgs_each, &w, f);
	if (st == STATUS_OK && !w.whole)
		st = fault(f, STATUS_UNAVAILABLE, "out of memory");
	o->read = st == STATUS_OK;
	return st;
}
