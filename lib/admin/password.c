/* SPDX-License-Identifier: MIT */
#include "admin/password.h"

#include "admin/account.h"
#include "admin/trust.h"
#include "factor/password.h"
#include "store/otp.h"

enum status
admin_password_break(const struct admin *a, struct store_account *acct,
		     char apps[ADMIN_APPS_SIZE], struct fault *f)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_LOGIN,
						      STORE_CODE_RESET,
						      STORE_CODE_TICKET };
	int64_t dropped, closed;
	enum status st;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((st = store_code_delete(a->store, &acct->id, kinds[i],
					    f)) != STATUS_OK)
			return st;
	if ((st = store_session_close_all(a->store, &acct->id, NULL,
					  "password", a->now, &closed, f)) !=
		    STATUS_OK ||
	    (st = admin_apps_end(a, &acct->id, apps, f)) != STATUS_OK)
		return st;
	return admin_trust_end(a, acct, &dropped, f);
}

/* The hash is made already, so that nobody waits for it; the account is read
 * again, where nobody can come between. */
static enum status
admin_password_store(const struct admin *a, const char *action,
		     struct store_account *acct,
		     const struct store_password *p, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	bool must_change = acct->must_change;
	char apps[ADMIN_APPS_SIZE];
	enum status st;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = store_account_by_id(a->store, &acct->id, acct, f)) !=
		    STATUS_OK)
		return st;
	if (acct->state == STORE_DELETED)
		return fault(f, STATUS_NOT_FOUND,
			     "user '%s' was deleted meanwhile", acct->name);
	acct->must_change = must_change;
	acct->updated_at = a->now;
	if ((st = password_replace(&env, &acct->id, p, f)) != STATUS_OK ||
	    (st = admin_password_break(a, acct, apps, f)) != STATUS_OK ||
	    (st = store_account_update(a->store, acct, f)) != STATUS_OK)
		return st;
	acct->version++;
	st = admin_audit(a, action, &acct->id,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "must_change", must_change ? "yes" : "" },
				 { "apps_revoked", apps } },
			 f);
	return st == STATUS_OK ? admin_commit(a, &txn, f) : st;
}

enum status
admin_password_set(const struct admin *a, const char *name,
		   const struct secret *password, bool must_change,
		   struct store_account *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct store_account acct;
	struct store_password p;
	struct words words;
	enum status st;

	if ((st = admin_account_person(a, name, &acct, f)) != STATUS_OK ||
	    (st = words_account(&words, &env, &acct, f)) != STATUS_OK ||
	    (st = password_acceptable(&env, &acct.id, &words, password, f)) !=
		    STATUS_OK ||
	    (st = password_make(&env, &acct.id, password, &p, f)) != STATUS_OK)
		return st;
	acct.must_change = must_change;
	st = admin_password_store(a, "password.set", &acct, &p, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_password_import(const struct admin *a, const char *name,
		      const char *setting, struct store_account *out,
		      struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct store_account acct;
	struct store_password p;
	enum status st;

	if ((st = admin_account_person(a, name, &acct, f)) != STATUS_OK)
		return st;
	if (!crypto_crypt_known(setting))
		return fault(f, STATUS_REFUSED,
			     "that is no whole crypt(3) string of a kind that "
			     "is taken: $2b$, $5$, $6$ or $y$");
	if ((st = password_import(&env, &acct.id, setting, &p, f)) !=
		    STATUS_OK ||
	    (st = admin_password_store(a, "password.imported", &acct, &p,
				       f)) != STATUS_OK)
		return st;
	*out = acct;
	return STATUS_OK;
}

enum status
admin_password_check(const struct admin *a, const char *name,
		     const struct secret *password, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct store_account acct;
	struct words words;
	enum status st;

	if (name == NULL)
		return password_acceptable(&env, NULL, NULL, password, f);
	if ((st = admin_account_person(a, name, &acct, f)) != STATUS_OK ||
	    (st = words_account(&words, &env, &acct, f)) != STATUS_OK)
		return st;
	return password_acceptable(&env, &acct.id, &words, password, f);
}

enum status
admin_password_words(const struct admin *a, const char *name,
		     struct words *out, struct fault *f)
{
	struct factor_env env = admin_factor_env(a);
	struct store_account acct;
	enum status st;

	words_start(out);
	if (name == NULL)
		return STATUS_OK;
	st = admin_account_person(a, name, &acct, f);
	return st == STATUS_OK ? words_account(out, &env, &acct, f) : st;
}
