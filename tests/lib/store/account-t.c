/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static enum status
insert(struct store *s, const struct store_account *a)
{
	enum status st;

	ALONE(s, st, store_account_insert(s, a, &f));
	return st;
}

static enum status
update(struct store *s, const struct store_account *a)
{
	enum status st;

	ALONE(s, st, store_account_update(s, a, &f));
	return st;
}

static void
test_round_trip(struct store *s)
{
	struct store_account a = fixture_account(1), b = { .version = 0 };
	const struct id none = fixture_id(999);

	(void)strcpy(a.email, "ann@example.org");
	(void)strcpy(a.reason, "on leave; 'quotes' \"and\" \\ more");
	a.state = STORE_DISABLED;
	a.expires_at = NOW + 10;
	a.must_change = true;
	a.strategy = STORE_ANONYMIZE;
	a.email_at = NOW + 3;
	CHECK_EQ(insert(s, &a), STATUS_OK);
	CHECK_OK(store_account_by_name(s, "user1", &b, &f), &f);
	CHECK_STR(b.id.s, a.id.s);
	CHECK_STR(b.email, a.email);
	CHECK_STR(b.reason, a.reason);
	CHECK_EQ(b.state, STORE_DISABLED);
	CHECK_EQ(b.created_at, NOW);
	CHECK_EQ(b.expires_at, NOW + 10);
	CHECK_EQ(b.delete_at, 0);
	CHECK(b.must_change);
	CHECK(b.kind == STORE_PERSON && b.strategy == STORE_ANONYMIZE);
	CHECK_STR(b.org.s, "");
	CHECK_EQ(b.email_at, NOW + 3);
	CHECK_EQ(b.epoch, 1);
	CHECK_EQ(b.version, 1);
	CHECK_EQ(store_account_by_name(s, "USER1", &b, &f), STATUS_NOT_FOUND);
	CHECK_EQ(store_account_by_name(s, "user", &b, &f), STATUS_NOT_FOUND);
	CHECK_EQ(store_account_by_name(s, "user1' OR '1'='1", &b, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(store_account_by_id(s, &none, &b, &f), STATUS_NOT_FOUND);
	CHECK_STR(b.name, "user1");
}

static void
test_names(struct store *s)
{
	struct store_account a = fixture_account(2), b, c;

	CHECK_EQ(insert(s, &a), STATUS_OK);
	CHECK_EQ(insert(s, &a), STATUS_CONFLICT);
	a.id = fixture_id(3);
	CHECK_EQ(insert(s, &a), STATUS_CONFLICT);
	(void)strcpy(a.name, "User2");
	CHECK_EQ(insert(s, &a), STATUS_OK);
	/* A name taken by renaming. */
	CHECK_OK(store_account_by_name(s, "User2", &b, &f), &f);
	(void)strcpy(b.name, "user2");
	CHECK_EQ(update(s, &b), STATUS_CONFLICT);
	/* Deleted, it is free again, and the row is found by id only. */
	CHECK_OK(store_account_by_name(s, "user2", &c, &f), &f);
	c.state = STORE_DELETED;
	CHECK_EQ(update(s, &c), STATUS_OK);
	CHECK_EQ(store_account_by_name(s, "user2", &a, &f), STATUS_NOT_FOUND);
	CHECK_OK(store_account_by_id(s, &c.id, &a, &f), &f);
	CHECK_EQ(a.state, STORE_DELETED);
	CHECK_EQ(update(s, &b), STATUS_OK);
}

static void
test_update(struct store *s)
{
	struct store_account a = fixture_account(4), b = { .version = 0 };
	struct store_account stranger = fixture_account(998);

	CHECK_EQ(insert(s, &a), STATUS_OK);
	a.created_at = 5; /* is not written */
	a.updated_at = NOW + 1;
	a.epoch = 7;
	a.kind = STORE_SERVICE; /* nor are these */
	a.org = fixture_id(51);
	a.strategy = STORE_HARD;
	a.email_at = NOW + 2;
	(void)strcpy(a.reason, "first");
	CHECK_EQ(update(s, &a), STATUS_OK);
	(void)strcpy(a.reason, "second");
	CHECK_EQ(update(s, &a), STATUS_LOST);
	CHECK_OK(store_account_by_id(s, &a.id, &b, &f), &f);
	CHECK_STR(b.reason, "first");
	CHECK_EQ(b.version, 2);
	CHECK_EQ(b.epoch, 7);
	CHECK_EQ(b.created_at, NOW);
	CHECK_EQ(b.updated_at, NOW + 1);
	CHECK(b.kind == STORE_PERSON && b.strategy == STORE_HARD);
	CHECK_STR(b.org.s, "");
	CHECK_EQ(b.email_at, NOW + 2);
	CHECK_EQ(update(s, &b), STATUS_OK);
	CHECK_EQ(update(s, &stranger), STATUS_NOT_FOUND);
}

static void
test_form(struct store *s)
{
	struct store_account a = fixture_account(5);

	(void)strcpy(a.id.s, "short");
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.name[0] = '\0';
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.state = (enum store_account_state)5;
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.delete_at = NOW; /* but not pending */
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.state = STORE_PENDING; /* but never */
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.epoch = 0;
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.kind = STORE_SERVICE; /* but whose? */
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.org = fixture_id(51); /* but a person */
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
	a = fixture_account(5);
	a.strategy = (enum store_strategy)4;
	CHECK_EQ(insert(s, &a), STATUS_INVALID);
}

struct names {
	char text[256];
	unsigned most;
};

static bool
collect(void *ctx, const struct store_account *a)
{
	struct names *n = ctx;

	(void)strncat(n->text, a->name, sizeof(n->text) - strlen(n->text) - 2);
	(void)strcat(n->text, " ");
	return --n->most > 0;
}

static void
test_list(void)
{
	struct store *s = fixture_store("list");
	struct names n = { .most = 99 };
	struct store_account a;

	for (unsigned i = 9; i >= 5; i--)
		fixture_add_account(s, i);
	CHECK_OK(store_account_by_name(s, "user6", &a, &f), &f);
	a.state = STORE_DELETED;
	CHECK_EQ(update(s, &a), STATUS_OK);
	CHECK_OK(store_account_list(s, "", collect, &n, &f), &f);
	CHECK_STR(n.text, "user5 user7 user8 user9 ");
	n = (struct names){ .most = 2 };
	CHECK_OK(store_account_list(s, "user5", collect, &n, &f), &f);
	CHECK_STR(n.text, "user7 user8 ");
	n = (struct names){ .most = 9 };
	CHECK_OK(store_account_list(s, "user9", collect, &n, &f), &f);
	CHECK_STR(n.text, "");
	store_close(s);
}

static void
test_person(struct store *s)
{
	const struct id id = fixture_id(1), none = fixture_id(997);
	uint8_t out[STORE_PERSON_SIZE] = { 0 }, tiny[2] = { 7, 7 };
	const uint8_t one[] = { 0, 1, 2 }, two[] = { 3, 0, 4, 5 };
	size_t len = 77;
	enum status st;

	CHECK_EQ(store_person_get(s, &id, out, sizeof(out), &len, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(len, 77);
	ALONE(s, st, store_person_put(s, &id, one, sizeof(one), &f));
	CHECK_EQ(st, STATUS_OK);
	ALONE(s, st, store_person_put(s, &id, two, sizeof(two), &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_OK(store_person_get(s, &id, out, sizeof(out), &len, &f), &f);
	CHECK_EQ(len, sizeof(two));
	CHECK(memcmp(out, two, sizeof(two)) == 0);
	CHECK_EQ(store_person_get(s, &id, tiny, sizeof(tiny), &len, &f),
		 STATUS_CORRUPT);
	CHECK_EQ(tiny[0], 7);
	ALONE(s, st, store_person_put(s, &none, one, sizeof(one), &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
}

int
main(void)
{
	struct store *s = fixture_store("account");

	test_round_trip(s);
	test_names(s);
	test_update(s);
	test_form(s);
	test_person(s);
	store_close(s);
	test_list();
	return test_done();
}
