/* SPDX-License-Identifier: MIT */
#include "admin/service.h"

#include <string.h>

#include "admin/account.h"
#include "admin/reach.h"
#include "admin/trust.h"
#include "base/buf.h"
#include "base/text.h"
#include "factor/otp.h"
#include "factor/token.h"

/* One organization learns nothing of whoever has the name. */
static enum status
service_taken(const char *name, struct fault *f)
{
	return fault(f, STATUS_CONFLICT,
		     "the name '%s' is not free: choose another", name);
}

enum status
admin_service_add(const struct admin *a, const char *name, const char *slug,
		  bool host, struct admin_service *out, struct fault *f)
{
	struct admin_account_new n = { .name = name };
	struct admin_service s;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_org_find(a, slug, &s.org, f)) != STATUS_OK ||
	    (st = admin_reach_service(a, name, s.org.slug, f)) != STATUS_OK)
		return st;
	n.service = &s.org.id;
	if (a->org != NULL && host)
		return service_taken(name, f);
	st = admin_account_insert(a, &n, &s.account, f);
	if (st == STATUS_CONFLICT && a->org != NULL)
		return service_taken(name, f);
	if (st != STATUS_OK || (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = s;
	return STATUS_OK;
}

enum status
admin_service_find(const struct admin *a, const char *slug, const char *name,
		   struct admin_service *out, struct fault *f)
{
	struct admin_service s;
	enum status st;

	if ((st = admin_org_find(a, slug, &s.org, f)) != STATUS_OK)
		return st;
	st = STATUS_NOT_FOUND;
	if (strlen(name) < STORE_NAME_SIZE)
		st = store_account_by_name(a->store, name, &s.account, f);
	if (st == STATUS_NOT_FOUND ||
	    (st == STATUS_OK && (s.account.kind != STORE_SERVICE ||
				 strcmp(s.account.org.s, s.org.id.s) != 0)))
		return fault(f, STATUS_NOT_FOUND,
			     "'%s' has no service account '%s': see sigractl "
			     "service list %s",
			     s.org.slug, name, s.org.slug);
	if (st == STATUS_OK)
		*out = s;
	return st;
}

enum status
admin_service_end(const struct admin *a, struct store_account *acct,
		  struct fault *f)
{
	static const struct audit_pair none[ADMIN_PAIRS_MAX];
	int64_t gone;
	enum status st;

	if ((st = store_token_revoke_all(a->store, &acct->id, a->now, &gone,
					 f)) != STATUS_OK ||
	    (st = store_session_close_all(a->store, &acct->id, NULL, "revoked",
					  a->now, &gone, f)) != STATUS_OK ||
	    (st = admin_trust_end(a, acct, &gone, f)) != STATUS_OK)
		return st;
	acct->state = STORE_DELETED;
	acct->delete_at = 0;
	acct->updated_at = a->now;
	if ((st = store_account_update(a->store, acct, f)) != STATUS_OK)
		return st;
	acct->version++;
	return admin_audit_org(a, "service.removed", &acct->id, &acct->org,
			       none, f);
}

enum status
admin_service_remove(const struct admin *a, const char *slug, const char *name,
		     struct admin_service *out, struct fault *f)
{
	struct admin_service s;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_service_find(a, slug, name, &s, f)) != STATUS_OK ||
	    (st = admin_service_end(a, &s.account, f)) != STATUS_OK ||
	    (st = admin_commit(a, &txn, f)) != STATUS_OK)
		return st;
	*out = s;
	return STATUS_OK;
}

/* In the open transaction. */
static enum status
secret_insert(const struct admin *a, const struct admin_service *s,
	      const struct store_token *x, struct fault *f)
{
	enum status st = store_token_insert(a->store, x, f);

	if (st == STATUS_CONFLICT)
		return fault(f, STATUS_CONFLICT,
			     "'%s' has a secret '%s' already: choose another "
			     "label, and revoke the old one when nothing uses "
			     "it any more",
			     s->account.name, x->label);
	if (st == STATUS_REFUSED)
		return fault(f, STATUS_REFUSED,
			     "'%s' has %d secrets, which is the limit: revoke "
			     "one first",
			     s->account.name, STORE_SECRETS_MAX);
	return st;
}

