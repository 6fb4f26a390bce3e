/* SPDX-License-Identifier: MIT */
#include "admin/grant.h"

#include "admin/impersonate.h"
#include "factor/code.h"
#include "people.h"

static bool
note(void *ctx, const struct store_administrator *row,
     const struct store_account *acct)
{
	CHECK_STR(row->granted_by, "uid:1000");
	people_say(ctx, acct->name);
	return true;
}

static void
check_grants(struct fixture *x)
{
	char names[PEOPLE_SAID] = "";
	struct store_account out = { .name = "?" };
	bool first = false, last = true;
	int64_t apps = -1;
	long rows;

	CHECK_OK(admin_grant(&x->admin, "ann", &first, &apps, &out, &x->f),
		 &x->f);
	CHECK(first);
	CHECK(strncmp(fixture_last(x), "admin.granted success uid:1000 ",
		      31) == 0);
	x->admin.now++;
	CHECK_OK(admin_grant(&x->admin, "bob", &first, &apps, &out, &x->f),
		 &x->f);
	CHECK(!first);
	rows = fixture_rows(x);
	CHECK_EQ(admin_grant(&x->admin, "bob", &first, &apps, &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_grant(&x->admin, "zoe", &first, &apps, &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_grant(&x->admin, "bot", &first, &apps, &out, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_grant_revoke(&x->admin, "dan", &last, &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_grant_list(&x->admin, note, names, &x->f), &x->f);
	CHECK_STR(names, "ann bob ");
	CHECK_OK(admin_grant_revoke(&x->admin, "ann", &last, &out, &x->f),
		 &x->f);
	CHECK(!last);
	CHECK(strncmp(fixture_last(x), "admin.revoked success ", 22) == 0);
	CHECK_OK(admin_account_disable(&x->admin, "dan", "away", &out, &x->f),
		 &x->f);
	CHECK_EQ(admin_grant(&x->admin, "dan", &first, &apps, &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_OK(admin_account_enable(&x->admin, "dan", &out, &x->f), &x->f);
}

static enum status
act(struct fixture *x, const char *name, const char *reason,
    struct secret *text)
{
	struct store_account out;
	int64_t expires_at = 0;
	enum status st = admin_impersonate(&x->admin, name, reason, text,
					   &expires_at, &out, &x->f);

	if (st == STATUS_OK)
		CHECK_EQ(expires_at, x->admin.now + ADMIN_IMPERSONATE_TTL);
	return st;
}

static struct store_impersonation
found(struct fixture *x, const struct id *account, const struct secret *text)
{
	struct store_impersonation row = { .reason = "" };
	uint8_t hash[CRYPTO_HASH_SIZE];

	CHECK_OK(code_hash_about(&x->keys, CRYPTO_IMPERSONATION, account->s,
				 text, hash, &x->f),
		 &x->f);
	CHECK_OK(
		store_impersonation_find(x->store, account, hash, &row, &x->f),
		&x->f);
	return row;
}

static void
check_acts(struct fixture *x, const struct store_account *bob,
	   const struct store_account *dan)
{
	struct store_impersonation row;
	SECRET(first);
	SECRET(text);

	CHECK_OK(act(x, "dan", "ticket 7", &first), &x->f);
	CHECK(strncmp(fixture_last(x), "admin.impersonation_granted success ",
		      36) == 0);
	CHECK(strstr(fixture_last(x), "ticket 7") != NULL);
	row = found(x, &dan->id, &first);
	CHECK_STR(row.actor, "uid:1000");
	CHECK_STR(row.reason, "ticket 7");
	CHECK_EQ(row.spent_at, 0);
	x->admin.self = &bob->id;
	CHECK_OK(act(x, "dan", "ticket 8", &text), &x->f);
	CHECK_STR(found(x, &dan->id, &text).actor, bob->id.s);
	/* One at a time. */
	CHECK(found(x, &dan->id, &first).spent_at != 0);
}

static void
check_refused(struct fixture *x)
{
	struct store_account out;
	long rows = fixture_rows(x);
	SECRET(text);

	CHECK_EQ(act(x, "dan", "", &text), STATUS_INVALID);
	CHECK_EQ(act(x, "zoe", "why", &text), STATUS_NOT_FOUND);
	/* Oneself, an administrator, root, a service. */
	CHECK_EQ(act(x, "bob", "why", &text), STATUS_REFUSED);
	x->admin.self = NULL;
	CHECK_EQ(act(x, "bob", "why", &text), STATUS_REFUSED);
	CHECK_EQ(act(x, "root", "why", &text), STATUS_REFUSED);
	CHECK_EQ(act(x, "bot", "why", &text), STATUS_REFUSED);
	CHECK_EQ(text.len, 0);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_account_disable(&x->admin, "dan", "away", &out, &x->f),
		 &x->f);
	CHECK_EQ(act(x, "dan", "why", &text), STATUS_CONFLICT);
	CHECK_OK(admin_account_enable(&x->admin, "dan", &out, &x->f), &x->f);
}

/* Who is acted as acts as nobody. */
static void
check_nested(struct fixture *x, const struct store_account *bob)
{
	struct store_session s = { .account = bob->id,
				   .opened_at = x->admin.now - 60,
				   .ends_at = x->admin.now + 60 };
	STORE_TXN(txn);
	SECRET(text);

	crypto_id(x->admin.now, &s.id);
	(void)text_copy(s.impersonator, sizeof(s.impersonator), "uid:7");
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_session_insert(x->store, &s, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	x->admin.self = &bob->id;
	CHECK_EQ(act(x, "dan", "why", &text), STATUS_REFUSED);
	CHECK(strstr(x->f.text, "acts as you") != NULL);
	x->admin.now += 60;
	CHECK_OK(act(x, "dan", "why", &text), &x->f);
	x->admin.self = NULL;
}

/* Who is acted as is made no administrator: the other would be one, too. */
static void
check_acted(struct fixture *x)
{
	const struct admin_account_new n = { .name = "uma" };
	struct store_session s = { .opened_at = x->admin.now,
				   .ends_at = x->admin.now + 60 };
	struct store_account uma, out;
	int64_t apps;
	bool first;
	STORE_TXN(txn);

	CHECK_OK(admin_account_add(&x->admin, &n, &uma, &x->f), &x->f);
	s.account = uma.id;
	crypto_id(x->admin.now, &s.id);
	(void)text_copy(s.impersonator, sizeof(s.impersonator), "uid:7");
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_session_insert(x->store, &s, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	CHECK_EQ(admin_grant(&x->admin, "uma", &first, &apps, &out, &x->f),
		 STATUS_REFUSED);
	CHECK(strstr(x->f.text, "somebody acts as") != NULL);
}

/* The codes that an administrator has made end with the right; root's stay. */
static void
check_revoked(struct fixture *x, const struct store_account *ann,
	      const struct store_account *bob, const struct store_account *dan)
{
	struct store_account out = { .name = "?" };
	bool last = false;
	SECRET(roots);
	SECRET(text);

	CHECK_OK(act(x, "ann", "why", &roots), &x->f);
	x->admin.self = &bob->id;
	CHECK_OK(act(x, "dan", "why", &text), &x->f);
	x->admin.self = NULL;
	CHECK_EQ(found(x, &dan->id, &text).spent_at, 0);
	CHECK_OK(admin_grant_revoke(&x->admin, "bob", &last, &out, &x->f),
		 &x->f);
	CHECK(last);
	CHECK(found(x, &dan->id, &text).spent_at != 0);
	CHECK_EQ(found(x, &ann->id, &roots).spent_at, 0);
}

int
main(void)
{
	struct store_account ann, bob, dan;
	struct fixture x;
	struct id acme;

	fixture_start(&x, "grant");
	ann = people_add(&x, "ann");
	bob = people_add(&x, "bob");
	dan = people_add(&x, "dan");
	(void)people_add(&x, "root");
	acme = people_org(&x, "acme", false);
	(void)people_service(&x, &acme, "bot");
	check_grants(&x);
	check_acts(&x, &bob, &dan);
	check_refused(&x);
	check_nested(&x, &bob);
	check_revoked(&x, &ann, &bob, &dan);
	check_acted(&x);
	fixture_stop(&x);
	return test_done();
}
