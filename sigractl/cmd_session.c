/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "admin/account.h"
#include "admin/session.h"
#include "base/text.h"
#include "sigractl/self.h"
#include "sigractl/shape_session.h"
#include "sigractl/shape.h"

struct session_view {
	const struct cmd *c;
	struct out_table table;
	size_t columns;
	json_t *sessions;	  /* with --json */
	struct self_account self; /* an ordinary user's own */
	enum status st;
	struct fault *f;
};

#define SESSION_DAY 10 /* of 2026-01-31T23:59:59Z */

/* The id is long, and has to be whole to be revoked. */
static void
session_show(struct session_view *v, const struct shape_told *t)
{
	const struct store_session *s = &t->row;
	char opened[TEXT_TIME_SIZE];

	if (v->c->json) {
		out_push(v->sessions, shape_session(t));
		return;
	}
	(void)out_when(s->opened_at, opened);
	opened[SESSION_DAY] = '\0';
	out_table_row(
		&v->table,
		(const char *const[]){ s->id.s, t->user, s->service,
				       s->rhost[0] == '\0' ? s->tty : s->rhost,
				       opened, s->ended },
		v->columns);
}

static bool
session_each(void *ctx, const struct store_session *s)
{
	struct session_view *v = ctx;
	struct shape_told t;

	v->st = shape_session_of(v->c, s, &t, v->f);
	if (v->st != STATUS_OK)
		return false;
	session_show(v, &t);
	return true;
}

/* One row of the verifier's, which leaves out whose it is. */
static enum status
session_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct session_view *v = ctx;
	struct shape_told t;
	enum status st;

	if ((st = self_session(row, &t.row, t.org, f)) != STATUS_OK)
		return st;
	t.row.account = v->self.account.id;
	(void)text_copy(t.user, sizeof(t.user), v->self.account.name);
	session_show(v, &t);
	return STATUS_OK;
}

static enum status
session_rows(struct session_view *v, const struct id *account)
{
	bool open_only = cmd_option(v->c, "all") == NULL;
	enum status st;

	if (v->c->self[0] != '\0')
		return self_query(v->c,
				  open_only ? WIRE_SELF_SESSIONS
					    : WIRE_SELF_ALL_SESSIONS,
				  &v->self, session_told, v, v->f);
	st = admin_session_list(&v->c->admin, account, open_only, session_each,
				v, v->f);
	return st == STATUS_OK ? v->st : st;
}

enum status
cmd_session_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "ID", OUT_TEXT },	{ "USER", OUT_FOLD },
		{ "SERVICE", OUT_CUT }, { "FROM", OUT_CUT },
		{ "OPENED", OUT_TEXT }, { "ENDED", OUT_CUT },
	};
	const char *user = cmd_option(c, "user");
	struct session_view v = { .c = c, .st = STATUS_OK, .f = f };
	struct store_account acct = { .id.s = "" };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (user != NULL && c->self[0] == '\0' &&
	    (st = admin_account_find_any(&c->admin, user, &acct, f)) !=
		    STATUS_OK)
		return st;
	if (!c->json) {
		/* The last column says something only of closed ones. */
		v.columns = cmd_option(c, "all") == NULL ? 5 : 6;
		out_table_start(&v.table, columns, v.columns);
		st = session_rows(&v, user == NULL ? NULL : &acct.id);
		end = out_table_end(&v.table,
				    st == STATUS_OK ? "There are no sessions."
						    : NULL,
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	v.sessions = json_array();
	st = session_rows(&v, user == NULL ? NULL : &acct.id);
	out_put(j, "sessions", v.sessions);
	return st == STATUS_OK ? out_json(j, f) : st;
}

/* What a person reads of one. */
static void
session_print(const struct shape_told *t, const char *acting)
{
	const struct store_session *s = &t->row;
	char when[TEXT_TIME_SIZE];

	out_field("ID", "%s", s->id.s);
	out_field("User", "%s", t->user);
	out_field("Service", "%s", s->service);
	out_field("Terminal", "%s", s->tty);
	out_field("From", "%s", s->rhost);
	out_field("Factors", "%s", s->factors);
	out_field("Organization", "%s", t->org);
	if (acting[0] != '\0')
		out_field("Acting", "%s", acting);
	out_field("Host", "%s, process %lld", s->host, (long long)s->pid);
	out_field("Opened", "%s", out_when(s->opened_at, when));
	out_field("Ends", "%s", out_when(s->ends_at, when));
	if (s->idle != 0)
		out_field("Idle", "at most %lld seconds", (long long)s->idle);
	if (s->closed_at != 0)
		out_field("Closed", "%s, %s", out_when(s->closed_at, when),
			  s->ended);
}

enum status
cmd_session_show(struct cmd *c, struct fault *f)
{
	struct store_session row;
	struct shape_told t;
	char name[STORE_NAME_SIZE] = "";
	AUTO_JSON *j = NULL;
	enum status st;
	struct id actor;

	if ((st = admin_session_find(&c->admin, c->arg[0], &row, f)) !=
		    STATUS_OK ||
	    (st = shape_session_of(c, &row, &t, f)) != STATUS_OK)
		return st;
	if (c->json) {
		j = shape_session(&t);
		return out_json(j, f);
	}
	/* An account's id, or else a word that says who it was. */
	if (strlen(row.impersonator) == ID_LENGTH) {
		(void)text_copy(actor.s, sizeof(actor.s), row.impersonator);
		if ((st = shape_name_of(c, &actor, name, f)) != STATUS_OK)
			return st;
	}
	session_print(&t, name[0] == '\0' ? row.impersonator : name);
	return STATUS_OK;
}
