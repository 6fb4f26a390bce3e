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
				 .at = NOW };

	(void)strcpy(l.user, "user1");
	(void)strcpy(l.service, "sshd");
	(void)strcpy(l.source, "192.0.2.1");
	(void)strcpy(l.boot, fixture_id(8).s);
	(void)strcpy(l.factors, "password");
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

int
main(void)
{
	struct store *s = fixture_store("login");

	fixture_add_account(s, 1);
	test_consume(s);
	test_prune(s);
	store_close(s);
	return test_done();
}
