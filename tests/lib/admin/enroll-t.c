/* SPDX-License-Identifier: MIT */
#include "admin/enroll.h"

#include <stdio.h>

#include "admin/account.h"
#include "admin/life.h"
#include "admin/clock.h"
#include "device.h"

static enum status
ready(struct fixture *x, const char *name, struct otp_device d)
{
	struct store_account acct;

	return admin_enroll_ready(&x->admin, name, &d, &acct, &x->f);
}

static void
check_ready(struct fixture *x)
{
	struct otp_device d = device_of(STORE_TOTP, "");
	struct store_account acct;
	long rows = fixture_rows(x);

	CHECK_OK(admin_enroll_ready(&x->admin, "ann", &d, &acct, &x->f),
		 &x->f);
	CHECK_STR(d.label, "phone");
	CHECK_STR(acct.name, "ann");
	d = device_of(STORE_HOTP, "");
	CHECK_OK(admin_enroll_ready(&x->admin, "ann", &d, &acct, &x->f),
		 &x->f);
	CHECK_STR(d.label, "token");
	CHECK_EQ(ready(x, "zoe", d), STATUS_NOT_FOUND);
	d.digits = 5;
	CHECK_EQ(ready(x, "ann", d), STATUS_INVALID);
	CHECK_EQ(ready(x, "ann", device_of(STORE_TOTP, "a:b")),
		 STATUS_INVALID);
	d = device_of(STORE_TOTP, "x");
	d.period = 14;
	CHECK_EQ(ready(x, "ann", d), STATUS_INVALID);
	CHECK_EQ(fixture_rows(x), rows);
}

static void
check_confirm(struct fixture *x)
{
	struct otp_device d = device_of(STORE_TOTP, "phone");
	int64_t moved = -7, step = device_step(x);
	SECRET(key);
	SECRET(code);

	otp_key_make(d.algorithm, &key);
	for (int64_t at = step - 3; at <= step + 3; at++) {
		bool near = at >= step - OTP_WINDOW && at <= step + OTP_WINDOW;

		device_code(x, &key, at, &code);
		moved = -7;
		CHECK_EQ(admin_enroll_confirm(&x->admin, &d, &key, &code,
					      &moved, &x->f),
			 near ? STATUS_OK : STATUS_REFUSED);
		CHECK_EQ(moved, near ? at : -7);
	}
	d = device_of(STORE_HOTP, "token");
	d.counter = 40;
	device_code(x, &key, 42, &code);
	CHECK_OK(admin_enroll_confirm(&x->admin, &d, &key, &code, &moved,
				      &x->f),
		 &x->f);
	CHECK_EQ(moved, 43);
	device_code(x, &key, 39, &code);
	CHECK_EQ(admin_enroll_confirm(&x->admin, &d, &key, &code, &moved,
				      &x->f),
		 STATUS_REFUSED);
	CHECK_OK(secret_set(&code, "not a code", 10, &x->f), &x->f);
	CHECK_EQ(admin_enroll_confirm(&x->admin, &d, &key, &code, &moved,
				      &x->f),
		 STATUS_REFUSED);
}

