/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static struct store_session
session(unsigned n, unsigned account, int64_t at)
{
	struct store_session row = { .id = fixture_id(n),
				     .account = fixture_id(account),
				     .pid = 4711,
				     .pid_start = INT64_MAX,
				     .opened_at = at };

	(void)strcpy(row.service, "sshd");
	(void)strcpy(row.tty, "pts/0");
	(void)strcpy(row.rhost, "2001:db8::1");
	(void)strcpy(row.factors, "password");
	(void)strcpy(row.host, "host.example.org");
	(void)strcpy(row.boot, fixture_id(8).s);
	row.org = fixture_id(50 + account);
	(void)strcpy(row.impersonator, "root");
	(void)strcpy(row.logind, "c12");
	row.ends_at = at + 1800;
	row.idle = 900;
	return row;
}

static enum status
insert(struct store *s, const struct store_session *row)
{
	enum status st;

	ALONE(s, st, store_session_insert(s, row, &f));
	return st;
}

static enum status
end(struct store *s, const struct id *id, int64_t now)
{
	enum status st;

	ALONE(s, st, store_session_close(s, id, "closed", now, &f));
	return st;
}

struct ids {
	char text[64];
	unsigned most;
};

static bool
collect(void *ctx, const struct store_session *row)
{
	struct ids *n = ctx;

	(void)strcat(n->text, row->id.s + ID_LENGTH - 2);
	(void)strcat(n->text, " ");
	return --n->most > 0;
}

static void
lists(struct store *s, unsigned account, bool open_only, unsigned most,
      const char *expected)
{
	const struct id id = fixture_id(account);
	struct ids n = { .most = most };

	CHECK_OK(store_session_list(s, account == 0 ? NULL : &id, open_only,
				    collect, &n, &f),
		 &f);
	CHECK_STR(n.text, expected);
}

static void
test_close(struct store *s)
{
	struct store_session row = session(10, 1, NOW), got = { .pid = 0 };
	const struct id none = fixture_id(999);

	CHECK_EQ(insert(s, &row), STATUS_OK);
	CHECK_OK(store_session_get(s, &row.id, &got, &f), &f);
	CHECK(memcmp(&row, &got, sizeof(row)) == 0);
	CHECK_EQ(end(s, &none, NOW), STATUS_NOT_FOUND);
	CHECK_EQ(end(s, &row.id, 0), STATUS_INVALID);
	CHECK_EQ(end(s, &row.id, NOW + 9), STATUS_OK);
	CHECK_EQ(end(s, &row.id, NOW + 10), STATUS_LOST);
	CHECK_OK(store_session_get(s, &row.id, &got, &f), &f);
	CHECK_EQ(got.closed_at, NOW + 9);
	CHECK_STR(got.ended, "closed");
	CHECK(got.gone);
	CHECK_EQ(store_session_get(s, &none, &got, &f), STATUS_NOT_FOUND);
	row = session(11, 999, NOW);
	CHECK_EQ(insert(s, &row), STATUS_NOT_FOUND);
}

static void
test_list(struct store *s)
{
	struct store_session row = session(20, 1, NOW + 1);

	CHECK_EQ(insert(s, &row), STATUS_OK);
	row = session(21, 2, NOW + 3);
	CHECK_EQ(insert(s, &row), STATUS_OK);
	row = session(22, 2, NOW + 2);
	row.login = fixture_id(5); /* long forgotten */
	CHECK_EQ(insert(s, &row), STATUS_OK);
	CHECK_EQ(end(s, &row.id, NOW + 5), STATUS_OK);
	lists(s, 0, false, 9, "21 22 20 10 ");
	lists(s, 0, true, 9, "21 20 ");
	lists(s, 1, false, 9, "20 10 ");
	lists(s, 2, true, 9, "21 ");
	lists(s, 3, false, 9, "");
	lists(s, 0, false, 2, "21 22 ");
}

