/* SPDX-License-Identifier: MIT */
#include "admin/backup.h"

#include "admin/account.h"
#include "device.h"

static enum status
renew(struct fixture *x, const struct secret *proof, struct code_set *out)
{
	struct store_account acct;

	return admin_backup_renew(&x->admin, "ann", proof, &acct, out, &x->f);
}

static void
check_refused(struct fixture *x, const struct code_set *old)
{
	long rows = fixture_rows(x);
	struct store_account a = device_account(x, "ann");
	SECRET(wrong);
	CODE_SET(set);

	/* No backup code makes new ones. */
	CHECK_EQ(renew(x, &old->text[0], &set), STATUS_REFUSED);
	CHECK_OK(secret_set(&wrong, "12345678", 8, &x->f), &x->f);
	CHECK_EQ(renew(x, &wrong, &set), STATUS_REFUSED);
	secret_wipe(&wrong);
	CHECK_EQ(renew(x, &wrong, &set), STATUS_REFUSED);
	CHECK_EQ(set.text[0].len, 0);
	/* Each of the tries is in the audit, and has changed nothing. */
	CHECK_EQ(fixture_rows(x), rows + 3);
	CHECK(strncmp(fixture_last(x), "otp.backup_renewed failure uid:1000 ",
		      36) == 0);
	CHECK(strstr(fixture_last(x), a.id.s) != NULL);
	CHECK(strstr(x->lines, "outcome=failure") != NULL);
	CHECK_EQ(device_backup_left(x, &a.id), CODE_BACKUP_COUNT);
}

static bool
is_good(struct fixture *x, const struct id *account, const struct secret *code)
{
	struct factor_env env = admin_factor_env(&x->admin);
	struct factor_outcome outcome = { .result = FACTOR_WRONG };

	CHECK_OK(code_check(&env, account, STORE_CODE_BACKUP, code, &outcome,
			    &x->f),
		 &x->f);
	return outcome.result == FACTOR_RIGHT;
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" };
	struct store_account a;
	struct fixture x;
	struct admin_device d;
	bool codes = false;
	SECRET(key);
	SECRET(counted);
	SECRET(code);
	CODE_SET(old);
	CODE_SET(set);

	fixture_start(&x, "backup");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	CHECK_EQ(renew(&x, NULL, &set), STATUS_CONFLICT);
	(void)device_add(&x, "ann", STORE_TOTP, "phone", &key, &old, &codes);
	(void)device_add(&x, "ann", STORE_HOTP, "token", &counted, &set,
			 &codes);
	check_refused(&x, &old);

	/* The step that confirmed the device is spent; the next is not. */
	device_code(&x, &key, device_step(&x), &code);
	CHECK_EQ(renew(&x, &code, &set), STATUS_REFUSED);
	CHECK(strstr(x.f.text, "used already") != NULL);
	device_code(&x, &key, device_step(&x) + 1, &code);
	CHECK_OK(renew(&x, &code, &set), &x.f);
	CHECK(strncmp(fixture_last(&x), "otp.backup_renewed success ", 27) ==
	      0);
	CHECK(strstr(fixture_last(&x), "\"proof\":\"device\"") != NULL);
	CHECK_EQ(device_backup_left(&x, &a.id), CODE_BACKUP_COUNT);
	CHECK(!is_good(&x, &a.id, &old.text[0]));
	CHECK(is_good(&x, &a.id, &set.text[0]));
	CHECK(is_good(&x, &a.id, &set.text[CODE_BACKUP_COUNT - 1]));
	/* And the proof is spent. */
	CHECK_EQ(renew(&x, &code, &set), STATUS_REFUSED);
	device_code(&x, &counted, 1, &code);
	CHECK_OK(renew(&x, &code, &set), &x.f);
	CHECK_OK(admin_enroll_find(&x.admin, "ann", "token", &d, &x.f), &x.f);
	CHECK_EQ(d.row.moved, 2);
	CHECK_OK(renew(&x, NULL, &set), &x.f);
	CHECK(strstr(fixture_last(&x), "\"proof\":\"none\"") != NULL);
	fixture_stop(&x);
	return test_done();
}
