/* SPDX-License-Identifier: MIT */
/* What is pruned of the audit, and that the rest is proved as ever. */
#include "admin/audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "admin/account.h"
#include "admin/chain.h"
#include "audit/verify.h"
#include "fixture.h"
#include "store/audit.h"

#define DAY ((int64_t)86400)

static bool
walk_survey(void *ctx, const struct store_audit *row)
{
	return verify_survey(ctx, row, NULL) == STATUS_OK;
}

static bool
walk_row(void *ctx, const struct store_audit *row)
{
	verify_row(ctx, row);
	return true;
}

static enum status
each_host(struct fixture *x, struct verify *v,
	  bool (*each)(void *ctx, const struct store_audit *))
{
	char host[STORE_HOST_SIZE] = "";
	enum status st;

	while ((st = store_audit_host(x->store, host, host, &x->f)) ==
	       STATUS_OK)
		if ((st = store_audit_walk(x->store, host, 0, 0, each, v,
					   &x->f)) != STATUS_OK)
			return st;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* How many rows KEY proves, of a chain without any finding; -1. */
static int64_t
proved(struct fixture *x, const struct secret *key, int64_t start)
{
	AUTO_VERIFY *v = verify_new();
	char said[VERIFY_SAID_SIZE];
	SECRET(text);

	crypto_audit_text(key, start, &text);
	if (verify_key_add(v, &text, &x->f) != STATUS_OK ||
	    each_host(x, v, walk_survey) != STATUS_OK ||
	    verify_surveyed(v, &x->f) != STATUS_OK ||
	    each_host(x, v, walk_row) != STATUS_OK)
		return -1;
	verify_finish(v);
	if (v->findings == 0)
		return v->key[0].proved;
	verify_say(&v->finding[0], said);
	test_note("%s", said);
	return -1;
}

/* N rows, one a day. */
static void
days(struct fixture *x, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		x->admin.now += DAY;
		CHECK_OK(admin_audit_keep(&x->admin, 400 * DAY, &x->f), &x->f);
	}
}

static enum status
prune(struct fixture *x, int64_t age, int64_t *gone)
{
	struct admin_audit_prune p = { .before = x->admin.now - age };

	return admin_audit_prune(&x->admin, &p, gone, &x->f);
}

static void
begin(struct fixture *x, struct secret *key, struct audit_new_key *made)
{
	CHECK_OK(admin_chain_begin(&x->admin, false, key, made, &x->f), &x->f);
	CHECK_OK(admin_chain_settle(&x->admin, &x->f), &x->f);
}

static void
kept(struct fixture *x)
{
	int64_t seconds = -1;

	CHECK_OK(admin_audit_kept(&x->admin, &seconds, &x->f), &x->f);
	CHECK_EQ(seconds, 0);
	CHECK_OK(admin_audit_keep(&x->admin, 400 * DAY, &x->f), &x->f);
	CHECK_STR(fixture_last(x), "audit.retention success uid:1000 - "
				   "{\"seconds\":\"34560000\"}");
	CHECK_OK(admin_audit_kept(&x->admin, &seconds, &x->f), &x->f);
	CHECK_EQ(seconds, 400 * DAY);
	CHECK(admin_audit_keep(&x->admin, 29 * DAY, &x->f) == STATUS_INVALID);
	CHECK_OK(admin_audit_keep(&x->admin, 0, &x->f), &x->f);
}

static void
unchained(void)
{
	struct fixture x;
	int64_t gone = -1, rows;

	fixture_start(&x, "unchained");
	kept(&x);
	days(&x, 100);
	rows = fixture_rows(&x);
	CHECK(prune(&x, 29 * DAY, &gone) == STATUS_INVALID);
	CHECK_OK(prune(&x, 200 * DAY, &gone), &x.f);
	CHECK_EQ(gone, 0);
	CHECK_EQ(fixture_rows(&x), rows);
	CHECK_OK(prune(&x, 60 * DAY, &gone), &x.f);
	CHECK_EQ(gone, rows - 61);
	/* And the row that says so. */
	CHECK_EQ(fixture_rows(&x), 62);
	CHECK_OK(prune(&x, 60 * DAY, &gone), &x.f);
	CHECK_EQ(gone, 0);
	fixture_stop(&x);
}

static void
chained(void)
{
	struct audit_new_key made;
	struct fixture x;
	int64_t gone, all = 0;
	SECRET(key);

	fixture_start(&x, "chained");
	days(&x, 3);
	begin(&x, &key, &made);
	days(&x, 100);
	CHECK_EQ(proved(&x, &key, made.start), 101);
	/* Again and again, as gc does. */
	for (int i = 0; i < 5; i++) {
		days(&x, 10);
		CHECK_OK(prune(&x, 90 * DAY, &gone), &x.f);
		all += gone;
		CHECK(proved(&x, &key, made.start) > 0);
	}
	CHECK(all > 50);
	/* All but the newest are old. */
	x.admin.now += 1000 * DAY;
	CHECK_OK(prune(&x, 90 * DAY, &gone), &x.f);
	CHECK_EQ(proved(&x, &key, made.start), 2);
	days(&x, 3);
	CHECK_EQ(proved(&x, &key, made.start), 5);
	fixture_stop(&x);
}

