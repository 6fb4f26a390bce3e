/* SPDX-License-Identifier: MIT */
#include "admin/trust.h"

#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"

const char *
admin_trust_kind(enum store_trust_kind kind)
{
	return kind == STORE_TRUST_SSH_KEY ? "ssh-key" : "address";
}

/* A list being read, of which some is passed on. */
struct admin_trust_view {
	const struct admin *admin;
	bool (*each)(void *ctx, const struct store_trust *);
	void *ctx;
	enum status st;
	struct fault *f;
};

static bool
admin_trust_each(void *ctx, const struct store_trust *t)
{
	struct admin_trust_view *v = ctx;
	struct store_account acct;
	bool seen;

	v->st = store_account_by_id(v->admin->store, &t->account, &acct, v->f);
	if (v->st == STATUS_OK)
		v->st = admin_reach_sees(v->admin, &acct, &seen, v->f);
	if (v->st != STATUS_OK)
		return false;
	if (t->epoch != acct.epoch || acct.state == STORE_DELETED || !seen)
		return true;
	return v->each(v->ctx, t);
}

enum status
admin_trust_list(const struct admin *a, const struct id *account,
		 bool (*each)(void *ctx, const struct store_trust *),
		 void *ctx, struct fault *f)
{
	struct admin_trust_view v = {
		.admin = a, .each = each, .ctx = ctx, .st = STATUS_OK, .f = f
	};
	enum status st;

	st = store_trust_list(a->store, account, admin_trust_each, &v, f);
	return st == STATUS_OK ? v.st : st;
}

struct admin_trust_wanted {
	const char *id;
	bool found;
	struct store_trust row;
};

static bool
admin_trust_is(void *ctx, const struct store_trust *t)
{
	struct admin_trust_wanted *w = ctx;

	w->found = strcmp(t->id.s, w->id) == 0;
	if (w->found)
		w->row = *t;
	return !w->found;
}

/* Whose device is not seen has none. */
static enum status
admin_trust_reach(const struct admin *a, const struct id *account, bool *seen,
		  struct fault *f)
{
	struct store_account acct;
	enum status st;

	if ((st = store_account_by_id(a->store, account, &acct, f)) !=
		    STATUS_OK ||
	    (st = admin_reach_sees(a, &acct, seen, f)) != STATUS_OK)
		return st;
	return *seen ? admin_reach(a, &acct, f) : STATUS_OK;
}

enum status
admin_trust_revoke(const struct admin *a, const char *id,
		   struct store_trust *out, struct fault *f)
{
	struct admin_trust_wanted w = { .id = id };
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_trust_list(a->store, NULL, admin_trust_is, &w, f)) !=
		    STATUS_OK ||
	    (w.found && (st = admin_trust_reach(a, &w.row.account, &w.found,
						f)) != STATUS_OK))
		return st;
	if (!w.found)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no trusted device '%s': see sigractl "
			     "trust list",
			     id);
	if ((st = store_trust_delete(a->store, &w.row.id, f)) != STATUS_OK)
		return st;
	st = admin_audit(a, "trust.revoked", &w.row.account,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "device", w.row.id.s },
				 { "kind", admin_trust_kind(w.row.kind) } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = w.row;
	return st;
}

enum status
admin_trust_end(const struct admin *a, struct store_account *acct,
		int64_t *dropped, struct fault *f)
{
	enum status st =
		store_trust_delete_all(a->store, &acct->id, dropped, f);

	if (st == STATUS_OK)
		st = store_login_void(a->store, &acct->id, a->now, f);
	if (st == STATUS_OK)
		acct->epoch++;
	return st;
}

enum status
admin_trust_revoke_all(const struct admin *a, const char *name,
		       int64_t *dropped, struct store_account *out,
		       struct fault *f)
{
	struct store_account acct;
	int64_t n = 0;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK ||
	    (st = admin_trust_end(a, &acct, &n, f)) != STATUS_OK)
		return st;
	acct.updated_at = a->now;
	if ((st = store_account_update(a->store, &acct, f)) != STATUS_OK)
		return st;
	acct.version++;
	st = admin_audit_all(a, "trust.revoked", &acct.id, n, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*dropped = n;
	*out = acct;
	return STATUS_OK;
}
