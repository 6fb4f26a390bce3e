/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>

static struct fault f;

static struct store_password
argon(uint8_t mark)
{
	struct store_password p = {
		.kind = STORE_ARGON2ID,
		.memory_kib = 65536,
		.passes = 3,
		.lanes = 1,
		.sealed_len = 72,
		.set_at = NOW,
	};

	memset(p.salt, mark, sizeof(p.salt));
	memset(p.sealed, mark, p.sealed_len);
	return p;
}

static enum status
put(struct store *s, unsigned account, const struct store_password *p)
{
	const struct id id = fixture_id(account);
	enum status st;

	ALONE(s, st, store_password_put(s, &id, p, &f));
	return st;
}

static void
test_put(struct store *s)
{
	struct store_password p = argon(1), got = { .sealed_len = 0 };
	const struct id id = fixture_id(1);
	enum status st;

	CHECK_EQ(store_password_get(s, &id, &got, &f), STATUS_NOT_FOUND);
	CHECK_EQ(put(s, 1, &p), STATUS_OK);
	p = argon(2);
	p.memory_kib = 19456;
	p.passes = 2;
	p.lanes = 4;
	p.set_at = NOW + 7;
	CHECK_EQ(put(s, 1, &p), STATUS_OK);
	CHECK_OK(store_password_get(s, &id, &got, &f), &f);
	CHECK(memcmp(&p, &got, sizeof(p)) == 0);
	p = (struct store_password){ .kind = STORE_CRYPT,
				     .sealed_len = STORE_SEALED_SIZE,
				     .set_at = NOW };
	memset(p.sealed, 9, sizeof(p.sealed));
	CHECK_EQ(put(s, 1, &p), STATUS_OK);
	CHECK_OK(store_password_get(s, &id, &got, &f), &f);
	CHECK(memcmp(&p, &got, sizeof(p)) == 0);
	CHECK_EQ(put(s, 99, &p), STATUS_NOT_FOUND);
	ALONE(s, st, store_password_delete(s, &id, &f));
	CHECK_EQ(st, STATUS_OK);
	CHECK_EQ(store_password_get(s, &id, &got, &f), STATUS_NOT_FOUND);
	ALONE(s, st, store_password_delete(s, &id, &f));
	CHECK_EQ(st, STATUS_NOT_FOUND);
}

static void
test_form(struct store *s)
{
	struct store_password p = argon(1);

	p.passes = 0;
	CHECK_EQ(put(s, 1, &p), STATUS_INVALID);
	p = argon(1);
	p.sealed_len = 0;
	CHECK_EQ(put(s, 1, &p), STATUS_INVALID);
	p = argon(1);
	p.kind = STORE_CRYPT; /* which has no costs */
	CHECK_EQ(put(s, 1, &p), STATUS_INVALID);
	p = argon(1);
	p.kind = (enum store_password_kind)3;
	CHECK_EQ(put(s, 1, &p), STATUS_INVALID);
}

struct seen {
	char text[64];
	unsigned most;
};

static bool
collect(void *ctx, const struct id *row, const struct store_password *p)
{
	struct seen *s = ctx;
	size_t used = strlen(s->text);

	(void)snprintf(s->text + used, sizeof(s->text) - used, "%u:%c ",
		       p->salt[0], row->s[ID_LENGTH - 1]);
	return --s->most > 0;
}

static void
test_history(struct store *s)
{
	const struct id account = fixture_id(2), other = fixture_id(1);
	struct seen seen = { .most = 9 };
	enum status st;

	/* All set in the same second: the order is that of the pushes. */
	for (uint8_t i = 9; i >= 1; i--) {
		const struct store_password p = argon(i);
		const struct id row = fixture_id(i);

		ALONE(s, st, store_history_push(s, &row, &account, &p, 5, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	CHECK_OK(store_history_list(s, &account, collect, &seen, &f), &f);
	CHECK_STR(seen.text, "1:1 2:2 3:3 4:4 5:5 ");
	seen = (struct seen){ .most = 2 };
	CHECK_OK(store_history_list(s, &account, collect, &seen, &f), &f);
	CHECK_STR(seen.text, "1:1 2:2 ");
	seen = (struct seen){ .most = 9 };
	CHECK_OK(store_history_list(s, &other, collect, &seen, &f), &f);
	CHECK_STR(seen.text, "");
	{
		const struct store_password p = argon(77);
		const struct id row = fixture_id(77);

		ALONE(s, st, store_history_push(s, &row, &account, &p, 0, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	seen = (struct seen){ .most = 9 };
	CHECK_OK(store_history_list(s, &account, collect, &seen, &f), &f);
	CHECK_STR(seen.text, "");
}

int
main(void)
{
	struct store *s = fixture_store("password");

	fixture_add_account(s, 1);
	fixture_add_account(s, 2);
	test_put(s);
	test_form(s);
	test_history(s);
	store_close(s);
	return test_done();
}
