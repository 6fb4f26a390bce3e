/* SPDX-License-Identifier: MIT */
#include "admin/session.h"

#include <stdlib.h>
#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"
#include "base/auto.h"
#include "base/text.h"

/* Is it one of those that this administrator sees? */
static bool
admin_session_ours(const struct admin *a, const struct store_session *s)
{
	return a->org == NULL || strcmp(s->org.s, a->org->s) == 0;
}

enum status
admin_session_find(const struct admin *a, const char *id,
		   struct store_session *out, struct fault *f)
{
	struct store_session found;
	enum status st = STATUS_NOT_FOUND;
	struct id key;

	/* A text of another length is in no store, and may not be asked. */
	if (strlen(id) == ID_LENGTH && text_copy(key.s, sizeof(key.s), id))
		st = store_session_get(a->store, &key, &found, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && !admin_session_ours(a, &found)))
		return fault(f, STATUS_NOT_FOUND,
			     "there is no session '%s': see sigractl session "
			     "list",
			     id);
	if (st == STATUS_OK)
		*out = found;
	return st;
}

/* A list being read, of which some is passed on. */
struct admin_session_view {
	const struct admin *admin;
	bool (*each)(void *ctx, const struct store_session *);
	void *ctx;
};

static bool
admin_session_each(void *ctx, const struct store_session *s)
{
	const struct admin_session_view *v = ctx;

	return !admin_session_ours(v->admin, s) || v->each(v->ctx, s);
}

enum status
admin_session_list(const struct admin *a, const struct id *account,
		   bool open_only,
		   bool (*each)(void *ctx, const struct store_session *),
		   void *ctx, struct fault *f)
{
	struct admin_session_view v = { .admin = a, .each = each, .ctx = ctx };

	return store_session_list(a->store, account, open_only,
				  admin_session_each, &v, f);
}

enum status
admin_session_left(const struct admin *a, const struct id *account,
		   bool (*each)(void *ctx, const struct store_session *),
		   void *ctx, struct fault *f)
{
	struct admin_session_view v = { .admin = a, .each = each, .ctx = ctx };

	return store_session_list_left(a->store, account, admin_session_each,
				       &v, f);
}

/* In the open transaction: an open row is closed, and who had opened it has to
 * prove again who it is. */
static enum status
admin_session_close(const struct admin *a, struct store_session *s,
		    const char *why, struct fault *f)
{
	enum status st = STATUS_OK;

	if (s->closed_at == 0)
		st = store_session_close(a->store, &s->id, why, a->now, f);
	if (st == STATUS_OK && s->login.s[0] != '\0')
		st = store_login_end(a->store, &s->login, f);
	if (st != STATUS_OK || s->closed_at != 0)
		return st;
	s->closed_at = a->now;
	return text_copy(s->ended, sizeof(s->ended), why)
		       ? STATUS_OK
		       : fault(f, STATUS_INVALID, "the reason is too long");
}

static enum status
admin_session_audit(const struct admin *a, const char *action,
		    const struct store_session *s,
		    const struct audit_pair *more, struct fault *f)
{
	const struct audit_pair pairs[ADMIN_PAIRS_MAX] = {
		{ "session", s->id.s },
		{ "of", s->service },
		*more,
	};

	return admin_audit_org(a, action, &s->account,
			       s->org.s[0] == '\0' ? NULL : &s->org, pairs, f);
}

static enum status
admin_session_revoke_row(const struct admin *a, struct store_session *s,
			 bool kill, struct fault *f)
{
	enum status st = admin_session_close(a, s, "revoked", f);

	if (st == STATUS_OK && kill)
		st = store_session_kill(a->store, &s->id, f);
	if (st != STATUS_OK)
		return st;
	return admin_session_audit(
		a, "session.revoked", s,
		&(struct audit_pair){ "killed", kill ? "yes" : "no" }, f);
}

enum status
admin_session_revoke(const struct admin *a, const char *id, bool kill,
		     struct store_session *out, struct fault *f)
{
	struct store_session s;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_session_find(a, id, &s, f)) != STATUS_OK)
		return st;
	if (s.closed_at != 0 && !kill)
		return fault(f, STATUS_CONFLICT,
			     "session %s is closed already; --kill ends what "
			     "still runs of it",
			     s.id.s);
	if ((st = admin_reach_sessions(a, &s.account, f)) != STATUS_OK)
		return st;
	st = admin_session_revoke_row(a, &s, kill, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = s;
	return st;
}

/* The rows, which cannot be changed while they are being read. */
struct admin_session_rows {
	const struct admin_session_sweep *sweep;
	struct store_session *of;
	size_t n;
	bool full;
};

static void
admin_session_rows_free(struct admin_session_rows *r)
{
	free(r->of);
}

