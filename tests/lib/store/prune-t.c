/* SPDX-License-Identifier: MIT */
/* What time brings: deletions that are due, and the old. */
#include <stdio.h>

#include "fixture.h"
#include "store/outbox.h"
#include "store/people.h"

static struct fault f;

static bool
collect(void *ctx, const struct store_account *a)
{
	(void)strcat(ctx, a->name);
	(void)strcat(ctx, " ");
	return true;
}

static void
due(struct store *s, int64_t now, const char *expected)
{
	char text[64] = "";

	CHECK_OK(store_account_due(s, now, collect, text, &f), &f);
	CHECK_STR(text, expected);
}

static void
test_due(struct store *s)
{
	static const int64_t at[] = { NOW + 9, NOW + 3, 0, NOW + 5 };
	enum status st;

	for (unsigned i = 0; i < 4; i++) {
		struct store_account a = fixture_account(10 + i);

		a.delete_at = at[i];
		a.state = at[i] == 0 ? STORE_ACTIVE : STORE_PENDING;
		a.strategy = STORE_HARD;
		ALONE(s, st, store_account_insert(s, &a, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	due(s, NOW + 2, "");
	due(s, NOW + 5, "user11 user13 ");
	due(s, NOW + 99, "user11 user13 user10 ");
}

static void
put(struct store *s, unsigned n, int64_t at)
{
	const struct id one = fixture_id(1), id = fixture_id(100 + n);
	struct store_code c = fixture_code(100 + n, STORE_CODE_RESET);
	struct store_session row = {
		.id = id, .account = one, .opened_at = NOW, .closed_at = at
	};
	struct store_message m = { .id = id, .at = at, .event = "a.b" };
	struct store_delivery d = { .id = id,
				    .message = id,
				    .channel = STORE_MAIL,
				    .state = STORE_DELIVERY_WAITING };
	const struct id org = fixture_id(50);
	char text[16];

	c.expires_at = at;
	(void)snprintf(text, sizeof(text), "source%u", n);
	CHECK_OK(store_seen_put(s, &one, text, at, &f), &f);
	CHECK_OK(store_code_insert(s, &c, &f), &f);
	CHECK_OK(store_session_insert(s, &row, &f), &f);
	CHECK_OK(store_message_insert(s, &m, &f), &f);
	CHECK_OK(store_delivery_insert(s, &d, &f), &f);
	CHECK_OK(store_org_past(s, text, &org, at, &f), &f);
}

/* A code without an end, a session that is open. */
static void
put_lasting(struct store *s)
{
	struct store_session row = { .id = fixture_id(900),
				     .account = fixture_id(1) };
	const struct store_code c = fixture_code(900, STORE_CODE_BACKUP);

	CHECK_OK(store_code_insert(s, &c, &f), &f);
	CHECK_OK(store_session_insert(s, &row, &f), &f);
}

static int64_t
prune(struct store *s, const struct store_prune *p)
{
	int64_t dropped = -1;
	enum status st;

	ALONE(s, st, store_prune(s, p, &dropped, &f));
	CHECK_EQ(st, STATUS_OK);
	return dropped;
}

static unsigned
left(struct store *s)
{
	const struct id one = fixture_id(1);
	unsigned found = 0;

	for (unsigned i = 0; i < 300; i++) {
		struct store_code c = fixture_code(100 + i, STORE_CODE_RESET);
		const struct id id = fixture_id(100 + i);
		struct store_session row;
		struct store_message m;
		struct store_delivery d;
		struct store_org o;
		bool seen = false, any = false;
		char text[16];

		(void)snprintf(text, sizeof(text), "source%u", i);
		CHECK_OK(store_seen_get(s, &one, text, &seen, &any, &f), &f);
		found += seen ? 1 : 0;
		found += store_code_find(s, &one, c.kind, c.hash, &c, &f) ==
			 STATUS_OK;
		found += store_session_get(s, &id, &row, &f) == STATUS_OK;
		found += store_message_get(s, &id, &m, &f) == STATUS_OK;
		found += store_delivery_get(s, &id, &d, &f) == STATUS_OK;
		found += store_org_by_slug(s, text, 0, &o, &f) == STATUS_OK;
	}
	return found;
}

static void
test_prune(struct store *s)
{
	struct store_prune p = { .now = NOW };
	struct store_code c = fixture_code(900, STORE_CODE_BACKUP);
	struct store_session row = { .id = fixture_id(900) };
	int64_t dropped = 77, sum = 0, calls = 0;

	{
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		for (unsigned i = 0; i < 300; i++)
			put(s, i, NOW + 1 + i);
		put_lasting(s);
		CHECK_OK(store_commit(&t, &f), &f);
	}
	CHECK_EQ(store_prune(s, &p, &dropped, &f), STATUS_CONFLICT);
	CHECK_EQ(dropped, 77);
	CHECK_EQ(left(s), 1800);
	/* Each has its own day; one that is not yet over stays. */
	CHECK_EQ(prune(s, &p), 0);
	CHECK_EQ(prune(s, &(struct store_prune){ .seen = NOW + 2 }), 1);
	CHECK_EQ(prune(s, &(struct store_prune){ .codes = NOW + 2 }), 1);
	CHECK_EQ(prune(s, &(struct store_prune){ .sessions = NOW + 2 }), 1);
	CHECK_EQ(prune(s, &(struct store_prune){ .messages = NOW + 2 }), 1);
	CHECK_EQ(prune(s, &(struct store_prune){ .now = NOW + 1 }), 1);
	CHECK_EQ(left(s), 1794);
	p = (struct store_prune){ NOW + 300, INT64_MAX, INT64_MAX,
				  INT64_MAX, INT64_MAX, INT64_MAX };
	while ((dropped = prune(s, &p)) != 0 && calls < 9) {
		CHECK(dropped <= 640);
		sum += dropped;
		calls++;
	}
	CHECK_EQ(calls, 3);
	CHECK_EQ(sum, 5 * 299); /* without the deliveries */
	CHECK_EQ(left(s), 0);
	CHECK_OK(store_code_find(s, &c.account, c.kind, c.hash, &c, &f), &f);
	CHECK_OK(store_session_get(s, &row.id, &row, &f), &f);
}

int
main(void)
{
	struct store *s = fixture_store("prune");

	fixture_add_account(s, 1);
	fixture_add_org(s, 50);
	test_due(s);
	test_prune(s);
	store_close(s);
	return test_done();
}
