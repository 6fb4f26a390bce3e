/* SPDX-License-Identifier: MIT */
#include "sigrad/self.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/lock.h"
#include "base/buf.h"

/* One answer under way. */
struct self {
	struct worker *w;
	struct wire_server *server;
	int64_t end; /* by then all of it has to be sent */
	unsigned rows;
	enum status st;
	struct fault *f;
};

/* Rows are sent when no list is being read: a peer that is slow to take them
 * must not keep the store's old pages alive. */
struct self_sessions {
	struct store_session *of;
	size_t n, size;
	bool full;
};

static void
self_sessions_end(struct self_sessions *s)
{
	free(s->of);
}

static int64_t
self_clock(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* A row in the making; bad when something did not fit. */
struct self_row {
	struct wire_row row;
	bool bad;
};

static void
self_text(struct self_row *r, const char *key, const char *value)
{
	if (!wire_row_put(&r->row, key, value))
		r->bad = true;
}

static void
self_number(struct self_row *r, const char *key, int64_t value)
{
	char text[24];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "%lld", (long long)value);
	self_text(r, key, text);
}

/* False: there is nothing more to be sent, and self->st says why. */
static bool
self_send(struct self *self, const struct self_row *r)
{
	if (r->bad)
		self->st = fault(self->f, STATUS_CORRUPT,
				 "a value of the store is too long");
	else if (self_clock() > self->end)
		self->st = fault(self->f, STATUS_UNAVAILABLE,
				 "the peer let its time pass");
	else
		self->st = wire_server_row(self->server, &r->row, self->f);
	self->rows++;
	return self->st == STATUS_OK && self->rows < WIRE_ROWS_MAX;
}

static const char *
self_state(enum store_account_state state)
{
	switch (state) {
	case STORE_ACTIVE:
		return "active";
	case STORE_DISABLED:
		return "disabled";
	case STORE_PENDING:
		return "pending";
	case STORE_DELETED:
		break;
	}
	return "deleted";
}

static bool
self_count(void *ctx, const struct store_session *s)
{
	(void)s;
	++*(int64_t *)ctx;
	return true;
}

/* Not why somebody was disabled: that is between administrators. */
static enum status
self_account(struct self *self, const struct store_account *a)
{
	struct store *store = self->w->store;
	struct self_row r = { .bad = false };
	struct store_password p;
	int64_t sessions = 0;
	enum status st;

	st = store_session_list(store, &a->id, true, self_count, &sessions,
				self->f);
	if (st != STATUS_OK)
		return st;
	self_text(&r, "row", "account");
	self_text(&r, "id", a->id.s);
	self_text(&r, "name", a->name);
	self_text(&r, "email", a->email);
	self_text(&r, "state", self_state(a->state));
	self_number(&r, "created_at", a->created_at);
	self_number(&r, "updated_at", a->updated_at);
	self_number(&r, "expires_at", a->expires_at);
	self_number(&r, "delete_at", a->delete_at);
	self_number(&r, "must_change", a->must_change);
	self_number(&r, "open_sessions", sessions);
	st = store_password_get(store, &a->id, &p, self->f);
	if (st == STATUS_OK) {
		self_text(&r, "password",
			  p.kind == STORE_ARGON2ID ? "argon2id" : "crypt");
		self_number(&r, "password_set_at", p.set_at);
	} else if (st != STATUS_NOT_FOUND) {
		return st;
	}
	(void)self_send(self, &r);
	return self->st;
}

static bool
self_lock(void *ctx, const struct admin_lock *lock)
{
	struct self_row r = { .bad = false };

	self_text(&r, "row", "lock");
	self_text(&r, "source", lock->source);
	self_text(&r, "factor", lock->factor);
	self_number(&r, "failed", lock->failed);
	self_number(&r, "last_at", lock->last_at);
	self_number(&r, "locked", lock->locked);
	self_number(&r, "until", lock->until);
	return self_send(ctx, &r);
}

static enum status
self_locks(struct self *self, const struct store_account *a, int64_t now)
{
	struct admin admin = { .store = self->w->store,
			       .config = self->w->config,
			       .now = now };
	enum status st =
		admin_lock_list(&admin, &a->id, self_lock, self, self->f);

	return st == STATUS_OK ? self->st : st;
}

static bool
self_session_keep(void *ctx, const struct store_session *row)
{
	struct self_sessions *s = ctx;

	if (s->n == s->size) {
		size_t size = s->size == 0 ? 16 : s->size * 2;
		struct store_session *more;

		more = reallocarray(s->of, size, sizeof(*more));
		s->full = more == NULL;
		if (s->full)
			return false;
		s->of = more;
		s->size = size;
	}
	s->of[s->n++] = *row;
	return s->n < WIRE_ROWS_MAX;
}

static bool
self_session(struct self *self, const struct store_session *s)
{
	struct self_row r = { .bad = false };

	self_text(&r, "row", "session");
	self_text(&r, "id", s->id.s);
	self_text(&r, "service", s->service);
	self_text(&r, "tty", s->tty);
	self_text(&r, "rhost", s->rhost);
	self_text(&r, "factors", s->factors);
	self_text(&r, "host", s->host);
	self_text(&r, "boot", s->boot);
	self_number(&r, "pid", s->pid);
	self_number(&r, "opened_at", s->opened_at);
	self_number(&r, "closed_at", s->closed_at);
	return self_send(self, &r);
}

static enum status
self_list_sessions(struct self *self, const struct store_account *a,
		   bool open_only)
{
	__attribute__((
		cleanup(self_sessions_end))) struct self_sessions list = {
		.of = NULL,
	};
	enum status st;

	st = store_session_list(self->w->store, &a->id, open_only,
				self_session_keep, &list, self->f);
	if (st != STATUS_OK)
		return st;
	if (list.full)
		return fault(self->f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; i < list.n; i++)
		if (!self_session(self, &list.of[i]))
			return self->st;
	return STATUS_OK;
}

/* STATUS_NOT_FOUND: there is nothing to tell this peer. */
static enum status
self_find(const struct self *self, const struct peer *peer, int64_t now,
	  struct store_account *out)
{
	enum status st = STATUS_NOT_FOUND;

	if (peer->kind == PEER_SELF && strlen(peer->name) < STORE_NAME_SIZE)
		st = store_account_by_name(self->w->store, peer->name, out,
					   self->f);
	/* A deletion that is due: the next change makes it one. */
	if (st == STATUS_OK && out->state == STORE_PENDING &&
	    out->delete_at <= now)
		return STATUS_NOT_FOUND;
	return st;
}

enum status
self_answer(struct worker *w, struct wire_server *server,
	    const struct peer *peer, enum wire_self what, struct fault *f)
{
	struct self self = { .w = w,
			     .server = server,
			     .end = self_clock() + WIRE_REPLY_SECONDS,
			     .st = STATUS_OK,
			     .f = f };
	int64_t now = server->io.now(&server->io);
	struct store_account a;
	enum status st = self_find(&self, peer, now, &a);

	if (st == STATUS_NOT_FOUND)
		return wire_server_end(server, f);
	if (st == STATUS_OK)
		st = self_account(&self, &a);
	if (st == STATUS_OK && what == WIRE_SELF_ACCOUNT)
		st = self_locks(&self, &a, now);
	else if (st == STATUS_OK)
		st = self_list_sessions(&self, &a, what == WIRE_SELF_SESSIONS);
	return st == STATUS_OK ? wire_server_end(server, f) : st;
}
