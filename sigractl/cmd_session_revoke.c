/* SPDX-License-Identifier: MIT */
/* Sessions ended by somebody else: their rows, and their programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/account.h"
#include "admin/session.h"
#include "base/auto.h"
#include "base/boot.h"
#include "sigractl/child.h"
#include "sigractl/ground.h"
#include "sigractl/process.h"
#include "sigractl/shape_session.h"
#include "sigractl/tty.h"

#define REVOKE_ANCESTORS 64

/* One call. */
struct revoke {
	struct cmd *c;
	struct stopper *stopper; /* NULL: programs stay */
	const char *except;	 /* NULL: no session stays for its id */
	bool except_current, excepted;
	struct request_process line[REVOKE_ANCESTORS]; /* we and above */
	size_t line_n;
	char boot[ID_LENGTH + 1];
	struct store_session *rows; /* that were revoked */
	size_t n;
	bool full;
};

static void
revoke_free(struct revoke *r)
{
	free(r->rows);
}

/* With root's rights still, if we have them. */
static enum status
revoke_begin(struct revoke *r, struct stopper *s, struct fault *f)
{
	struct cmd *c = r->c;
	enum status st;

	if (cmd_option(c, "kill") != NULL) {
		if ((st = stopper_begin(s, f)) != STATUS_OK)
			return st;
		r->stopper = s;
	}
	if ((st = boot_id(r->boot, f)) != STATUS_OK)
		return st;
	process_line(r->line, REVOKE_ANCESTORS, &r->line_n);
	if ((st = ground_become(c, f)) != STATUS_OK)
		return st;
	return ground_open(c, STORE_WRITE, f);
}

/* WHAT: "Revoke ann's session (sshd)". */
static enum status
revoke_confirm(const struct cmd *c, const char *what, struct fault *f)
{
	char prompt[SHAPE_TITLE_SIZE + 64], answer[8];
	enum status st;

	if (cmd_option(c, "yes") != NULL)
		return STATUS_OK;
	(void)snprintf(prompt, sizeof(prompt), "%s%s? [y/N] ", what,
		       cmd_option(c, "kill") == NULL
			       ? ""
			       : ", and end all that runs in it");
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_INVALID && tty_there(f) != STATUS_OK)
		return fault(f, st,
			     "nobody is there to confirm it: give --yes");
	if (st != STATUS_OK && st != STATUS_INVALID)
		return st;
	if (st != STATUS_OK ||
	    (strcmp(answer, "y") != 0 && strcmp(answer, "yes") != 0))
		return fault(f, STATUS_CANCELLED, "nothing was revoked");
	return STATUS_OK;
}

static enum status
revoke_print(const struct shape_told *t, const struct stop_result *killed,
	     struct fault *f)
{
	char title[SHAPE_TITLE_SIZE], text[SHAPE_KILLED_SIZE] = "";

	shape_session_title(t, title, sizeof(title));
	if (killed != NULL)
		shape_session_killed(killed, text, sizeof(text));
	out_line("Revoked %s%s%s.", title, text[0] == '\0' ? "" : "; ", text);
	return out_finish(f);
}

/* What goes wrong with one does not keep the others from their end. */
static void
revoke_stop(const struct revoke *r, const struct store_session *row,
	    struct stop_result *out)
{
	struct fault why = { .text = "" };

	*out = (struct stop_result){ .end = STOP_LEFT };
	if (shape_session_stop(r->c, r->stopper, row, out, &why) != STATUS_OK)
		out_warning(why.text);
	if (shape_session_stays(out))
		r->c->exit = CMD_FAILED;
}

/* One of those that are revoked by now.  LIST: of a document, or NULL.  What
 * still runs makes it a failure, once all is said. */
static enum status
revoke_one(const struct revoke *r, const struct store_session *row,
	   json_t *list, struct fault *f)
{
	struct stop_result killed, *k = NULL;
	struct shape_told t;
	enum status st;
	json_t *j;

	if ((st = shape_session_of(r->c, row, &t, f)) != STATUS_OK)
		return st;
	if (r->stopper != NULL) {
		k = &killed;
		revoke_stop(r, row, k);
	}
	if (list == NULL)
		return revoke_print(&t, k, f);
	j = shape_session(&t);
	out_put(j, "kill", shape_session_kill(k));
	out_push(list, j);
	return STATUS_OK;
}

enum status
cmd_session_revoke(struct cmd *c, struct fault *f)
{
	char title[SHAPE_TITLE_SIZE], what[SHAPE_TITLE_SIZE + 16];
	struct revoke r = { .c = c };
	struct shape_told t;
	AUTO_JSON *list = NULL;
	enum status st;
	STOPPER(stopper);

	if ((st = revoke_begin(&r, &stopper, f)) != STATUS_OK ||
	    (st = admin_session_find(&c->admin, c->arg[0], &t.row, f)) !=
		    STATUS_OK ||
	    (st = shape_session_of(c, &t.row, &t, f)) != STATUS_OK)
		return st;
	shape_session_title(&t, title, sizeof(title));
	(void)snprintf(what, sizeof(what), "Revoke %s", title);
	if ((st = revoke_confirm(c, what, f)) != STATUS_OK)
		return st;
	cmd_clock(c);
	/* It may be the session that we are in. */
	child_signals_hold();
	if ((st = admin_session_revoke(&c->admin, c->arg[0], r.stopper != NULL,
				       &t.row, f)) != STATUS_OK)
		return st;
	if (c->json)
		list = json_array();
	if ((st = revoke_one(&r, &t.row, list, f)) != STATUS_OK || !c->json)
		return st;
	return out_json(json_array_get(list, 0), f);
}

