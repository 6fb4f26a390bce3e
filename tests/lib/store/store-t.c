/* SPDX-License-Identifier: MIT */
/* Opening, transactions and the facts about the store itself. */
#include "store/store.h"

#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"

static struct fault f;

static void
test_where(void)
{
	static const char *const wrong[] = {
		"",
		"sqlite",
		"sqlite:",
		"sqlite:relative",
		"sqlite:/dir/",
		"postgres:db",
		"/plain/path",
		"SQLITE:/x",
		"sqlite:../x",
	};
	struct store *s = NULL;
	unsigned from = 7, to = 7;
	uid_t uid = 77;
	gid_t gid = 77;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *w = wrong[i];

		CHECK_EQ(store_open(w, STORE_WRITE, &s, &f), STATUS_INVALID);
		CHECK_EQ(store_owner(w, &uid, &gid, &f), STATUS_INVALID);
		CHECK_EQ(store_create(w, NOW, &f), STATUS_INVALID);
		CHECK_EQ(store_migrate(w, &from, &to, &f), STATUS_INVALID);
		CHECK_EQ(store_prepare(w, 0, 0, &f), STATUS_INVALID);
	}
	CHECK(s == NULL);
	CHECK_EQ(uid, 77);
	CHECK_EQ(from, 7);
}

static void
test_life(void)
{
	const char *where = fixture_where("life");
	unsigned from = 0, to = 0;
	struct store *s = NULL;
	char text[32] = "";
	uid_t uid = 0;
	gid_t gid = 0;

	CHECK_EQ(store_open(where, STORE_WRITE, &s, &f), STATUS_NOT_FOUND);
	CHECK(strstr(f.text, "sigractl init") != NULL);
	CHECK_EQ(store_open(where, STORE_READ, &s, &f), STATUS_NOT_FOUND);
	CHECK(s == NULL);
	CHECK_EQ(store_migrate(where, &from, &to, &f), STATUS_NOT_FOUND);
	CHECK_OK(store_create(where, NOW, &f), &f);
	CHECK_EQ(store_create(where, NOW + 1, &f), STATUS_CONFLICT);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(from, to);
	CHECK(to >= 1);
	CHECK_OK(store_owner(where, &uid, &gid, &f), &f);
	CHECK_EQ(uid, geteuid());
	s = fixture_open(where);
	CHECK_OK(store_meta_get(s, "created_at", text, sizeof(text), &f), &f);
	CHECK_STR(text, "1700000000");
	CHECK_EQ(store_meta_get(s, "created_at", text, 3, &f), STATUS_CORRUPT);
	CHECK_EQ(store_meta_get(s, "absent", text, sizeof(text), &f),
		 STATUS_NOT_FOUND);
	CHECK_STR(text, "1700000000");
	store_close(s);
	store_close(NULL);
}

