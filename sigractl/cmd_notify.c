/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sigractl/deliver.h"
#include "sigractl/out.h"
#include "sigractl/shape.h"

struct notify_count {
	int64_t spread, done, waiting, dead;
	char why[DELIVER_WHY_SIZE]; /* the last that failed did */
};

/* One that was claimed; a failure of its message does not stop the others. */
static enum status
notify_one(struct cmd *c, const struct store_delivery *d,
	   struct notify_count *n, struct fault *f)
{
	const char *libexec = cmd_option(c, "libexec");
	char why[DELIVER_WHY_SIZE] = "";
	struct store_delivery is;
	enum status st;

	cmd_clock(c);
	st = deliver_make(c, d, libexec == NULL ? SIGRA_LIBEXEC : libexec, why,
			  f);
	if (st == STATUS_CORRUPT)
		(void)text_copy(why, sizeof(why), "its sealed part is broken");
	else if (st == STATUS_NOT_FOUND)
		return STATUS_OK; /* its message was erased meanwhile */
	else if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	st = admin_notify_end(&c->admin, d, why[0] == '\0' ? NULL : why, &is,
			      f);
	/* Removed by whoever cleans up, or claimed anew after a long while. */
	if (st == STATUS_NOT_FOUND || st == STATUS_LOST)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	n->done += is.state == STORE_DELIVERY_DONE;
	n->waiting += is.state == STORE_DELIVERY_WAITING;
	n->dead += is.state == STORE_DELIVERY_DEAD;
	if (why[0] != '\0')
		memcpy(n->why, why, sizeof(why));
	return STATUS_OK;
}

static enum status
notify_all(struct cmd *c, struct notify_count *n, struct fault *f)
{
	/* What falls due while this runs is the next run's. */
	int64_t until = c->now;
	struct store_delivery d;
	enum status st;

	if ((st = admin_notify_spread(&c->admin, deliver_has_command(c),
				      &n->spread, f)) != STATUS_OK)
		return st;
	for (;;) {
		cmd_clock(c);
		st = admin_notify_claim(&c->admin, until, &d, f);
		if (st == STATUS_NOT_FOUND)
			return STATUS_OK;
		if (st != STATUS_OK ||
		    (st = notify_one(c, &d, n, f)) != STATUS_OK)
			return st;
	}
}

enum status
cmd_notify(struct cmd *c, struct fault *f)
{
	struct notify_count n = { .spread = 0 };
	AUTO_JSON *j = NULL;
	enum status st;

	if (c->actor.delegated && cmd_option(c, "libexec") != NULL)
		return fault(f, STATUS_DENIED,
			     "--libexec is not for sudo: root would run your "
			     "program; leave it out");
	if ((st = notify_all(c, &n, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("New messages: %lld.  Sent: %lld, to be tried again: "
			 "%lld, given up: %lld.",
			 (long long)n.spread, (long long)n.done,
			 (long long)n.waiting, (long long)n.dead);
		if (n.why[0] != '\0')
			out_line("What failed last: %s. See sigractl notify "
				 "list",
				 n.why);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "messages", json_integer(n.spread));
	out_put(j, "done", json_integer(n.done));
	out_put(j, "waiting", json_integer(n.waiting));
	out_put(j, "dead", json_integer(n.dead));
	return out_json(j, f);
}

/* --- notify list --- */

struct notify_view {
	const struct cmd *c;
	json_t *deliveries; /* with --json */
	size_t n;
	enum status st;
	struct fault *f;
};

static void
notify_shape(const struct notify_view *v, const struct store_delivery *d,
	     const struct store_message *m, const char *user)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(d->id.s));
	out_put(j, "message", out_string(d->message.s));
	out_put(j, "event", out_string(m->event));
	out_put(j, "at", out_time(m->at));
	out_put(j, "user", out_string(user));
	out_put(j, "account", out_string(m->account.s));
	out_put(j, "channel", json_string(admin_channel_name(d->channel)));
	out_put(j, "webhook", out_string(d->webhook.s));
	out_put(j, "state", json_string(admin_delivery_name(d->state)));
	out_put(j, "attempts", json_integer(d->attempts));
	out_put(j, "next_at",
		out_time(d->state == STORE_DELIVERY_WAITING ? d->next_at : 0));
	out_put(j, "last", out_string(d->last));
	out_push(v->deliveries, j);
}

