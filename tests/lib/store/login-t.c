/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static struct store_login
login(unsigned n)
{
	struct store_login l = { .id = fixture_id(n),
				 .account = fixture_id(1),
				 .rule = fixture_id(7),
				 .at = NOW,
				 .ruid = 1000,
				 .leader = 4711,
				 .leader_start = INT64_MAX,
				 .uptime = 500 };

	(void)strcpy(l.tty, "pts/7");
	(void)strcpy(l.user, "user1");
	(void)strcpy(l.service, "sshd");
	(void)strcpy(l.source, "192.0.2.1");
	(void)strcpy(l.boot, fixture_id(8).s);
	(void)strcpy(l.factors, "password");
	l.org = fixture_id(51);
	(void)strcpy(l.impersonator, "root");
	return l;
}

static enum status
insert(struct store *s, const struct store_login *l)
{
	enum status st;

	ALONE(s, st, store_login_insert(s, l, &f));
	return st;
}

static enum status
consume(struct store *s, const struct id *id, int64_t now)
{
	enum status st;

	ALONE(s, st, store_login_consume(s, id, now, &f));
	return st;
}

static void
test_consume(struct store *s)
{
	struct store_login l = login(10), got = { .at = 0 };
	const struct id none = fixture_id(999);

	CHECK_EQ(insert(s, &l), STATUS_OK);
	CHECK_EQ(insert(s, &l), STATUS_CONFLICT);
	CHECK_OK(store_login_get(s, &l.id, &got, &f), &f);
	CHECK(memcmp(&l, &got, sizeof(l)) == 0);
	CHECK_EQ(consume(s, &l.id, 0), STATUS_INVALID);
	CHECK_EQ(consume(s, &l.id, NOW + 1), STATUS_OK);
	CHECK_EQ(consume(s, &l.id, NOW + 2), STATUS_LOST);
	CHECK_EQ(consume(s, &none, NOW), STATUS_NOT_FOUND);
	CHECK_OK(store_login_get(s, &l.id, &got, &f), &f);
	CHECK_EQ(got.consumed_at, NOW + 1);
	CHECK_EQ(store_login_get(s, &none, &got, &f), STATUS_NOT_FOUND);
	l = login(11);
	l.account = none;
	CHECK_EQ(insert(s, &l), STATUS_NOT_FOUND);
}

