/* SPDX-License-Identifier: MIT */
/* Codes that are good once. */
#include "fixture.h"

static struct fault f;

static enum status
insert(struct store *s, const struct store_code *c)
{
	enum status st;

	ALONE(s, st, store_code_insert(s, c, &f));
	return st;
}

static enum status
spend(struct store *s, const struct id *id, int64_t now)
{
	enum status st;

	ALONE(s, st, store_code_spend(s, id, now, &f));
	return st;
}

static struct store_code_count
counted(struct store *s, unsigned account, enum store_code_kind kind,
	int64_t now)
{
	const struct id id = fixture_id(account);
	struct store_code_count n = { .left = -1 };

	CHECK_OK(store_code_counted(s, &id, kind, now, &n, &f), &f);
	return n;
}

/* Field by field: between them are bytes that nobody sets. */
static bool
same(const struct store_code *a, const struct store_code *b)
{
	return strcmp(a->id.s, b->id.s) == 0 &&
	       strcmp(a->account.s, b->account.s) == 0 && a->kind == b->kind &&
	       memcmp(a->hash, b->hash, sizeof(a->hash)) == 0 &&
	       a->created_at == b->created_at &&
	       a->expires_at == b->expires_at && a->spent_at == b->spent_at;
}

static void
test_spend(struct store *s)
{
	struct store_code c = fixture_code(10, STORE_CODE_BACKUP), got;
	const struct id two = fixture_id(2), none = fixture_id(999);

	CHECK_EQ(insert(s, &c), STATUS_OK);
	CHECK_OK(store_code_find(s, &c.account, c.kind, c.hash, &got, &f), &f);
	CHECK(same(&c, &got));
	CHECK_EQ(insert(s, &c), STATUS_CONFLICT);
	c.id = fixture_id(11);
	CHECK_EQ(insert(s, &c), STATUS_CONFLICT);
	/* Of another account, another kind, or another one. */
	CHECK_EQ(store_code_find(s, &two, c.kind, c.hash, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_code_find(s, &c.account, STORE_CODE_LOGIN, c.hash, &got,
				 &f),
		 STATUS_NOT_FOUND);
	c.hash[31] ^= 1;
	CHECK_EQ(store_code_find(s, &c.account, c.kind, c.hash, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_code_spend(s, &got.id, NOW, &f), STATUS_CONFLICT);
	CHECK_EQ(spend(s, &got.id, 0), STATUS_INVALID);
	CHECK_EQ(spend(s, &none, NOW), STATUS_LOST);
	CHECK_EQ(spend(s, &got.id, NOW + 1), STATUS_OK);
	CHECK_EQ(spend(s, &got.id, NOW + 2), STATUS_LOST);
	CHECK_EQ(spend(s, &got.id, NOW - 9), STATUS_LOST);
	/* A spent one is still found, and says so. */
	CHECK_OK(
		store_code_find(s, &got.account, got.kind, got.hash, &got, &f),
		&f);
	CHECK_EQ(got.spent_at, NOW + 1);
}

static void
test_expiry(struct store *s)
{
	struct store_code c = fixture_code(20, STORE_CODE_RESET);

	c.expires_at = NOW + 10;
	CHECK_EQ(insert(s, &c), STATUS_OK);
	CHECK_EQ(spend(s, &c.id, NOW + 10), STATUS_LOST);
	CHECK_EQ(spend(s, &c.id, NOW + 11), STATUS_LOST);
	CHECK_EQ(spend(s, &c.id, NOW + 9), STATUS_OK);
	c = fixture_code(21, STORE_CODE_RESET);
	c.account = fixture_id(999);
	CHECK_EQ(insert(s, &c), STATUS_NOT_FOUND);
	c = fixture_code(21, (enum store_code_kind)5);
	CHECK_EQ(insert(s, &c), STATUS_INVALID);
}

static void
test_count(struct store *s)
{
	const struct id two = fixture_id(2);
	struct store_code_count n;
	struct store_code c;
	enum status st;

	n = counted(s, 2, STORE_CODE_TICKET, NOW);
	CHECK_EQ(n.left + n.total + n.created_at + n.expires_at, 0);
	for (unsigned i = 0; i < 3; i++) {
		c = fixture_code(30 + i, STORE_CODE_TICKET);
		c.account = two;
		c.created_at = NOW + i;
		c.expires_at = NOW + 100 + i;
		CHECK_EQ(insert(s, &c), STATUS_OK);
	}
	CHECK_EQ(spend(s, &c.id, NOW + 5), STATUS_OK);
	n = counted(s, 2, STORE_CODE_TICKET, NOW + 5);
	CHECK_EQ(n.left, 2);
	CHECK_EQ(n.total, 3);
	CHECK_EQ(n.created_at, NOW + 2);
	CHECK_EQ(n.expires_at, NOW + 101);
	n = counted(s, 2, STORE_CODE_TICKET, NOW + 100);
	CHECK_EQ(n.left, 1);
	n = counted(s, 2, STORE_CODE_TICKET, NOW + 101);
	CHECK_EQ(n.left, 0);
	CHECK_EQ(n.total, 3);
	CHECK_EQ(n.expires_at, 0);
	c = fixture_code(33, STORE_CODE_TICKET);
	c.account = two;
	CHECK_EQ(insert(s, &c), STATUS_OK);
	n = counted(s, 2, STORE_CODE_TICKET, NOW + 5);
	CHECK_EQ(n.left, 3);
	CHECK_EQ(n.expires_at, 0); /* one of them never does */
	c = fixture_code(34, STORE_CODE_LOGIN);
	c.account = two;
	CHECK_EQ(insert(s, &c), STATUS_OK);
	ALONE(s, st, store_code_delete(s, &two, STORE_CODE_TICKET, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(counted(s, 2, STORE_CODE_TICKET, NOW).total, 0);
	CHECK_EQ(counted(s, 2, STORE_CODE_LOGIN, NOW).total, 1);
	CHECK_EQ(counted(s, 1, STORE_CODE_BACKUP, NOW).total, 1);
}

int
main(void)
{
	struct store *s = fixture_store("code");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_spend(s);
	test_expiry(s);
	test_count(s);
	store_close(s);
	return test_done();
}
