/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "admin/webhook.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/cmd.h"
#include "sigractl/codes.h"

struct webhook_view {
	json_t *webhooks; /* with --json */
	size_t n;
};

static json_t *
webhook_shape(const struct store_webhook *w)
{
	json_t *j = json_object(), *events = json_array();
	const char *at = w->events;

	while (*at != '\0') {
		size_t len = strcspn(at, ",");

		out_push(events, json_stringn(at, len));
		at += len + (at[len] == ',');
	}
	out_put(j, "id", out_string(w->id.s));
	out_put(j, "url", out_string(w->url));
	out_put(j, "events", events);
	out_put(j, "allow_private", json_boolean(w->allow_private));
	out_put(j, "created_at", out_time(w->created_at));
	return j;
}

static json_t *
webhook_secret(const struct secret *s)
{
	json_t *j = NULL;
	SECRET_TEXT(text);

	if (secret_string(s, text.s, sizeof(text.s)))
		j = json_string(text.s);
	return j;
}

enum status
cmd_webhook_add(struct cmd *c, struct fault *f)
{
	const char *events = cmd_option(c, "events");
	const struct admin_webhook_new n = {
		.url = c->arg[0],
		.events = events == NULL ? "" : events,
		.allow_private = cmd_option(c, "allow-private") != NULL,
	};
	struct store_webhook w;
	AUTO_JSON *j = NULL;
	enum status st;
	struct buf b;
	SECRET(key);
	SECRET_TEXT(line);
	CODES_TEXT(text);

	if (events != NULL && events[0] == '\0')
		return fault(f, STATUS_INVALID,
			     "--events: name some, or leave it out");
	if ((st = out_once(
		     f, "the secret is lost: sigractl webhook list shows "
			"the id, remove it and add it again")) != STATUS_OK ||
	    (st = admin_webhook_add(&c->admin, &n, &w, &key, f)) != STATUS_OK)
		return st;
	if (c->json) {
		j = webhook_shape(&w);
		out_put(j, "secret", webhook_secret(&key));
		return out_json(j, f);
	}
	out_line("Added the webhook %s to %s.", w.id.s, w.url);
	out_line("It is signed with this secret, which is not shown again:");
	if (!secret_string(&key, line.s, sizeof(line.s)))
		return fault(f, STATUS_SYSTEM, "the secret cannot be shown");
	buf_start(&b, text.s, sizeof(text.s));
	buf_printf(&b, "    %s\n", line.s);
	return codes_print(&text, f);
}

/* A table would have to cut the address or the events. */
static void
webhook_print(const struct store_webhook *w)
{
	char events[sizeof(w->events) + 16];

	out_line("%s%s", w->id.s,
		 w->allow_private ? ", private networks allowed" : "");
	out_text(w->url, 4);
	(void)snprintf(events, sizeof(events), "events: %s",
		       w->events[0] == '\0' ? "all" : w->events);
	out_text(events, 4);
}

static bool
webhook_each(void *ctx, const struct store_webhook *w)
{
	struct webhook_view *v = ctx;

	if (v->webhooks != NULL)
		out_push(v->webhooks, webhook_shape(w));
	else
		webhook_print(w);
	v->n++;
	return true;
}

enum status
cmd_webhook_list(struct cmd *c, struct fault *f)
{
	struct webhook_view v = { .webhooks = NULL };
	AUTO_JSON *j = NULL;
	enum status st;

	if (!c->json) {
		st = store_webhook_list(c->store, webhook_each, &v, f);
		if (st == STATUS_OK && v.n == 0)
			out_line("There are no webhooks.");
		return st;
	}
	j = json_object();
	v.webhooks = json_array();
	st = store_webhook_list(c->store, webhook_each, &v, f);
	out_put(j, "webhooks", v.webhooks);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_webhook_remove(struct cmd *c, struct fault *f)
{
	struct store_webhook w;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_webhook_remove(&c->admin, c->arg[0], &w, f)) !=
	    STATUS_OK)
		return st;
	if (!c->json) {
		out_line("Removed the webhook to %s; what waited for it is "
			 "given up.",
			 w.url);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(w.id.s));
	out_put(j, "url", out_string(w.url));
	return out_json(j, f);
}
