/* SPDX-License-Identifier: MIT */
#include "admin/email.h"

#include "admin/account.h"
#include "admin/name.h"
#include "audit/message.h"
#include "base/text.h"
#include "factor/code.h"
#include "store/people.h"

static const struct audit_pair email_none[ADMIN_PAIRS_MAX];

/* In the open transaction: the account has this address from now on. */
static enum status
email_take(const struct admin *a, struct admin_email *e, const char *action,
	   struct fault *f)
{
	enum status st;

	(void)text_copy(e->account.email, sizeof(e->account.email), e->email);
	e->account.email_at = e->email[0] == '\0' ? 0 : a->now;
	e->expires_at = 0;
	if ((st = store_email_change_delete(a->store, &e->account.id, f)) !=
		    STATUS_OK ||
	    (st = admin_account_remember(a, &e->account, f)) != STATUS_OK)
		return st;
	return admin_account_write(a, &e->account, action, email_none, f);
}

/* In the open transaction: it waits for its code. */
static enum status
email_wait(const struct admin *a, struct admin_email *e, struct secret *code,
	   struct fault *f)
{
	struct store_email_change change = { .account = e->account.id,
					     .created_at = a->now };
	enum status st;

	code_make(code);
	change.expires_at = e->expires_at = a->now + ADMIN_EMAIL_TTL;
	(void)text_copy(change.email, sizeof(change.email), e->email);
	if ((st = code_hash_about(a->keys, CRYPTO_EMAIL_CHANGE,
				  e->account.id.s, code, change.hash, f)) !=
		    STATUS_OK ||
	    (st = store_email_change_put(a->store, &change, f)) != STATUS_OK ||
	    (st = audit_message_put(
		     a->audit, a->keys, a->now,
		     &(struct audit_message){ .event = "email.requested",
					      .account = &e->account.id,
					      .address = e->email,
					      .code = code },
		     f)) != STATUS_OK)
		return st;
	return admin_audit(a, "user.email_requested", &e->account.id,
			   email_none, f);
}

enum status
admin_email_set(const struct admin *a, const char *name, const char *address,
		bool confirmed, struct secret *code, struct admin_email *out,
		struct fault *f)
{
	struct admin_email e = { .expires_at = 0 };
	enum status st;
	SECRET(made);
	STORE_TXN(txn);

	if ((st = admin_email_clean(address, e.email, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &e.account, f)) != STATUS_OK)
		return st;
	if (confirmed || e.email[0] == '\0')
		st = email_take(a, &e, "user.email_set", f);
	else
		st = email_wait(a, &e, &made, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	secret_copy(code, &made);
	*out = e;
	return STATUS_OK;
}

/* Why CODE does not count, or NULL. */
static const char *
email_wrong(const struct admin *a, const struct store_email_change *change,
	    const struct secret *code)
{
	uint8_t hash[CRYPTO_HASH_SIZE];

	if (code_hash_about(a->keys, CRYPTO_EMAIL_CHANGE, change->account.s,
			    code, hash, NULL) != STATUS_OK ||
	    !crypto_equal(hash, change->hash))
		return "wrong";
	return change->expires_at <= a->now ? "expired" : NULL;
}

enum status
admin_email_confirm(const struct admin *a, const char *name,
		    const struct secret *code, struct admin_email *out,
		    struct fault *f)
{
	struct store_email_change change;
	struct admin_email e = { .expires_at = 0 };
	struct fault why;
	const char *wrong;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &e.account, f)) != STATUS_OK)
		return st;
	st = store_email_change_get(a->store, &e.account.id, &change, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_CONFLICT,
			     "no address of '%s' waits for a code: see "
			     "sigractl user set-email",
			     name);
	if (st != STATUS_OK)
		return st;
	if ((wrong = email_wrong(a, &change, code)) != NULL) {
		status_ignore(fault(&why, STATUS_REFUSED,
				    "that is not the code, or it is over: "
				    "sigractl user set-email makes another"),
			      "it is handed on");
		return admin_refused(
			a, &txn, "user.email_confirmed", &e.account.id,
			(const struct audit_pair[ADMIN_PAIRS_MAX]){
				{ "reason", wrong } },
			&why, f);
	}
	(void)text_copy(e.email, sizeof(e.email), change.email);
	if ((st = email_take(a, &e, "user.email_confirmed", f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = e;
	return STATUS_OK;
}
