/* SPDX-License-Identifier: MIT */
#include "admin/password.h"

#include "admin/account.h"
#include "factor/password.h"
#include "factor/code.h"
#include "fixture.h"

#define HASH                                                                  \
	"$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE" \
	"3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1"

static const enum store_code_kind kinds[] = { STORE_CODE_LOGIN,
					      STORE_CODE_RESET,
					      STORE_CODE_TICKET };

static enum status
set(struct fixture *x, const char *name, const char *text, bool must_change,
    struct store_account *out)
{
	SECRET(word);

	CHECK_OK(secret_set(&word, text, strlen(text), &x->f), &x->f);
	return admin_password_set(&x->admin, name, &word, must_change, out,
				  &x->f);
}

static enum status
judge(struct fixture *x, const char *name, const char *text)
{
	SECRET(word);

	CHECK_OK(secret_set(&word, text, strlen(text), &x->f), &x->f);
	return admin_password_check(&x->admin, name, &word, &x->f);
}

/* Does the factor take TEXT now? */
static bool
opens(struct fixture *x, const struct store_account *a, const char *text)
{
	struct factor_env env = { .store = x->store,
				  .keys = &x->keys,
				  .cost = { CRYPTO_ARGON2_MEMORY_MIN, 1, 1 },
				  .now = x->admin.now };
	struct factor_outcome outcome = { .result = FACTOR_WRONG };
	SECRET(word);

	CHECK_OK(secret_set(&word, text, strlen(text), &x->f), &x->f);
	CHECK_OK(factor_password.check(&env, &a->id, &word, &outcome, &x->f),
		 &x->f);
	return outcome.result == FACTOR_RIGHT;
}

/* What was out, or open, under the old password. */
static void
give(struct fixture *x, const struct store_account *a)
{
	struct factor_env env = admin_factor_env(&x->admin);
	struct store_session session = { .account = a->id,
					 .opened_at = x->admin.now };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &session.id);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		SECRET(code);

		code_make(&code);
		CHECK_OK(code_issue(&env, &a->id, kinds[i], &code,
				    x->admin.now + 3600, &x->f),
			 &x->f);
	}
	CHECK_OK(store_session_insert(x->store, &session, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
}

static bool
session_each(void *ctx, const struct store_session *s)
{
	(void)s;
	++*(int *)ctx;
	return true;
}

/* How many codes are left, and sessions open. */
static int
given(struct fixture *x, const struct store_account *a)
{
	int n = 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct store_code_count count = { .left = 100 };

		CHECK_OK(store_code_counted(x->store, &a->id, kinds[i],
					    x->admin.now, &count, &x->f),
			 &x->f);
		n += (int)count.left;
	}
	CHECK_OK(store_session_list(x->store, &a->id, true, session_each, &n,
				    &x->f),
		 &x->f);
	return n;
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" };
	struct store_account a, out;
	struct fixture x;
	long rows;

	fixture_start(&x, "password");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	CHECK_OK(set(&x, "ann", "correct horse 1", true, &out), &x.f);
	CHECK(out.must_change);
	CHECK_STR(fixture_last(&x) + strlen("password.set success uid:1000 ") +
			  ID_LENGTH + 1,
		  "{\"must_change\":\"yes\"}");
	CHECK(opens(&x, &a, "correct horse 1"));
	CHECK(!opens(&x, &a, "correct horse 2"));
	give(&x, &a);
	CHECK_EQ(given(&x, &a), 4);
	CHECK_OK(set(&x, "ann", "correct horse 2", false, &out), &x.f);
	CHECK_EQ(given(&x, &a), 0);
	CHECK(!out.must_change);
	CHECK(opens(&x, &a, "correct horse 2"));

	rows = fixture_rows(&x);
	CHECK_EQ(set(&x, "ann", "correct horse 1", false, &out),
		 STATUS_REFUSED);
	CHECK_EQ(set(&x, "ann", "short", false, &out), STATUS_REFUSED);
	CHECK_EQ(set(&x, "zoe", "correct horse 3", false, &out),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(&x), rows);
	CHECK(opens(&x, &a, "correct horse 2"));

	CHECK_OK(judge(&x, NULL, "correct horse 2"), &x.f);
	CHECK_EQ(judge(&x, "ann", "correct horse 2"), STATUS_REFUSED);
	CHECK_EQ(judge(&x, "zoe", "correct horse 2"), STATUS_NOT_FOUND);
	CHECK_EQ(judge(&x, NULL, "short"), STATUS_REFUSED);
	CHECK_EQ(fixture_rows(&x), rows);

	CHECK_EQ(admin_password_import(&x.admin, "ann", "plain", &out, &x.f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_password_import(&x.admin, "ann", "$1$a$b", &out, &x.f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_password_import(&x.admin, "zoe", HASH, &out, &x.f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(&x), rows);
	give(&x, &a);
	CHECK_OK(admin_password_import(&x.admin, "ann", HASH, &out, &x.f),
		 &x.f);
	CHECK_EQ(given(&x, &a), 0);
	CHECK(strncmp(fixture_last(&x), "password.imported ", 18) == 0);
	CHECK(opens(&x, &a, "import me 1"));
	CHECK(!opens(&x, &a, "correct horse 2"));
	fixture_stop(&x);
	return test_done();
}
