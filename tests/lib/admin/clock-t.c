/* SPDX-License-Identifier: MIT */
#include "admin/clock.h"

#include "fixture.h"
#include "session/session.h"

static bool
behind(struct fixture *x, int64_t now)
{
	struct admin a = x->admin;
	bool is = false;
	int64_t seen;

	a.now = now;
	CHECK_OK(admin_clock_behind(&a, &is, &seen, &x->f), &x->f);
	return is;
}

static void
check_ahead(void)
{
	struct store_otp row = { .kind = STORE_TOTP, .period = 30 };
	int64_t now = 30 * 1000 + 7;

	row.moved = 999;
	CHECK_EQ(admin_clock_ahead(&row, now), 0);
	/* A phone that is a little ahead. */
	row.moved = 1001;
	CHECK_EQ(admin_clock_ahead(&row, now), 0);
	row.moved = 1002;
	CHECK_EQ(admin_clock_ahead(&row, now), 30 * 1002);
	row.moved = INT64_MAX;
	CHECK_EQ(admin_clock_ahead(&row, now), INT64_MAX);
	row.kind = STORE_HOTP;
	row.period = 0;
	CHECK_EQ(admin_clock_ahead(&row, now), 0);
}

int
main(void)
{
	struct fixture x;
	const struct admin_uptime up = { .boot = "boot" };
	int64_t was = -1, now;
	bool accepted = true;
	long rows;
	STORE_TXN(txn);

	fixture_start(&x, "clock");
	now = x.admin.now;
	/* Nothing was seen yet: the audit is all there is. */
	CHECK_OK(admin_clock_latest(&x.admin, &was, &x.f), &x.f);
	CHECK_EQ(was, now);
	CHECK(!behind(&x, 1));
	CHECK_OK(admin_begin(&x.admin, &txn, &x.f), &x.f);
	CHECK_OK(store_clock_see(x.store, now, &x.f), &x.f);
	CHECK_OK(admin_commit(&x.admin, &txn, &x.f), &x.f);
	CHECK(!behind(&x, now));
	CHECK(!behind(&x, now - SESSION_CLOCK_SLACK));
	CHECK(behind(&x, now - SESSION_CLOCK_SLACK - 1));
	x.admin.now = now - 86400;
	CHECK_EQ(admin_clock_timely(&x.admin, &x.f), STATUS_REFUSED);
	CHECK_OK(admin_clock_accept(&x.admin, &up, &was, &accepted, &x.f),
		 &x.f);
	CHECK(accepted && was == now);
	/* By its time it is not the last row. */
	CHECK(strstr(x.lines, "store.clock_accepted") != NULL);
	CHECK(!behind(&x, x.admin.now));
	CHECK_OK(admin_clock_timely(&x.admin, &x.f), &x.f);
	/* Nor does the audit of that future count any more. */
	CHECK_OK(admin_clock_latest(&x.admin, &was, &x.f), &x.f);
	CHECK_EQ(was, x.admin.now);
	rows = fixture_rows(&x);
	CHECK_OK(admin_clock_accept(&x.admin, &up, &was, &accepted, &x.f),
		 &x.f);
	CHECK(!accepted && fixture_rows(&x) == rows);
	CHECK(behind(&x, x.admin.now - SESSION_CLOCK_SLACK - 1));
	check_ahead();
	fixture_stop(&x);
	return test_done();
}