static void
test_meta(struct store *s)
{
	char text[16] = "";
	enum status st;

	ALONE(s, st, store_meta_put(s, "k", "one", &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_meta_put(s, "k", "two", &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_meta_get(s, "k", text, sizeof(text), &f), &f);
	CHECK_STR(text, "two");
	ALONE(s, st, store_meta_put(s, "", "x", &f));
	CHECK_EQ(st, STATUS_INVALID);
}

static void
test_rollback(struct store *s)
{
	struct store_account a;

	{
		const struct store_account one = fixture_account(1);
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		CHECK_OK(store_account_insert(s, &one, &f), &f);
		/* Seen inside ... */
		CHECK_OK(store_account_by_name(s, "user1", &a, &f), &f);
	}
	/* ... and gone with the scope. */
	CHECK_EQ(store_account_by_name(s, "user1", &a, &f), STATUS_NOT_FOUND);
	fixture_add_account(s, 1);
	CHECK_OK(store_account_by_name(s, "user1", &a, &f), &f);
}

static void
test_discipline(struct store *s)
{
	const struct store_account two = fixture_account(2);
	const struct store_account three = fixture_account(3);
	struct store_account a;
	STORE_TXN(outer);
	STORE_TXN(inner);

	CHECK_EQ(store_account_insert(s, &two, &f), STATUS_CONFLICT);
	CHECK_EQ(store_commit(&outer, &f), STATUS_CONFLICT);
	CHECK_OK(store_begin(s, &outer, &f), &f);
	CHECK_EQ(store_begin(s, &inner, &f), STATUS_CONFLICT);
	CHECK(inner.store == NULL);
	store_txn_end(&inner);
	CHECK_OK(store_account_insert(s, &two, &f), &f);
	/* A refused change leaves the transaction usable. */
	CHECK_EQ(store_account_insert(s, &two, &f), STATUS_CONFLICT);
	CHECK_OK(store_account_insert(s, &three, &f), &f);
	CHECK_OK(store_commit(&outer, &f), &f);
	CHECK_EQ(store_commit(&outer, &f), STATUS_CONFLICT);
	CHECK_OK(store_account_by_name(s, "user2", &a, &f), &f);
	CHECK_OK(store_account_by_name(s, "user3", &a, &f), &f);
	CHECK_EQ(store_account_insert(s, &two, &f), STATUS_CONFLICT);
	CHECK(strstr(f.text, "transaction") != NULL);
}

static void
test_read_only(const char *where)
{
	const struct store_account a = fixture_account(9);
	struct store_account got;
	struct store *s = NULL;
	STORE_TXN(t);

	CHECK_OK(store_open(where, STORE_READ, &s, &f), &f);
	CHECK_OK(store_account_by_name(s, "user1", &got, &f), &f);
	CHECK_EQ(store_begin(s, &t, &f), STATUS_CONFLICT);
	CHECK_EQ(store_account_insert(s, &a, &f), STATUS_CONFLICT);
	store_close(s);
}

static void
test_closing_rolls_back(const char *where)
{
	const struct store_account a = fixture_account(30);
	struct store *s = fixture_open(where);
	struct store_account got;
	struct store_txn t = { .store = NULL };

	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_account_insert(s, &a, &f), &f);
	store_close(s);
	s = fixture_open(where);
	CHECK_EQ(store_account_by_name(s, "user30", &got, &f),
		 STATUS_NOT_FOUND);
	store_close(s);
}

/* A list may look further things up, but not run itself again. */
static struct store *nested;
static enum status lookup, again;

static bool
stop(void *ctx, const struct store_account *a)
{
	(void)ctx;
	(void)a;
	return false;
}

static bool
each(void *ctx, const struct store_account *a)
{
	struct store_account same;
	unsigned *count = ctx;

	lookup = store_account_by_id(nested, &a->id, &same, &f);
	again = store_account_list(nested, "", stop, NULL, &f);
	++*count;
	return true;
}

static void
test_nested(struct store *s)
{
	unsigned count = 0;

	nested = s;
	CHECK_OK(store_account_list(s, "", each, &count, &f), &f);
	CHECK_EQ(count, 3);
	CHECK_EQ(lookup, STATUS_OK);
	CHECK_EQ(again, STATUS_CONFLICT);
	CHECK_OK(store_account_list(s, "", stop, NULL, &f), &f);
}

/* Two handles of one process: each waits for, and sees, the other. */
static void
test_two_handles(const char *where, struct store *s)
{
	struct store *other = fixture_open(where);
	struct store_account a;

	fixture_add_account(s, 50);
	CHECK_OK(store_account_by_name(other, "user50", &a, &f), &f);
	fixture_add_account(other, 51);
	store_close(other);
	CHECK_OK(store_account_by_name(s, "user51", &a, &f), &f);
	fixture_add_account(s, 52);
}

static void
sentence(void *ctx, const char *problem)
{
	unsigned *count = ctx;

	test_note("%s", problem);
	++*count;
}

int
main(void)
{
	struct store *s;
	char *where;
	unsigned problems = 0;

	test_where();
	test_life();
	s = fixture_store("store");
	where = strdup(fixture_where("store"));
	test_meta(s);
	test_rollback(s);
	test_discipline(s);
	test_nested(s);
	test_read_only(where);
	test_closing_rolls_back(where);
	test_two_handles(where, s);
	CHECK_OK(store_integrity(s, sentence, &problems, &f), &f);
	CHECK_EQ(problems, 0);
	store_close(s);
	free(where);
	return test_done();
}
