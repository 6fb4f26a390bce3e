/* SPDX-License-Identifier: MIT */
#include "admin/grant.h"

#include "admin/account.h"
#include "admin/invite.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/session.h"
#include "store/people.h"
#include "store/token.h"

/* In the open transaction. */
static enum status
grant_valid(const struct admin *a, const struct store_account *acct,
	    struct fault *f)
{
	bool granted, acted = false;
	enum status st;

	if (acct->kind != STORE_PERSON)
		return fault(f, STATUS_REFUSED,
			     "'%s' is a service account: an administrator is "
			     "a person",
			     acct->name);
	if (acct->state != STORE_ACTIVE || admin_account_expired(acct, a->now))
		return fault(f, STATUS_CONFLICT, "user '%s' is not active",
			     acct->name);
	st = store_administrator_is(a->store, &acct->id, &granted, f);
	if (st == STATUS_OK && granted)
		st = fault(f, STATUS_CONFLICT,
			   "user '%s' is an administrator already",
			   acct->name);
	if (st == STATUS_OK)
		st = store_impersonation_runs(
			a->store, &acct->id, a->now,
			a->now - SESSION_HANDOVER_SECONDS, &acted, f);
	/* Whoever does so would be one, too. */
	if (st == STATUS_OK && acted)
		st = fault(f, STATUS_REFUSED,
			   "somebody acts as '%s' at this moment: end that "
			   "session first",
			   acct->name);
	return st;
}

static enum status
grant_any(const struct admin *a, bool *out, struct fault *f)
{
	return store_administrator_is(a->store, NULL, out, f);
}

/* In the open transaction. */
static enum status
grant_audit(const struct admin *a, const struct id *account, int64_t revoked,
	    struct fault *f)
{
	char apps[24];
	struct buf b;

	buf_start(&b, apps, sizeof(apps));
	if (revoked > 0)
		buf_printf(&b, "%lld", (long long)revoked);
	return admin_audit(a, "admin.granted", account,
			   (const struct audit_pair[ADMIN_PAIRS_MAX]){
				   { "apps_revoked", apps } },
			   f);
}

enum status
admin_grant(const struct admin *a, const char *name, bool *first,
	    int64_t *revoked, struct store_account *out, struct fault *f)
{
	struct store_administrator row = { .granted_at = a->now };
	struct store_account acct;
	int64_t apps = 0;
	bool any;
	enum status st;
	STORE_TXN(txn);

	(void)text_copy(row.granted_by, sizeof(row.granted_by), a->actor);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = grant_valid(a, &acct, f)) != STATUS_OK ||
	    (st = grant_any(a, &any, f)) != STATUS_OK)
		return st;
	row.account = acct.id;
	if ((st = store_administrator_insert(a->store, &row, f)) !=
		    STATUS_OK ||
	    (st = store_token_revoke_all(a->store, &acct.id, a->now, &apps,
					 f)) != STATUS_OK ||
	    (st = grant_audit(a, &acct.id, apps, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*first = !any;
	*revoked = apps;
	*out = acct;
	return STATUS_OK;
}

enum status
admin_grant_revoke(const struct admin *a, const char *name, bool *last,
		   struct store_account *out, struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct store_account acct;
	bool any;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	st = store_administrator_delete(a->store, &acct.id, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is no administrator: see sigractl "
			     "admin list",
			     acct.name);
	/* What was made in that right is worth no more than the right. */
	if (st == STATUS_OK)
		st = store_impersonation_void_by(a->store, &acct.id, a->now,
						 f);
	if (st == STATUS_OK)
		st = admin_invite_recall_made(a, &acct, f);
	if (st != STATUS_OK || (st = grant_any(a, &any, f)) != STATUS_OK ||
	    (st = admin_audit(a, "admin.revoked", &acct.id, none, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*last = !any;
	*out = acct;
	return STATUS_OK;
}

struct grant_view {
	const struct admin *admin;
	bool (*each)(void *ctx, const struct store_administrator *,
		     const struct store_account *);
	void *ctx;
	enum status st;
	struct fault *f;
};

static bool
grant_each(void *ctx, const struct store_administrator *row)
{
	struct grant_view *v = ctx;
	struct store_account acct;

	v->st = store_account_by_id(v->admin->store, &row->account, &acct,
				    v->f);
	if (v->st != STATUS_OK)
		return false;
	/* Who is deleted is none any more. */
	return acct.state == STORE_DELETED || v->each(v->ctx, row, &acct);
}

enum status
admin_grant_list(const struct admin *a,
		 bool (*each)(void *ctx, const struct store_administrator *,
			      const struct store_account *),
		 void *ctx, struct fault *f)
{
	struct grant_view v = {
		.admin = a, .each = each, .ctx = ctx, .st = STATUS_OK, .f = f
	};
	enum status st = store_administrator_list(a->store, grant_each, &v, f);

	return st == STATUS_OK ? v.st : st;
}
