/* SPDX-License-Identifier: MIT */
#include "admin/code.h"

#include "admin/account.h"
#include "admin/reach.h"
#include "base/buf.h"
#include "base/text.h"

static const enum store_code_kind admin_code_kinds[ADMIN_CODE_KINDS] = {
	[ADMIN_CODE_LOGIN] = STORE_CODE_LOGIN,
	[ADMIN_CODE_RESET] = STORE_CODE_RESET,
	[ADMIN_CODE_TICKET] = STORE_CODE_TICKET,
};

static bool
admin_code_device(void *ctx, const struct store_otp *row)
{
	(void)row;
	*(bool *)ctx = true;
	return false;
}

/* In the open transaction. */
static enum status
admin_code_account(const struct admin *a, const char *name,
		   struct admin_code *out, struct fault *f)
{
	const struct store_account *acct = &out->account;
	enum status st;

	if ((st = admin_account_person(a, name, &out->account, f)) !=
		    STATUS_OK ||
	    (st = admin_reach(a, acct, f)) != STATUS_OK)
		return st;
	if (acct->kind != STORE_PERSON)
		return fault(f, STATUS_REFUSED,
			     "'%s' is a service account: it has secrets, see "
			     "sigractl secret add",
			     name);
	/* It would open nothing, and might outlive the reason for that. */
	if (acct->state != STORE_ACTIVE || admin_account_expired(acct, a->now))
		return fault(f, STATUS_CONFLICT,
			     "user '%s' is %s: no code would be accepted",
			     name,
			     acct->state == STORE_ACTIVE
				     ? "expired"
				     : admin_account_state(acct, a->now));
	return store_otp_list(a->store, &acct->id, admin_code_device,
			      &out->device, f);
}

enum status
admin_code_issue(const struct admin *a, const char *name,
		 enum store_code_kind kind, int64_t ttl, struct secret *text,
		 struct admin_code *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct admin_code code = { .expires_at = a->now + ttl };
	char when[TEXT_TIME_SIZE];
	enum status st;
	SECRET(made);
	STORE_TXN(txn);

	if (ttl < 1 || ttl > CODE_TTL_MAX)
		return fault(f, STATUS_INVALID,
			     "a code is good for 1 to %d seconds",
			     CODE_TTL_MAX);
	code_make(&made);
	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_code_account(a, name, &code, f)) != STATUS_OK ||
	    (st = code_issue(&env, &code.account.id, kind, &made,
			     code.expires_at, f)) != STATUS_OK)
		return st;
	text_time(code.expires_at, when);
	st = admin_audit(a, "code.issued", &code.account.id,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "kind", code_kind_name(kind) },
				 { "expires", when } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	secret_copy(text, &made);
	*out = code;
	return STATUS_OK;
}

enum status
admin_code_out(const struct admin *a, const struct id *account,
	       struct admin_codes_out *out, struct fault *f)
{
	enum status st = STATUS_OK;

	for (unsigned i = 0; st == STATUS_OK && i < ADMIN_CODE_KINDS; i++)
		st = store_code_counted(a->store, account, admin_code_kinds[i],
					a->now, &out->of[i], f);
	return st;
}

static enum status
admin_code_revoked(const struct admin *a, const struct id *account,
		   const struct admin_codes_out *was, struct fault *f)
{
	struct audit_pair pairs[ADMIN_PAIRS_MAX] = { { NULL, NULL } };
	char counts[ADMIN_CODE_KINDS][24];
	int64_t all = 0;
	struct buf b;

	for (unsigned i = 0; i < ADMIN_CODE_KINDS; i++) {
		buf_start(&b, counts[i], sizeof(counts[i]));
		buf_printf(&b, "%lld", (long long)was->of[i].left);
		pairs[i] = (struct audit_pair){
			code_kind_name(admin_code_kinds[i]), counts[i]
		};
		all += was->of[i].left;
	}
	if (all == 0)
		return STATUS_OK;
	return admin_audit(a, "code.revoked", account, pairs, f);
}

enum status
admin_code_revoke(const struct admin *a, const char *name,
		  struct store_account *out, struct admin_codes_out *was,
		  struct fault *f)
{
	struct admin_codes_out had;
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = admin_reach(a, &acct, f)) != STATUS_OK ||
	    (st = admin_code_out(a, &acct.id, &had, f)) != STATUS_OK)
		return st;
	for (unsigned i = 0; st == STATUS_OK && i < ADMIN_CODE_KINDS; i++)
		st = store_code_delete(a->store, &acct.id, admin_code_kinds[i],
				       f);
	if (st == STATUS_OK)
		st = admin_code_revoked(a, &acct.id, &had, f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*out = acct;
	*was = had;
	return STATUS_OK;
}
