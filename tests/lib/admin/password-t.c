/* SPDX-License-Identifier: MIT */
#include "admin/password.h"

#include "admin/account.h"
#include "factor/password.h"
#include "fixture.h"

#define HASH                                                                  \
	"$6$saltsalt$t16P1fZl7IfD3wrtUdKJTTSfINKRbq/eHG35MfEUqXjV0LMt6oMnZgE" \
	"3c69D2USCVRgwLS1sU4.Cx9HTKt8hy1"

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
	CHECK_OK(set(&x, "ann", "correct horse 2", false, &out), &x.f);
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
	CHECK_OK(admin_password_import(&x.admin, "ann", HASH, &out, &x.f),
		 &x.f);
	CHECK(strncmp(fixture_last(&x), "password.imported ", 18) == 0);
	CHECK(opens(&x, &a, "import me 1"));
	CHECK(!opens(&x, &a, "correct horse 2"));
	fixture_stop(&x);
	return test_done();
}
