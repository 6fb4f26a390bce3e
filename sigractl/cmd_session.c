/* SPDX-License-Identifier: MIT */
#include "admin/account.h"
#include "base/text.h"
#include "sigractl/self.h"
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

static json_t *
session_shape(const struct store_session *s, const char *name)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(s->id.s));
	out_put(j, "user", out_string(name));
	out_put(j, "account", out_string(s->account.s));
	out_put(j, "login", out_string(s->login.s));
	out_put(j, "service", out_string(s->service));
	out_put(j, "tty", out_string(s->tty));
	out_put(j, "rhost", out_string(s->rhost));
	out_put(j, "factors", out_string(s->factors));
	out_put(j, "host", out_string(s->host));
	out_put(j, "boot", out_string(s->boot));
	out_put(j, "pid", json_integer(s->pid));
	out_put(j, "opened_at", out_time(s->opened_at));
	out_put(j, "closed_at", out_time(s->closed_at));
	return j;
}

static void
session_show(struct session_view *v, const struct store_session *s,
	     const char *name)
{
	char opened[TEXT_TIME_SIZE], closed[TEXT_TIME_SIZE];

	if (v->c->json) {
		out_push(v->sessions, session_shape(s, name));
		return;
	}
	out_table_row(&v->table,
		      (const char *const[]){ name, s->service, s->tty,
					     s->rhost, s->factors,
					     out_when(s->opened_at, opened),
					     out_when(s->closed_at, closed) },
		      v->columns);
}

static bool
session_each(void *ctx, const struct store_session *s)
{
	struct session_view *v = ctx;
	char name[STORE_NAME_SIZE];

	v->st = shape_name_of(v->c, &s->account, name, v->f);
	if (v->st != STATUS_OK)
		return false;
	session_show(v, s, name);
	return true;
}

/* One row of the verifier's, which leaves out whose it is. */
static enum status
session_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct session_view *v = ctx;
	struct store_session s;
	enum status st;

	if ((st = self_session(row, &s, f)) != STATUS_OK)
		return st;
	s.account = v->self.account.id;
	session_show(v, &s, v->self.account.name);
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
	st = store_session_list(v->c->store, account, open_only, session_each,
				v, v->f);
	return st == STATUS_OK ? v->st : st;
}

enum status
cmd_session_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "USER", OUT_FOLD },	 { "SERVICE", OUT_CUT },
		{ "TTY", OUT_CUT },	 { "RHOST", OUT_CUT },
		{ "FACTORS", OUT_FOLD }, { "OPENED", OUT_TEXT },
		{ "CLOSED", OUT_TEXT },
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
		v.columns = cmd_option(c, "all") == NULL ? 6 : 7;
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