static void
test_prune(struct store *s)
{
	struct store_login l = login(20);
	enum status st;

	l.at = NOW - 100;
	l.rule.s[0] = '\0';
	CHECK_EQ(insert(s, &l), STATUS_OK);
	ALONE(s, st, store_login_prune(s, NOW - 100, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(store_login_get(s, &l.id, &l, &f), STATUS_OK);
	ALONE(s, st, store_login_prune(s, NOW - 99, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(store_login_get(s, &l.id, &l, &f), STATUS_NOT_FOUND);
	l = login(10);
	CHECK_EQ(store_login_get(s, &l.id, &l, &f), STATUS_OK);
}

struct found {
	char text[64];
	unsigned most;
};

static bool
collect(void *ctx, const struct store_login *l)
{
	struct found *n = ctx;

	(void)strcat(n->text, l->id.s + ID_LENGTH - 2);
	(void)strcat(n->text, " ");
	return --n->most > 0;
}

static void
recent(struct store *s, int64_t since, int64_t uptime, unsigned most,
       const char *expected)
{
	const struct id boot = fixture_id(8);
	struct found n = { .most = most };
	struct store_login_place p = { .account = fixture_id(2),
				       .boot = boot.s,
				       .since = since,
				       .uptime_since = uptime };

	CHECK_OK(store_login_list_recent(s, &p, collect, &n, &f), &f);
	CHECK_STR(n.text, expected);
}

/* Of one organization: those of the others go on. */
static void
test_void_org(struct store *s, const struct id *two)
{
	struct store_login l = login(38);
	enum status st;

	l.account = *two;
	l.org = fixture_id(52);
	CHECK_EQ(insert(s, &l), STATUS_OK);
	recent(s, 0, INT64_MIN, 9, "33 32 31 38 30 ");
	ALONE(s, st, store_login_void_org(s, &l.org, two, 0, &f));
	CHECK_EQ(st, STATUS_INVALID);
	ALONE(s, st, store_login_void_org(s, &l.org, two, NOW + 19, &f));
	CHECK_EQ(st, STATUS_OK);
	recent(s, 0, INT64_MIN, 9, "33 32 31 30 ");
	CHECK_EQ(consume(s, &l.id, NOW + 19), STATUS_LOST);
}

static void
test_recent(struct store *s)
{
	const struct id two = fixture_id(2);
	struct store_login l;
	enum status st;

	/* 30 to 33, a second apart, the third handed over. */
	for (unsigned i = 0; i < 4; i++) {
		l = login(30 + i);
		l.account = two;
		l.at = NOW + i;
		l.uptime = 500 + i;
		CHECK_EQ(insert(s, &l), STATUS_OK);
	}
	l.id = fixture_id(32);
	CHECK_EQ(consume(s, &l.id, NOW + 9), STATUS_OK);
	/* Of another boot, one good for none, one of somebody else. */
	l = login(34);
	l.account = two;
	(void)strcpy(l.boot, fixture_id(9).s);
	CHECK_EQ(insert(s, &l), STATUS_OK);
	l = login(35);
	l.account = two;
	l.uptime = -1;
	CHECK_EQ(insert(s, &l), STATUS_OK);
	l = login(36);
	CHECK_EQ(insert(s, &l), STATUS_OK);
	recent(s, 0, 0, 9, "33 32 31 30 ");
	recent(s, 0, INT64_MIN, 9, "33 32 31 30 ");
	recent(s, NOW + 2, 0, 9, "33 32 ");
	recent(s, 0, 503, 9, "33 ");
	recent(s, NOW + 4, 0, 9, "");
	recent(s, 0, 0, 2, "33 32 ");
	l.uptime = -2;
	l.id = fixture_id(37);
	CHECK_EQ(insert(s, &l), STATUS_INVALID);

	test_void_org(s, &two);
	ALONE(s, st, store_login_void(s, &two, 0, &f));
	CHECK_EQ(st, STATUS_INVALID);
	ALONE(s, st, store_login_void(s, &two, NOW + 20, &f));
	CHECK_EQ(st, STATUS_OK);
	recent(s, 0, INT64_MIN, 9, "");
	/* When one was handed over stays as it was. */
	l.id = fixture_id(32);
	CHECK_OK(store_login_get(s, &l.id, &l, &f), &f);
	CHECK_EQ(l.consumed_at, NOW + 9);
	CHECK_EQ(l.uptime, -1);
	l.id = fixture_id(33);
	CHECK_EQ(consume(s, &l.id, NOW + 21), STATUS_LOST);
	l.id = fixture_id(36);
	CHECK_OK(store_login_get(s, &l.id, &l, &f), &f);
	CHECK_EQ(l.uptime, 500);
	CHECK_EQ(consume(s, &l.id, NOW + 21), STATUS_OK);
}

/* One is good for no step-up any more; the others go on. */
static void
test_end(struct store *s)
{
	struct store_login l = login(60), got;
	const struct id none = fixture_id(999);
	enum status st;

	CHECK_EQ(insert(s, &l), STATUS_OK);
	l.id = fixture_id(61);
	CHECK_EQ(insert(s, &l), STATUS_OK);
	CHECK_EQ(store_login_end(s, &l.id, &f), STATUS_CONFLICT);
	ALONE(s, st, store_login_end(s, &l.id, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_login_get(s, &l.id, &got, &f), &f);
	CHECK_EQ(got.uptime, -1);
	CHECK_EQ(got.consumed_at, 0);
	l.id = fixture_id(60);
	CHECK_OK(store_login_get(s, &l.id, &got, &f), &f);
	CHECK_EQ(got.uptime, 500);
	ALONE(s, st, store_login_end(s, &none, &f));
	CHECK_EQ(st, STATUS_OK);
}

int
main(void)
{
	struct store *s = fixture_store("login");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_consume(s);
	test_prune(s);
	test_recent(s);
	test_end(s);
	store_close(s);
	return test_done();
}
