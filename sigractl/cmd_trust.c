/* SPDX-License-Identifier: MIT */
#include "admin/account.h"
#include "admin/trust.h"
#include "base/text.h"
#include "sigractl/self.h"
#include "sigractl/shape.h"

#define TRUST_DAY 10 /* of 2026-01-31T23:59:59Z */

struct trust_view {
	const struct cmd *c;
	struct out_table table;
	json_t *trusted;	  /* with --json */
	struct self_account self; /* an ordinary user's own */
	enum status st;
	struct fault *f;
};

static void
trust_show(struct trust_view *v, const struct store_trust *t, const char *name)
{
	char created[TEXT_TIME_SIZE], used[TEXT_TIME_SIZE];

	if (v->c->json) {
		out_push(v->trusted, shape_trust(t, name));
		return;
	}
	/* The id is long, and has to be whole to be revoked. */
	(void)out_when(t->created_at, created);
	(void)out_when(t->used_at, used);
	created[TRUST_DAY] = used[TRUST_DAY] = '\0';
	out_table_row(&v->table,
		      (const char *const[]){ t->id.s, name, t->shown, created,
					     used },
		      5);
}

static bool
trust_each(void *ctx, const struct store_trust *t)
{
	struct trust_view *v = ctx;
	char name[STORE_NAME_SIZE];

	v->st = shape_name_of(v->c, &t->account, name, v->f);
	if (v->st != STATUS_OK)
		return false;
	trust_show(v, t, name);
	return true;
}

/* One row of the verifier's, which leaves out whose it is. */
static enum status
trust_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct trust_view *v = ctx;
	struct store_trust t;
	enum status st;

	if ((st = self_trust(row, &t, f)) != STATUS_OK)
		return st;
	t.account = v->self.account.id;
	trust_show(v, &t, v->self.account.name);
	return STATUS_OK;
}

static enum status
trust_rows(struct trust_view *v)
{
	const struct cmd *c = v->c;
	struct store_account acct;
	enum status st;

	if (c->self[0] != '\0')
		return self_query(c, WIRE_SELF_TRUST, &v->self, trust_told, v,
				  v->f);
	if (c->arg[0] != NULL &&
	    (st = admin_account_find(&c->admin, c->arg[0], &acct, v->f)) !=
		    STATUS_OK)
		return st;
	st = admin_trust_list(&c->admin, c->arg[0] == NULL ? NULL : &acct.id,
			      trust_each, v, v->f);
	return st == STATUS_OK ? v->st : st;
}

enum status
cmd_trust_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "ID", OUT_TEXT },	{ "USER", OUT_FOLD },
		{ "DEVICE", OUT_FOLD }, { "SINCE", OUT_TEXT },
		{ "USED", OUT_TEXT },
	};
	struct trust_view v = { .c = c, .st = STATUS_OK, .f = f };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (!c->json) {
		out_table_start(&v.table, columns, 5);
		st = trust_rows(&v);
		end = out_table_end(&v.table,
				    st == STATUS_OK ? "No device is trusted."
						    : NULL,
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	v.trusted = json_array();
	st = trust_rows(&v);
	out_put(j, "trusted", v.trusted);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_trust_revoke(struct cmd *c, struct fault *f)
{
	char name[STORE_NAME_SIZE];
	struct store_trust t;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_trust_revoke(&c->admin, c->arg[0], &t, f)) !=
		    STATUS_OK ||
	    (st = shape_name_of(c, &t.account, name, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("%s of %s is no longer trusted.", t.shown, name);
		return STATUS_OK;
	}
	j = shape_trust(&t, name);
	return out_json(j, f);
}

enum status
cmd_trust_revoke_all(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	AUTO_JSON *j = NULL;
	int64_t dropped;
	enum status st;

	if ((st = admin_trust_revoke_all(&c->admin, c->arg[0], &dropped, &acct,
					 f)) != STATUS_OK)
		return st;
	if (!c->json) {
		if (dropped == 0)
			out_line("%s had no trusted device.", acct.name);
		else
			out_line("%lld device%s of %s %s no longer trusted.",
				 (long long)dropped, dropped == 1 ? "" : "s",
				 acct.name, dropped == 1 ? "is" : "are");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "dropped", json_integer(dropped));
	return out_json(j, f);
}
