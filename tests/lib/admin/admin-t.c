/* SPDX-License-Identifier: MIT */
#include "fixture.h"

static const struct audit_pair pairs[ADMIN_PAIRS_MAX] = {
	{ "one", "1" },
	{ "none", NULL },
	{ "empty", "" },
	{ "two", "2" },
};

static void
check_actor(struct fixture *x)
{
	STORE_TXN(txn);

	CHECK_OK(admin_begin(&x->admin, &txn, &x->f), &x->f);
	CHECK_OK(admin_audit(&x->admin, "user.created", NULL, pairs, &x->f),
		 &x->f);
	CHECK_OK(admin_commit(&x->admin, &txn, &x->f), &x->f);
	CHECK_STR(fixture_last(x), "user.created success uid:1000 - "
				   "{\"one\":\"1\",\"two\":\"2\"}");
	x->admin.loginuid = "uid:1";
	x->admin.sudo_uid = "uid:2";
	CHECK_OK(admin_begin(&x->admin, &txn, &x->f), &x->f);
	CHECK_OK(admin_audit(&x->admin, "user.created", NULL,
			     (const struct audit_pair[ADMIN_PAIRS_MAX]){
				     { .key = NULL } },
			     &x->f),
		 &x->f);
	CHECK_OK(admin_commit(&x->admin, &txn, &x->f), &x->f);
	CHECK_STR(fixture_last(x),
		  "user.created success uid:1000 - "
		  "{\"loginuid\":\"uid:1\",\"sudo_uid\":\"uid:2\"}");
	x->admin.loginuid = x->admin.sudo_uid = NULL;
}

/* What was given up leaves neither row nor line, not even later. */
static void
check_given_up(struct fixture *x)
{
	long rows = fixture_rows(x);

	x->lines[0] = '\0';
	{
		STORE_TXN(txn);

		CHECK_OK(admin_begin(&x->admin, &txn, &x->f), &x->f);
		CHECK_OK(admin_audit(&x->admin, "user.deleted", NULL, pairs,
				     &x->f),
			 &x->f);
	}
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_STR(x->lines, "");
	{
		STORE_TXN(txn);

		CHECK_OK(admin_begin(&x->admin, &txn, &x->f), &x->f);
		CHECK_OK(admin_audit(&x->admin, "user.enabled", NULL, pairs,
				     &x->f),
			 &x->f);
		CHECK_STR(x->lines, "");
		CHECK_OK(admin_commit(&x->admin, &txn, &x->f), &x->f);
	}
	CHECK(strstr(x->lines, "user.enabled") != NULL);
	CHECK(strstr(x->lines, "user.deleted") == NULL);
}

int
main(void)
{
	struct fixture x;

	fixture_start(&x, "admin");
	check_actor(&x);
	check_given_up(&x);
	fixture_stop(&x);
	return test_done();
}
