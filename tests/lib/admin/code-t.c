/* SPDX-License-Identifier: MIT */
#include "admin/code.h"

#include "admin/account.h"
#include "admin/life.h"
#include "admin/password.h"
#include "device.h"

static enum factor_result
look(struct fixture *x, const struct id *account, enum store_code_kind kind,
     const struct secret *text)
{
	struct factor_env env = admin_factor_env(&x->admin);
	struct factor_outcome outcome = { .result = FACTOR_WRONG };

	CHECK_OK(code_check(&env, account, kind, text, &outcome, &x->f),
		 &x->f);
	return outcome.result;
}

static enum status
issue(struct fixture *x, const char *name, enum store_code_kind kind,
      int64_t ttl, struct secret *text)
{
	struct admin_code code;

	return admin_code_issue(&x->admin, name, kind, ttl, text, &code,
				&x->f);
}

static void
check_kind(struct fixture *x, enum store_code_kind kind)
{
	struct admin_code code = { .expires_at = 0 };
	int64_t now = x->admin.now;
	SECRET(first);
	SECRET(text);

	CHECK_OK(issue(x, "ann", kind, 60, &first), &x->f);
	CHECK_OK(admin_code_issue(&x->admin, "ann", kind, 60, &text, &code,
				  &x->f),
		 &x->f);
	CHECK_EQ(code.expires_at, now + 60);
	CHECK(!code.device);
	CHECK_EQ(text.len, CODE_TEXT_LENGTH);
	CHECK_EQ(look(x, &code.account.id, kind, &text), FACTOR_RIGHT);
	/* One at a time. */
	CHECK(look(x, &code.account.id, kind, &first) != FACTOR_RIGHT);
	x->admin.now = now + 59;
	CHECK_EQ(look(x, &code.account.id, kind, &text), FACTOR_RIGHT);
	x->admin.now = now + 60;
	CHECK(look(x, &code.account.id, kind, &text) != FACTOR_RIGHT);
	CHECK(strncmp(fixture_last(x), "code.issued success ", 20) == 0);
	CHECK(strstr(fixture_last(x), code_kind_name(kind)) != NULL);
}

static void
check_refused(struct fixture *x)
{
	struct store_account out;
	long rows = fixture_rows(x);
	SECRET(text);

	CHECK_EQ(issue(x, "ann", STORE_CODE_LOGIN, 0, &text), STATUS_INVALID);
	CHECK_EQ(issue(x, "ann", STORE_CODE_LOGIN, CODE_TTL_MAX + 1, &text),
		 STATUS_INVALID);
	CHECK_EQ(issue(x, "zoe", STORE_CODE_LOGIN, 60, &text),
		 STATUS_NOT_FOUND);
	CHECK_EQ(text.len, 0);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_account_disable(&x->admin, "ann", "why", &out, &x->f),
		 &x->f);
	CHECK_EQ(issue(x, "ann", STORE_CODE_RESET, 60, &text),
		 STATUS_CONFLICT);
	CHECK_OK(admin_account_enable(&x->admin, "ann", &out, &x->f), &x->f);
	CHECK_OK(admin_account_expire(&x->admin, "ann", x->admin.now, &out,
				      &x->f),
		 &x->f);
	CHECK_EQ(issue(x, "ann", STORE_CODE_TICKET, 60, &text),
		 STATUS_CONFLICT);
	CHECK_OK(admin_account_expire(&x->admin, "ann", 0, &out, &x->f),
		 &x->f);
}

/* What stands for an old password goes with it; nothing else does. */
static void
check_password(struct fixture *x, const struct id *account)
{
	struct admin_code code = { .device = false };
	struct store_account out;
	bool codes;
	SECRET(reset);
	SECRET(ticket);
	SECRET(login);
	SECRET(word);
	SECRET(key);
	CODE_SET(backup);

	CHECK_OK(issue(x, "ann", STORE_CODE_RESET, 60, &reset), &x->f);
	CHECK_OK(issue(x, "ann", STORE_CODE_TICKET, 60, &ticket), &x->f);
	CHECK_OK(issue(x, "ann", STORE_CODE_LOGIN, 60, &login), &x->f);
	(void)device_add(x, "ann", STORE_TOTP, "phone", &key, &backup, &codes);
	CHECK_OK(secret_set(&word, "correct horse 7", 15, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "ann", &word, false, &out,
				    &x->f),
		 &x->f);
	CHECK(look(x, account, STORE_CODE_RESET, &reset) != FACTOR_RIGHT);
	CHECK(look(x, account, STORE_CODE_TICKET, &ticket) != FACTOR_RIGHT);
	CHECK(look(x, account, STORE_CODE_LOGIN, &login) != FACTOR_RIGHT);
	CHECK_EQ(device_backup_left(x, account), CODE_BACKUP_COUNT);
	CHECK_OK(admin_code_issue(&x->admin, "ann", STORE_CODE_LOGIN, 60,
				  &login, &code, &x->f),
		 &x->f);
	CHECK(code.device);
	/* With the account, all of it goes. */
	CHECK_OK(admin_account_delete(
			 &x->admin, "ann",
			 &(struct admin_deletion){ .days = 0,
						   .strategy = STORE_SOFT },
			 &out, &x->f),
		 &x->f);
	CHECK(look(x, account, STORE_CODE_LOGIN, &login) != FACTOR_RIGHT);
}

static void
check_revoked(struct fixture *x, const struct id *account)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_LOGIN,
						      STORE_CODE_RESET,
						      STORE_CODE_TICKET };
	struct admin_codes_out was;
	struct store_account out;
	long rows;
	SECRET(one);
	SECRET(two);
	SECRET(three);
	struct secret *text[] = { &one, &two, &three };

	for (int i = 0; i < 3; i++)
		CHECK_OK(issue(x, "ann", kinds[i], 60 + i, text[i]), &x->f);
	CHECK_OK(admin_code_out(&x->admin, account, &was, &x->f), &x->f);
	for (int i = 0; i < ADMIN_CODE_KINDS; i++) {
		CHECK_EQ(was.of[i].left, 1);
		CHECK_EQ(was.of[i].expires_at, x->admin.now + 60 + i);
	}
	CHECK_OK(admin_code_revoke(&x->admin, "ann", &out, &was, &x->f),
		 &x->f);
	CHECK_STR(out.id.s, account->s);
	CHECK(strncmp(fixture_last(x), "code.revoked success ", 21) == 0);
	for (int i = 0; i < ADMIN_CODE_KINDS; i++) {
		CHECK_EQ(was.of[i].left, 1);
		CHECK(look(x, account, kinds[i], text[i]) != FACTOR_RIGHT);
	}
	rows = fixture_rows(x);
	CHECK_OK(admin_code_revoke(&x->admin, "ann", &out, &was, &x->f),
		 &x->f);
	CHECK_EQ(was.of[ADMIN_CODE_TICKET].left, 0);
	CHECK_EQ(admin_code_revoke(&x->admin, "zoe", &out, &was, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" };
	struct store_account a;
	struct fixture x;

	fixture_start(&x, "code");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	check_kind(&x, STORE_CODE_LOGIN);
	check_kind(&x, STORE_CODE_RESET);
	check_kind(&x, STORE_CODE_TICKET);
	check_refused(&x);
	check_revoked(&x, &a.id);
	check_password(&x, &a.id);
	fixture_stop(&x);
	return test_done();
}
