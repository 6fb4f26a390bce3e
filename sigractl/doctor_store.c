/* SPDX-License-Identifier: MIT */
/* The store, its key, the clock, the rules: as the owner of the store. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/clock.h"
#include "admin/enroll.h"
#include "admin/rules.h"
#include "base/text.h"
#include "session/keycheck.h"
#include "session/session.h"
#include "sigractl/doctor.h"
#include "sigractl/ground.h"
#include "sigractl/owner.h"

static bool
doctor_owner(struct doctor *d)
{
	const char *where = d->c->config.store_where;
	struct fault why = { .text = "" };
	enum status st;
	uid_t uid;
	gid_t gid;

	st = store_owner(where, &uid, &gid, &why);
	if (st != STATUS_OK) {
		doctor_say(d, DOCTOR_ERROR, "store",
			   "on a new host run sigractl init; otherwise put "
			   "the store back, see BREAK GLASS in sigra(7)",
			   "%s", why.text);
		return false;
	}
	st = owner_become(uid, gid, &why);
	if (st == STATUS_DENIED) {
		doctor_say(d, DOCTOR_WARNING, "unprivileged",
			   "run sudo sigractl doctor",
			   "store, key, clock and rules were not looked at: "
			   "they are for root and the owner of the store");
		return false;
	}
	if (st != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "store", "see the reason given",
			   "%s", why.text);
	return st == STATUS_OK;
}

static void
doctor_integrity_found(void *ctx, const char *problem)
{
	doctor_say(ctx, DOCTOR_ERROR, "store-integrity",
		   "put a backup back, see BREAK GLASS in sigra(7)", "%s",
		   problem);
}

static bool
doctor_store_open(struct doctor *d)
{
	struct cmd *c = d->c;
	unsigned before = d->count[DOCTOR_ERROR];
	struct fault why = { .text = "" };
	enum status st;

	st = store_open(c->config.store_where, STORE_READ, &c->store, &why);
	if (st != STATUS_OK) {
		doctor_say(d, DOCTOR_ERROR,
			   st == STATUS_SCHEMA ? "store-schema" : "store",
			   st == STATUS_SCHEMA
				   ? "run sigractl store migrate, or the "
				     "release that made it"
				   : "repair what it says; see BREAK GLASS in "
				     "sigra(7)",
			   "%s", why.text);
		return false;
	}
	st = store_integrity(c->store, doctor_integrity_found, d, &why);
	if (st != STATUS_OK)
		doctor_integrity_found(d, why.text);
	if (d->count[DOCTOR_ERROR] == before)
		doctor_say(d, DOCTOR_OK, "store", "", "%s is sound",
			   c->config.store_where);
	return true;
}

static void
doctor_key(struct doctor *d)
{
	struct cmd *c = d->c;
	struct fault why = { .text = "" };
	bool broke_off;

	if (session_key_load(c->store, c->config.store_key, geteuid(),
			     &c->keys, &broke_off, &why) == STATUS_OK &&
	    broke_off)
		doctor_say(d, DOCTOR_ERROR, "key-foreign",
			   "run 'sigractl store rekey' again, which finishes "
			   "it",
			   "a rekey broke off before its key became %s",
			   c->config.store_key);
	else if (crypto_keys_load(c->config.store_key, geteuid(), &c->keys,
				  &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "key",
			   "put the right key back, 32 bytes of mode 0600; "
			   "without it no login is possible",
			   "%s", why.text);
	else if (session_key_check(c->store, &c->keys, &why) != STATUS_OK)
		doctor_say(d, DOCTOR_ERROR, "key-foreign",
			   "put back the key that this store was made with",
			   "%s: %s", c->config.store_key, why.text);
	else
		doctor_say(d, DOCTOR_OK, "key", "", "%s is the store's key",
			   c->config.store_key);
}

/* Without the key, which none of it wants. */
static struct admin
doctor_admin(const struct doctor *d)
{
	return (struct admin){ .store = d->c->store,
			       .config = &d->c->config,
			       .now = d->c->now };
}

static void
doctor_clock(struct doctor *d)
{
	static const char advice[] =
		"set the clock, and let chrony or "
		"systemd-timesyncd keep it: locks, expiry "
		"and hand-over go by it";
	char newest[TEXT_TIME_SIZE], now[TEXT_TIME_SIZE];
	struct fault why = { .text = "" };
	struct admin a = doctor_admin(d);
	int64_t at = 0, seen = 0;

	if (store_clock_get(a.store, &seen, &why) != STATUS_OK ||
	    admin_clock_latest(&a, &at, &why) != STATUS_OK)
		doctor_integrity_found(d, why.text);
	text_time(d->c->now, now);
	/* What was seen, or accepted, is held against it below. */
	if (d->c->now < at && seen == 0) {
		text_time(at, newest);
		doctor_say(d, DOCTOR_ERROR, "clock", advice,
			   "it is %s, but the newest row of the audit is of "
			   "%s",
			   now, newest);
	} else if (d->c->now < SIGRA_BUILT) {
		text_time(SIGRA_BUILT, newest);
		doctor_say(d, DOCTOR_ERROR, "clock", advice,
			   "it is %s, but this program was built at %s", now,
			   newest);
	} else {
		doctor_say(d, DOCTOR_OK, "clock", "",
			   "%s, later than all that is known", now);
	}
}

