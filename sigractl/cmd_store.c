/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/clock.h"
#include "admin/enroll.h"
#include "base/auto.h"
#include "base/boot.h"
#include "base/text.h"
#include "rule/rule.h"
#include "session/keycheck.h"
#include "session/session.h"
#include "sigractl/ground.h"
#include "sigractl/process.h"
#include "sigractl/shape.h"

/* What store check has found. */
struct store_findings {
	const struct cmd *c;
	json_t *list; /* with --json */
	const char *about;
	unsigned n;
};

static void
store_found(void *ctx, const char *problem)
{
	struct store_findings *found = ctx;
	json_t *j;

	found->n++;
	if (!found->c->json) {
		out_line("%s: %s", found->about, problem);
		return;
	}
	j = json_object();
	out_put(j, "about", json_string(found->about));
	out_put(j, "text", out_string(problem));
	out_push(found->list, j);
}

/* A status other than OK is one more finding. */
static bool
store_good(struct store_findings *found, enum status st,
	   const struct fault *why)
{
	if (st == STATUS_OK)
		return true;
	store_found(found, why->text[0] == '\0' ? status_name(st) : why->text);
	return false;
}

static void
store_check_rules(struct cmd *c, struct store_findings *found)
{
	AUTO_FREE struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	struct fault why = { .text = "" };
	size_t n;

	found->about = "policy";
	if (rules == NULL)
		store_found(found, "out of memory");
	else
		(void)store_good(
			found,
			session_rules(c->store, rules, RULES_MAX, &n, &why),
			&why);
}

/* A key that is not the store's: perhaps the one beside it is? */
static void
store_check_rekey(struct cmd *c, struct store_findings *found)
{
	char path[PATH_MAX + 8];
	CRYPTO_KEYS(k);

	(void)snprintf(path, sizeof(path), "%s.new", c->config.store_key);
	if (crypto_keys_load(path, geteuid(), &k, NULL) == STATUS_OK &&
	    session_key_check(c->store, &k, NULL) == STATUS_OK)
		store_found(found, "a rekey broke off before its key got its "
				   "name: run 'sigractl store rekey' again, "
				   "which finishes it");
}

static void
store_check_all(struct cmd *c, struct store_findings *found)
{
	struct fault why = { .text = "" };

	/* Schema, permissions and whose it is: opening looks at all that. */
	found->about = "store";
	if (!store_good(found,
			store_open(c->config.store_where, STORE_READ,
				   &c->store, &why),
			&why))
		return;
	found->about = "integrity";
	(void)store_good(found,
			 store_integrity(c->store, store_found, found, &why),
			 &why);
	found->about = "key";
	if (store_good(found,
		       crypto_keys_load(c->config.store_key, geteuid(),
					&c->keys, &why),
		       &why) &&
	    !store_good(found, session_key_check(c->store, &c->keys, &why),
			&why))
		store_check_rekey(c, found);
	store_check_rules(c, found);
}

enum status
cmd_store_check(struct cmd *c, struct fault *f)
{
	struct store_findings found = { .c = c };
	AUTO_JSON *j = NULL;

	if (c->json)
		found.list = json_array();
	store_check_all(c, &found);
	if (found.n > 0)
		c->exit = CMD_FAILED;
	if (c->json) {
		j = json_object();
		out_put(j, "findings", found.list);
		return out_json(j, f);
	}
	if (found.n == 0)
		out_line("The store is sound.");
	return STATUS_OK;
}

/* The engine has committed the migration itself; its row follows at once. */
static enum status
store_migrated(struct cmd *c, unsigned from, unsigned to, struct fault *f)
{
	char was[16], is[16];
	enum status st;
	STORE_TXN(txn);

	(void)snprintf(was, sizeof(was), "%u", from);
	(void)snprintf(is, sizeof(is), "%u", to);
	if ((st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = admin_begin(&c->admin, &txn, f)) != STATUS_OK ||
	    (st = admin_audit(&c->admin, "store.migrated", NULL,
			      (const struct audit_pair[ADMIN_PAIRS_MAX]){
				      { "from", was }, { "to", is } },
			      f)) != STATUS_OK)
		return st;
	return admin_commit(&c->admin, &txn, f);
}

enum status
cmd_store_migrate(struct cmd *c, struct fault *f)
{
	AUTO_JSON *j = NULL;
	unsigned from, to;
	enum status st;

	st = store_migrate(c->config.store_where, &from, &to, f);
	if (st == STATUS_NOT_FOUND) {
		struct fault why = *f;

		return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
	}
	if (st == STATUS_OK && from != to)
		st = store_migrated(c, from, to, f);
	if (st != STATUS_OK)
		return st;
	if (!c->json) {
		if (from == to)
			out_line("Nothing to do: version %u.", to);
		else
			out_line("Migrated from version %u to %u.", from, to);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "from", json_integer(from));
	out_put(j, "to", json_integer(to));
	return out_json(j, f);
}

/* Devices that were used under a clock that was ahead. */
struct store_ahead {
	const struct cmd *c;
	json_t *list; /* with --json */
};

static bool
store_ahead_each(void *ctx, const struct admin_device *d)
{
	struct store_ahead *a = ctx;
	int64_t until = admin_clock_ahead(&d->row, a->c->now);
	char when[TEXT_TIME_SIZE] = "ever";
	json_t *j;

	if (until == 0)
		return true;
	if (until != INT64_MAX)
		text_time(until, when);
	if (a->list == NULL) {
		out_line("'%s' of %s accepts nothing before %s: enroll it "
			 "again.",
			 d->row.label, d->account.name, when);
		return true;
	}
	j = json_object();
	out_put(j, "user", out_string(d->account.name));
	out_put(j, "account", out_string(d->account.id.s));
	out_put(j, "label", out_string(d->row.label));
	out_put(j, "refused_until",
		until == INT64_MAX ? json_string("never") : out_time(until));
	out_push(a->list, j);
	return true;
}

enum status
cmd_store_clock_accept(struct cmd *c, struct fault *f)
{
	char was[TEXT_TIME_SIZE], now[TEXT_TIME_SIZE];
	struct store_ahead ahead = { .c = c };
	struct admin_uptime up;
	AUTO_JSON *j = NULL;
	enum status st;
	bool accepted;
	int64_t seen;

	if ((st = boot_id(up.boot, f)) != STATUS_OK ||
	    (st = process_uptime(&up.seconds, f)) != STATUS_OK ||
	    (st = admin_clock_accept(&c->admin, &up, &seen, &accepted, f)) !=
		    STATUS_OK)
		return st;
	if (!c->json && !accepted)
		out_line("The clock is not behind: nothing to accept.");
	if (!c->json && accepted) {
		out_line("Seen so far: %s", out_when(seen, was));
		out_line("Now:         %s", out_when(c->now, now));
	}
	if (!c->json)
		return admin_enroll_each(&c->admin, store_ahead_each, &ahead,
					 f);
	j = json_object();
	ahead.list = json_array();
	out_put(j, "was", out_time(seen));
	out_put(j, "now", out_time(c->now));
	out_put(j, "accepted", json_boolean(accepted));
	st = admin_enroll_each(&c->admin, store_ahead_each, &ahead, f);
	out_put(j, "devices", ahead.list);
	return st == STATUS_OK ? out_json(j, f) : st;
}
