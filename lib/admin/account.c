/* SPDX-License-Identifier: MIT */
#include "admin/account.h"

#include <string.h>

#include "admin/name.h"
#include "admin/trust.h"
#include "base/text.h"
#include "store/key.h"

#define ACCOUNT_DAY 86400

static bool
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

	/* A longer name is in no store, and may be too long to be asked. */
	if (strlen(name) < STORE_NAME_SIZE)
		st = store_account_by_name(a->store, name, &acct, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && admin_account_due(&acct, a->now)))
		return admin_account_missing(name, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_account_find_any(const struct admin *a, const char *name_or_id,
		       struct store_account *out, struct fault *f)
{
	struct id id;
	enum status st = admin_account_find(a, name_or_id, out, f);

	if (st != STATUS_NOT_FOUND || strlen(name_or_id) != ID_LENGTH)
		return st;
	(void)text_copy(id.s, sizeof(id.s), name_or_id);
	st = store_account_by_id(a->store, &id, out, f);
	if (st == STATUS_NOT_FOUND)
		return admin_account_missing(name_or_id, f);
	return st;
}

static enum status
admin_account_remember(const struct admin *a, const struct store_account *acct,
		       struct fault *f)
{
	struct audit_person p = { .name = "" };

	(void)text_copy(p.name, sizeof(p.name), acct->name);
	(void)text_copy(p.email, sizeof(p.email), acct->email);
	return audit_person_put(a->store, a->keys, &acct->id, &p, f);
}

/* In the open transaction: nobody can use any of it again, so nobody need be
 * able to steal it. */
static enum status
admin_account_disarm(const struct admin *a, struct store_account *acct,
		     struct fault *f)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_BACKUP,
						      STORE_CODE_LOGIN,
						      STORE_CODE_RESET,
						      STORE_CODE_TICKET };
	int64_t dropped;
	enum status st;

	st = store_password_delete(a->store, &acct->id, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if ((st = store_otp_delete_all(a->store, &acct->id, f)) != STATUS_OK ||
	    (st = store_key_delete_all(a->store, &acct->id, f)) != STATUS_OK)
		return st;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((st = store_code_delete(a->store, &acct->id, kinds[i],
					    f)) != STATUS_OK)
			return st;
	return admin_trust_end(a, acct, &dropped, f);
}

/* In the open transaction: write ACCT, its version raised, and its row. */
static enum status
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

/* In the open transaction: a pending deletion that is due becomes one, so
 * that its name is free. */
static enum status
admin_account_reap(const struct admin *a, const char *name, struct fault *f)
{
	static const struct audit_pair why[ADMIN_PAIRS_MAX] = {
		{ "reason", "the days of grace are over" },
	};
	struct admin system = *a;
	struct store_account acct;
	enum status st;

	st = store_account_by_name(a->store, name, &acct, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK || !admin_account_due(&acct, a->now))
		return st;
	acct.state = STORE_DELETED;
	acct.delete_at = 0;
	system.actor = "system";
	system.loginuid = NULL;
	if ((st = admin_account_disarm(a, &acct, f)) != STATUS_OK)
		return st;
	return admin_account_write(&system, &acct, "user.deleted", why, f);
}

/* In the open transaction: may somebody be called NAME from now on? */
static enum status
admin_account_free(const struct admin *a, const char *name, struct fault *f)
{
	struct store_account taken;
	enum status st;

	if ((st = admin_account_reap(a, name, f)) != STATUS_OK)
		return st;
	st = store_account_by_name(a->store, name, &taken, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	return fault(
		f, STATUS_CONFLICT, "there is a user '%s' already%s", name,
		taken.state == STORE_PENDING
			? " (pending deletion: user enable brings it back)"
			: "");
}

enum status
admin_account_insert(const struct admin *a, const struct admin_account_new *n,
		     struct store_account *out, struct fault *f)
{
	struct store_account acct = { .state = STORE_ACTIVE,
				      .created_at = a->now,
				      .updated_at = a->now,
				      .expires_at = n->expires_at,
				      .epoch = 1,
				      .version = 1 };
	char when[TEXT_TIME_SIZE] = "";
	enum status st;

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
	st = admin_audit(a, "user.created", &acct.id,
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
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_insert(a, n, &acct, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
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

static enum status
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
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state != STORE_ACTIVE)
		return fault(
			f, STATUS_CONFLICT, "user '%s' is %s already", name,
			acct.state == STORE_DISABLED ? "disabled"
						     : "pending deletion");
	acct.state = STORE_DISABLED;
	(void)text_copy(acct.reason, sizeof(acct.reason), reason);
	if ((st = admin_trust_end(a, &acct, &dropped, f)) != STATUS_OK)
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

enum status
admin_account_enable(const struct admin *a, const char *name,
		     struct store_account *out, struct fault *f)
{
	struct store_account acct;
	const char *was;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state == STORE_ACTIVE)
		return fault(f, STATUS_CONFLICT, "user '%s' is active already",
			     name);
	was = admin_account_state(&acct, a->now);
	acct.state = STORE_ACTIVE;
	acct.reason[0] = '\0';
	acct.delete_at = 0;
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

/* In the open transaction. */
static enum status
admin_account_end(const struct admin *a, struct store_account *acct,
		  int64_t days, struct fault *f)
{
	char when[TEXT_TIME_SIZE] = "now";
	int64_t dropped;
	enum status st;

	if (days == 0) {
		acct->state = STORE_DELETED;
		acct->delete_at = 0;
		if ((st = admin_account_disarm(a, acct, f)) != STATUS_OK)
			return st;
	} else {
		if ((st = admin_trust_end(a, acct, &dropped, f)) != STATUS_OK)
			return st;
		acct->state = STORE_PENDING;
		acct->delete_at = a->now + days * ACCOUNT_DAY;
		text_time(acct->delete_at, when);
	}
	return admin_account_write(
		a, acct, "user.deleted",
		(const struct audit_pair[ADMIN_PAIRS_MAX]){ { "when", when } },
		f);
}

enum status
admin_account_delete(const struct admin *a, const char *name, int64_t days,
		     struct store_account *out, struct fault *f)
{
	struct store_account acct;
	char when[TEXT_TIME_SIZE];
	enum status st;
	STORE_TXN(txn);

	if (days < 0 || days > ADMIN_GRACE_DAYS_MAX)
		return fault(f, STATUS_INVALID,
			     "days of grace must be 0 to %d",
			     ADMIN_GRACE_DAYS_MAX);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	if (acct.state == STORE_PENDING && days != 0) {
		text_time(acct.delete_at, when);
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is to be deleted on %s already; "
			     "--grace 0 deletes now",
			     name, when);
	}
	if ((st = admin_account_end(a, &acct, days, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}
