/* SPDX-License-Identifier: MIT */
/* Messages on their way out, with a clock that is moved. */
#include "admin/notify.h"

#include "admin/account.h"
#include "device.h"

static struct fixture x;

/* As if one had been set. */
static void
set_password(const char *name)
{
	struct store_account acct = device_account(&x, name);
	STORE_TXN(txn);

	CHECK_OK(admin_begin(&x.admin, &txn, &x.f), &x.f);
	CHECK_OK(admin_audit(&x.admin, "password.set", &acct.id,
			     (const struct audit_pair[ADMIN_PAIRS_MAX]){
				     { "by", "test" } },
			     &x.f),
		 &x.f);
	CHECK_OK(admin_commit(&x.admin, &txn, &x.f), &x.f);
}

static void
confirm(const char *name, const char *email)
{
	struct store_account a = device_account(&x, name);
	STORE_TXN(txn);

	(void)strcpy(a.email, email);
	a.email_at = x.admin.now;
	CHECK_OK(store_begin(x.store, &txn, &x.f), &x.f);
	CHECK_OK(store_account_update(x.store, &a, &x.f), &x.f);
	CHECK_OK(store_commit(&txn, &x.f), &x.f);
}

static int64_t
spread(bool command)
{
	int64_t n = -1;

	CHECK_OK(admin_notify_spread(&x.admin, command, &n, &x.f), &x.f);
	return n;
}

static enum status
claim(struct store_delivery *out)
{
	return admin_notify_claim(&x.admin, x.admin.now, out, &x.f);
}

static bool
find_one(void *ctx, const struct store_delivery *d)
{
	struct store_delivery *wanted = ctx;

	if (strcmp(d->message.s, wanted->message.s) != 0)
		return true;
	*wanted = *d;
	return false;
}

/* One that is claimed is nobody else's, until it was given up. */
static void
test_claim(void)
{
	struct store_delivery first, again, is;

	CHECK_EQ(spread(false), 0);
	CHECK_EQ(claim(&first), STATUS_NOT_FOUND);
	set_password("ann");
	CHECK_EQ(spread(false), 1);
	CHECK_EQ(claim(&first), STATUS_NOT_FOUND);
	confirm("ann", "ann@example.org");
	set_password("ann");
	CHECK_EQ(spread(false), 1);
	CHECK_EQ(spread(false), 0);
	CHECK_OK(claim(&first), &x.f);
	CHECK_EQ(first.channel, STORE_MAIL);
	CHECK_EQ(first.attempts, 1);
	CHECK_EQ(claim(&again), STATUS_NOT_FOUND);
	x.admin.now += ADMIN_NOTIFY_CLAIM - 1;
	CHECK_EQ(claim(&again), STATUS_NOT_FOUND);
	x.admin.now += 1;
	CHECK_OK(claim(&again), &x.f);
	CHECK_EQ(again.attempts, 2);
	/* Who gave it up for lost comes too late. */
	CHECK_EQ(admin_notify_end(&x.admin, &first, NULL, &is, &x.f),
		 STATUS_LOST);
	CHECK_OK(admin_notify_end(&x.admin, &again, "no\nroute", &is, &x.f),
		 &x.f);
	CHECK_EQ(is.state, STORE_DELIVERY_WAITING);
	CHECK_EQ(is.next_at, x.admin.now + 300);
	CHECK_STR(is.last, "no\\x0aroute");
	x.admin.now += 300;
	CHECK_OK(claim(&again), &x.f);
	CHECK_OK(admin_notify_end(&x.admin, &again, NULL, &is, &x.f), &x.f);
	CHECK_EQ(is.state, STORE_DELIVERY_DONE);
	CHECK_STR(is.last, "");
	CHECK_EQ(claim(&again), STATUS_NOT_FOUND);
}

/* More than one batch; a command hears of all, a webhook of what it chose. */
static void
test_many(void)
{
	const struct admin_webhook_new n = { .url = "https://h/",
					     .events = "factor.added" };
	struct store_delivery d, is;
	struct store_webhook w;
	int64_t made = 0;
	SECRET(key);
	SECRET(back);

	CHECK_OK(admin_webhook_add(&x.admin, &n, &w, &key, &x.f), &x.f);
	CHECK_OK(admin_webhook_secret(&x.admin, &w, &back, &x.f), &x.f);
	CHECK(secret_equal(&key, &back));
	for (int i = 0; i < 70; i++)
		set_password("bob");
	CHECK_EQ(spread(true), 70);
	while (claim(&d) == STATUS_OK) {
		made += d.channel == STORE_COMMAND;
		CHECK_EQ(d.channel, STORE_COMMAND);
		CHECK_OK(admin_notify_end(&x.admin, &d, NULL, &is, &x.f),
			 &x.f);
	}
	CHECK_EQ(made, 70);
	CHECK_OK(admin_webhook_remove(&x.admin, w.id.s, &w, &x.f), &x.f);
}