static void
doctor_clock_behind(struct doctor *d)
{
	char seen[TEXT_TIME_SIZE], now[TEXT_TIME_SIZE];
	struct fault why = { .text = "" };
	struct admin a = doctor_admin(d);
	bool behind;
	int64_t at;

	if (admin_clock_behind(&a, &behind, &at, &why) != STATUS_OK) {
		doctor_integrity_found(d, why.text);
		return;
	}
	text_time(d->c->now, now);
	if (!behind) {
		doctor_say(d, DOCTOR_OK, "clock-behind", "",
			   "%s, not behind the latest time that was seen",
			   now);
		return;
	}
	text_time(at, seen);
	doctor_say(d, DOCTOR_ERROR, "clock-behind",
		   "set the clock; or, if it is right now and was ahead then, "
		   "run sigractl store clock-accept",
		   "it is %s, but %s has been seen: no time code gets anybody "
		   "in",
		   now, seen);
}

/* Devices that accept nothing; one is named. */
struct doctor_resync {
	unsigned n;
	struct admin_device first;
};

static bool
doctor_resync_each(void *ctx, const struct admin_device *dev)
{
	struct doctor_resync *r = ctx;

	if (dev->row.state == STORE_OTP_RESYNC && r->n++ == 0)
		r->first = *dev;
	return true;
}

static void
doctor_devices(struct doctor *d)
{
	struct fault why = { .text = "" };
	struct doctor_resync r = { .n = 0 };
	struct admin a = doctor_admin(d);

	if (admin_enroll_each(&a, doctor_resync_each, &r, &why) != STATUS_OK)
		doctor_integrity_found(d, why.text);
	else if (r.n == 0)
		doctor_say(d, DOCTOR_OK, "otp-resync", "",
			   "no device waits to be resynchronised");
	else
		doctor_say(d, DOCTOR_WARNING, "otp-resync",
			   "run sigractl enroll resync with two codes of it",
			   "%u counting device%s nothing since the store was "
			   "restored, among them '%s' of %s",
			   r.n, r.n == 1 ? " accepts" : "s accept",
			   r.first.row.label, r.first.account.name);
}

/* Devices that were used under a clock that was ahead; one is named. */
struct doctor_ahead {
	int64_t now, until;
	unsigned n;
	struct admin_device first;
};

static bool
doctor_ahead_each(void *ctx, const struct admin_device *dev)
{
	struct doctor_ahead *h = ctx;
	int64_t until = admin_clock_ahead(&dev->row, h->now);

	if (until != 0 && h->n++ == 0) {
		h->first = *dev;
		h->until = until;
	}
	return true;
}

static void
doctor_devices_ahead(struct doctor *d)
{
	char when[TEXT_TIME_SIZE] = "";
	struct fault why = { .text = "" };
	struct doctor_ahead h = { .now = d->c->now };
	struct admin a = doctor_admin(d);

	if (admin_enroll_each(&a, doctor_ahead_each, &h, &why) != STATUS_OK) {
		doctor_integrity_found(d, why.text);
		return;
	}
	if (h.n == 0) {
		doctor_say(d, DOCTOR_OK, "otp-ahead", "",
			   "no device was last used in the future");
		return;
	}
	if (h.until != INT64_MAX)
		text_time(h.until, when);
	doctor_say(d, DOCTOR_WARNING, "otp-ahead",
		   "enroll it again, and remove the old one",
		   "%u device%s used under a clock that was ahead, among them "
		   "'%s' of %s, which is refused %s%s",
		   h.n, h.n == 1 ? " was" : "s were", h.first.row.label,
		   h.first.account.name,
		   when[0] == '\0' ? "for good" : "until ", when);
}

static void
doctor_rules_read(struct doctor *d)
{
	struct store_account root;
	struct fault why = { .text = "" };
	enum status st;

	d->rules = calloc(RULES_MAX, sizeof(*d->rules));
	if (d->rules == NULL)
		return;
	st = session_rules(d->c->store, d->rules, RULES_MAX, &d->rule_count,
			   &why);
	if (st == STATUS_OK) {
		d->root_known =
			store_account_by_name(d->c->store, "root", &root,
					      &why) == STATUS_OK;
		return;
	}
	free(d->rules);
	d->rules = NULL;
	doctor_say(d, DOCTOR_ERROR, "rules-unreadable",
		   "remove the rule, or put a backup of the store back; "
		   "until then every login is denied",
		   "%s", why.text);
}

static void
doctor_rules_check(struct doctor *d)
{
	struct admin a = doctor_admin(d);
	struct admin_findings all = { .n = 0 };
	struct fault why = { .text = "" };
	const struct rule_finding *found = all.of;
	enum status st = admin_rules_check(&a, &all, &why);

	if (st != STATUS_OK && st != STATUS_REFUSED) {
		doctor_say(d, DOCTOR_ERROR, "rules",
			   "see sigractl store check", "%s", why.text);
		return;
	}
	for (size_t i = 0; i < all.n; i++) {
		char which[40] = "the rules";

		if (found[i].position != 0)
			(void)snprintf(which, sizeof(which), "rule %lld",
				       (long long)found[i].position);
		doctor_say(d,
			   found[i].severity == RULE_ERROR ? DOCTOR_ERROR
							   : DOCTOR_WARNING,
			   "rules", "see sigractl policy list and policy add",
			   "%s: %s", which, found[i].text);
	}
	if (all.n == 0)
		doctor_say(d, DOCTOR_OK, "rules", "", "%zu rules, all sane",
			   d->rule_count);
}

void
doctor_store(struct doctor *d)
{
	if (!d->config || !doctor_owner(d) || !doctor_store_open(d))
		return;
	doctor_key(d);
	doctor_clock(d);
	doctor_clock_behind(d);
	doctor_devices(d);
	doctor_devices_ahead(d);
	doctor_gc(d);
	doctor_size(d);
	doctor_passwords(d);
	doctor_notify(d);
	doctor_chain(d);
	doctor_tokens(d);
	doctor_rules_read(d);
	if (d->rules != NULL)
		doctor_rules_check(d);
}
