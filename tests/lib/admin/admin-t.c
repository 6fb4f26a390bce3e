/* SPDX-License-Identifier: MIT */
#include "admin/account.h"
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

static enum status
again(void *ctx, struct fault *f)
{
	return (*(int *)ctx)-- > 0 ? STATUS_OK
				   : fault(f, STATUS_DENIED, "no more");
}

/* Whoever may do it no more is asked in the transaction. */
static void
check_again(struct fixture *x)
{
	const struct admin_account_new one = { .name = "one" },
				       two = { .name = "two" };
	long rows = fixture_rows(x);
	struct store_account out;
	int left = 1;

	x->admin.again = again;
	x->admin.again_ctx = &left;
	CHECK_OK(admin_account_add(&x->admin, &one, &out, &x->f), &x->f);
	CHECK_EQ(fixture_rows(x), rows + 1);
	CHECK_EQ(admin_account_add(&x->admin, &two, &out, &x->f),
		 STATUS_DENIED);
	CHECK_STR(x->f.text, "no more");
	x->admin.again = NULL;
	CHECK_EQ(fixture_rows(x), rows + 1);
	CHECK_EQ(store_account_by_name(x->store, "two", &out, &x->f),
		 STATUS_NOT_FOUND);
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
	check_again(&x);
	fixture_stop(&x);
	return test_done();
}
