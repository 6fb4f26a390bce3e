/* SPDX-License-Identifier: MIT */
#include "guests.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "factor/token.h"

static void
must(enum status st, const struct fault *f)
{
	if (st == STATUS_OK)
		return;
	printf("Bail out! %s\n", f->text);
	exit(1);
}

struct id
guests_org(struct fixture *x, const char *slug, bool mfa)
{
	struct store_org o = { .created_at = x->now,
			       .require_mfa = mfa,
			       .version = 1 };
	struct fault f;
	STORE_TXN(txn);

	crypto_id(x->now, &o.id);
	(void)text_copy(o.slug, sizeof(o.slug), slug);
	(void)text_copy(o.name, sizeof(o.name), slug);
	must(store_begin(x->store, &txn, &f), &f);
	must(store_org_insert(x->store, &o, x->now, &f), &f);
	must(store_commit(&txn, &f), &f);
	return o.id;
}

void
guests_org_delete(struct fixture *x, const struct id *org)
{
	struct store_org o;
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	must(store_org_by_id(x->store, org, &o, &f), &f);
	o.deleted_at = x->now;
	must(store_org_update(x->store, &o, &f), &f);
	must(store_commit(&txn, &f), &f);
}

static void
guests_code(struct secret *code, char *text)
{
	code_make(code);
	(void)secret_string(code, text, CODE_TEXT_LENGTH + 1);
}

struct id
guests_invite(struct fixture *x, const struct id *org, const char *address,
	      int64_t ttl, char *text)
{
	struct store_invitation row = { .org = *org,
					.role = STORE_ROLE_ADMIN,
					.made_by = "system",
					.created_at = x->now,
					.expires_at = x->now + ttl,
					.state = STORE_INVITATION_PENDING };
	struct fault f;
	SECRET(code);
	STORE_TXN(txn);

	guests_code(&code, text);
	crypto_id(x->now, &row.id);
	(void)text_copy(row.address, sizeof(row.address), address);
	must(code_hash_about(&x->keys, CRYPTO_INVITATION, "", &code, row.hash,
			     &f),
	     &f);
	must(store_begin(x->store, &txn, &f), &f);
	must(store_invitation_insert(x->store, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
	return row.id;
}

void
guests_revoke(struct fixture *x, const struct id *invitation)
{
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	must(store_invitation_end(x->store, invitation,
				  STORE_INVITATION_REVOKED, NULL, x->now, &f),
	     &f);
	must(store_commit(&txn, &f), &f);
}

void
guests_acts(struct fixture *x, const struct store_account *a,
	    const char *actor, int64_t ttl, char *text)
{
	struct store_impersonation row = { .account = a->id,
					   .reason = "cannot print",
					   .created_at = x->now,
					   .expires_at = x->now + ttl };
	struct fault f;
	SECRET(code);
	STORE_TXN(txn);

	guests_code(&code, text);
	crypto_id(x->now, &row.id);
	(void)text_copy(row.actor, sizeof(row.actor), actor);
	must(code_hash_about(&x->keys, CRYPTO_IMPERSONATION, a->id.s, &code,
			     row.hash, &f),
	     &f);
	must(store_begin(x->store, &txn, &f), &f);
	must(store_impersonation_insert(x->store, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
}

void
guests_administrator(struct fixture *x, const struct store_account *a, bool is)
{
	struct store_administrator row = { .account = a->id,
					   .granted_by = "system",
					   .granted_at = x->now };
	struct fault f;
	STORE_TXN(txn);

	must(store_begin(x->store, &txn, &f), &f);
	if (is)
		must(store_administrator_insert(x->store, &row, &f), &f);
	else
		must(store_administrator_delete(x->store, &a->id, &f), &f);
	must(store_commit(&txn, &f), &f);
}

void
guests_service(struct fixture *x, const struct id *org, const char *name,
	       char *text, struct store_account *out)
{
	struct store_account a = { .kind = STORE_SERVICE,
				   .org = *org,
				   .state = STORE_ACTIVE,
				   .strategy = STORE_SOFT,
				   .created_at = x->now,
				   .updated_at = x->now,
				   .epoch = 1,
				   .version = 1 };
	struct store_token row = { .kind = STORE_TOKEN_SERVICE,
				   .label = "first",
				   .scopes = "login:*",
				   .created_at = x->now };
	struct fault f;
	SECRET(secret);
	STORE_TXN(txn);

	crypto_id(x->now, &a.id);
	crypto_id(x->now, &row.id);
	row.account = a.id;
	(void)text_copy(a.name, sizeof(a.name), name);
	must(token_make(row.kind, &secret, &f), &f);
	(void)secret_string(&secret, text, GUESTS_SECRET_SIZE);
	must(token_hash(&x->keys, &a.id, &secret, row.hash, &f), &f);
	must(store_begin(x->store, &txn, &f), &f);
	must(store_account_insert(x->store, &a, &f), &f);
	must(store_token_insert(x->store, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
	*out = a;
}

void
guests_token(struct fixture *x, const struct store_account *a,
	     const struct store_token *like, char *text)
{
	struct store_token row = *like;
	struct fault f;
	SECRET(secret);
	STORE_TXN(txn);

	crypto_id(x->now, &row.id);
	row.account = a->id;
	row.kind = STORE_TOKEN_APP;
	must(token_make(row.kind, &secret, &f), &f);
	(void)secret_string(&secret, text, GUESTS_SECRET_SIZE);
	must(token_hash(&x->keys, &a->id, &secret, row.hash, &f), &f);
	must(store_begin(x->store, &txn, &f), &f);
	must(store_token_insert(x->store, &row, &f), &f);
	must(store_commit(&txn, &f), &f);
}

static bool
guests_take(void *ctx, const struct store_audit *row)
{
	struct guests_row *r = ctx;

	(void)text_copy(r->actor, sizeof(r->actor), row->actor);
	(void)text_copy(r->effective, sizeof(r->effective), row->effective);
	(void)text_copy(r->target, sizeof(r->target), row->target);
	(void)text_copy(r->org, sizeof(r->org), row->org);
	(void)text_copy(r->outcome, sizeof(r->outcome), row->outcome);
	return false;
}

struct guests_row
guests_audited(struct fixture *x, const char *action)
{
	struct store_audit_filter filter = { .limit = 1 };
	struct guests_row r = { .actor = "" };
	struct fault f;

	(void)text_copy(filter.action, sizeof(filter.action), action);
	must(store_audit_list(x->store, &filter, guests_take, &r, &f), &f);
	return r;
}
