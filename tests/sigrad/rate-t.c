/* SPDX-License-Identifier: MIT */
/* The clock is a number here. */
#include "sigrad/rate.h"

#include "test.h"

#define MINUTE 60000

/* How many in a row are let through at NOW. */
static int
rate_burst(struct rate *r, uid_t uid, int64_t now)
{
	int n = 0;

	while (n < 100000 && rate_take(r, uid, now))
		n++;
	return n;
}

static void
test_burst(void)
{
	static struct rate r = { .per_minute = 60 };

	CHECK_EQ(rate_burst(&r, 1000, 5), 60);
	CHECK_EQ(rate_burst(&r, 1000, 5), 0);
	/* Not the other's. */
	CHECK_EQ(rate_burst(&r, 1001, 5), 60);
	/* One comes back each second, and not a millisecond before. */
	CHECK_EQ(rate_burst(&r, 1000, 5 + 999), 0);
	CHECK_EQ(rate_burst(&r, 1000, 5 + 1000), 1);
	CHECK_EQ(rate_burst(&r, 1000, 5 + 4500), 3);
	CHECK_EQ(rate_burst(&r, 1000, 5 + 5000), 1);
	/* All after a minute, and never more. */
	CHECK_EQ(rate_burst(&r, 1000, 5 + 5000 + MINUTE), 60);
	CHECK_EQ(rate_burst(&r, 1000, INT64_C(1) << 50), 60);
}

/* Asking in vain costs nothing, and pays nothing in. */
static void
test_in_vain(void)
{
	static struct rate r = { .per_minute = 1 };
	int taken = 0;

	CHECK_EQ(rate_burst(&r, 1000, 0), 1);
	for (int64_t now = 0; now < MINUTE; now += 7)
		taken += rate_take(&r, 1000, now) ? 1 : 0;
	CHECK_EQ(taken, 0);
	CHECK(rate_take(&r, 1000, MINUTE));
	CHECK(!rate_take(&r, 1000, MINUTE));
}

static void
test_most(void)
{
	static struct rate r = { .per_minute = 10000 };

	CHECK_EQ(rate_burst(&r, 1000, 0), 10000);
	CHECK_EQ(rate_burst(&r, 1000, 6), 1);
}

/* More uids than there is room for: whoever used his up stays known. */
static void
test_crowd(void)
{
	static struct rate r = { .per_minute = 60 };
	int taken = 0;

	CHECK_EQ(rate_burst(&r, 1000, 0), 60);
	for (uid_t uid = 100000; uid < 100000 + 4 * RATE_UIDS; uid++)
		taken += rate_take(&r, uid, 1) ? 1 : 0;
	CHECK_EQ(taken, 4 * RATE_UIDS);
	CHECK_EQ(r.n, RATE_UIDS);
	CHECK(!rate_take(&r, 1000, 2));
	CHECK_EQ(rate_burst(&r, 1000, 1000), 1);
}

int
main(void)
{
	test_burst();
	test_in_vain();
	test_most();
	test_crowd();
	return test_done();
}
