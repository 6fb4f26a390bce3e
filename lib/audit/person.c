/* SPDX-License-Identifier: MIT */
/* A person is two strings, one after the other, each with its NUL; sealed. */
#include <string.h>

#include "audit/audit.h"
#include "base/buf.h"

#define AUDIT_PERSON_AD_SIZE 64

static void
audit_person_ad(const struct id *account, char ad[AUDIT_PERSON_AD_SIZE])
{
	struct buf b;

	buf_start(&b, ad, AUDIT_PERSON_AD_SIZE);
	buf_printf(&b, "person.sealed:%s", account->s);
}

enum status
audit_person_put(struct store *s, const struct crypto_keys *k,
		 const struct id *account, const struct audit_person *p,
		 struct fault *f)
{
	char plain[sizeof(p->name) + sizeof(p->email)];
	size_t name = strnlen(p->name, sizeof(p->name) - 1);
	size_t email = strnlen(p->email, sizeof(p->email) - 1);
	uint8_t sealed[STORE_PERSON_SIZE];
	char ad[AUDIT_PERSON_AD_SIZE];
	size_t len;
	enum status st;

	memset(plain, 0, sizeof(plain));
	memcpy(plain, p->name, name);
	memcpy(plain + name + 1, p->email, email);
	audit_person_ad(account, ad);
	st = crypto_seal(k, ad, plain, name + email + 2, sealed,
			 sizeof(sealed), &len, f);
	if (st != STATUS_OK)
		return st;
	return store_person_put(s, account, sealed, len, f);
}

enum status
audit_person_get(struct store *s, const struct crypto_keys *k,
		 const struct id *account, struct audit_person *p,
		 struct fault *f)
{
	uint8_t sealed[STORE_PERSON_SIZE];
	char plain[sizeof(p->name) + sizeof(p->email)];
	char ad[AUDIT_PERSON_AD_SIZE];
	size_t len, name;
	enum status st;

	st = store_person_get(s, account, sealed, sizeof(sealed), &len, f);
	if (st != STATUS_OK)
		return st;
	audit_person_ad(account, ad);
	st = crypto_unseal(k, ad, sealed, len, plain, sizeof(plain), &len, f);
	if (st != STATUS_OK)
		return st;
	name = strnlen(plain, len) + 1;
	if (len < 2 || name >= len || name > sizeof(p->name) ||
	    strnlen(plain + name, len - name) != len - name - 1 ||
	    len - name > sizeof(p->email))
		return fault(f, STATUS_CORRUPT,
			     "the person of account %s is damaged",
			     account->s);
	memset(p, 0, sizeof(*p));
	memcpy(p->name, plain, name);
	memcpy(p->email, plain + name, len - name);
	return STATUS_OK;
}
