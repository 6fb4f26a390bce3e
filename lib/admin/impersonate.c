/* SPDX-License-Identifier: MIT */
#include "admin/impersonate.h"

#include <string.h>

#include "admin/account.h"
#include "admin/root.h"
#include "base/text.h"
#include "factor/code.h"
#include "session/session.h"
#include "store/people.h"

/* Whom nobody acts as. */
static enum status
impersonate_target(const struct admin *a, const struct store_account *acct,
		   struct fault *f)
{
	bool administrator;
	enum status st;

	if (acct->state != STORE_ACTIVE || admin_account_expired(acct, a->now))
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is not active: no login is possible",
			     acct->name);
	if (acct->kind != STORE_PERSON)
		return fault(f, STATUS_REFUSED,
			     "'%s' is a service account: make it a secret of "
			     "its own",
			     acct->name);
	if (a->self != NULL && strcmp(a->self->s, acct->id.s) == 0)
		return fault(f, STATUS_REFUSED, "'%s' is you yourself",
			     acct->name);
	if (strcmp(acct->name, ADMIN_ROOT) == 0)
		return fault(f, STATUS_REFUSED, "nobody acts as root");
	st = store_administrator_is(a->store, &acct->id, &administrator, f);
	if (st == STATUS_OK && administrator)
		st = fault(f, STATUS_REFUSED,
			   "user '%s' is an administrator: nobody acts as one",
			   acct->name);
	return st;
}

/* Who is acted as acts as nobody. */
static enum status
impersonate_actor(const struct admin *a, struct fault *f)
{
	bool acted = false;
	enum status st = STATUS_OK;

	if (a->self != NULL)
		st = store_impersonation_runs(
			a->store, a->self, a->now,
			a->now - SESSION_HANDOVER_SECONDS, &acted, f);
	if (st == STATUS_OK && acted)
		st = fault(f, STATUS_REFUSED,
			   "somebody acts as you at this moment: nobody acts "
			   "as another one by that");
	return st;
}

static enum status
impersonate_insert(const struct admin *a, const struct store_account *acct,
		   const char *reason, const struct secret *text,
		   struct fault *f)
{
	struct store_impersonation row = {
		.account = acct->id,
		.created_at = a->now,
		.expires_at = a->now + ADMIN_IMPERSONATE_TTL,
	};
	enum status st;

	crypto_id(a->now, &row.id);
	(void)text_copy(row.reason, sizeof(row.reason), reason);
	(void)text_copy(row.actor, sizeof(row.actor),
			a->self == NULL ? a->actor : a->self->s);
	if ((st = code_hash_about(a->keys, CRYPTO_IMPERSONATION, acct->id.s,
				  text, row.hash, f)) != STATUS_OK ||
	    (st = store_impersonation_void(a->store, &acct->id, a->now, f)) !=
		    STATUS_OK)
		return st;
	return store_impersonation_insert(a->store, &row, f);
}

enum status
admin_impersonate(const struct admin *a, const char *name, const char *reason,
		  struct secret *text, int64_t *expires_at,
		  struct store_account *out, struct fault *f)
{
	char when[TEXT_TIME_SIZE];
	struct store_account acct;
	enum status st;
	SECRET(made);
	STORE_TXN(txn);

	code_make(&made);
	text_time(a->now + ADMIN_IMPERSONATE_TTL, when);
	if ((st = admin_reason_valid(reason, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = impersonate_actor(a, f)) != STATUS_OK ||
	    (st = impersonate_target(a, &acct, f)) != STATUS_OK ||
	    (st = impersonate_insert(a, &acct, reason, &made, f)) != STATUS_OK)
		return st;
	st = admin_audit(a, "admin.impersonation_granted", &acct.id,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "reason", reason }, { "expires", when } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	secret_copy(text, &made);
	*expires_at = a->now + ADMIN_IMPERSONATE_TTL;
	*out = acct;
	return STATUS_OK;
}
