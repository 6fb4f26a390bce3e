/* SPDX-License-Identifier: MIT */
/* What time brings: sessions that are over, deletions that are due, and what
 * need not be remembered.  A timer runs it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "admin/life.h"
#include "admin/prune.h"
#include "admin/session.h"
#include "base/auto.h"
#include "base/boot.h"
#include "base/file.h"
#include "sigractl/child.h"
#include "sigractl/gc_audit.h"
#include "sigractl/ground.h"
#include "sigractl/process.h"
#include "sigractl/shape_session.h"
#include "store/people.h"
#include "store/room.h"

#define GC_LOCK "gc.lock"

/* One call. */
struct gc {
	struct cmd *c;
	const struct stopper *stopper;
	bool dry;
	bool leap; /* what time it is cannot be believed */
	struct admin_uptime up;
	struct store_session *rows; /* of which something may run */
	size_t n;
	bool full;
	int64_t ended, accounts, forgotten, pruned, failed;
	json_t *sessions, *failures; /* with --json */
};

static void
gc_free(struct gc *g)
{
	free(g->rows);
}

/* What went wrong with one of them does not keep the others from their end. */
static void
gc_failed(struct gc *g, const char *about, const char *text)
{
	json_t *j;

	g->failed++;
	if (g->failures == NULL) {
		char line[FAULT_TEXT_SIZE + SHAPE_TITLE_SIZE];

		(void)snprintf(line, sizeof(line), "%s: %s", about, text);
		out_warning(line);
		return;
	}
	j = json_object();
	out_put(j, "about", out_string(about));
	out_put(j, "text", out_string(text));
	out_push(g->failures, j);
}

/* Two of them would only get into each other's way. */
static enum status
gc_lock(const struct cmd *c, int *out, struct fault *f)
{
	const char *path = c->config.store_where + sizeof(GROUND_PREFIX) - 1;
	AUTO_FD int dir = -1, fd = -1;
	char parent[PATH_MAX];
	const char *name;
	enum status st;

	if ((st = file_split(path, parent, sizeof(parent), &name, f)) !=
		    STATUS_OK ||
	    (st = file_dir_open(parent, geteuid(), 0022, &dir, f)) !=
		    STATUS_OK)
		return st;
	fd = openat(dir, GC_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s/%s", parent,
				   GC_LOCK);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return fault(f, STATUS_BUSY,
			     "another sigractl gc is at work: it does what "
			     "there is to do");
	*out = steal_fd(&fd);
	return STATUS_OK;
}

static bool
gc_keep(void *ctx, const struct store_session *s)
{
	struct gc *g = ctx;
	struct store_session *more =
		reallocarray(g->rows, g->n + 1, sizeof(*more));

	g->full = more == NULL;
	if (more == NULL)
		return false;
	g->rows = more;
	g->rows[g->n++] = *s;
	return true;
}

static bool
gc_idle(const struct gc *g, const struct store_session *s,
	const struct stop_view *view)
{
	int64_t used =
		view->used_at > s->opened_at ? view->used_at : s->opened_at;

	/* Nobody sits where there is no terminal. */
	return s->idle != 0 && view->used_at != 0 &&
	       g->c->now - used >= s->idle;
}

/* Why its programs were to end, and did not. */
static enum admin_session_end
gc_wish(const struct store_session *s)
{
	for (enum admin_session_end end = ADMIN_SESSION_EXPIRED;
	     end < ADMIN_SESSION_REVOKED; end++)
		if (strcmp(s->ended, admin_session_end_name(end)) == 0)
			return end;
	return ADMIN_SESSION_REVOKED;
}

/* Is it over, and why?  Of another host only the limit is known; one that is
 * closed is over there. */
static enum status
gc_judge(const struct gc *g, const struct store_session *s, bool *over,
	 enum admin_session_end *why, struct fault *f)
{
	struct stop_view view = { .there = true };
	bool here = strcmp(s->host, g->c->host) == 0;
	enum status st;

	*over = true;
	if (!here && s->closed_at != 0) {
		*over = false;
		return STATUS_OK;
	}
	if (here && (st = stopper_look(g->stopper, s, &view, f)) != STATUS_OK)
		return st;
	if (!view.there)
		*why = ADMIN_SESSION_GONE;
	else if (s->closed_at != 0 && s->kill)
		*why = gc_wish(s);
	/* Who acts as somebody has no right to the doubt. */
	else if (g->leap && s->impersonator[0] == '\0')
		*over = false;
	else if (s->ends_at != 0 && s->ends_at <= g->c->now)
		*why = ADMIN_SESSION_EXPIRED;
	else if (here && gc_idle(g, s, &view))
		*why = ADMIN_SESSION_IDLE;
	else
		*over = false;
	return STATUS_OK;
}

