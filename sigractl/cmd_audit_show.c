/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/text.h"
#include "sigractl/shape.h"
#include "store/audit.h"
#include "store/chain.h"
#include "store/org.h"
#include "store/outbox.h"

struct show_search {
	const struct cmd *c;
	int64_t seq;
	struct store_audit found;
	size_t n;
};

/* Of another organization is as good as not there. */
static bool
show_mine(const struct cmd *c, const struct store_audit *a)
{
	return c->admin.org == NULL || strcmp(c->admin.org->s, a->org) == 0;
}

static enum status
show_missing(const struct cmd *c, struct fault *f)
{
	return fault(f, STATUS_NOT_FOUND,
		     "the audit has no row '%s': sigractl audit list shows "
		     "which there are",
		     c->arg[0]);
}

static bool
show_take(void *ctx, const struct store_audit *a)
{
	struct show_search *search = ctx;

	/* The first from there on is not always the one. */
	if (a->seq == search->seq && show_mine(search->c, a)) {
		search->found = *a;
		search->n++;
	}
	return true;
}

static enum status
show_by_id(const struct cmd *c, const char *arg, struct store_audit *out,
	   struct fault *f)
{
	struct store_audit a;
	enum status st;
	struct id id;

	memcpy(id.s, arg, sizeof(id.s));
	st = store_audit_by_id(c->store, &id, &a, f);
	if (st == STATUS_NOT_FOUND || (st == STATUS_OK && !show_mine(c, &a)))
		return show_missing(c, f);
	if (st == STATUS_OK)
		*out = a;
	return st;
}

/* The number alone: of whichever host has it, if it is one. */
static enum status
show_by_number(struct show_search *search, struct fault *f)
{
	char host[STORE_HOST_SIZE] = "";
	struct fault none;
	enum status st;

	while ((st = store_audit_host(search->c->store, host, host, &none)) ==
	       STATUS_OK)
		if ((st = store_audit_walk(search->c->store, host, search->seq,
					   1, show_take, search, f)) !=
		    STATUS_OK)
			return st;
	if (st != STATUS_NOT_FOUND)
		return fault(f, st, "%s", none.text);
	if (search->n > 1)
		return fault(f, STATUS_CONFLICT,
			     "more than one host has written a row %lld: say "
			     "which, as in %s:%lld",
			     (long long)search->seq, search->found.host,
			     (long long)search->seq);
	return STATUS_OK;
}

static enum status
show_find(const struct cmd *c, struct store_audit *out, struct fault *f)
{
	struct show_search search = { .c = c };
	const char *arg = c->arg[0], *colon = strrchr(arg, ':');
	char host[STORE_HOST_SIZE] = "";
	enum status st;

	if (colon == NULL && strlen(arg) == ID_LENGTH)
		return show_by_id(c, arg, out, f);
	if (!text_number(colon == NULL ? arg : colon + 1, 1, INT64_MAX,
			 &search.seq) ||
	    (colon != NULL &&
	     snprintf(host, sizeof(host), "%.*s", (int)(colon - arg), arg) >=
		     STORE_HOST_SIZE))
		return fault(f, STATUS_INVALID,
			     "'%s' is no row of the audit: give its id, its "
			     "number, or both host and number, as in web1:17",
			     arg);
	st = colon == NULL ? show_by_number(&search, f)
			   : store_audit_walk(c->store, host, search.seq, 1,
					      show_take, &search, f);
	if (st != STATUS_OK)
		return st;
	if (search.n == 0)
		return show_missing(c, f);
	*out = search.found;
	return STATUS_OK;
}

/* Its slug; one that is gone has none. */
static enum status
show_org(const struct cmd *c, const struct store_audit *a,
	 char out[STORE_SLUG_SIZE], struct fault *f)
{
	struct store_org org;
	struct id id;
	enum status st;

	out[0] = '\0';
	if (strlen(a->org) != ID_LENGTH)
		return STATUS_OK;
	memcpy(id.s, a->org, sizeof(id.s));
	st = store_org_by_id(c->store, &id, &org, f);
	if (st == STATUS_OK)
		(void)text_copy(out, STORE_SLUG_SIZE, org.slug);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static void
show_field(const char *label, const char *text)
{
	if (text[0] != '\0')
		out_field(label, "%s", text);
}

/* With the id behind it, which is what is stored. */
static void
show_who(const char *label, const char *who, const char *name)
{
	if (name[0] == '\0')
		show_field(label, who);
	else
		out_field(label, "%s (%s)", name, who);
}

static void
show_meta(const char *text)
{
	json_auto_t *meta = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	AUTO_FREE char *pretty = NULL;

	if (meta != NULL && json_object_size(meta) == 0)
		return;
	if (meta != NULL)
		pretty = out_json_text(meta, JSON_INDENT(2));
	if (pretty == NULL)
		out_field("Details", "%s", text);
	else
		(void)printf("Details:\n%s\n", pretty);
}

static void
show_text(const struct store_audit *a, const struct shape_people *people,
	  const char *slug, const char *mac)
{
	char when[TEXT_TIME_SIZE];

	text_time(a->at, when);
	out_field("Row", "%s:%lld", a->host, (long long)a->seq);
	out_field("Id", "%s", a->id.s);
	out_field("Time", "%s", when);
	out_field("Action", "%s", a->action);
	out_field("Outcome", "%s", a->outcome);
	show_who("Actor", a->actor, people->actor);
	show_who("Acted as", a->effective, people->effective);
	show_who("Target", a->target, people->target);
	show_who("Organization", a->org, slug);
	show_field("Service", a->service);
	show_field("Terminal", a->tty);
	show_field("From", a->rhost);
	if (a->pid != 0)
		out_field("Process", "%lld", (long long)a->pid);
	out_field("MAC", "%s", mac[0] == '\0' ? "none: of no chain" : mac);
	show_meta(a->meta);
}

enum status
cmd_audit_show(struct cmd *c, struct fault *f)
{
	char slug[STORE_SLUG_SIZE], mac[2 * STORE_MAC_SIZE + 1];
	struct shape_people people;
	struct store_audit a;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = show_find(c, &a, f)) != STATUS_OK ||
	    (st = shape_people_of(c, &a, &people, f)) != STATUS_OK ||
	    (st = show_org(c, &a, slug, f)) != STATUS_OK)
		return st;
	text_hex(a.mac, a.mac_len, mac);
	if (!c->json) {
		show_text(&a, &people, slug, mac);
		return STATUS_OK;
	}
	j = shape_audit(&a, &people);
	out_put(j, "org_slug", out_string(slug));
	out_put(j, "mac", out_string(mac));
	return out_json(j, f);
}