static bool
admin_session_keep(void *ctx, const struct store_session *s)
{
	struct admin_session_rows *r = ctx;
	struct store_session *more;

	if (r->sweep->spare != NULL && r->sweep->spare(r->sweep->ctx, s))
		return true;
	more = reallocarray(r->of, r->n + 1, sizeof(*more));
	r->full = more == NULL;
	if (r->full)
		return false;
	r->of = more;
	r->of[r->n++] = *s;
	return true;
}

/* In the open transaction. */
static enum status
admin_session_sweep(const struct admin *a,
		    const struct admin_session_sweep *sweep,
		    const struct id *account, int64_t *n, struct fault *f)
{
	__attribute__((cleanup(
		admin_session_rows_free))) struct admin_session_rows rows = {
		.sweep = sweep
	};
	enum status st;

	st = sweep->kill ? admin_session_left(a, account, admin_session_keep,
					      &rows, f)
			 : admin_session_list(a, account, true,
					      admin_session_keep, &rows, f);
	if (st == STATUS_OK && rows.full)
		st = fault(f, STATUS_SYSTEM, "out of memory");
	for (size_t i = 0; st == STATUS_OK && i < rows.n; i++) {
		st = admin_session_revoke_row(a, &rows.of[i], sweep->kill, f);
		if (st == STATUS_OK && sweep->each != NULL)
			sweep->each(sweep->ctx, &rows.of[i]);
	}
	if (st == STATUS_OK)
		*n = (int64_t)rows.n;
	return st;
}

/* In the open transaction: a login that is under way would open a session
 * right afterwards. */
static enum status
admin_session_void(const struct admin *a, const struct id *account,
		   struct fault *f)
{
	return a->org == NULL ? store_login_void(a->store, account, a->now, f)
			      : store_login_void_org(a->store, a->org, account,
						     a->now, f);
}

enum status
admin_session_revoke_all(const struct admin *a,
			 const struct admin_session_sweep *sweep,
			 struct store_account *account, int64_t *n,
			 struct fault *f)
{
	struct store_account acct;
	int64_t revoked = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find_any(a, sweep->name, &acct, f)) !=
		    STATUS_OK ||
	    (st = admin_reach_sessions(a, &acct.id, f)) != STATUS_OK ||
	    (st = admin_session_sweep(a, sweep, &acct.id, &revoked, f)) !=
		    STATUS_OK ||
	    (st = admin_session_void(a, &acct.id, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*account = acct;
	*n = revoked;
	return STATUS_OK;
}

const char *
admin_session_end_name(enum admin_session_end end)
{
	switch (end) {
	case ADMIN_SESSION_GONE:
		break;
	case ADMIN_SESSION_EXPIRED:
		return "expired";
	case ADMIN_SESSION_IDLE:
		return "idle";
	case ADMIN_SESSION_REVOKED:
		return "revoked";
	}
	return "gone";
}

/* Whose programs are to be ended, which the audit says once. */
static enum status
admin_session_end_row(const struct admin *a, struct store_session *s,
		      enum admin_session_end end, struct fault *f)
{
	const char *why = admin_session_end_name(end);
	const bool gone = end == ADMIN_SESSION_GONE;
	enum status st = STATUS_OK;

	if (s->closed_at == 0)
		st = admin_session_close(a, s, why, f);
	if (st == STATUS_OK && !gone)
		st = store_session_kill(a->store, &s->id, f);
	if (st != STATUS_OK)
		return st;
	return admin_session_audit(a,
				   gone ? "session.reaped" : "session.expired",
				   s, &(struct audit_pair){ "why", why }, f);
}

/* Nobody's rights are asked: time does it. */
static struct admin
admin_session_system(const struct admin *a)
{
	struct admin system = *a;

	system.actor = "system";
	system.loginuid = NULL;
	system.again = NULL;
	return system;
}

enum status
admin_session_end(const struct admin *a, const struct id *id,
		  enum admin_session_end end, struct fault *f)
{
	const struct admin system = admin_session_system(a);
	struct store_session s;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(&system, &txn, f)) != STATUS_OK ||
	    (st = store_session_get(a->store, id, &s, f)) != STATUS_OK)
		return st;
	if (s.gone ||
	    (s.closed_at != 0 && (s.kill || end == ADMIN_SESSION_GONE)))
		return fault(f, STATUS_LOST, "the session is closed already");
	if ((st = admin_session_end_row(&system, &s, end, f)) != STATUS_OK)
		return st;
	return admin_commit(&system, &txn, f);
}

enum status
admin_session_gone(const struct admin *a, const struct id *id, struct fault *f)
{
	const struct admin system = admin_session_system(a);
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(&system, &txn, f)) != STATUS_OK ||
	    (st = store_session_gone(a->store, id, f)) != STATUS_OK)
		return st;
	return admin_commit(&system, &txn, f);
}