static void
check_add(struct fixture *x)
{
	struct admin_device d, again;
	struct otp_device other = device_of(STORE_TOTP, "phone");
	struct otp_device next = device_of(STORE_TOTP, "");
	struct store_account acct;
	bool codes = false;
	long rows;
	SECRET(key);
	SECRET(kept);
	CODE_SET(backup);
	CODE_SET(none);
	struct factor_env env = admin_factor_env(&x->admin);

	d = device_add(x, "ann", STORE_TOTP, "phone", &key, &backup, &codes);
	CHECK(codes);
	CHECK_EQ(device_backup_left(x, &d.account.id), CODE_BACKUP_COUNT);
	/* The step that confirmed it is spent. */
	CHECK_EQ(d.row.moved, device_step(x));
	CHECK(strncmp(fixture_last(x), "otp.enrolled success ", 21) == 0);
	CHECK(strstr(fixture_last(x), d.account.id.s) != NULL);
	CHECK(strstr(fixture_last(x), "\"backup\":\"new\"") != NULL);
	CHECK_OK(admin_enroll_find(&x->admin, "ann", "phone", &again, &x->f),
		 &x->f);
	CHECK_STR(again.row.id.s, d.row.id.s);
	CHECK_OK(otp_row_key(&env, &again.row, &kept, &x->f), &x->f);
	CHECK(secret_equal(&kept, &key));

	CHECK_EQ(ready(x, "ann", other), STATUS_CONFLICT);
	CHECK_OK(admin_enroll_ready(&x->admin, "ann", &next, &acct, &x->f),
		 &x->f);
	CHECK_STR(next.label, "phone 2");
	rows = fixture_rows(x);
	otp_key_make(other.algorithm, &kept);
	CHECK_EQ(admin_enroll_add(&x->admin, &acct.id, &other, &kept, 1,
				  &again, &none, &codes, &x->f),
		 STATUS_CONFLICT);
	CHECK_EQ(fixture_rows(x), rows);
	/* The codes that are left stay good. */
	d = device_add(x, "ann", STORE_HOTP, "token", &key, &none, &codes);
	CHECK(!codes);
	CHECK_EQ(d.row.moved, 1);
	CHECK_EQ(none.text[0].len, 0);
	CHECK(strstr(fixture_last(x), "backup") == NULL);
}

