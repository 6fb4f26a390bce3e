/* SPDX-License-Identifier: MIT */
#include "admin/trust.h"

#include "admin/account.h"
#include "admin/life.h"
#include "admin/password.h"
#include "base/text.h"
#include "device.h"

static struct id
trust(struct fixture *x, const char *name, const char *shown)
{
	struct store_account a = device_account(x, name);
	struct store_trust t = { .account = a.id,
				 .kind = STORE_TRUST_ADDRESS,
				 .epoch = a.epoch,
				 .created_at = x->admin.now,
				 .used_at = x->admin.now };
	STORE_TXN(txn);

	crypto_id(x->admin.now, &t.id);
	(void)text_copy(t.shown, sizeof(t.shown), shown);
	crypto_digest(shown, strlen(shown), t.binding);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_trust_put(x->store, &t, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return t.id;
}

static bool
count(void *ctx, const struct store_trust *t)
{
	(void)t;
	++*(int *)ctx;
	return true;
}

/* How many of NAME's are left; NULL: of everybody's. */
static int
left(struct fixture *x, const char *name)
{
	struct store_account a = { .name = "" };
	int n = 0;

	if (name != NULL)
		a = device_account(x, name);
	CHECK_OK(admin_trust_list(&x->admin, name == NULL ? NULL : &a.id,
				  count, &n, &x->f),
		 &x->f);
	return n;
}

/* A login of NAME just now, handed over or not yet. */
static struct id
login(struct fixture *x, const char *name, bool spent)
{
	struct store_login l = { .account = device_account(x, name).id,
				 .at = x->admin.now,
				 .consumed_at = spent ? x->admin.now : 0,
				 .uptime = 500 };
	STORE_TXN(txn);

	(void)text_copy(l.user, sizeof(l.user), name);
	(void)text_copy(l.boot, sizeof(l.boot), "boot");
	crypto_id(x->admin.now, &l.id);
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_login_insert(x->store, &l, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	return l.id;
}

/* Good for nothing any more: no hand-over, no step-up. */
static bool
is_void(struct fixture *x, const struct id *id)
{
	struct store_login l = { .uptime = 0 };

	CHECK_OK(store_login_get(x->store, id, &l, &x->f), &x->f);
	return l.consumed_at != 0 && l.uptime == -1;
}

/* Whatever ends the trust of the past ends what it has proved, too. */
static void
check_logins(struct fixture *x)
{
	struct admin_account_new eve = { .name = "eve" };
	struct store_account out;
	int64_t dropped;
	bool flag;
	SECRET(key);
	CODE_SET(backup);

	CHECK_OK(admin_account_add(&x->admin, &eve, &out, &x->f), &x->f);
	for (int what = 0; what < 5; what++) {
		const char *name = what < 3 ? "eve" : "eva";
		struct id new_one = login(x, name, false);
		struct id spent = login(x, name, true);
		struct id other = login(x, "ann", false);
		int64_t epoch = device_account(x, name).epoch;

		(void)trust(x, name, "192.0.2.9");
		if (what == 0) {
			CHECK_OK(admin_trust_revoke_all(&x->admin, "eve",
							&dropped, &out, &x->f),
				 &x->f);
		} else if (what == 1) {
			(void)device_add(x, "eve", STORE_TOTP, "phone", &key,
					 &backup, &flag);
			(void)device_remove(x, "eve", "phone");
		} else if (what == 2) {
			CHECK_OK(admin_account_rename(&x->admin, "eve", "eva",
						      &out, &x->f),
				 &x->f);
			name = "eva";
		} else if (what == 3) {
			CHECK_OK(admin_account_disable(&x->admin, "eva",
						       "away", &out, &x->f),
				 &x->f);
			CHECK_EQ(out.epoch, epoch + 1);
			CHECK_OK(admin_account_enable(&x->admin, "eva", &out,
						      &x->f),
				 &x->f);
		} else {
			CHECK_OK(admin_account_delete(
					 &x->admin, "eva",
					 &(struct admin_deletion){
						 .days = 7,
						 .strategy = STORE_SOFT },
					 &out, &x->f),
				 &x->f);
		}
		CHECK(is_void(x, &new_one));
		CHECK(is_void(x, &spent));
		CHECK(!is_void(x, &other));
		CHECK_EQ(left(x, name), 0);
		CHECK_EQ(device_account(x, name).epoch, epoch + 1);
	}
}

static void
check_revoke(struct fixture *x)
{
	struct id first = trust(x, "ann", "192.0.2.1");
	struct store_account was = device_account(x, "ann"), out;
	struct store_trust t;
	int64_t dropped = -1;
	long rows;

	(void)trust(x, "ann", "192.0.2.2");
	(void)trust(x, "ann", "192.0.2.3");
	(void)trust(x, "bob", "192.0.2.1");
	CHECK_EQ(left(x, "ann"), 3);
	CHECK_EQ(left(x, NULL), 4);
	CHECK_OK(admin_trust_revoke(&x->admin, first.s, &t, &x->f), &x->f);
	CHECK_STR(t.shown, "192.0.2.1");
	CHECK_STR(t.account.s, was.id.s);
	CHECK_EQ(left(x, "ann"), 2);
	CHECK_EQ(device_account(x, "ann").epoch, was.epoch);
	CHECK(strncmp(fixture_last(x), "trust.revoked success ", 22) == 0);
	CHECK(strstr(fixture_last(x), was.id.s) != NULL);
	rows = fixture_rows(x);
	CHECK_EQ(admin_trust_revoke(&x->admin, first.s, &t, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_trust_revoke(&x->admin, "", &t, &x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(admin_trust_revoke_all(&x->admin, "zoe", &dropped, &out,
					&x->f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fixture_rows(x), rows);
	CHECK_OK(admin_trust_revoke_all(&x->admin, "ann", &dropped, &out,
					&x->f),
		 &x->f);
	CHECK_EQ(dropped, 2);
	CHECK_EQ(out.epoch, was.epoch + 1);
	CHECK_EQ(left(x, "ann"), 0);
	CHECK_EQ(left(x, "bob"), 1);
}

/* A new password, and a device that goes, end the trust of the past. */
static void
check_ends(struct fixture *x)
{
	struct store_account was = device_account(x, "ann"), out;
	bool flag;
	SECRET(word);
	SECRET(key);
	CODE_SET(backup);

	(void)trust(x, "ann", "192.0.2.1");
	CHECK_OK(secret_set(&word, "correct horse 7", 15, &x->f), &x->f);
	CHECK_OK(admin_password_set(&x->admin, "ann", &word, false, &out,
				    &x->f),
		 &x->f);
	CHECK_EQ(out.epoch, was.epoch + 1);
	CHECK_EQ(left(x, "ann"), 0);
	(void)device_add(x, "ann", STORE_TOTP, "phone", &key, &backup, &flag);
	(void)trust(x, "ann", "192.0.2.1");
	CHECK_EQ(left(x, "ann"), 1);
	(void)device_remove(x, "ann", "phone");
	CHECK_EQ(left(x, "ann"), 0);
	CHECK_EQ(device_account(x, "ann").epoch, was.epoch + 2);
	CHECK_OK(admin_account_delete(
			 &x->admin, "bob",
			 &(struct admin_deletion){ .days = 0,
						   .strategy = STORE_SOFT },
			 &out, &x->f),
		 &x->f);
	CHECK_EQ(left(x, NULL), 0);
}

/* What is of an earlier epoch is not shown: it stands for nothing. */
static void
check_epoch(struct fixture *x)
{
	struct store_account a;
	STORE_TXN(txn);

	(void)trust(x, "ann", "192.0.2.7");
	CHECK_EQ(left(x, "ann"), 1);
	a = device_account(x, "ann");
	a.epoch++;
	CHECK_OK(store_begin(x->store, &txn, &x->f), &x->f);
	CHECK_OK(store_account_update(x->store, &a, &x->f), &x->f);
	CHECK_OK(store_commit(&txn, &x->f), &x->f);
	CHECK_EQ(left(x, "ann"), 0);
	CHECK_EQ(left(x, NULL), 0);
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" }, bob = ann;
	struct store_account a;
	struct fixture x;

	bob.name = "bob";
	fixture_start(&x, "trust");
	CHECK_OK(admin_account_add(&x.admin, &ann, &a, &x.f), &x.f);
	CHECK_OK(admin_account_add(&x.admin, &bob, &a, &x.f), &x.f);
	check_revoke(&x);
	check_ends(&x);
	check_epoch(&x);
	check_logins(&x);
	fixture_stop(&x);
	return test_done();
}