static void
test_close_all(struct store *s)
{
	const struct id one = fixture_id(1), two = fixture_id(2),
			except = fixture_id(30);
	struct store_session row;
	int64_t closed = 77;
	enum status st;

	for (unsigned i = 0; i < 3; i++) {
		row = session(30 + i, 2, NOW + 30 + i);
		CHECK_EQ(insert(s, &row), STATUS_OK);
	}
	ALONE(s, st,
	      store_session_close_all(s, &two, NULL, "deleted", 0, &closed,
				      &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(closed, 77);
	ALONE(s, st,
	      store_session_close_all(s, &two, &except, "password", NOW + 40,
				      &closed, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(closed, 3); /* 21, 31, 32 */
	lists(s, 2, true, 9, "30 ");
	/* What was closed before stays as it was; so do other people's. */
	row.id = fixture_id(22);
	CHECK_OK(store_session_get(s, &row.id, &row, &f), &f);
	CHECK_EQ(row.closed_at, NOW + 5);
	lists(s, 1, true, 9, "20 ");
	ALONE(s, st,
	      store_session_close_all(s, &two, NULL, "deleted", NOW + 41,
				      &closed, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(closed, 1);
	CHECK_OK(store_session_get(s, &except, &row, &f), &f);
	CHECK_EQ(row.closed_at, NOW + 41);
	CHECK_STR(row.ended, "deleted");
	ALONE(s, st,
	      store_session_close_all(s, &one, &two, "revoked", NOW + 42,
				      &closed, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(closed, 1);
}

static void
left(struct store *s, const struct id *account, const char *expected)
{
	struct ids n = { .most = 9 };

	CHECK_OK(store_session_list_left(s, account, collect, &n, &f), &f);
	CHECK_STR(n.text, expected);
}

/* A row that is closed says nothing of what runs. */
static void
test_left(struct store *s)
{
	const struct id one = fixture_id(1), wanted = fixture_id(30);
	struct store_session row = { .gone = true };
	enum status st;

	left(s, NULL, "32 31 30 21 20 ");
	left(s, &one, "20 ");
	ALONE(s, st, store_session_gone(s, &row.id, &f));
	CHECK_EQ(st, STATUS_OK);
	row.id = fixture_id(31);
	ALONE(s, st, store_session_gone(s, &row.id, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_session_gone(s, &row.id, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_session_kill(s, &wanted, &f));
	CHECK_EQ(st, STATUS_OK);
	left(s, NULL, "32 30 21 20 ");
	CHECK_OK(store_session_get(s, &wanted, &row, &f), &f);
	CHECK(row.kill && !row.gone);
	CHECK_STR(row.ended, "deleted");
}

/* One process, and two people who it is. */
static void
test_shared(struct store *s)
{
	struct store_session mine = session(60, 1, NOW), his;
	bool shared = true;
	enum status st;

	mine.pid = 77;
	his = mine;
	his.id = fixture_id(61);
	CHECK_EQ(insert(s, &mine), STATUS_OK);
	CHECK_EQ(insert(s, &his), STATUS_OK);
	CHECK_OK(store_session_shared(s, &mine, &shared, &f), &f);
	CHECK(!shared);
	his.id = fixture_id(62);
	his.account = fixture_id(2);
	CHECK_EQ(insert(s, &his), STATUS_OK);
	CHECK_OK(store_session_shared(s, &mine, &shared, &f), &f);
	CHECK(shared);
	his.pid_start--;
	CHECK_OK(store_session_shared(s, &his, &shared, &f), &f);
	CHECK(!shared);
	CHECK_EQ(end(s, &his.id, NOW + 1), STATUS_OK);
	CHECK_OK(store_session_shared(s, &mine, &shared, &f), &f);
	CHECK(!shared);
	for (unsigned i = 60; i < 62; i++) {
		const struct id id = fixture_id(i);

		ALONE(s, st, store_session_close(s, &id, "gone", NOW, &f));
		CHECK_EQ(st, STATUS_OK);
	}
}

/* Those in which an organization is active, and no others. */
static void
test_close_org(struct store *s)
{
	const struct id one = fixture_id(1), org1 = fixture_id(51),
			org2 = fixture_id(52), none = { .s = "" };
	struct store_session row;
	int64_t closed = 77;
	enum status st;

	for (unsigned i = 0; i < 4; i++) {
		row = session(40 + i, 1 + i % 2, NOW + 40 + i);
		row.org = i == 3 ? none : org1;
		CHECK_EQ(insert(s, &row), STATUS_OK);
	}
	ALONE(s, st, store_session_close_org(s, &org1, NULL, 0, &closed, &f));
	CHECK_EQ(st, STATUS_INVALID);
	CHECK_EQ(closed, 77);
	ALONE(s, st,
	      store_session_close_org(s, &org2, NULL, NOW + 50, &closed, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(closed, 0);
	ALONE(s, st,
	      store_session_close_org(s, &none, NULL, NOW + 50, &closed, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(closed, 0);
	ALONE(s, st,
	      store_session_close_org(s, &org1, &one, NOW + 50, &closed, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(closed, 2);
	lists(s, 0, true, 9, "43 41 ");
	ALONE(s, st,
	      store_session_close_org(s, &org1, NULL, NOW + 51, &closed, &f));
	CHECK_EQ(closed, 1);
	row.id = fixture_id(41);
	CHECK_OK(store_session_get(s, &row.id, &row, &f), &f);
	CHECK_EQ(row.closed_at, NOW + 51);
	CHECK_STR(row.ended, "organization");
	ALONE(s, st,
	      store_session_close(s, &(struct id){ .s = "" },
				  "seventeen letters", NOW, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	row.id = fixture_id(43);
	ALONE(s, st,
	      store_session_close(s, &row.id, "seventeen letters", NOW, &f));
	CHECK_EQ(st, STATUS_INVALID);
}

int
main(void)
{
	struct store *s = fixture_store("session");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_close(s);
	test_list(s);
	test_close_all(s);
	test_left(s);
	test_shared(s);
	test_close_org(s);
	store_close(s);
	return test_done();
}