static void
gc_say(struct gc *g, const struct shape_told *t, enum admin_session_end why,
       const struct stop_result *killed)
{
	char title[SHAPE_TITLE_SIZE], text[SHAPE_KILLED_SIZE] = "";
	json_t *j;

	shape_session_title(t, title, sizeof(title));
	if (killed != NULL)
		shape_session_killed(killed, text, sizeof(text));
	if (killed != NULL && shape_session_stays(killed))
		gc_failed(g, title, text);
	if (g->sessions == NULL) {
		out_line("%s: %s%s%s%s", title,
			 g->dry ? "would be ended as " : "",
			 admin_session_end_name(why),
			 text[0] == '\0' ? "" : "; ", text);
		return;
	}
	j = shape_session(t);
	out_put(j, "why", json_string(admin_session_end_name(why)));
	out_put(j, "kill", shape_session_kill(killed));
	out_push(g->sessions, j);
}

/* The row first: whatever becomes of the programs, they prove nothing now.
 * STATUS_LOST: it has ended without us. */
static enum status
gc_row(const struct gc *g, struct store_session *s, enum admin_session_end why,
       struct fault *f)
{
	enum status st;

	if (s->closed_at != 0 && why == ADMIN_SESSION_GONE)
		return admin_session_gone(&g->c->admin, &s->id, f);
	/* It was to end before, and is told of once. */
	if (s->closed_at != 0 && s->kill)
		return STATUS_OK;
	st = admin_session_end(&g->c->admin, &s->id, why, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_LOST;
	if (st == STATUS_OK && s->closed_at == 0) {
		s->closed_at = g->c->now;
		(void)snprintf(s->ended, sizeof(s->ended), "%s",
			       admin_session_end_name(why));
	}
	return st;
}

static enum status
gc_session(struct gc *g, const struct store_session *s, struct fault *f)
{
	struct stop_result killed, *k = NULL;
	enum admin_session_end why;
	struct shape_told t;
	enum status st;
	bool over;

	if ((st = gc_judge(g, s, &over, &why, f)) != STATUS_OK || !over)
		return st;
	if ((st = shape_session_of(g->c, s, &t, f)) != STATUS_OK)
		return st;
	if (!g->dry && (st = gc_row(g, &t.row, why, f)) != STATUS_OK)
		return st == STATUS_LOST ? STATUS_OK : st;
	/* Long closed, and nothing of it was left. */
	if (s->closed_at != 0 && why == ADMIN_SESSION_GONE)
		return STATUS_OK;
	if (!g->dry && why != ADMIN_SESSION_GONE) {
		k = &killed;
		if ((st = shape_session_stop(g->c, g->stopper, s, k, f)) !=
		    STATUS_OK)
			return st;
	}
	g->ended++;
	gc_say(g, &t, why, k);
	return STATUS_OK;
}

static enum status
gc_sessions(struct gc *g, struct fault *f)
{
	struct fault why = { .text = "" };
	enum status st;

	st = admin_session_left(&g->c->admin, NULL, gc_keep, g, f);
	if (st == STATUS_OK && g->full)
		st = fault(f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; st == STATUS_OK && i < g->n; i++)
		if (gc_session(g, &g->rows[i], &why) != STATUS_OK)
			gc_failed(g, g->rows[i].id.s, why.text);
	return st;
}

static bool
gc_count(void *ctx, const struct store_account *acct)
{
	(void)acct;
	++*(int64_t *)ctx;
	return true;
}

static void
gc_accounts(struct gc *g)
{
	struct fault why = { .text = "" };
	enum status st;

	if (g->dry)
		st = store_account_due(g->c->store, g->c->now, gc_count,
				       &g->accounts, &why);
	else
		st = admin_life_reap(&g->c->admin, &g->accounts, &why);
	if (st != STATUS_OK)
		gc_failed(g, "accounts", why.text);
	if (!g->c->json && g->accounts > 0)
		out_line("%lld account%s %sdeleted.", (long long)g->accounts,
			 g->accounts == 1 ? "" : "s",
			 g->dry ? "would be " : "");
}

static void
gc_prune(struct gc *g)
{
	struct fault why = { .text = "" };

	if (admin_prune(&g->c->admin, g->dry, &g->forgotten, &why) !=
	    STATUS_OK)
		gc_failed(g, "store", why.text);
	if (!g->c->json && g->forgotten > 0)
		out_line("%lld old row%s %sforgotten.",
			 (long long)g->forgotten, g->forgotten == 1 ? "" : "s",
			 g->dry ? "would be " : "");
}

static void
gc_audit(struct gc *g)
{
	struct fault why = { .text = "" };

	if (!g->leap &&
	    gc_audit_prune(g->c, g->dry, &g->pruned, &why) != STATUS_OK)
		gc_failed(g, "audit", why.text);
	if (!g->dry && gc_audit_head(g->c, &why) != STATUS_OK)
		gc_failed(g, "audit", why.text);
	if (!g->c->json && g->pruned > 0)
		out_line("%lld row%s of the audit %spruned.",
			 (long long)g->pruned, g->pruned == 1 ? "" : "s",
			 g->dry ? "would be " : "");
}

/* What a full disk took comes back once there is room. */
static void
gc_reserve(struct gc *g)
{
	struct fault why = { .text = "" };
	bool whole = true;

	if (g->dry || ground_is_trial(g->c))
		return;
	if (store_reserve_make(g->c->store, &whole, &why) != STATUS_OK)
		gc_failed(g, "reserve", why.text);
	else if (!whole)
		gc_failed(g, "reserve",
			  "the disk is full, and there is no room to make it "
			  "whole: logins end when it is used up; see sigractl "
			  "doctor");
}

/* A clock that was set ahead would end and delete what has years to go. */
static enum status
gc_clock(struct gc *g, struct fault *f)
{
	enum status st;

	if ((st = boot_id(g->up.boot, f)) != STATUS_OK ||
	    (st = process_uptime(&g->up.seconds, f)) != STATUS_OK ||
	    (st = admin_prune_leap(&g->c->admin, &g->up, &g->leap, f)) !=
		    STATUS_OK)
		return st;
	if (g->leap)
		gc_failed(g, "clock",
			  "it has leapt ahead since the last run, so nothing "
			  "is ended or forgotten for its time: set the clock, "
			  "or, if it is right, run sigractl store "
			  "clock-accept");
	return STATUS_OK;
}

static enum status
gc_end(struct gc *g, struct fault *f)
{
	AUTO_JSON *j = NULL;
	enum status st;

	if (!g->dry && !g->leap &&
	    (st = admin_prune_note(&g->c->admin, &g->up, f)) != STATUS_OK)
		return st;
	if (g->failed > 0)
		g->c->exit = CMD_FAILED;
	if (!g->c->json) {
		if (g->dry && g->failed == 0 && g->ended == 0 &&
		    g->accounts == 0 && g->forgotten == 0 && g->pruned == 0)
			out_line("There is nothing to do.");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "dry_run", json_boolean(g->dry));
	out_put(j, "sessions", g->sessions);
	out_put(j, "accounts", json_integer(g->accounts));
	out_put(j, "forgotten", json_integer(g->forgotten));
	out_put(j, "pruned", json_integer(g->pruned));
	out_put(j, "failures", g->failures);
	return out_json(j, f);
}

enum status
cmd_gc(struct cmd *c, struct fault *f)
{
	__attribute__((cleanup(gc_free))) struct gc g = {
		.c = c, .dry = cmd_option(c, "dry-run") != NULL
	};
	AUTO_FD int lock = -1;
	enum status st;
	STOPPER(stopper);

	if ((st = stopper_begin(&stopper, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = gc_lock(c, &lock, f)) != STATUS_OK)
		return st;
	g.stopper = &stopper;
	if (c->json) {
		g.sessions = json_array();
		g.failures = json_array();
	}
	/* It may end the session that it runs in. */
	child_signals_hold();
	if ((st = gc_clock(&g, f)) != STATUS_OK ||
	    (st = gc_sessions(&g, f)) != STATUS_OK)
		return st;
	if (!g.leap) {
		gc_accounts(&g);
		gc_prune(&g);
	}
	gc_audit(&g);
	if (g.accounts + g.forgotten + g.pruned > 0 && !g.dry)
		store_tidy(c->store);
	gc_reserve(&g);
	return gc_end(&g, f);
}
