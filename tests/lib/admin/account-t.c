/* SPDX-License-Identifier: MIT */
#include "admin/account.h"
#include "admin/life.h"

#include "admin/password.h"
#include "fixture.h"

static struct store_account
add(struct fixture *x, const char *name, const char *email)
{
	struct admin_account_new n = { .name = name, .email = email };
	struct store_account a = { .name = "" };

	CHECK_OK(admin_account_add(&x->admin, &n, &a, &x->f), &x->f);
	return a;
}

static void
check_person(struct fixture *x, const struct store_account *a,
	     const char *name, const char *email)
{
	struct audit_person p = { .name = "" };

	CHECK_OK(audit_person_get(x->store, &x->keys, &a->id, &p, &x->f),
		 &x->f);
	CHECK_STR(p.name, name);
	CHECK_STR(p.email, email);
}

static void
check_add(struct fixture *x)
{
	struct admin_account_new again = { .name = "ann" };
	struct store_account a = add(x, "ann", "Ann@X.org"), out = a;
	long rows = fixture_rows(x);

	CHECK_STR(a.email, "ann@x.org");
	CHECK_EQ(a.version, 1);
	CHECK_EQ(a.created_at, x->admin.now);
	CHECK(strncmp(fixture_last(x), "user.created success uid:1000 ", 30) ==
	      0);
	CHECK(strstr(fixture_last(x), a.id.s) != NULL);
	CHECK(strstr(fixture_last(x), "ann") == NULL);
	check_person(x, &a, "ann", "ann@x.org");
	CHECK_EQ(admin_account_add(&x->admin, &again, &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_STR(out.id.s, a.id.s);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_account_find(&x->admin, "ann", &out, &x->f), &x->f);
	CHECK_STR(out.id.s, a.id.s);
	CHECK_EQ(admin_account_find(&x->admin, a.id.s, &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_OK(admin_account_find_any(&x->admin, a.id.s, &out, &x->f),
		 &x->f);
	CHECK_EQ(admin_account_find(&x->admin, "", &out, &x->f),
		 STATUS_NOT_FOUND);
}

static void
check_state(struct fixture *x)
{
	struct store_account a = add(x, "bob", NULL), out = { .name = "" };
	long rows = fixture_rows(x);

	CHECK_EQ(admin_account_enable(&x->admin, "bob", &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_account_disable(&x->admin, "bob", "", &out, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(admin_account_disable(&x->admin, "bob", "\xff", &out, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(fixture_rows(x), rows);
	x->admin.now++;
	CHECK_OK(admin_account_disable(&x->admin, "bob", "left", &out, &x->f),
		 &x->f);
	CHECK_EQ(out.state, STORE_DISABLED);
	CHECK_STR(out.reason, "left");
	CHECK_EQ(out.updated_at, a.updated_at + 1);
	CHECK_EQ(out.version, a.version + 1);
	CHECK(strstr(fixture_last(x), "{\"reason\":\"left\"}") != NULL);
	CHECK_EQ(admin_account_disable(&x->admin, "bob", "x", &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_OK(admin_account_enable(&x->admin, "bob", &out, &x->f), &x->f);
	CHECK_EQ(out.state, STORE_ACTIVE);
	CHECK_STR(out.reason, "");
	CHECK_OK(admin_account_expire(&x->admin, "bob", x->admin.now, &out,
				      &x->f),
		 &x->f);
	CHECK(admin_account_expired(&out, x->admin.now));
	CHECK(!admin_account_expired(&out, x->admin.now - 1));
	CHECK_OK(admin_account_expire(&x->admin, "bob", 0, &out, &x->f),
		 &x->f);
	CHECK(!admin_account_expired(&out, x->admin.now));
	CHECK_STR(fixture_last(x) + strlen("user.expiry_set success uid:1000 "
					   "01234567-0123-0123-0123-"
					   "0123456789ab "),
		  "{\"expires\":\"never\"}");
	CHECK_EQ(admin_account_expire(&x->admin, "zoe", 0, &out, &x->f),
		 STATUS_NOT_FOUND);
}

static void
check_rename(struct fixture *x)
{
	struct store_account a, out;
	long rows = fixture_rows(x);

	CHECK_OK(admin_account_find(&x->admin, "ann", &a, &x->f), &x->f);
	CHECK_EQ(admin_account_rename(&x->admin, "ann", "bob", &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_account_rename(&x->admin, "ann", "ann", &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(admin_account_rename(&x->admin, "ann", "A", &out, &x->f),
		 STATUS_INVALID);
	CHECK_EQ(admin_account_rename(&x->admin, "zoe", "eve", &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	check_person(x, &a, "ann", "ann@x.org");
	CHECK_OK(admin_account_rename(&x->admin, "ann", "eve", &out, &x->f),
		 &x->f);
	CHECK_STR(out.id.s, a.id.s);
	check_person(x, &a, "eve", "ann@x.org");
	CHECK_EQ(admin_account_find(&x->admin, "ann", &out, &x->f),
		 STATUS_NOT_FOUND);
}

static enum status
delete_joe(struct fixture *x, int64_t days, struct store_account *out)
{
	return admin_account_delete(
		&x->admin, "joe",
		&(struct admin_deletion){ .days = days,
					  .strategy = STORE_SOFT },
		out, &x->f);
}

static void
check_delete(struct fixture *x)
{
	struct store_account a = add(x, "joe", NULL), out;
	struct store_password p;
	SECRET(word);

	CHECK_OK(secret_set(&word, "correct horse 7", 15, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "joe", &word, false, &out,
				    &x->f),
		 &x->f);
	CHECK_EQ(delete_joe(x, -1, &out), STATUS_INVALID);
	CHECK_OK(delete_joe(x, 2, &out), &x->f);
	CHECK_EQ(out.delete_at, x->admin.now + INT64_C(2) * 86400);
	CHECK_STR(admin_account_state(&out, x->admin.now), "pending");
	CHECK_EQ(delete_joe(x, 1, &out), STATUS_CONFLICT);
	CHECK_EQ(admin_account_enable(&x->admin, "joe", &out, &x->f),
		 STATUS_CONFLICT);
	CHECK_OK(admin_account_undelete(&x->admin, "joe", &out, &x->f), &x->f);
	CHECK_EQ(out.delete_at, 0);
	CHECK_OK(delete_joe(x, 2, &out), &x->f);
	x->admin.now = out.delete_at - 1;
	CHECK_OK(admin_account_find(&x->admin, "joe", &out, &x->f), &x->f);
	x->admin.now++;
	CHECK_STR(admin_account_state(&out, x->admin.now), "deleted");
	CHECK_EQ(admin_account_find(&x->admin, "joe", &out, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_account_enable(&x->admin, "joe", &out, &x->f),
		 STATUS_NOT_FOUND);
	/* Its name is free, and taking it makes the deletion one. */
	out = add(x, "joe", NULL);
	CHECK(strcmp(out.id.s, a.id.s) != 0);
	CHECK_OK(store_account_by_id(x->store, &a.id, &out, &x->f), &x->f);
	CHECK_EQ(out.state, STORE_DELETED);
	CHECK_EQ(store_password_get(x->store, &a.id, &p, &x->f),
		 STATUS_NOT_FOUND);
	CHECK(strstr(x->lines, "user.deleted") != NULL);
	CHECK_OK(delete_joe(x, 0, &out), &x->f);
	CHECK_EQ(out.state, STORE_DELETED);
	CHECK_OK(admin_account_find_any(&x->admin, out.id.s, &out, &x->f),
		 &x->f);
	check_person(x, &out, "joe", "");
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "account");
	check_add(&x);
	check_state(&x);
	check_rename(&x);
	check_delete(&x);
	fixture_stop(&x);
	return test_done();
}