/* What was put off by a clock that was ahead is due at once. */
static void
test_ahead(void)
{
	struct store_delivery d, is;

	set_password("ann");
	x.admin.now += 1000000;
	CHECK_EQ(spread(false), 1);
	CHECK_OK(claim(&d), &x.f);
	CHECK_OK(admin_notify_end(&x.admin, &d, "later", &is, &x.f), &x.f);
	CHECK_EQ(claim(&d), STATUS_NOT_FOUND);
	x.admin.now -= 1000000;
	CHECK_OK(claim(&d), &x.f);
	CHECK_OK(admin_notify_end(&x.admin, &d, NULL, &is, &x.f), &x.f);
}

/* A seal that is none is told of, and does not keep the others back. */
static void
test_broken(void)
{
	struct store_account ann = device_account(&x, "ann");
	struct store_message m = { .at = x.admin.now,
				   .account = ann.id,
				   .event = "email.requested",
				   .sealed = { 1, 2, 3 },
				   .sealed_len = 3 };
	struct store_delivery d = { .id.s = "" }, good;
	STORE_TXN(txn);

	crypto_id(x.admin.now, &m.id);
	CHECK_OK(store_begin(x.store, &txn, &x.f), &x.f);
	CHECK_OK(store_message_insert(x.store, &m, &x.f), &x.f);
	CHECK_OK(store_commit(&txn, &x.f), &x.f);
	set_password("ann");
	CHECK_EQ(spread(false), 2);
	CHECK_OK(claim(&good), &x.f);
	CHECK(strcmp(good.message.s, m.id.s) != 0);
	CHECK_OK(admin_notify_end(&x.admin, &good, NULL, &good, &x.f), &x.f);
	d.message = m.id;
	CHECK_OK(store_delivery_list(x.store, STORE_DELIVERY_DEAD, find_one,
				     &d, &x.f),
		 &x.f);
	CHECK_EQ(d.state, STORE_DELIVERY_DEAD);
	CHECK(d.last[0] != '\0');
}

/* Removed while it is being posted to. */
static void
test_removed(void)
{
	const struct admin_webhook_new n = { .url = "https://h/",
					     .events = "" };
	struct store_delivery d, is;
	struct store_webhook w;
	int64_t replayed = -1;
	SECRET(key);

	CHECK_OK(admin_webhook_add(&x.admin, &n, &w, &key, &x.f), &x.f);
	set_password("bob");
	CHECK_EQ(spread(false), 1);
	CHECK_OK(claim(&d), &x.f);
	CHECK_OK(admin_webhook_remove(&x.admin, w.id.s, &w, &x.f), &x.f);
	CHECK_OK(admin_notify_end(&x.admin, &d, "nobody there", &is, &x.f),
		 &x.f);
	CHECK_EQ(is.state, STORE_DELIVERY_DEAD);
	CHECK_EQ(admin_notify_replay(&x.admin, d.id.s, &replayed, &x.f),
		 STATUS_REFUSED);
	CHECK_OK(admin_notify_replay(&x.admin, NULL, &replayed, &x.f), &x.f);
	CHECK_EQ(replayed, 0);
}

static void
test_news(void)
{
	char address[STORE_EMAIL_SIZE];
	struct store_delivery d, is;
	struct notify_news n;
	SECRET(code);

	set_password("ann");
	CHECK_EQ(spread(false), 1);
	CHECK_OK(claim(&d), &x.f);
	CHECK_OK(admin_notify_news(&x.admin, &d.message, &n, &x.f), &x.f);
	CHECK_STR(n.user, "ann");
	CHECK_STR(n.actor, "uid:1000");
	CHECK_STR(n.audit.action, "password.set");
	CHECK_STR(n.host, "host");
	CHECK_OK(admin_notify_address(&x.admin, &n.message, address, &code,
				      &x.f),
		 &x.f);
	CHECK_STR(address, "ann@example.org");
	CHECK_EQ(code.len, 0);
	n.message.account.s[0] = '\0';
	CHECK_EQ(admin_notify_address(&x.admin, &n.message, address, &code,
				      &x.f),
		 STATUS_REFUSED);
	CHECK_OK(admin_notify_end(&x.admin, &d, NULL, &is, &x.f), &x.f);
	CHECK_STR(admin_channel_name(d.channel), "mail");
	CHECK_STR(admin_delivery_name(is.state), "done");
}

int
main(void)
{
	struct admin_account_new ann = { .name = "ann" },
				 bob = { .name = "bob" };
	struct store_account made;

	fixture_start(&x, "notify");
	CHECK_OK(admin_account_add(&x.admin, &ann, &made, &x.f), &x.f);
	CHECK_OK(admin_account_add(&x.admin, &bob, &made, &x.f), &x.f);
	test_claim();
	test_many();
	test_ahead();
	test_removed();
	test_news();
	test_broken();
	fixture_stop(&x);
	return test_done();
}
