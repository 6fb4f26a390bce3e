/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "base/text.h"
#include "sigractl/shape.h"

struct lock_list {
	struct out_table table;
	json_t *locks; /* with --json */
};

static void
lock_who(const struct admin_lock *lock, char *out, size_t size)
{
	switch (lock->subject) {
	case ADMIN_LOCK_ACCOUNT:
		(void)snprintf(out, size, "%s", lock->name);
		return;
	case ADMIN_LOCK_UNKNOWN:
		/* The name itself is kept nowhere: a password may have been
		 * typed for it. */
		(void)snprintf(out, size, "(unknown %s)", lock->mark);
		return;
	case ADMIN_LOCK_SOURCE:
		break;
	}
	(void)snprintf(out, size, "(no guess)");
}

static bool
lock_each(void *ctx, const struct admin_lock *lock)
{
	struct lock_list *l = ctx;
	char who[64], failed[24], last[TEXT_TIME_SIZE], until[TEXT_TIME_SIZE];

	if (l->locks != NULL) {
		out_push(l->locks, shape_lock(lock));
		return true;
	}
	lock_who(lock, who, sizeof(who));
	(void)snprintf(failed, sizeof(failed), "%lld",
		       (long long)lock->failed);
	out_table_row(&l->table,
		      (const char *const[]){ who, lock->source, lock->factor,
					     failed,
					     out_when(lock->last_at, last),
					     out_when(lock->until, until) },
		      6);
	return true;
}

enum status
cmd_lock_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "USER", OUT_FOLD },	{ "SOURCE", OUT_FOLD },
		{ "FACTOR", OUT_FOLD }, { "FAILED", OUT_COUNT },
		{ "LAST", OUT_TEXT },	{ "LOCKED UNTIL", OUT_TEXT },
	};
	struct lock_list l = { .locks = NULL };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (!c->json) {
		out_table_start(&l.table, columns, 6);
		st = admin_lock_list(&c->admin, NULL, lock_each, &l, f);
		end = out_table_end(&l.table,
				    "There are no failures of the last day.",
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	l.locks = json_array();
	j = json_object();
	st = admin_lock_list(&c->admin, NULL, lock_each, &l, f);
	out_put(j, "locks", l.locks);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_lock_clear(struct cmd *c, struct fault *f)
{
	const char *source = cmd_option(c, "source");
	struct store_account acct;
	AUTO_JSON *j = NULL;
	int64_t dropped;
	enum status st;

	st = admin_lock_clear(&c->admin, c->arg[0], source, &dropped, &acct,
			      f);
	if (st != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("Forgot %lld failures of %s.", (long long)dropped,
			 acct.name);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "source", out_string(source));
	out_put(j, "dropped", json_integer(dropped));
	return out_json(j, f);
}
