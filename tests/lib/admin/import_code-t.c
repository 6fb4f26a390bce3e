/* SPDX-License-Identifier: MIT */
/* Emergency codes of another module go on at our prompt, each once. */
#include "admin/account.h"
#include "admin/import.h"
#include "factor/code.h"
#include "factor/otp.h"
#include "fixture.h"

#define FILE_TEXT                                                             \
	"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n\" HOTP_COUNTER 4\n"               \
	"12345678\n23456789\n12345678\n"

static void
said(void *ctx, const struct admin_import_row *row)
{
	*(bool *)ctx = row->taken;
}

static void
take(struct fixture *x, bool taken)
{
	struct admin_import_text text = { .user = "ann",
					  .bytes = FILE_TEXT,
					  .len = strlen(FILE_TEXT) };
	struct admin_import_count n;
	bool last = !taken;
	struct admin_import i = { .kind = ADMIN_IMPORT_GOOGLE,
				  .of = &text,
				  .n = 1,
				  .say = said,
				  .ctx = &last };

	CHECK_OK(admin_import(&x->admin, &i, &n, &x->f), &x->f);
	CHECK_EQ(last, taken);
}

static enum factor_result
check(struct fixture *x, const struct id *account, const char *text,
      bool spend)
{
	struct factor_env env = admin_factor_env(&x->admin);
	struct factor_outcome got = { .result = FACTOR_WRONG };
	SECRET(answer);
	STORE_TXN(txn);

	CHECK_OK(secret_set(&answer, text, strlen(text), &x->f), &x->f);
	CHECK(factor_otp.shaped(&answer));
	CHECK_OK(factor_otp.check(&env, account, &answer, &got, &x->f), &x->f);
	if (got.result == FACTOR_RIGHT)
		CHECK_STR(got.way, "backup_code");
	if (!spend)
		return got.result;
	CHECK_OK(admin_begin(&x->admin, &txn, &x->f), &x->f);
	CHECK_OK(factor_otp.settle(&env, account, &got, &x->f), &x->f);
	CHECK_OK(admin_commit(&x->admin, &txn, &x->f), &x->f);
	return got.result;
}

static int64_t
left(struct fixture *x, const struct id *account)
{
	struct store_code_count n = { .left = -1 };

	CHECK_OK(store_code_counted(x->store, account, STORE_CODE_BACKUP,
				    x->admin.now, &n, &x->f),
		 &x->f);
	return n.left;
}

/* In no other place, and of no other length. */
static void
test_elsewhere(struct fixture *x, const struct id *account)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_LOGIN,
						      STORE_CODE_RESET,
						      STORE_CODE_TICKET };
	struct factor_env env = admin_factor_env(&x->admin);
	struct factor_outcome got;
	SECRET(answer);

	CHECK_OK(secret_set(&answer, "23456789", 8, &x->f), &x->f);
	CHECK(!code_shaped(&answer));
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		CHECK_OK(code_check(&env, account, kinds[i], &answer, &got,
				    &x->f),
			 &x->f);
		CHECK_EQ(got.result, FACTOR_WRONG);
	}
	CHECK_OK(secret_set(&answer, "234567", 6, &x->f), &x->f);
	CHECK_EQ(code_keep(&env, account, &answer, &x->f), STATUS_INVALID);
	CHECK_OK(secret_set(&answer, "2345678a", 8, &x->f), &x->f);
	CHECK_EQ(code_keep(&env, account, &answer, &x->f), STATUS_INVALID);
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" };
	struct admin_account_new bob = { .name = "bob" };
	struct store_account a, b;
	struct fixture x;

	fixture_start(&x, "import_code");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	CHECK_OK(admin_account_add(&x.admin, &bob, &b, &x.f), &x.f);
	CHECK_EQ(check(&x, &a.id, "12345678", false), FACTOR_WRONG);
	take(&x, true);
	CHECK_EQ(left(&x, &a.id), 2);
	CHECK_EQ(check(&x, &b.id, "12345678", false), FACTOR_WRONG);
	CHECK_EQ(check(&x, NULL, "12345678", false), FACTOR_WRONG);
	CHECK_EQ(check(&x, &a.id, "12345679", false), FACTOR_WRONG);
	CHECK_EQ(check(&x, &a.id, "123456", false), FACTOR_WRONG);
	CHECK_EQ(check(&x, &a.id, "1234 5678", true), FACTOR_RIGHT);
	CHECK_EQ(check(&x, &a.id, "12345678", false), FACTOR_SPENT);
	CHECK_EQ(left(&x, &a.id), 1);
	test_elsewhere(&x, &a.id);
	/* Once more, and they are not good once more. */
	take(&x, false);
	CHECK_EQ(check(&x, &a.id, "12345678", false), FACTOR_SPENT);
	CHECK_EQ(left(&x, &a.id), 1);
	fixture_stop(&x);
	return test_done();
}