static bool
revoke_here(const struct revoke *r, const struct store_session *s)
{
	return strcmp(s->host, r->c->host) == 0 &&
	       strcmp(s->boot, r->boot) == 0;
}

static bool
revoke_current(const struct revoke *r, const struct store_session *s)
{
	if (!revoke_here(r, s))
		return false;
	for (size_t i = 0; i < r->line_n; i++)
		if (r->line[i].pid == s->pid &&
		    r->line[i].start == (uint64_t)s->pid_start)
			return true;
	return false;
}

static bool
revoke_spare(void *ctx, const struct store_session *s)
{
	struct revoke *r = ctx;
	bool spared = (r->except != NULL && strcmp(s->id.s, r->except) == 0) ||
		      (r->except_current && revoke_current(r, s));

	r->excepted = r->excepted || spared;
	/* Closed, and out of our reach. */
	return spared || (s->closed_at != 0 && !revoke_here(r, s));
}

/* The one that we are in is the last: it may take us along. */
static void
revoke_keep(void *ctx, const struct store_session *s)
{
	struct revoke *r = ctx;
	struct store_session *more =
		reallocarray(r->rows, r->n + 1, sizeof(*more));

	r->full = r->full || more == NULL;
	if (more == NULL)
		return;
	r->rows = more;
	if (r->n > 0 && revoke_current(r, &r->rows[r->n - 1])) {
		r->rows[r->n] = r->rows[r->n - 1];
		r->rows[r->n - 1] = *s;
	} else {
		r->rows[r->n] = *s;
	}
	r->n++;
}

static bool
revoke_open(void *ctx, const struct store_session *s)
{
	(void)revoke_spare(ctx, s);
	return true;
}

/* Before anything is done: who is to be excepted has to be there. */
static enum status
revoke_all_check(struct revoke *r, struct fault *f)
{
	struct cmd *c = r->c;
	struct store_account acct;
	enum status st;

	if ((st = admin_account_find_any(&c->admin, c->arg[0], &acct, f)) !=
		    STATUS_OK ||
	    (st = admin_session_list(&c->admin, &acct.id, true, revoke_open, r,
				     f)) != STATUS_OK)
		return st;
	if (r->except != NULL && !r->excepted)
		return fault(f, STATUS_NOT_FOUND,
			     "%s has no open session '%s': see sigractl "
			     "session list --user %s",
			     acct.name, r->except, acct.name);
	if (r->except_current && !r->excepted)
		return fault(f, STATUS_REFUSED,
			     "this is no session of %s: name the one that is "
			     "to stay by --except",
			     acct.name);
	return STATUS_OK;
}

static enum status
revoke_all_end(struct revoke *r, const struct store_account *acct,
	       struct fault *f)
{
	AUTO_JSON *j = r->c->json ? json_object() : NULL;
	json_t *list = j == NULL ? NULL : json_array();
	enum status st = STATUS_OK;

	if (j != NULL) {
		out_put(j, "id", out_string(acct->id.s));
		out_put(j, "name", out_string(acct->name));
		out_put(j, "sessions", list);
	} else if (r->n == 0) {
		out_line("%s had no %ssession.", acct->name,
			 r->excepted ? "other " : "");
	}
	for (size_t i = 0; st == STATUS_OK && i < r->n; i++)
		st = revoke_one(r, &r->rows[i], list, f);
	return st == STATUS_OK && j != NULL ? out_json(j, f) : st;
}

enum status
cmd_session_revoke_all(struct cmd *c, struct fault *f)
{
	__attribute__((cleanup(revoke_free))) struct revoke r = {
		.c = c,
		.except = cmd_option(c, "except"),
		.except_current = cmd_option(c, "except-current") != NULL,
	};
	struct admin_session_sweep sweep = { .name = c->arg[0],
					     .spare = revoke_spare,
					     .each = revoke_keep,
					     .ctx = &r };
	struct store_account acct;
	char what[SHAPE_TITLE_SIZE];
	int64_t n;
	enum status st;
	STOPPER(stopper);

	if (r.except != NULL && r.except_current)
		return fault(f, STATUS_INVALID,
			     "give --except or --except-current, not both");
	if ((st = revoke_begin(&r, &stopper, f)) != STATUS_OK ||
	    (st = revoke_all_check(&r, f)) != STATUS_OK)
		return st;
	(void)snprintf(what, sizeof(what), "Revoke every %ssession of %s",
		       r.excepted ? "other " : "", c->arg[0]);
	if ((st = revoke_confirm(c, what, f)) != STATUS_OK)
		return st;
	cmd_clock(c);
	child_signals_hold();
	sweep.kill = r.stopper != NULL;
	st = admin_session_revoke_all(&c->admin, &sweep, &acct, &n, f);
	if (st == STATUS_OK && r.full)
		st = fault(f, STATUS_SYSTEM,
			   "out of memory: they are revoked, but not ended");
	return st == STATUS_OK ? revoke_all_end(&r, &acct, f) : st;
}
