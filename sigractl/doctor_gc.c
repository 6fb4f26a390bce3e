/* SPDX-License-Identifier: MIT */
/* Whether somebody ends the sessions that are over. */
#include "admin/prune.h"
#include "base/boot.h"
#include "base/text.h"
#include "sigractl/doctor.h"
#include "sigractl/ground.h"
#include "sigractl/process.h"

#define DOCTOR_GC_LATE 3600
#define DOCTOR_GC_OLD 86400

/* Sessions that a run would have looked at. */
struct doctor_gc {
	int64_t before;
	unsigned n;
};

static bool
doctor_gc_each(void *ctx, const struct store_session *s)
{
	struct doctor_gc *g = ctx;

	g->n += s->opened_at <= g->before ||
		(s->ends_at != 0 && s->ends_at <= g->before);
	return true;
}

static bool
doctor_gc_some(void *ctx, const struct store_account *acct)
{
	(void)acct;
	*(bool *)ctx = true;
	return false;
}

/* True: its time cannot be told from the clock's, and that was said. */
static bool
doctor_gc_clock(struct doctor *d, const struct admin *a, int64_t at,
		const char *last)
{
	struct admin_uptime up;
	struct fault why = { .text = "" };
	bool leap = false;

	if (boot_id(up.boot, &why) != STATUS_OK ||
	    process_uptime(&up.seconds, &why) != STATUS_OK ||
	    admin_prune_leap(a, &up, &leap, &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "gc", "see sigractl store check",
			   "%s", why.text);
	else if (leap || at > a->now)
		doctor_say(d, DOCTOR_ERROR, "gc",
			   "set the clock; or, if it is right now, run "
			   "sigractl store clock-accept",
			   "sigractl gc ran last: %s, and the clock %s since",
			   last,
			   leap ? "has leapt ahead: no limit is kept"
				: "was set back");
	else
		return false;
	return true;
}

void
doctor_gc(struct doctor *d)
{
	const struct cmd *c = d->c;
	struct admin a = { .store = c->store, .now = c->now };
	struct doctor_gc g = { .before = c->now - DOCTOR_GC_OLD };
	char last[TEXT_TIME_SIZE] = "never";
	struct fault why = { .text = "" };
	bool used = false;
	int64_t at = 0;

	if (admin_prune_last(&a, &at, &why) != STATUS_OK ||
	    store_session_list(a.store, NULL, true, doctor_gc_each, &g,
			       &why) != STATUS_OK ||
	    store_account_list(a.store, "", doctor_gc_some, &used, &why) !=
		    STATUS_OK) {
		doctor_say(d, DOCTOR_ERROR, "gc", "see sigractl store check",
			   "%s", why.text);
		return;
	}
	if (at != 0)
		text_time(at, last);
	if (doctor_gc_clock(d, &a, at, last))
		return;
	/* A new store has nothing that anybody need look at, and nobody has
	 * put a trial's timer in place. */
	used = used && !ground_is_trial(c);
	if ((at == 0 && (used || g.n > 0)) ||
	    (at != 0 && at < c->now - DOCTOR_GC_LATE))
		doctor_say(d, DOCTOR_WARNING, "gc",
			   "run systemctl enable --now sigra-gc.timer, or "
			   "take the line in /etc/cron.d/sigra into use",
			   "sigractl gc ran last: %s; %u session%s open for "
			   "more than a day, and no limit of any is kept",
			   last, g.n, g.n == 1 ? " is" : "s are");
	else
		doctor_say(d, DOCTOR_OK, "gc", "", "sigractl gc ran last: %s",
			   last);
}
