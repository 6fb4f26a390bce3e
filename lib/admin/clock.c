/* SPDX-License-Identifier: MIT */
#include "admin/clock.h"

#include "base/text.h"
#include "factor/otp.h"
#include "session/session.h"

enum status
admin_clock_behind(const struct admin *a, bool *behind, int64_t *seen,
		   struct fault *f)
{
	enum status st;
	int64_t at;

	if ((st = store_clock_get(a->store, &at, f)) != STATUS_OK)
		return st;
	*behind = a->now < at && at - a->now > SESSION_CLOCK_SLACK;
	*seen = at;
	return STATUS_OK;
}

enum status
admin_clock_timely(const struct admin *a, struct fault *f)
{
	char seen[TEXT_TIME_SIZE], now[TEXT_TIME_SIZE];
	enum status st;
	bool behind;
	int64_t at;

	if ((st = admin_clock_behind(a, &behind, &at, f)) != STATUS_OK)
		return st;
	if (!behind)
		return STATUS_OK;
	text_time(at, seen);
	text_time(a->now, now);
	return fault(f, STATUS_REFUSED,
		     "it is %s by this host's clock, but %s has been seen: no "
		     "time code counts until the clock is set, or is declared "
		     "right by sigractl store clock-accept",
		     now, seen);
}

static bool
admin_clock_newest(void *ctx, const struct store_audit *row)
{
	*(int64_t *)ctx = row->at;
	return false;
}

enum status
admin_clock_latest(const struct admin *a, int64_t *at, struct fault *f)
{
	const struct store_audit_filter filter = { .limit = 1 };
	enum status st = store_clock_get(a->store, at, f);

	if (st != STATUS_OK || *at != 0)
		return st;
	return store_audit_list(a->store, &filter, admin_clock_newest, at, f);
}

enum status
admin_clock_accept(const struct admin *a, const struct admin_uptime *up,
		   int64_t *was, bool *accepted, struct fault *f)
{
	bool leap = false;
	char before[TEXT_TIME_SIZE], now[TEXT_TIME_SIZE];
	enum status st;
	int64_t at;
	STORE_TXN(txn);

	if ((st = admin_begin(a, &txn, f)) != STATUS_OK ||
	    (st = admin_clock_latest(a, &at, f)) != STATUS_OK ||
	    (st = admin_prune_leap(a, up, &leap, f)) != STATUS_OK)
		return st;
	if (at <= a->now && !leap) {
		*was = at;
		*accepted = false;
		return STATUS_OK;
	}
	if ((at > a->now &&
	     (st = store_clock_accept(a->store, a->now, f)) != STATUS_OK) ||
	    (st = admin_prune_accept(a, f)) != STATUS_OK)
		return st;
	text_time(at, before);
	text_time(a->now, now);
	st = admin_audit(a, "store.clock_accepted", NULL,
			 (const struct audit_pair[ADMIN_PAIRS_MAX]){
				 { "was", before }, { "now", now } },
			 f);
	if (st == STATUS_OK)
		st = admin_commit(a, &txn, f);
	if (st != STATUS_OK)
		return st;
	*was = at;
	*accepted = true;
	return STATUS_OK;
}

int64_t
admin_clock_ahead(const struct store_otp *row, int64_t now)
{
	if (row->kind != STORE_TOTP || row->period <= 0 ||
	    row->moved <= now / row->period + OTP_WINDOW)
		return 0;
	if (row->moved >= INT64_MAX / row->period)
		return INT64_MAX;
	/* The next step's codes are taken a window early. */
	return (row->moved + 1 - OTP_WINDOW) * row->period;
}
