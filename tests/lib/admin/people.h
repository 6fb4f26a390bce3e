/* SPDX-License-Identifier: MIT */
/* Accounts, organizations and who belongs to them, made short. */
#ifndef TESTS_ADMIN_PEOPLE_H
#define TESTS_ADMIN_PEOPLE_H

#include <stdio.h>

#include "admin/account.h"
#include "base/text.h"
#include "fixture.h"
#include "store/people.h"

static inline struct store_account
people_add(struct fixture *x, const char *name)
{
	const struct admin_account_new n = { .name = name };
	struct store_account out = { .name = "" };

	CHECK_OK(admin_account_add(&x->admin, &n, &out, &x->f), &x->f);
	return out;
}

static inline struct id
people_org(struct fixture *x, const char *slug, bool personal)
{
	struct store_org o = { .personal = personal,
			       .created_at = x->admin.now,
			       .version = 1 };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &o.id);
	(void)text_copy(o.slug, sizeof(o.slug), slug);
	(void)text_copy(o.name, sizeof(o.name), slug);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_org_insert(x->store, &o, x->admin.now, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return o.id;
}

static inline void
people_join(struct fixture *x, const struct id *org,
	    const struct store_account *acct, enum store_role role)
{
	struct store_member m = { .org = *org,
				  .account = acct->id,
				  .role = role,
				  .joined_at = x->admin.now };
	STORE_TXN(txn);

	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_member_insert(x->store, &m, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

/* One more word of what a list has told. */
#define PEOPLE_SAID 256
static inline void
people_say(char said[PEOPLE_SAID], const char *word)
{
	size_t used = strlen(said);

	(void)snprintf(said + used, PEOPLE_SAID - used, "%s ", word);
}

/* A service account of ORG. */
static inline struct store_account
people_service(struct fixture *x, const struct id *org, const char *name)
{
	struct store_account a = { .kind = STORE_SERVICE,
				   .org = *org,
				   .state = STORE_ACTIVE,
				   .strategy = STORE_SOFT,
				   .created_at = x->admin.now,
				   .updated_at = x->admin.now,
				   .epoch = 1,
				   .version = 1 };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &a.id);
	(void)text_copy(a.name, sizeof(a.name), name);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_account_insert(x->store, &a, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return a;
}

#endif
