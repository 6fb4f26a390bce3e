/* SPDX-License-Identifier: MIT */
/* What ends the tokens of an account, and says so in its own row. */
#include "admin/apps.h"

#include "admin/account.h"
#include "admin/grant.h"
#include "admin/life.h"
#include "admin/member.h"
#include "admin/password.h"
#include "base/text.h"
#include "people.h"
#include "store/refresh.h"
#include "store/token.h"

static unsigned made;

static struct store_account
person(struct fixture *x, const char *name)
{
	const struct admin_account_new n = { .name = name };
	struct store_account a;

	CHECK_OK(admin_account_add(&x->admin, &n, &a, &x->f), &x->f);
	return a;
}

static void
give(struct fixture *x, const struct store_account *a)
{
	struct store_token t = { .account = a->id,
				 .kind = STORE_TOKEN_APP,
				 .scopes = "login:*" };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &t.id);
	(void)text_copy(t.label, sizeof(t.label), t.id.s);
	memcpy(t.hash, &made, sizeof(made));
	made++;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_token_insert(x->store, &t, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static void
give_jwt(struct fixture *x, const struct store_account *a)
{
	struct store_refresh r = { .account = a->id,
				   .service = "dovecot",
				   .epoch = a->epoch,
				   .created_at = x->admin.now,
				   .expires_at = x->admin.now + 9000 };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &r.id);
	r.family = r.id;
	memcpy(r.hash, &made, sizeof(made));
	made++;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_refresh_insert(x->store, &r, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static int64_t
left(struct fixture *x, const struct store_account *a)
{
	int64_t n = -1;

	CHECK_OK(store_token_count(x->store, &a->id, STORE_TOKEN_APP,
				   x->admin.now, &n, &x->f),
		 &x->f);
	return n;
}

static void
check_password(struct fixture *x)
{
	struct store_account ann = person(x, "ann"), bob = person(x, "bob");
	SECRET(word);

	CHECK_OK(secret_set(&word, "correct horse 81", 16, &x->f), &x->f);
	give(x, &ann);
	give(x, &ann);
	give(x, &bob);
	CHECK_EQ(left(x, &ann), 2);
	CHECK_OK(admin_password_set(&x->admin, "ann", &word, false, &ann,
				    &x->f),
		 &x->f);
	CHECK_EQ(left(x, &ann), 0);
	CHECK_EQ(left(x, &bob), 1);
	CHECK(strstr(fixture_last(x), "password.set") != NULL &&
	      strstr(fixture_last(x), "\"apps_revoked\":\"2\"") != NULL);
	/* Without any there is nothing to say. */
	CHECK_OK(secret_set(&word, "battery staple 9", 16, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "ann", &word, false, &ann,
				    &x->f),
		 &x->f);
	CHECK(strstr(fixture_last(x), "apps_revoked") == NULL);
}

static void
check_deletion(struct fixture *x)
{
	const struct admin_deletion later = { .days = 14,
					      .strategy = STORE_SOFT },
				    now = { .strategy = STORE_SOFT };
	struct store_account cat = person(x, "cat"), dan = person(x, "dan");

	give(x, &cat);
	give(x, &dan);
	CHECK_OK(admin_account_delete(&x->admin, "cat", &later, &cat, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &cat), 0);
	CHECK(strstr(fixture_last(x), "\"apps_revoked\":\"1\"") != NULL);
	CHECK_OK(admin_account_undelete(&x->admin, "cat", &cat, &x->f), &x->f);
	CHECK_EQ(left(x, &cat), 0);
	CHECK_OK(admin_account_delete(&x->admin, "dan", &now, &dan, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &dan), 0);
	CHECK(strstr(fixture_last(x), "user.deleted") != NULL &&
	      strstr(fixture_last(x), "\"apps_revoked\":\"1\"") != NULL);
}

static void
join(struct fixture *x, const char *slug, const char *user)
{
	struct admin_member m;

	CHECK_OK(admin_member_add(&x->admin, slug, user, STORE_ROLE_MEMBER, &m,
				  &x->f),
		 &x->f);
}

/* Who leaves the last one has no programs there any more. */
static void
check_member(struct fixture *x)
{
	const struct admin_org_new acme = { .slug = "acme" },
				   mill = { .slug = "mill" };
	struct store_account eve = person(x, "eve");
	struct admin_member m;
	struct store_org org;
	int64_t n = -1;

	CHECK_OK(admin_org_add(&x->admin, &acme, &org, &x->f), &x->f);
	CHECK_OK(admin_org_add(&x->admin, &mill, &org, &x->f), &x->f);
	join(x, "acme", "eve");
	join(x, "mill", "eve");
	give(x, &eve);
	CHECK_OK(admin_member_remove(&x->admin, "acme", "eve", &m, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &eve), 1);
	CHECK(strstr(fixture_last(x), "apps_revoked") == NULL);
	give_jwt(x, &eve);
	CHECK_OK(admin_member_remove(&x->admin, "mill", "eve", &m, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &eve), 0);
	CHECK_OK(store_refresh_families(x->store, &eve.id, x->admin.now, &n,
					&x->f),
		 &x->f);
	CHECK_EQ(n, 0);
	CHECK(strstr(fixture_last(x), "member.removed") != NULL &&
	      strstr(fixture_last(x), "\"apps_revoked\":\"2\"") != NULL);
}

/* The organization goes, with what it wanted of tokens; a personal one is
 * nobody who counts on them, and another one is. */
static void
check_org(struct fixture *x)
{
	const struct admin_org_new gone = { .slug = "gone" };
	struct store_account fay = person(x, "fay"), gil = person(x, "gil");
	struct admin_org_count was;
	struct store_org org;
	struct id own = people_org(x, "fay-own", true);

	CHECK_OK(admin_org_add(&x->admin, &gone, &org, &x->f), &x->f);
	people_join(x, &own, &fay, STORE_ROLE_OWNER);
	join(x, "gone", "fay");
	join(x, "gone", "gil");
	join(x, "acme", "gil");
	give(x, &fay);
	give_jwt(x, &fay);
	give(x, &gil);
	x->lines[0] = '\0';
	CHECK_OK(admin_org_delete(&x->admin, "gone", &org, &was, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &fay), 0);
	CHECK_EQ(left(x, &gil), 1);
	CHECK(strstr(x->lines, "apps_revoked=1") == NULL);
	CHECK(strstr(x->lines, "apps_revoked=2") != NULL);
}

static void
check_personal(struct fixture *x)
{
	struct store_account hal = person(x, "hal");
	struct id own = people_org(x, "hal-own", true);
	struct admin_member m;

	people_join(x, &own, &hal, STORE_ROLE_OWNER);
	join(x, "acme", "hal");
	give(x, &hal);
	CHECK_OK(admin_member_remove(&x->admin, "acme", "hal", &m, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &hal), 0);
	CHECK(strstr(fixture_last(x), "\"apps_revoked\":\"1\"") != NULL);
}

/* What its organizations would have ended is of the deletion's own row. */
static void
check_leaving(struct fixture *x)
{
	const struct admin_deletion now = { .strategy = STORE_SOFT };
	struct store_account ida = person(x, "ida");

	join(x, "acme", "ida");
	give(x, &ida);
	give_jwt(x, &ida);
	CHECK_OK(admin_account_delete(&x->admin, "ida", &now, &ida, &x->f),
		 &x->f);
	CHECK_EQ(left(x, &ida), 0);
	CHECK(strstr(fixture_last(x), "user.deleted") != NULL &&
	      strstr(fixture_last(x), "\"apps_revoked\":\"2\"") != NULL);
}

/* Whoever made them decides about an administrator no more. */
static void
check_grant(struct fixture *x)
{
	struct store_account joe = person(x, "joe");
	int64_t revoked = -1;
	bool first = false;

	give(x, &joe);
	give_jwt(x, &joe);
	CHECK_OK(admin_grant(&x->admin, "joe", &first, &revoked, &joe, &x->f),
		 &x->f);
	CHECK_EQ(revoked, 2);
	CHECK_EQ(left(x, &joe), 0);
	CHECK(strstr(fixture_last(x), "admin.granted") != NULL &&
	      strstr(fixture_last(x), "\"apps_revoked\":\"2\"") != NULL);
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "apps");
	check_password(&x);
	check_deletion(&x);
	check_member(&x);
	check_org(&x);
	check_personal(&x);
	check_leaving(&x);
	check_grant(&x);
	fixture_stop(&x);
	return test_done();
}