/* Three lines that fit any terminal: a table would have to cut the reason. */
static void
notify_print(const struct store_delivery *d, const struct store_message *m,
	     const char *user)
{
	char when[TEXT_TIME_SIZE], next[TEXT_TIME_SIZE];
	char last[DELIVER_WHY_SIZE + 64];

	out_line("%s %s", d->id.s, admin_delivery_name(d->state));
	out_line("    %s of %s, by %s, %s", m->event,
		 user[0] == '\0' ? "-" : user, admin_channel_name(d->channel),
		 out_when(m->at, when));
	if (d->state == STORE_DELIVERY_WAITING)
		out_line("    tried %lld times, next %s",
			 (long long)d->attempts, out_when(d->next_at, next));
	if (d->last[0] == '\0')
		return;
	(void)snprintf(last, sizeof(last), "last: %s", d->last);
	out_text(last, 4);
}

static bool
notify_each(void *ctx, const struct store_delivery *d)
{
	struct notify_view *v = ctx;
	char name[STORE_NAME_SIZE] = "";
	struct store_message m = { .at = 0 };

	v->st = store_message_get(v->c->store, &d->message, &m, v->f);
	if (v->st == STATUS_OK && m.account.s[0] != '\0')
		v->st = shape_name_of(v->c, &m.account, name, v->f);
	if (v->st != STATUS_OK)
		return false;
	if (v->deliveries != NULL)
		notify_shape(v, d, &m, name);
	else
		notify_print(d, &m, name);
	v->n++;
	return true;
}

static enum status
notify_rows(struct notify_view *v)
{
	static const struct {
		const char *option;
		enum store_delivery_state state;
	} all[] = { { "waiting", STORE_DELIVERY_WAITING },
		    { "dead", STORE_DELIVERY_DEAD },
		    { "done", STORE_DELIVERY_DONE } };
	bool chosen = false;
	enum status st;

	for (size_t i = 0; i < 3; i++)
		chosen = chosen || cmd_option(v->c, all[i].option) != NULL;
	for (size_t i = 0; i < 3; i++) {
		if (chosen ? cmd_option(v->c, all[i].option) == NULL
			   : all[i].state == STORE_DELIVERY_DONE)
			continue;
		st = store_delivery_list(v->c->store, all[i].state,
					 notify_each, v, v->f);
		if (st != STATUS_OK || v->st != STATUS_OK)
			return st == STATUS_OK ? v->st : st;
	}
	return STATUS_OK;
}

enum status
cmd_notify_list(struct cmd *c, struct fault *f)
{
	struct notify_view v = { .c = c, .st = STATUS_OK, .f = f };
	AUTO_JSON *j = NULL;
	enum status st;

	if (!c->json) {
		st = notify_rows(&v);
		if (st == STATUS_OK && v.n == 0)
			out_line("There is nothing to be sent.");
		return st;
	}
	j = json_object();
	v.deliveries = json_array();
	st = notify_rows(&v);
	out_put(j, "deliveries", v.deliveries);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_notify_replay(struct cmd *c, struct fault *f)
{
	bool all = cmd_option(c, "all") != NULL;
	AUTO_JSON *j = NULL;
	int64_t n = 0;
	enum status st;

	if (all == (c->args == 1))
		return fault(f, STATUS_INVALID,
			     "give the id of one delivery, or --all");
	st = admin_notify_replay(&c->admin, all ? NULL : c->arg[0], &n, f);
	if (st != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("Will be sent again: %lld.", (long long)n);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "replayed", json_integer(n));
	return out_json(j, f);
}