static void
check_names(struct fixture *x)
{
	struct admin_device d;
	char label[STORE_LABEL_SIZE + 1];
	long rows = fixture_rows(x);

	memset(label, 'x', sizeof(label) - 1);
	label[sizeof(label) - 1] = '\0';
	CHECK_EQ(admin_enroll_find(&x->admin, "ann", "none", &d, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_enroll_find(&x->admin, "ann", label, &d, &x->f),
		 STATUS_NOT_FOUND);
	/* Another's is not found. */
	CHECK_EQ(admin_enroll_find(&x->admin, "bob", "phone", &d, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
}

/* Two enroll at once: the later one hears of it as if it had been asked. */
static void
check_race(struct fixture *x)
{
	struct otp_device one = device_of(STORE_TOTP, "phone"), two = one;
	struct store_account acct;
	struct admin_device d;
	bool codes;
	SECRET(key);
	SECRET(other);
	CODE_SET(backup);

	otp_key_make(CRYPTO_SHA1, &key);
	otp_key_make(CRYPTO_SHA1, &other);
	CHECK_OK(admin_enroll_ready(&x->admin, "cat", &one, &acct, &x->f),
		 &x->f);
	CHECK_OK(admin_enroll_ready(&x->admin, "cat", &two, &acct, &x->f),
		 &x->f);
	CHECK_OK(admin_enroll_add(&x->admin, &acct.id, &one, &key, 1, &d,
				  &backup, &codes, &x->f),
		 &x->f);
	CHECK_EQ(admin_enroll_add(&x->admin, &acct.id, &two, &other, 1, &d,
				  &backup, &codes, &x->f),
		 STATUS_CONFLICT);
	CHECK_STR(x->f.text, "'cat' has a device or key 'phone' already: give "
			     "another --label");
	(void)device_remove(x, "cat", "phone");
}

static void
check_resync(struct fixture *x)
{
	struct admin_device d;
	bool codes;
	long rows;
	SECRET(key);
	SECRET(first);
	SECRET(second);
	CODE_SET(backup);

	d = device_add(x, "ann", STORE_HOTP, "token", &key, &backup, &codes);
	device_code(x, &key, 200, &first);
	device_code(x, &key, 202, &second);
	rows = fixture_rows(x);
	CHECK_EQ(admin_enroll_resync(&x->admin, "ann", "token", &first,
				     &second, &d, &x->f),
		 STATUS_REFUSED);
	CHECK_EQ(admin_enroll_resync(&x->admin, "ann", "token", &first, &first,
				     &d, &x->f),
		 STATUS_REFUSED);
	/* In the audit, and nowhere else. */
	CHECK_EQ(fixture_rows(x), rows + 2);
	CHECK(strncmp(fixture_last(x), "otp.resynced failure uid:1000 ", 30) ==
	      0);
	CHECK(strstr(fixture_last(x), "\"label\":\"token\"") != NULL);
	device_code(x, &key, 201, &second);
	CHECK_OK(admin_enroll_resync(&x->admin, "ann", "token", &first,
				     &second, &d, &x->f),
		 &x->f);
	CHECK_EQ(d.row.moved, 202);
	CHECK_OK(admin_enroll_find(&x->admin, "ann", "token", &d, &x->f),
		 &x->f);
	CHECK_EQ(d.row.moved, 202);
	CHECK(strncmp(fixture_last(x), "otp.resynced success ", 21) == 0);
	/* Never back. */
	CHECK_EQ(admin_enroll_resync(&x->admin, "ann", "token", &first,
				     &second, &d, &x->f),
		 STATUS_REFUSED);
	(void)device_add(x, "ann", STORE_TOTP, "phone", &key, &backup, &codes);
	CHECK_EQ(admin_enroll_resync(&x->admin, "ann", "phone", &first,
				     &second, &d, &x->f),
		 STATUS_CONFLICT);
}

static bool
count(void *ctx, const struct admin_device *d)
{
	CHECK(d->row.label[0] != '\0');
	CHECK_STR(d->row.account.s, d->account.id.s);
	return ++*(int *)ctx < 4;
}

static void
check_many(struct fixture *x)
{
	char label[24];
	int n = 0;
	bool codes;
	SECRET(key);
	CODE_SET(backup);

	CHECK_OK(admin_enroll_each(&x->admin, count, &n, &x->f), &x->f);
	CHECK_EQ(n, 2);
	for (int i = 0; i < OTP_DEVICES_MAX; i++) {
		(void)snprintf(label, sizeof(label), "d %d", i);
		(void)device_add(x, "bob", STORE_TOTP, label, &key, &backup,
				 &codes);
	}
	CHECK_EQ(ready(x, "bob", device_of(STORE_TOTP, "more")),
		 STATUS_REFUSED);
	n = 0;
	CHECK_OK(admin_enroll_each(&x->admin, count, &n, &x->f), &x->f);
	CHECK_EQ(n, 4);
}

static void
check_clock(struct fixture *x)
{
	STORE_TXN(txn);

	CHECK_OK(admin_begin(&x->admin, &txn, &x->f), &x->f);
	CHECK_OK(store_clock_see(x->store, x->admin.now + 86400, &x->f),
		 &x->f);
	CHECK_OK(admin_commit(&x->admin, &txn, &x->f), &x->f);
	CHECK_EQ(ready(x, "ann", device_of(STORE_TOTP, "late")),
		 STATUS_REFUSED);
	CHECK(strstr(x->f.text, "clock-accept") != NULL);
	CHECK_OK(ready(x, "ann", device_of(STORE_HOTP, "late")), &x->f);
}

/* Who is deleted has nothing left of it. */
static void
check_delete(struct fixture *x)
{
	struct store_account bob = device_account(x, "bob"), out;
	struct admin_devices all = { .n = 1 };

	CHECK_EQ(device_backup_left(x, &bob.id), CODE_BACKUP_COUNT);
	CHECK_OK(admin_account_delete(
			 &x->admin, "bob",
			 &(struct admin_deletion){ .days = 0,
						   .strategy = STORE_SOFT },
			 &out, &x->f),
		 &x->f);
	CHECK_OK(admin_devices_read(&x->admin, &bob.id, &all, &x->f), &x->f);
	CHECK_EQ(all.n, 0);
	CHECK_EQ(device_backup_left(x, &bob.id), 0);
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" }, bob = ann, cat = ann;
	struct store_account a;
	struct fixture x;

	bob.name = "bob";
	cat.name = "cat";
	fixture_start(&x, "enroll");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	CHECK_EQ(a.epoch, 1);
	CHECK_OK(admin_account_add(&x.admin, &bob, &a, &x.f), &x.f);
	check_ready(&x);
	check_confirm(&x);
	check_add(&x);
	check_names(&x);
	CHECK(!device_remove(&x, "ann", "phone"));
	CHECK(device_remove(&x, "ann", "token"));
	CHECK_OK(admin_account_add(&x.admin, &cat, &a, &x.f), &x.f);
	check_race(&x);
	check_resync(&x);
	check_many(&x);
	check_delete(&x);
	check_clock(&x);
	fixture_stop(&x);
	return test_done();
}
