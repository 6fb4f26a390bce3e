/* SPDX-License-Identifier: MIT */
#include "admin/account.h"

#include <string.h>

#include "admin/invite.h"
#include "admin/life.h"
#include "admin/name.h"
#include "admin/reach.h"
#include "admin/org.h"
#include "admin/trust.h"
#include "base/text.h"

bool
admin_account_due(const struct store_account *acct, int64_t now)
{
	return acct->state == STORE_PENDING && acct->delete_at <= now;
}

const char *
admin_account_state(const struct store_account *acct, int64_t now)
{
	if (admin_account_due(acct, now))
		return "deleted";
	switch (acct->state) {
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

bool
admin_account_expired(const struct store_account *acct, int64_t now)
{
	return acct->expires_at != 0 && acct->expires_at <= now;
}

static enum status
admin_account_missing(const char *name, struct fault *f)
{
	return fault(f, STATUS_NOT_FOUND,
		     "there is no user '%s': see sigractl user list", name);
}

enum status
admin_account_find(const struct admin *a, const char *name,
		   struct store_account *out, struct fault *f)
{
	struct store_account acct;
	enum status st = STATUS_NOT_FOUND;
	bool seen = false;

	/* A longer name is in no store, and may be too long to be asked. */
	if (strlen(name) < STORE_NAME_SIZE)
		st = store_account_by_name(a->store, name, &acct, f);
	if (st == STATUS_OK)
		st = admin_reach_sees(a, &acct, &seen, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && (!seen || admin_account_due(&acct, a->now))))
		return admin_account_missing(name, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_account_person(const struct admin *a, const char *name,
		     struct store_account *out, struct fault *f)
{
	struct store_account acct;
	enum status st = admin_account_find(a, name, &acct, f);

	if (st != STATUS_OK)
		return st;
	if (acct.kind == STORE_SERVICE)
		return fault(f, STATUS_CONFLICT,
			     "'%s' is a service account: it has secrets, and "
			     "nothing else to log in with (sigractl secret "
			     "add)",
			     name);
	*out = acct;
	return STATUS_OK;
}

enum status
admin_account_find_any(const struct admin *a, const char *name_or_id,
		       struct store_account *out, struct fault *f)
{
	struct store_account acct;
	bool seen = false;
	struct id id;
	enum status st = admin_account_find(a, name_or_id, out, f);

	if (st != STATUS_NOT_FOUND || strlen(name_or_id) != ID_LENGTH)
		return st;
	(void)text_copy(id.s, sizeof(id.s), name_or_id);
	st = store_account_by_id(a->store, &id, &acct, f);
	if (st == STATUS_OK)
		st = admin_reach_sees(a, &acct, &seen, f);
	if (st == STATUS_NOT_FOUND || (st == STATUS_OK && !seen))
		return admin_account_missing(name_or_id, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_account_remember(const struct admin *a, const struct store_account *acct,
		       struct fault *f)
{
	struct audit_person p = { .name = "" };

	(void)text_copy(p.name, sizeof(p.name), acct->name);
	(void)text_copy(p.email, sizeof(p.email), acct->email);
	return audit_person_put(a->store, a->keys, &acct->id, &p, f);
}

enum status
admin_account_write(const struct admin *a, struct store_account *acct,
		    const char *action,
		    const struct audit_pair pairs[ADMIN_PAIRS_MAX],
		    struct fault *f)
{
	enum status st;

	acct->updated_at = a->now;
	if ((st = store_account_update(a->store, acct, f)) != STATUS_OK)
		return st;
	acct->version++;
	return admin_audit(a, action, &acct->id, pairs, f);
}

/* In the open transaction: may somebody be called NAME from now on? */
static enum status
admin_account_free(const struct admin *a, const char *name, struct fault *f)
{
	struct store_account taken;
	enum status st;

	if ((st = admin_life_reap_name(a, name, f)) != STATUS_OK)
		return st;
	st = store_account_by_name(a->store, name, &taken, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	return fault(
		f, STATUS_CONFLICT, "there is a user '%s' already%s", name,
		taken.state == STORE_PENDING
			? " (pending deletion: user undelete brings it back)"
			: "");
}

enum status
admin_account_insert(const struct admin *a, const struct admin_account_new *n,
		     struct store_account *out, struct fault *f)
{
	struct store_account acct = { .kind = n->service == NULL
						      ? STORE_PERSON
						      : STORE_SERVICE,
				      .state = STORE_ACTIVE,
				      .strategy = STORE_SOFT,
				      .created_at = a->now,
				      .updated_at = a->now,
				      .expires_at = n->expires_at,
				      .epoch = 1,
				      .version = 1 };
	const char *action = "user.created";
	char when[TEXT_TIME_SIZE] = "";
	enum status st;

	if (n->service != NULL) {
		acct.org = *n->service;
		action = "service.created";
	}
	if ((st = admin_name_valid(a->config, n->name, f)) != STATUS_OK ||
	    (st = admin_email_clean(n->email, acct.email, f)) != STATUS_OK)
		return st;
	(void)text_copy(acct.name, sizeof(acct.name), n->name);
	crypto_id(a->now, &acct.id);
	if (acct.expires_at != 0)
		text_time(acct.expires_at, when);
	if ((st = admin_account_free(a, acct.name, f)) != STATUS_OK ||
	    (st = store_account_insert(a->store, &acct, f)) != STATUS_OK ||
	    (st = admin_account_remember(a, &acct, f)) != STATUS_OK)
		return st;
	st = admin_audit_org(a, action, &acct.id,
			     n->service == NULL ? a->org : n->service,
			     (const struct audit_pair[ADMIN_PAIRS_MAX]){
				     { "expires", when } },
			     f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_account_add(const struct admin *a, const struct admin_account_new *n,
		  struct store_account *out, struct fault *f)
{
	struct store_account acct;
	struct store_org org;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_insert(a, n, &acct, f)) != STATUS_OK)
		return st;
	if (n->personal &&
	    (st = admin_org_personal(a, &acct, &org, f)) != STATUS_OK)
		return st;
	if ((st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}

enum status
admin_account_there(const struct admin *a, const struct id *id,
		    struct store_account *out, struct fault *f)
{
	enum status st = store_account_by_id(a->store, id, out, f);

	if (st == STATUS_OK && out->state == STORE_DELETED)
		st = fault(f, STATUS_NOT_FOUND,
			   "user '%s' was deleted meanwhile", out->name);
	return st;
}

enum status
admin_account_rename(const struct admin *a, const char *name,
		     const char *new_name, struct store_account *out,
		     struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct store_account acct;
	int64_t dropped;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_name_valid(a->config, new_name, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_account_free(a, new_name, f)) != STATUS_OK)
		return st;
	(void)text_copy(acct.name, sizeof(acct.name), new_name);
	/* On the host it is another user's from now on. */
	if ((st = admin_trust_end(a, &acct, &dropped, f)) != STATUS_OK ||
	    (st = admin_account_remember(a, &acct, f)) != STATUS_OK ||
	    (st = admin_account_write(a, &acct, "user.renamed", none, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}

enum status
admin_reason_valid(const char *reason, struct fault *f)
{
	if (text_empty(reason))
		return fault(f, STATUS_INVALID,
			     "the reason is empty: say why, for whoever asks "
			     "later");
	if (strlen(reason) >= STORE_REASON_SIZE ||
	    text_code_points(reason, strlen(reason)) < 0)
		return fault(f, STATUS_INVALID,
			     "the reason must be UTF-8 text of at most %d "
			     "bytes",
			     STORE_REASON_SIZE - 1);
	return STATUS_OK;
}

enum status
admin_account_disable(const struct admin *a, const char *name,
		      const char *reason, struct store_account *out,
		      struct fault *f)
{
	struct store_account acct;
	int64_t dropped;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_reason_valid(reason, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state != STORE_ACTIVE)
		return fault(
			f, STATUS_CONFLICT, "user '%s' is %s already", name,
			acct.state == STORE_DISABLED ? "disabled"
						     : "pending deletion");
	acct.state = STORE_DISABLED;
	(void)text_copy(acct.reason, sizeof(acct.reason), reason);
	if ((st = admin_trust_end(a, &acct, &dropped, f)) != STATUS_OK ||
	    (st = admin_invite_recall_all(a, &acct, f)) != STATUS_OK)
		return st;
	st = admin_account_write(a, &acct, "user.disabled",
				 (const struct audit_pair[ADMIN_PAIRS_MAX]){
					 { "reason", reason } },
				 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

static bool
account_by_org(void *ctx, const struct store_audit *row)
{
	struct id *by = ctx;

	return !text_copy(by->s, sizeof(by->s), row->org);
}

/* In the open transaction: what an administrator of everything has disabled is
 * not for one organization to enable. */
static enum status
account_ours(const struct admin *a, const struct store_account *acct,
	     struct fault *f)
{
	struct store_audit_filter last = { .action = "user.disabled",
					   .limit = 1 };
	struct id by = { .s = "" };
	enum status st;

	if (a->org == NULL)
		return STATUS_OK;
	(void)text_copy(last.target, sizeof(last.target), acct->id.s);
	st = store_audit_list(a->store, &last, account_by_org, &by, f);
	if (st != STATUS_OK || strcmp(by.s, a->org->s) == 0)
		return st;
	return fault(f, STATUS_REFUSED,
		     "user '%s' was disabled by an administrator: ask one to "
		     "enable it",
		     acct->name);
}

enum status
admin_account_enable(const struct admin *a, const char *name,
		     struct store_account *out, struct fault *f)
{
	struct store_account acct;
	const char *was;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state == STORE_PENDING)
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is pending deletion: user undelete "
			     "brings it back",
			     name);
	if (acct.state == STORE_ACTIVE)
		return fault(f, STATUS_CONFLICT, "user '%s' is active already",
			     name);
	if ((st = account_ours(a, &acct, f)) != STATUS_OK)
		return st;
	was = admin_account_state(&acct, a->now);
	acct.state = STORE_ACTIVE;
	acct.reason[0] = '\0';
	st = admin_account_write(
		a, &acct, "user.enabled",
		(const struct audit_pair[ADMIN_PAIRS_MAX]){ { "was", was } },
		f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_account_expire(const struct admin *a, const char *name, int64_t at,
		     struct store_account *out, struct fault *f)
{
	char when[TEXT_TIME_SIZE] = "never";
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	acct.expires_at = at;
	if (at != 0)
		text_time(at, when);
	st = admin_account_write(a, &acct, "user.expiry_set",
				 (const struct audit_pair[ADMIN_PAIRS_MAX]){
					 { "expires", when } },
				 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_account_force_change(const struct admin *a, const char *name,
			   struct store_account *out, struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct store_password password;
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	st = store_password_get(a->store, &acct.id, &password, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_CONFLICT,
			     "user '%s' has no password to change", name);
	if (st != STATUS_OK)
		return st;
	acct.must_change = true;
	if ((st = admin_account_write(a, &acct, "user.password_change_forced",
				      none, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}

enum status
admin_account_exported(const struct admin *a, const char *name,
		       struct store_account *out, struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_audit(a, "user.exported", &acct.id, none, f)) !=
		    STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}
