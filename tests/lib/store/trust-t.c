/* SPDX-License-Identifier: MIT */
#include "store/trust.h"

#include <stdio.h>

#include "fixture.h"

static struct fault f;

static struct store_trust
trust(unsigned n, unsigned account)
{
	struct store_trust t = { .id = fixture_id(n),
				 .account = fixture_id(account),
				 .kind = STORE_TRUST_SSH_KEY,
				 .epoch = 1,
				 .created_at = NOW + n };

	memset(t.binding, (int)n, sizeof(t.binding));
	(void)strcpy(t.shown, "SHA256:abc");
	return t;
}

static enum status
put(struct store *s, const struct store_trust *t)
{
	enum status st;

	ALONE(s, st, store_trust_put(s, t, &f));
	return st;
}

static bool
collect(void *ctx, const struct store_trust *t)
{
	(void)strcat(ctx, t->id.s + ID_LENGTH - 2);
	(void)strcat(ctx, " ");
	return true;
}

static void
lists(struct store *s, unsigned account, const char *expected)
{
	const struct id id = fixture_id(account);
	char text[256] = "";

	CHECK_OK(store_trust_list(s, account == 0 ? NULL : &id, collect, text,
				  &f),
		 &f);
	CHECK_STR(text, expected);
}

/* Field by field: between them are bytes that nobody sets. */
static bool
same(const struct store_trust *a, const struct store_trust *b)
{
	return strcmp(a->id.s, b->id.s) == 0 &&
	       strcmp(a->account.s, b->account.s) == 0 && a->kind == b->kind &&
	       memcmp(a->binding, b->binding, sizeof(a->binding)) == 0 &&
	       strcmp(a->shown, b->shown) == 0 && a->epoch == b->epoch &&
	       a->created_at == b->created_at && a->used_at == b->used_at;
}

static void
test_put(struct store *s)
{
	struct store_trust t = trust(10, 1), got = { .epoch = 0 };
	const struct id two = fixture_id(2);

	CHECK_EQ(put(s, &t), STATUS_OK);
	CHECK_OK(store_trust_find(s, &t.account, t.kind, t.binding, &got, &f),
		 &f);
	CHECK(same(&t, &got));
	CHECK_EQ(store_trust_find(s, &two, t.kind, t.binding, &got, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_trust_find(s, &t.account, STORE_TRUST_ADDRESS,
				  t.binding, &got, &f),
		 STATUS_NOT_FOUND);
	t.binding[0] ^= 1;
	CHECK_EQ(store_trust_find(s, &t.account, t.kind, t.binding, &got, &f),
		 STATUS_NOT_FOUND);
	/* Anew: everything of the later one, and only one row. */
	t = trust(11, 1);
	memset(t.binding, 10, sizeof(t.binding));
	(void)strcpy(t.shown, "SHA256:def");
	t.epoch = 2;
	CHECK_EQ(put(s, &t), STATUS_OK);
	CHECK_OK(store_trust_find(s, &t.account, t.kind, t.binding, &got, &f),
		 &f);
	CHECK(same(&t, &got));
	lists(s, 1, "11 ");
	/* One account's is not another's. */
	t.id = fixture_id(12);
	t.account = two;
	t.created_at = NOW;
	CHECK_EQ(put(s, &t), STATUS_OK);
	lists(s, 0, "11 12 ");
	t.id = fixture_id(11);
	t.binding[0] ^= 1;
	CHECK_EQ(put(s, &t), STATUS_CONFLICT);
	t = trust(13, 999);
	CHECK_EQ(put(s, &t), STATUS_NOT_FOUND);
	t = trust(13, 1);
	t.epoch = 0;
	CHECK_EQ(put(s, &t), STATUS_INVALID);
	t = trust(13, 1);
	t.shown[0] = '\0';
	CHECK_EQ(put(s, &t), STATUS_INVALID);
}

static void
test_used_and_gone(struct store *s)
{
	const struct id one = fixture_id(1), none = fixture_id(999);
	struct store_trust t = trust(20, 1);
	int64_t dropped = 77;
	enum status st;

	CHECK_EQ(put(s, &t), STATUS_OK);
	ALONE(s, st, store_trust_used(s, &t.id, NOW + 50, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_trust_used(s, &none, NOW + 50, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	CHECK_OK(store_trust_find(s, &one, t.kind, t.binding, &t, &f), &f);
	CHECK_EQ(t.used_at, NOW + 50);
	CHECK_EQ(t.created_at, NOW + 20);
	t = trust(21, 1);
	CHECK_EQ(put(s, &t), STATUS_OK);
	lists(s, 1, "21 20 11 ");
	CHECK_EQ(store_trust_delete(s, &t.id, &f), STATUS_CONFLICT);
	ALONE(s, st, store_trust_delete(s, &t.id, &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_trust_delete(s, &t.id, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
	ALONE(s, st, store_trust_delete_all(s, &one, &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(dropped, 2);
	lists(s, 0, "12 ");
	ALONE(s, st, store_trust_delete_all(s, &one, &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(dropped, 0);
}

int
main(void)
{
	struct store *s = fixture_store("trust");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_put(s);
	test_used_and_gone(s);
	store_close(s);
	return test_done();
}
