/* SPDX-License-Identifier: MIT */
#include "sigractl/hooks_about.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sigractl/ground.h"
#include "sigractl/out.h"

/* Which operand names what, as the row's own words for them say. */
static bool
about_is(const char *word, size_t len, const char *what)
{
	return strlen(what) == len && strncmp(word, what, len) == 0;
}

static void
about_operand(const struct cmd *c, const char *word, size_t len,
	      const char *value, struct hooks_about *out)
{
	/* An organization's name is not what it is known by. */
	bool org = strncmp(c->row->words, "org ", 4) == 0;

	if (about_is(word, len, "USER") ||
	    (!org && about_is(word, len, "NAME")))
		(void)text_copy(out->name, sizeof(out->name), value);
	else if (about_is(word, len, "SLUG"))
		(void)text_copy(out->slug, sizeof(out->slug), value);
	else if (about_is(word, len, "ID"))
		(void)text_copy(out->object.s, sizeof(out->object.s), value);
}

static void
about_operands(const struct cmd *c, struct hooks_about *out)
{
	const char *word = c->row->args;

	if (c->org != NULL)
		(void)text_copy(out->slug, sizeof(out->slug), c->org);
	for (unsigned i = 0; i < c->args && *word != '\0'; i++) {
		size_t len;

		word += strspn(word, " []");
		len = strcspn(word, " []");
		about_operand(c, word, len, c->arg[i], out);
		word += len;
	}
}

/* Who has the name now, and what whoever had it is called now. */
static void
about_account(struct store *s, struct hooks_about *a)
{
	struct store_account acct;
	enum status st;

	if (a->account.s[0] != '\0')
		st = store_account_by_id(s, &a->account, &acct, NULL);
	else
		st = store_account_by_name(s, a->name, &acct, NULL);
	if (st != STATUS_OK)
		return;
	a->account = acct.id;
	if (acct.state != STORE_DELETED)
		(void)text_copy(a->name, sizeof(a->name), acct.name);
}

static void
about_org(struct store *s, int64_t now, struct hooks_about *a)
{
	struct store_org o;
	enum status st;

	if (a->org.s[0] != '\0')
		st = store_org_by_id(s, &a->org, &o, NULL);
	else
		st = store_org_by_slug(s, a->slug, now, &o, NULL);
	if (st != STATUS_OK || (o.deleted_at != 0 && a->org.s[0] != '\0'))
		return;
	a->org = o.id;
	(void)text_copy(a->slug, sizeof(a->slug), o.slug);
	(void)text_copy(a->title, sizeof(a->title), o.name);
}

/* A store that cannot be asked is the command's to complain of. */
static void
about_read(const struct cmd *c, struct store *s, struct hooks_about *a)
{
	if (a->name[0] != '\0')
		about_account(s, a);
	if (a->slug[0] != '\0')
		about_org(s, c->now, a);
}

static enum status
about_child(void *ctx, struct fault *f)
{
	struct cmd *c = ctx;
	AUTO_STORE struct store *s = NULL;
	enum status st = ground_become(c, f);

	if (st == STATUS_OK)
		st = store_open(c->config.store_where, STORE_READ, &s, f);
	if (st == STATUS_OK)
		about_read(c, s, &c->hooks.about);
	return st;
}

void
hooks_about_learn(struct cmd *c)
{
	struct hooks_about *a = &c->hooks.about;
	struct fault why = { .text = "" };

	static_assert(sizeof(*a) <= CHILD_RESULT_MAX, "what a child reports");
	if (a->name[0] == '\0' && a->slug[0] == '\0')
		about_operands(c, a);
	if (a->name[0] == '\0' && a->slug[0] == '\0')
		return;
	if (c->store != NULL)
		about_read(c, c->store, a);
	else
		status_ignore(child_run(about_child, c, a, sizeof(*a), &why),
			      "then names have to do");
}

static json_t *
about_json_account(const struct hooks_about *a)
{
	json_t *j = a->name[0] == '\0' ? NULL : json_object();

	if (j == NULL)
		return json_null();
	out_put(j, "id", out_string(a->account.s));
	out_put(j, "name", out_string(a->name));
	return j;
}

static json_t *
about_json_org(const struct hooks_about *a)
{
	json_t *j = a->slug[0] == '\0' ? NULL : json_object();

	if (j == NULL)
		return json_null();
	out_put(j, "id", out_string(a->org.s));
	out_put(j, "slug", out_string(a->slug));
	out_put(j, "name", out_string(a->title));
	return j;
}

enum status
hooks_about_json(const struct cmd *c, bool before, char **out, struct fault *f)
{
	const char *done = c->exit == CMD_DONE ? "done" : "incomplete";
	char event[HOOKDIR_EVENT_SIZE];
	AUTO_JSON *j = json_object();
	char *text;

	hookdir_event(before, c->row->words, event);
	out_put(j, "event", out_string(event));
	out_put(j, "command", out_string(c->row->words));
	out_put(j, "actor", out_string(c->actor.text));
	out_put(j, "host", out_string(c->host));
	out_put(j, "at", out_time(c->now));
	out_put(j, "account", about_json_account(&c->hooks.about));
	out_put(j, "organization", about_json_org(&c->hooks.about));
	out_put(j, "id", out_string(c->hooks.about.object.s));
	out_put(j, "outcome", out_string(before ? NULL : done));
	text = json_dumps(j, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	*out = text;
	return STATUS_OK;
}