enum status
admin_secret_add(const struct admin *a, const char *slug, const char *name,
		 const char *label, int64_t expires_at, struct secret *text,
		 struct admin_service *whose, struct store_token *out,
		 struct fault *f)
{
	struct store_token x = { .kind = STORE_TOKEN_SERVICE,
				 .scopes = "login:*",
				 .created_at = a->now,
				 .expires_at = expires_at };
	char when[TEXT_TIME_SIZE] = "";
	struct admin_service s;
	enum status st;
	SECRET(made);
	STORE_TXN(txn);

	if (!text_copy(x.label, sizeof(x.label), label))
		return fault(f, STATUS_INVALID,
			     "the label is longer than %d bytes",
			     STORE_LABEL_SIZE - 1);
	if (expires_at != 0 && expires_at <= a->now)
		return fault(f, STATUS_INVALID,
			     "that day is over: nothing would be accepted");
	if (expires_at != 0)
		text_time(expires_at, when);
	if ((st = otp_label_valid(x.label, f)) != STATUS_OK ||
	    (st = token_make(x.kind, &made, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_service_find(a, slug, name, &s, f)) != STATUS_OK)
		return st;
	x.account = s.account.id;
	crypto_id(a->now, &x.id);
	(void)text_copy(x.made_by, sizeof(x.made_by), a->actor);
	if ((st = token_hash(a->keys, &x.account, &made, x.hash, f)) !=
		    STATUS_OK ||
	    (st = secret_insert(a, &s, &x, f)) != STATUS_OK)
		return st;
	st = admin_audit_org(
		a, "service.credential_added", &x.account, &s.org.id,
		(const struct audit_pair[ADMIN_PAIRS_MAX]){
			{ "label", x.label }, { "expires", when } },
		f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	secret_copy(text, &made);
	*whose = s;
	*out = x;
	return STATUS_OK;
}

/* In the open transaction. */
static enum status
secret_revoke(const struct admin *a, const struct admin_service *s,
	      const char *label, int64_t *revoked, struct fault *f)
{
	enum status st = STATUS_NOT_FOUND;
	struct store_token x;

	if (label == NULL)
		return store_token_revoke_all(a->store, &s->account.id, a->now,
					      revoked, f);
	if (strlen(label) < STORE_LABEL_SIZE)
		st = store_token_by_label(a->store, &s->account.id, label, &x,
					  f);
	if (st == STATUS_OK)
		st = store_token_revoke(a->store, &x.id, a->now, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_NOT_FOUND,
			     "'%s' has no secret '%s' that is good: see "
			     "sigractl secret list %s %s",
			     s->account.name, label, s->org.slug,
			     s->account.name);
	if (st == STATUS_OK)
		*revoked = 1;
	return st;
}

enum status
admin_secret_revoke(const struct admin *a, const char *slug, const char *name,
		    const char *label, struct admin_service *whose,
		    int64_t *revoked, struct fault *f)
{
	struct admin_service s;
	char all[24] = "";
	int64_t n = 0;
	struct buf b;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_service_find(a, slug, name, &s, f)) != STATUS_OK ||
	    (st = secret_revoke(a, &s, label, &n, f)) != STATUS_OK)
		return st;
	if (label == NULL) {
		buf_start(&b, all, sizeof(all));
		buf_printf(&b, "%lld", (long long)n);
	}
	st = admin_audit_org(a, "service.credential_revoked", &s.account.id,
			     &s.org.id,
			     (const struct audit_pair[ADMIN_PAIRS_MAX]){
				     { "label", label }, { "all", all } },
			     f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*whose = s;
	*revoked = n;
	return STATUS_OK;
}
