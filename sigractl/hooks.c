/* SPDX-License-Identifier: MIT */
#include "sigractl/hooks.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/hook.h"
#include "base/auto.h"
#include "base/text.h"
#include "sigractl/ground.h"
#include "sigractl/hooks_about.h"
#include "sigractl/out.h"

#define HOOKS_LINE_SIZE 1024
#define HOOKS_WHY_SIZE (HOOKRUN_NAME_SIZE + FAULT_TEXT_SIZE + 16)

/* One call of those on one side. */
struct hooks_run {
	struct cmd *c;
	bool before, failed;
	char why[HOOKS_WHY_SIZE]; /* of the one that refused */
};

/* A person is known by the kernel or by sudo. */
static bool
hooks_foreign(const struct cmd *c)
{
	return c->actor.delegated || c->actor.person >= 0;
}

/* Around what is root's doing, and changes something. */
static bool
hooks_apply(const struct cmd *c)
{
	if (geteuid() != 0 || ground_is_trial(c) ||
	    cmd_option(c, "dry-run") != NULL)
		return false;
	switch (c->row->access) {
	case CMD_STEPS:
	case CMD_STEPS_SELF:
	case CMD_WRITE:
	case CMD_WRITE_SELF:
		return true;
	case CMD_PLAIN:
	case CMD_STEPS_FILE:
	case CMD_INIT:
	case CMD_OWNER:
	case CMD_READ:
	case CMD_READ_SELF:
		break;
	}
	return false;
}

/* What cannot be looked at counts as there. */
static bool
hooks_there(const char *config, bool before, const char *words)
{
	char event[HOOKDIR_EVENT_SIZE];
	struct fault why;
	HOOKDIR(dir);

	hookdir_event(before, words, event);
	return hookdir_open(config, event, &dir, &why) != STATUS_NOT_FOUND;
}

enum status
hooks_begin(struct cmd *c, struct fault *f)
{
	const char *words = c->row->words;
	struct hooks *h = &c->hooks;

	if (!hooks_apply(c))
		return STATUS_OK;
	h->of.command = words;
	h->of.config = c->config_path == NULL ? SIGRA_CONFIG : c->config_path;
	h->before = hooks_there(h->of.config, true, words);
	h->after = hooks_there(h->of.config, false, words);
	if (hooks_foreign(c)) {
		/* With another file in its place they would not be seen. */
		h->before =
			h->before || hooks_there(SIGRA_CONFIG, true, words);
		return STATUS_OK;
	}
	return h->before || h->after ? hookrun_begin(&h->of, &h->child, f)
				     : STATUS_OK;
}

/* What a hook says, line by line. */
static void
hooks_say(const struct hookrun_told *t)
{
	char line[HOOKS_LINE_SIZE],
		all[HOOKS_LINE_SIZE + HOOKRUN_NAME_SIZE + 2];

	for (const char *p = t->said; *p != '\0';) {
		size_t len = strcspn(p, "\n");

		text_encode(p, len, line, sizeof(line));
		(void)snprintf(all, sizeof(all), "%s: %s", t->name, line);
		out_error(all);
		p += len + (p[len] == '\n');
	}
}

/* One row of the audit, and where the store is not open it is opened for
 * that. */
struct hooks_note {
	struct cmd *c;
	struct admin_hook hook;
};

static enum status
hooks_note_write(void *ctx, struct fault *f)
{
	const struct hooks_note *n = ctx;
	struct cmd *c = n->c;
	bool opened = c->store == NULL;
	enum status st = STATUS_OK;

	if (opened && (st = ground_become(c, f)) == STATUS_OK)
		st = ground_open(c, STORE_WRITE, f);
	if (st == STATUS_OK)
		st = admin_hook_failed(&c->admin, &n->hook, f);
	if (opened)
		ground_leave(c);
	return st;
}

static void
hooks_note(const struct hooks_run *r, const struct hookrun_told *t)
{
	const struct hooks_about *about = &r->c->hooks.about;
	struct fault why = { .text = "" };
	struct hooks_note n = { .c = r->c,
				.hook = { .before = r->before,
					  .command = r->c->row->words,
					  .name = t->name,
					  .why = t->why } };
	enum status st;

	if (about->account.s[0] != '\0')
		n.hook.target = &about->account;
	else if (about->org.s[0] != '\0')
		n.hook.target = &about->org;
	st = r->c->store != NULL
		     ? hooks_note_write(&n, &why)
		     : child_run(hooks_note_write, &n, NULL, 0, &why);
	if (st != STATUS_OK) {
		out_warning("that a hook failed could not be audited:");
		out_warning(why.text);
	}
}

static void
hooks_each(void *ctx, const struct hookrun_told *t)
{
	struct hooks_run *r = ctx;

	hooks_say(t);
	if (!t->failed)
		return;
	cmd_clock(r->c);
	hooks_note(r, t);
	r->failed = true;
	(void)snprintf(r->why, sizeof(r->why), "hook %s: %s", t->name, t->why);
	if (!r->before)
		out_warning(r->why);
}

static enum status
hooks_run(struct cmd *c, struct hooks_run *r, struct fault *f)
{
	AUTO_FREE char *json = NULL;
	enum status st;

	r->c = c;
	if ((st = hooks_about_json(c, r->before, &json, f)) != STATUS_OK)
		return st;
	return hookrun_ask(&c->hooks.child, r->before, json, hooks_each, r, f);
}

enum status
hooks_before(struct cmd *c, struct fault *f)
{
	struct hooks_run r = { .before = true };
	enum status st;

	if (hooks_foreign(c) && c->hooks.before)
		return fault(f, STATUS_DENIED,
			     "hooks of this host look at '%s' before it is "
			     "done, and they are run for root alone: ask root "
			     "to do it",
			     c->row->words);
	if (c->hooks.child.pid == 0)
		return STATUS_OK;
	/* For those behind it, too: what is deleted has no name then. */
	hooks_about_learn(c);
	if (!c->hooks.before)
		return STATUS_OK;
	st = hooks_run(c, &r, f);
	cmd_clock(c);
	if (st != STATUS_OK || !r.failed)
		return st;
	return fault(f, STATUS_REFUSED, "nothing was done: %s", r.why);
}

void
hooks_after(struct cmd *c)
{
	struct hooks_run r = { .before = false };
	struct fault why = { .text = "" };

	if (!c->hooks.after)
		return;
	if (hooks_foreign(c)) {
		out_warning("the hooks behind it were not run: they are run "
			    "for root alone");
		return;
	}
	hooks_about_learn(c);
	if (hooks_run(c, &r, &why) != STATUS_OK)
		out_warning(why.text);
}

void
hooks_end(struct cmd *c)
{
	child_end(&c->hooks.child);
}
