/* SPDX-License-Identifier: MIT */
/* The greatest time a store has seen goes forward, but by an administrator. */
#include "fixture.h"

static struct fault f;

static int64_t
seen(struct store *s)
{
	int64_t at = -1;

	CHECK_OK(store_clock_get(s, &at, &f), &f);
	return at;
}

static enum status
see(struct store *s, int64_t now)
{
	enum status st;

	ALONE(s, st, store_clock_see(s, now, &f));
	return st;
}

static enum status
admit(struct store *s, int64_t now)
{
	enum status st;

	ALONE(s, st, store_clock_accept(s, now, &f));
	return st;
}

static void
put(struct store *s, const char *text)
{
	enum status st;

	ALONE(s, st, store_meta_put(s, "clock_seen", text, &f));
	CHECK_EQ(st, STATUS_OK);
}

static void
test_forward(struct store *s)
{
	CHECK_EQ(seen(s), 0);
	CHECK_EQ(store_clock_see(s, NOW, &f), STATUS_CONFLICT);
	CHECK_EQ(store_clock_accept(s, NOW, &f), STATUS_CONFLICT);
	CHECK_EQ(see(s, 0), STATUS_INVALID);
	CHECK_EQ(see(s, -5), STATUS_INVALID);
	CHECK_EQ(seen(s), 0);
	/* As numbers, not as text. */
	CHECK_EQ(see(s, 999999999), STATUS_OK);
	CHECK_EQ(see(s, NOW), STATUS_OK);
	CHECK_EQ(seen(s), NOW);
	CHECK_EQ(see(s, 999999999), STATUS_OK);
	CHECK_EQ(see(s, NOW), STATUS_OK);
	CHECK_EQ(see(s, NOW - 1), STATUS_OK);
	CHECK_EQ(seen(s), NOW);
	CHECK_EQ(see(s, NOW + 1), STATUS_OK);
	CHECK_EQ(seen(s), NOW + 1);
	CHECK_EQ(admit(s, 0), STATUS_INVALID);
	CHECK_EQ(admit(s, NOW - 1000), STATUS_OK);
	CHECK_EQ(seen(s), NOW - 1000);
	CHECK_EQ(see(s, INT64_MAX), STATUS_OK);
	CHECK_EQ(seen(s), INT64_MAX);
	CHECK_EQ(see(s, NOW), STATUS_OK);
	CHECK_EQ(seen(s), INT64_MAX);
}

/* Whatever else is there is no time, and no reason to go on without one. */
static void
test_nonsense(struct store *s)
{
	static const char *const wrong[] = {
		"", "x", "-1", "0", "1 ", "99999999999999999999"
	};
	int64_t at = 77;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		put(s, wrong[i]);
		CHECK_EQ(store_clock_get(s, &at, &f), STATUS_CORRUPT);
	}
	CHECK_EQ(at, 77);
	CHECK_EQ(admit(s, NOW), STATUS_OK);
	CHECK_EQ(seen(s), NOW);
}

int
main(void)
{
	struct store *s = fixture_store("clock");

	test_forward(s);
	test_nonsense(s);
	store_close(s);
	return test_done();
}
