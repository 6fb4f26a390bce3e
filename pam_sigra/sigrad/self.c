/* SPDX-License-Identifier: MIT */
#include "sigrad/self.h"

#include <string.h>

#include "admin/account.h"
#include "admin/enroll.h"
#include "admin/lock.h"
#include "admin/token.h"
#include "admin/trust.h"
#include "session/age.h"
#include "sigrad/keys.h"
#include "store/people.h"

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
	struct store_password_policy policy;
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
	self_text(&r, "state", admin_account_state(a, self->now));
	self_number(&r, "created_at", a->created_at);
	self_number(&r, "updated_at", a->updated_at);
	self_number(&r, "expires_at", a->expires_at);
	self_number(&r, "delete_at", a->delete_at);
	self_number(&r, "strategy", a->strategy);
	self_number(&r, "must_change", a->must_change);
	self_number(&r, "email_at", a->email_at);
	self_number(&r, "open_sessions", sessions);
	st = store_password_policy_get(store, &policy, self->f);
	if (st != STATUS_OK)
		return st;
	st = store_password_get(store, &a->id, &p, self->f);
	if (st == STATUS_OK) {
		self_text(&r, "password",
			  p.kind == STORE_ARGON2ID ? "argon2id" : "crypt");
		self_number(&r, "password_set_at", p.set_at);
		self_number(&r, "password_due",
			    session_age_due(&policy, p.set_at));
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

static struct admin
self_admin(const struct self *self)
{
	return (struct admin){ .store = self->w->store,
			       .config = self->w->config,
			       .now = self->now };
}

static bool
self_attribute_keep(void *ctx, const struct store_attribute *at)
{
	return self_keep(ctx, at);
}

static enum status
self_attributes(struct self *self, const struct store_account *a)
{
	SELF_LIST(all, struct store_attribute);
	enum status st = store_attribute_list(
		self->w->store, &a->id, self_attribute_keep, &all, self->f);

	for (size_t i = 0; st == STATUS_OK && i < all.n; i++) {
		const struct store_attribute *at = self_kept(&all, i);
		struct self_row r = { .bad = false };

		self_text(&r, "row", "attribute");
		self_text(&r, "key", at->key);
		self_text(&r, "value", at->value);
		self_number(&r, "exported", at->exported);
		if (!self_send(self, &r))
			return self->st;
	}
	return st;
}

struct self_belongs {
	struct store_member member;
	struct store_org org;
};

static bool
self_belongs_keep(void *ctx, const struct store_member *m,
		  const struct store_org *o)
{
	const struct self_belongs row = { .member = *m, .org = *o };

	return self_keep(ctx, &row);
}

static enum status
self_organizations(struct self *self, const struct store_account *a)
{
	SELF_LIST(all, struct self_belongs);
	enum status st = store_member_of(self->w->store, &a->id,
					 self_belongs_keep, &all, self->f);

	for (size_t i = 0; st == STATUS_OK && i < all.n; i++) {
		const struct self_belongs *b = self_kept(&all, i);
		struct self_row r = { .bad = false };

		self_text(&r, "row", "organization");
		self_text(&r, "id", b->org.id.s);
		self_text(&r, "slug", b->org.slug);
		self_text(&r, "name", b->org.name);
		self_number(&r, "role", b->member.role);
		self_number(&r, "joined_at", b->member.joined_at);
		self_number(&r, "used_at", b->member.used_at);
		if (!self_send(self, &r))
			return self->st;
	}
	return st;
}

static enum status
self_locks(struct self *self, const struct store_account *a)
{
	struct admin admin = self_admin(self);
	enum status st =
		admin_lock_list(&admin, &a->id, self_lock, self, self->f);

	return st == STATUS_OK ? self->st : st;
}

static bool
self_session_keep(void *ctx, const struct store_session *row)
{
	return self_keep(ctx, row);
}

/* "": none, or it is not there any more. */
static enum status
self_session_org(struct self *self, const struct store_session *s,
		 struct store_org *out)
{
	enum status st = STATUS_NOT_FOUND;

	out->slug[0] = '\0';
	if (s->org.s[0] != '\0')
		st = store_org_by_id(self->w->store, &s->org, out, self->f);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* What a list kept, each as SEND tells it. */
static enum status
self_send_all(struct self *self, const struct self_list *l,
	      bool (*send)(struct self *self, const void *kept))
{
	if (l->full)
		return fault(self->f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; i < l->n; i++)
		if (!send(self, self_kept(l, i)))
			return self->st;
	return STATUS_OK;
}

static bool
self_session(struct self *self, const void *kept)
{
	const struct store_session *s = kept;
	struct self_row r = { .bad = false };
	struct store_org org;

	self->st = self_session_org(self, s, &org);
	if (self->st != STATUS_OK)
		return false;
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
	self_text(&r, "org", org.slug);
	self_text(&r, "impersonator", s->impersonator);
	self_text(&r, "logind", s->logind);
	self_number(&r, "ends_at", s->ends_at);
	self_number(&r, "idle", s->idle);
	self_text(&r, "ended", s->ended);
	return self_send(self, &r);
}

static enum status
self_list_sessions(struct self *self, const struct store_account *a,
		   bool open_only)
{
	SELF_LIST(list, struct store_session);
	enum status st = store_session_list(self->w->store, &a->id, open_only,
					    self_session_keep, &list, self->f);

	return st == STATUS_OK ? self_send_all(self, &list, self_session) : st;
}

static bool
self_device(struct self *self, const struct store_otp *d)
{
	struct self_row r = { .bad = false };

	self_text(&r, "row", "device");
	self_text(&r, "id", d->id.s);
	self_text(&r, "label", d->label);
	self_text(&r, "kind", otp_kind_name(d->kind));
	self_text(&r, "algorithm",
		  otp_algorithm_name((enum crypto_otp_algorithm)d->algorithm));
	self_number(&r, "digits", d->digits);
	self_number(&r, "period", d->period);
	self_text(&r, "state",
		  d->state == STORE_OTP_RESYNC ? "resync" : "active");
	self_number(&r, "created_at", d->created_at);
	self_number(&r, "used_at", d->used_at);
	return self_send(self, &r);
}

/* Nothing that a code could be made of, and no counter. */
static enum status
self_codes(struct self *self, const struct store_account *a)
{
	struct self_row r = { .bad = false };
	struct admin admin = self_admin(self);
	struct store_code_count backup;
	struct admin_devices devices;
	enum status st;

	st = admin_devices_read(&admin, &a->id, &devices, self->f);
	if (st == STATUS_OK)
		st = store_code_counted(self->w->store, &a->id,
					STORE_CODE_BACKUP, self->now, &backup,
					self->f);
	if (st != STATUS_OK)
		return st;
	for (size_t i = 0; i < devices.n; i++)
		if (!self_device(self, &devices.of[i]))
			return self->st;
	self_text(&r, "row", "backup");
	self_number(&r, "left", backup.left);
	self_number(&r, "total", backup.total);
	self_number(&r, "created_at", backup.created_at);
	(void)self_send(self, &r);
	return self->st;
}

static bool
self_trust_keep(void *ctx, const struct store_trust *row)
{
	return self_keep(ctx, row);
}

static bool
self_trusted(struct self *self, const void *kept)
{
	const struct store_trust *t = kept;
	struct self_row r = { .bad = false };

	self_text(&r, "row", "trust");
	self_text(&r, "id", t->id.s);
	self_text(&r, "kind", admin_trust_kind(t->kind));
	self_text(&r, "shown", t->shown);
	self_number(&r, "created_at", t->created_at);
	self_number(&r, "used_at", t->used_at);
	return self_send(self, &r);
}

static enum status
self_list_trust(struct self *self, const struct store_account *a)
{
	SELF_LIST(list, struct store_trust);
	struct admin admin = self_admin(self);
	enum status st = admin_trust_list(&admin, &a->id, self_trust_keep,
					  &list, self->f);

	return st == STATUS_OK ? self_send_all(self, &list, self_trusted) : st;
}

static bool
self_token_keep(void *ctx, const struct admin_token *t)
{
	return self_keep(ctx, t);
}

static bool
self_token(struct self *self, const void *kept)
{
	const struct admin_token *t = kept;
	const struct store_token *row = &t->row;
	struct self_row r = { .bad = false };

	self_text(&r, "row", "token");
	self_text(&r, "id", row->id.s);
	self_text(&r, "label", row->label);
	self_text(&r, "scopes", row->scopes);
	self_long(&r, "sources", row->sources);
	self_number(&r, "created_at", row->created_at);
	self_text(&r, "made_by", row->made_by);
	self_number(&r, "expires_at", row->expires_at);
	self_number(&r, "ends_at", t->ends_at);
	self_number(&r, "used_at", row->used_at);
	self_text(&r, "used_from", row->used_from);
	self_number(&r, "revoked_at", row->revoked_at);
	return self_send(self, &r);
}

static enum status
self_list_tokens(struct self *self, const struct store_account *a)
{
	SELF_LIST(list, struct admin_token);
	struct admin admin = self_admin(self);
	enum status st = admin_token_list(&admin, a->name, self_token_keep,
					  &list, self->f);

	return st == STATUS_OK ? self_send_all(self, &list, self_token) : st;
}

/* STATUS_NOT_FOUND: there is nothing to tell this peer. */
static enum status
self_find(const struct self *self, const struct peer *peer,
	  struct store_account *out)
{
	enum status st = STATUS_NOT_FOUND;

	if (peer->kind == PEER_SELF && strlen(peer->name) < STORE_NAME_SIZE)
		st = store_account_by_name(self->w->store, peer->name, out,
					   self->f);
	/* A deletion that is due: the next change makes it one. */
	if (st == STATUS_OK && out->state == STORE_PENDING &&
	    out->delete_at <= self->now)
		return STATUS_NOT_FOUND;
	return st;
}

static enum status
self_rows(struct self *self, const struct store_account *a,
	  enum wire_self what)
{
	enum status st = self_account(self, a);

	if (st != STATUS_OK)
		return st;
	switch (what) {
	case WIRE_SELF_ACCOUNT:
		if ((st = self_attributes(self, a)) != STATUS_OK ||
		    (st = self_organizations(self, a)) != STATUS_OK)
			return st;
		return self_locks(self, a);
	case WIRE_SELF_SESSIONS:
		return self_list_sessions(self, a, true);
	case WIRE_SELF_ALL_SESSIONS:
		return self_list_sessions(self, a, false);
	case WIRE_SELF_CODES:
		return self_codes(self, a);
	case WIRE_SELF_TRUST:
		return self_list_trust(self, a);
	case WIRE_SELF_KEYS:
		return keys_own(self, a);
	case WIRE_SELF_TOKENS:
		return self_list_tokens(self, a);
	case WIRE_AUTHORIZED:
		break;
	}
	return fault(self->f, STATUS_PROTOCOL, "unknown query");
}

enum status
self_answer(struct worker *w, struct wire_server *server,
	    const struct peer *peer, enum wire_self what, struct fault *f)
{
	struct self self = self_begin(w, server, f);
	struct store_account a;
	enum status st = self_find(&self, peer, &a);

	if (st == STATUS_NOT_FOUND)
		return wire_server_end(server, f);
	if (st == STATUS_OK)
		st = self_rows(&self, &a, what);
	return st == STATUS_OK ? wire_server_end(server, f) : st;
}
