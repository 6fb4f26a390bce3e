/* SPDX-License-Identifier: MIT */
#include "admin/attribute.h"

#include <string.h>

#include "admin/account.h"
#include "base/text.h"

static enum status
attribute_key_valid(const char *key, struct fault *f)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");

	if (len == 0 || len >= STORE_ATTRIBUTE_KEY_SIZE || key[len] != '\0' ||
	    key[0] < 'a')
		return fault(f, STATUS_INVALID,
			     "a key is a lower-case letter and up to %d more, "
			     "digits or '_': cost_center",
			     STORE_ATTRIBUTE_KEY_SIZE - 2);
	return STATUS_OK;
}

static enum status
attribute_value_valid(const struct store_attribute *at, struct fault *f)
{
	size_t len = strlen(at->value);

	if (!text_printable(at->value, len))
		return fault(f, STATUS_INVALID,
			     "the value of %s must be UTF-8 text without "
			     "control characters",
			     at->key);
	if (at->exported && len == 0)
		return fault(f, STATUS_INVALID,
			     "%s is exported and must not be empty", at->key);
	return STATUS_OK;
}

struct attribute_count {
	const char *but;
	size_t exported;
};

static bool
attribute_counted(void *ctx, const struct store_attribute *at)
{
	struct attribute_count *n = ctx;

	n->exported += at->exported && strcmp(at->key, n->but) != 0;
	return true;
}

/* In the open transaction. */
static enum status
attribute_fits(const struct admin *a, const struct id *account,
	       const struct store_attribute *at, struct fault *f)
{
	struct attribute_count n = { .but = at->key };
	enum status st = STATUS_OK;

	if (at->exported)
		st = store_attribute_list(a->store, account, attribute_counted,
					  &n, f);
	if (st == STATUS_OK && n.exported >= ADMIN_EXPORTED_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account exports at most %d attributes",
			     ADMIN_EXPORTED_MAX);
	return st;
}

enum status
admin_attribute_set(const struct admin *a, const char *name,
		    const struct store_attribute *at,
		    struct store_account *out, struct fault *f)
{
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = attribute_key_valid(at->key, f)) != STATUS_OK ||
	    (st = attribute_value_valid(at, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK ||
	    (st = attribute_fits(a, &acct.id, at, f)) != STATUS_OK ||
	    (st = store_attribute_put(a->store, &acct.id, at, f)) != STATUS_OK)
		return st;
	/* What it is set to may be about a person: not for the audit. */
	st = admin_audit(a, "user.attribute_set", &acct.id,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "attribute", at->key },
				 { "exported", at->exported ? "yes" : "no" } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}

enum status
admin_attribute_unset(const struct admin *a, const char *name, const char *key,
		      struct store_account *out, struct fault *f)
{
	struct store_account acct;
	enum status st;
	STORE_TXN(txn);

	if ((st = attribute_key_valid(key, f)) != STATUS_OK ||
	    (st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_account_find(a, name, &acct, f)) != STATUS_OK)
		return st;
	st = store_attribute_delete(a->store, &acct.id, key, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, st, "user '%s' has no attribute '%s'", name,
			     key);
	if (st == STATUS_OK)
		st = admin_audit(a, "user.attribute_removed", &acct.id,
				 (const struct audit_pair[ADMIN_PAIRS_MAX]){
					 { "attribute", key } },
				 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st == STATUS_OK)
		*out = acct;
	return st;
}
