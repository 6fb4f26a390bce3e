/* SPDX-License-Identifier: MIT */
/* How large the store is, what grows, and how long the disk lasts. */
#include <stdio.h>

#include "base/text.h"
#include "sigractl/doctor.h"
#include "sigractl/ground.h"
#include "store/room.h"

#define SIZE_MIB ((int64_t)1 << 20)
#define SIZE_FEW                                                              \
	(100 * SIZE_MIB)   /* left of the disk: time to do something          \
			    */
#define SIZE_NONE SIZE_MIB /* left: it is full, or will be in a moment */
#define SIZE_DAYS 30
#define SIZE_DAY 86400
/* Of fewer rows the store's size says nothing. */
#define SIZE_ROWS 1000

static const char size_advice[] =
	"make room on that disk; sigractl audit prune --older-than 400d "
	"forgets old rows of the audit";

#define SIZE_TEXT 24
static void
size_text(int64_t bytes, char out[SIZE_TEXT])
{
	static const char *const unit[] = { "KiB", "MiB", "GiB", "TiB" };
	double n = (double)bytes / 1024;
	size_t i = 0;

	for (; n >= 1024 && i + 1 < sizeof(unit) / sizeof(unit[0]); i++)
		n /= 1024;
	(void)snprintf(out, SIZE_TEXT, "%.*f %s", n < 10 ? 1 : 0, n, unit[i]);
}

static void
size_disk(struct doctor *d, const struct store_room *r)
{
	char store[SIZE_TEXT], left[SIZE_TEXT], disk[SIZE_TEXT];
	enum doctor_severity how = DOCTOR_OK;

	if (r->left < SIZE_NONE)
		how = DOCTOR_ERROR;
	else if (r->left < SIZE_FEW)
		how = DOCTOR_WARNING;
	size_text(r->store + r->log, store);
	size_text(r->left, left);
	size_text(r->disk, disk);
	doctor_say(d, how, "store-room", how == DOCTOR_OK ? "" : size_advice,
		   "the store takes %s, and %s of its disk's %s are left%s",
		   store, left, disk,
		   how == DOCTOR_ERROR ? ": it lives on its reserve" : "");
}

static void
size_reserve(struct doctor *d, const struct store_room *r)
{
	char have[SIZE_TEXT], whole[SIZE_TEXT];

	size_text(r->reserve, have);
	size_text(STORE_RESERVE_SIZE, whole);
	if (r->reserve >= STORE_RESERVE_SIZE)
		doctor_say(d, DOCTOR_OK, "store-reserve", "",
			   "%s are kept for the logins of a full disk", have);
	/* A trial is nobody's way in. */
	else if (!ground_is_trial(d->c))
		doctor_say(d, DOCTOR_WARNING, "store-reserve",
			   "run sigractl gc, which makes it whole when the "
			   "disk has room",
			   "of the %s that logins of a full disk live on, %s "
			   "are there",
			   whole, have);
}

/* Days that the disk lasts if all goes on as in the last month. */
static int64_t
size_days(const struct store_room *r, const struct store_growth *g,
	  int64_t now)
{
	int64_t span = now - g->oldest, each;

	if (g->rows < SIZE_ROWS || g->late == 0)
		return INT64_MAX;
	if (span > SIZE_DAYS * SIZE_DAY)
		span = SIZE_DAYS * SIZE_DAY;
	if (span < SIZE_DAY)
		span = SIZE_DAY;
	each = r->store / g->rows + 1;
	return r->left / each / (g->late * SIZE_DAY / span + 1);
}

static void
size_audit(struct doctor *d, const struct store_room *r,
	   const struct store_growth *g)
{
	int64_t days = size_days(r, g, d->c->now);
	char oldest[TEXT_TIME_SIZE] = "now";

	if (g->oldest != 0)
		text_time(g->oldest, oldest);
	if (days < SIZE_DAYS)
		doctor_say(d, DOCTOR_WARNING, "audit-size", size_advice,
			   "the audit has %lld rows since %s, %lld of them of "
			   "the last %d days: like that, the disk is full in "
			   "%lld days",
			   (long long)g->rows, oldest, (long long)g->late,
			   SIZE_DAYS, (long long)days);
	else
		doctor_say(d, DOCTOR_OK, "audit-size", "",
			   "the audit has %lld rows since %s, %lld of them of "
			   "the last %d days",
			   (long long)g->rows, oldest, (long long)g->late,
			   SIZE_DAYS);
}

void
doctor_size(struct doctor *d)
{
	struct fault why = { .text = "" };
	struct store_growth g;
	struct store_room r;

	if (store_room(d->c->store, &r, &why) != STATUS_OK ||
	    store_growth(d->c->store, d->c->now - SIZE_DAYS * SIZE_DAY, &g,
			 &why) != STATUS_OK) {
		doctor_say(d, DOCTOR_ERROR, "store-room",
			   "see sigractl store check", "%s", why.text);
		return;
	}
	size_disk(d, &r);
	size_reserve(d, &r);
	size_audit(d, &r, &g);
}