/* More than one transaction's. */
static void
batches(void)
{
	struct audit_new_key made;
	struct fixture x;
	struct admin_audit_prune p = { .dry = true };
	int64_t gone, would;
	unsigned bad = 0;
	SECRET(key);

	fixture_start(&x, "batches");
	begin(&x, &key, &made);
	for (int i = 0; i < 2500; i++)
		bad += admin_audit_keep(&x.admin, 0, &x.f) != STATUS_OK;
	CHECK_EQ(bad, 0);
	days(&x, 60);
	p.before = x.admin.now - 50 * DAY;
	CHECK_OK(admin_audit_prune(&x.admin, &p, &would, &x.f), &x.f);
	CHECK(would > 2500);
	CHECK_OK(prune(&x, 50 * DAY, &gone), &x.f);
	CHECK_EQ(gone, would);
	CHECK(proved(&x, &key, made.start) > 50);
	fixture_stop(&x);
}

/* Up to where something is missing, and not over it. */
static void
broken(void)
{
	struct audit_new_key made;
	struct fixture x;
	struct admin_audit_prune p = { .broken = true };
	struct fault why;
	int64_t gone = 0, last;
	SECRET(key);
	STORE_TXN(txn);

	fixture_start(&x, "broken");
	begin(&x, &key, &made);
	days(&x, 100);
	/* As if somebody had taken a row out: the stump forgets one. */
	CHECK_OK(prune(&x, 90 * DAY, &gone), &x.f);
	CHECK_OK(store_begin(x.store, &txn, &x.f), &x.f);
	CHECK_OK(store_audit_last(x.store, made.host, &last, &x.f), &x.f);
	CHECK_OK(store_audit_prune(x.store, made.host, 20, &gone, &x.f), &x.f);
	CHECK_OK(store_commit(&txn, &x.f), &x.f);
	CHECK(prune(&x, 40 * DAY, &gone) == STATUS_REFUSED);
	CHECK_EQ(gone, 0);
	CHECK(proved(&x, &key, made.start) < 0);
	p.before = x.admin.now - 40 * DAY;
	CHECK_OK(admin_audit_prune(&x.admin, &p, &gone, &why), &why);
	CHECK(gone > 0);
	CHECK(strstr(fixture_last(&x), "\"broken\":\"yes\"") != NULL);
	fixture_stop(&x);
}

/* A row by a clock that was ahead holds nothing up, nor is it gone before
 * those behind it are old. */
static void
ahead(void)
{
	struct audit_new_key made;
	struct fixture x;
	int64_t gone = -1, now;
	SECRET(key);

	fixture_start(&x, "ahead");
	begin(&x, &key, &made);
	days(&x, 50);
	now = x.admin.now;
	x.admin.now += 30000 * DAY;
	CHECK_OK(admin_audit_keep(&x.admin, 0, &x.f), &x.f);
	x.admin.now = now;
	days(&x, 50);
	CHECK_OK(prune(&x, 55 * DAY, &gone), &x.f);
	CHECK(gone < 50);
	CHECK_OK(prune(&x, 50 * DAY, &gone), &x.f);
	CHECK(gone <= 5);
	CHECK(proved(&x, &key, made.start) > 51);
	CHECK_OK(prune(&x, 40 * DAY, &gone), &x.f);
	CHECK_EQ(gone, 11);
	CHECK(strstr(fixture_last(&x), "\"newest\":\"20") != NULL);
	CHECK(proved(&x, &key, made.start) > 40);
	fixture_stop(&x);
}

static void
told(void)
{
	struct fixture x;
	bool tell = false;

	fixture_start(&x, "told");
	CHECK_OK(admin_audit_tell(&x.admin, 5, &tell, &x.f), &x.f);
	CHECK(tell);
	x.admin.now += 700;
	CHECK_OK(admin_audit_tell(&x.admin, 5, &tell, &x.f), &x.f);
	CHECK(!tell);
	CHECK_OK(admin_audit_tell(&x.admin, 6, &tell, &x.f), &x.f);
	CHECK(tell);
	x.admin.now += 500;
	CHECK_OK(admin_audit_tell(&x.admin, 7, &tell, &x.f), &x.f);
	CHECK(!tell);
	/* By a clock that was ahead. */
	x.admin.now -= 5000;
	CHECK_OK(admin_audit_tell(&x.admin, 7, &tell, &x.f), &x.f);
	CHECK(tell);
	fixture_stop(&x);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	unchained();
	chained();
	batches();
	broken();
	ahead();
	told();
	return test_done();
}
