/* SPDX-License-Identifier: MIT */
#include "sigractl/shape_session.h"

#include <stdio.h>
#include <string.h>

#include "admin/session.h"
#include "base/text.h"
#include "sigractl/shape.h"

json_t *
shape_session(const struct shape_told *t)
{
	const struct store_session *s = &t->row;
	json_t *j = json_object();

	out_put(j, "id", out_string(s->id.s));
	out_put(j, "user", out_string(t->user));
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
	out_put(j, "org", out_string(t->org));
	out_put(j, "impersonator", out_string(s->impersonator));
	out_put(j, "logind", out_string(s->logind));
	out_put(j, "ends_at", out_time(s->ends_at));
	out_put(j, "idle", json_integer(s->idle));
	out_put(j, "ended", out_string(s->ended));
	return j;
}

enum status
shape_session_of(const struct cmd *c, const struct store_session *row,
		 struct shape_told *out, struct fault *f)
{
	struct shape_told t = { .row = *row };
	struct store_org org;
	enum status st;

	if ((st = shape_name_of(c, &row->account, t.user, f)) != STATUS_OK)
		return st;
	if (row->org.s[0] != '\0') {
		st = store_org_by_id(c->store, &row->org, &org, f);
		if (st != STATUS_OK && st != STATUS_NOT_FOUND)
			return st;
		if (st == STATUS_OK)
			(void)text_copy(t.org, sizeof(t.org), org.slug);
	}
	*out = t;
	return STATUS_OK;
}

void
shape_session_title(const struct shape_told *t, char *out, size_t size)
{
	const char *from = t->row.rhost[0] != '\0' ? t->row.rhost : t->row.tty;

	(void)snprintf(out, size, "%s's session (%s%s%s)", t->user,
		       t->row.service, from[0] == '\0' ? "" : ", ", from);
}

enum status
shape_session_stop(const struct cmd *c, const struct stopper *s,
		   const struct store_session *row, struct stop_result *out,
		   struct fault *f)
{
	struct stop_result r = { .end = STOP_ELSEWHERE };
	bool shared = false;
	enum status st;

	if (strcmp(row->host, c->host) != 0) {
		*out = r;
		return STATUS_OK;
	}
	if ((st = store_session_shared(c->store, row, &shared, f)) !=
	    STATUS_OK)
		return st;
	if (shared) {
		*out = (struct stop_result){ .end = STOP_SHARED };
		return STATUS_OK;
	}
	/* Its process may have gone on to another one. */
	r.end = STOP_GONE;
	if (!row->gone && (st = stopper_stop(s, row, &r, f)) != STATUS_OK)
		return st;
	if (!row->gone && r.end != STOP_LEFT &&
	    (st = admin_session_gone(&c->admin, &row->id, f)) != STATUS_OK)
		return st;
	*out = r;
	return STATUS_OK;
}

bool
shape_session_stays(const struct stop_result *r)
{
	return r->end == STOP_LEFT || r->end == STOP_SHARED;
}

json_t *
shape_session_kill(const struct stop_result *r)
{
	json_t *j;

	if (r == NULL)
		return json_null();
	j = json_object();
	out_put(j, "result", json_string(stop_end_name(r->end)));
	out_put(j, "ended", json_integer(r->ended));
	out_put(j, "left", json_integer(r->left));
	return j;
}

void
shape_session_killed(const struct stop_result *r, char *out, size_t size)
{
	switch (r->end) {
	case STOP_DONE:
		(void)snprintf(out, size, "%lld process%s ended",
			       (long long)r->ended, r->ended == 1 ? "" : "es");
		return;
	case STOP_GONE:
		(void)snprintf(out, size, "its process was gone already");
		return;
	case STOP_ELSEWHERE:
		(void)snprintf(out, size,
			       "it is of another host, or of before this one "
			       "started: nothing was ended");
		return;
	case STOP_SHARED:
		(void)snprintf(out, size,
			       "its process is that of another user's "
			       "session, too: nothing was ended");
		return;
	case STOP_LEFT:
		break;
	}
	if (r->left == 0)
		(void)snprintf(out, size,
			       "what runs of it could not be ended");
	else
		(void)snprintf(out, size, "%lld of its processes still run",
			       (long long)r->left);
}
