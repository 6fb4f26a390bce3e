/* SPDX-License-Identifier: MIT */
/* How long the audit is kept; and its head, which an anchor is made of. */
#include <stdio.h>
#include <string.h>

#include "admin/audit.h"
#include "admin/prune.h"
#include "base/boot.h"
#include "base/text.h"
#include "sigractl/date.h"
#include "sigractl/ground.h"
#include "sigractl/out.h"
#include "sigractl/process.h"
#include "sigractl/tty.h"

#define PRUNE_FOREVER "forever"

/* By a clock that was set ahead all would be old. */
static enum status
prune_clock(const struct cmd *c, struct fault *f)
{
	struct admin_uptime up;
	enum status st;
	bool leap;

	if ((st = boot_id(up.boot, f)) != STATUS_OK ||
	    (st = process_uptime(&up.seconds, f)) != STATUS_OK ||
	    (st = admin_prune_leap(&c->admin, &up, &leap, f)) != STATUS_OK)
		return st;
	if (leap)
		return fault(f, STATUS_REFUSED,
			     "the clock has leapt ahead since the last gc: "
			     "set it, or, if it is right, run sigractl store "
			     "clock-accept");
	return STATUS_OK;
}

static enum status
prune_age(const struct cmd *c, int64_t *out, struct fault *f)
{
	const char *age = cmd_option(c, "older-than");
	enum status st;

	if (age != NULL)
		return date_duration(age, "--older-than", ADMIN_AUDIT_LEAST,
				     ADMIN_AUDIT_MOST, out, f);
	if ((st = admin_audit_kept(&c->admin, out, f)) == STATUS_OK &&
	    *out == 0)
		return fault(f, STATUS_INVALID,
			     "the audit is kept for ever: say --older-than, "
			     "as in --older-than 400d");
	return st;
}

static enum status
prune_confirm(struct cmd *c, int64_t rows, int64_t before, struct fault *f)
{
	char prompt[256], answer[16], when[TEXT_TIME_SIZE];
	enum status st;

	if (cmd_option(c, "yes") != NULL || rows == 0)
		return STATUS_OK;
	(void)snprintf(prompt, sizeof(prompt),
		       "%lld rows from before %s will be gone for good. Type "
		       "yes to prune: ",
		       (long long)rows, out_when(before, when));
	st = tty_ask_visible(prompt, answer, sizeof(answer), f);
	if (st == STATUS_INVALID)
		return fault(f, st,
			     "nobody is there to confirm it: give --yes");
	if (st == STATUS_OK && strcmp(answer, "yes") != 0)
		return fault(f, STATUS_CANCELLED, "nothing was pruned");
	return st;
}

static enum status
prune_end(const struct cmd *c, const struct admin_audit_prune *p, int64_t rows,
	  struct fault *f)
{
	char when[TEXT_TIME_SIZE];
	AUTO_JSON *j = NULL;

	if (!c->json) {
		out_line("%lld row%s of the audit from before %s %s.",
			 (long long)rows, rows == 1 ? "" : "s",
			 out_when(p->before, when),
			 p->dry ? "would be pruned" : "pruned");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "dry_run", json_boolean(p->dry));
	out_put(j, "before", out_time(p->before));
	out_put(j, "rows", json_integer(rows));
	return out_json(j, f);
}

enum status
cmd_audit_prune(struct cmd *c, struct fault *f)
{
	struct admin_audit_prune p = { .dry = true };
	int64_t age, rows = 0;
	enum status st;

	p.broken = cmd_option(c, "broken") != NULL;
	if ((st = prune_clock(c, f)) != STATUS_OK ||
	    (st = prune_age(c, &age, f)) != STATUS_OK)
		return st;
	p.before = c->now - age;
	if ((st = admin_audit_prune(&c->admin, &p, &rows, f)) != STATUS_OK)
		return st;
	if (cmd_option(c, "dry-run") == NULL) {
		if ((st = prune_confirm(c, rows, p.before, f)) != STATUS_OK)
			return st;
		p.dry = false;
		st = admin_audit_prune(&c->admin, &p, &rows, f);
		if (st != STATUS_OK)
			return st;
		store_tidy(c->store);
	}
	return prune_end(c, &p, rows, f);
}

enum status
cmd_audit_retention(struct cmd *c, struct fault *f)
{
	char text[DATE_DURATION_SIZE] = PRUNE_FOREVER;
	const char *want = c->arg[0];
	AUTO_JSON *j = NULL;
	int64_t kept = 0;
	enum status st = STATUS_OK;

	if (want == NULL)
		st = admin_audit_kept(&c->admin, &kept, f);
	else if (strcmp(want, PRUNE_FOREVER) != 0)
		st = date_duration(want, "AGE", ADMIN_AUDIT_LEAST,
				   ADMIN_AUDIT_MOST, &kept, f);
	if (st == STATUS_OK && want != NULL)
		st = admin_audit_keep(&c->admin, kept, f);
	if (st != STATUS_OK)
		return st;
	if (kept != 0)
		(void)date_duration_text(kept, text);
	if (!c->json) {
		out_line("%s", text);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "keep", json_string(text));
	out_put(j, "seconds", kept == 0 ? json_null() : json_integer(kept));
	return out_json(j, f);
}

enum status
cmd_audit_head(struct cmd *c, struct fault *f)
{
	char anchor[CHAIN_ANCHOR_SIZE];
	AUTO_JSON *j = NULL;
	enum status st;
	AUDIT_LINK(link);

	if ((st = audit_link_find(c->store, &link, f)) != STATUS_OK)
		return st;
	if (!link.chained)
		return fault(f, STATUS_NOT_FOUND,
			     "the audit is not chained: run sigractl audit "
			     "init-key");
	chain_anchor_format(link.at.next - 1, link.at.head, anchor);
	if (!c->json) {
		out_line("%s", anchor);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "host", out_string(link.at.host));
	out_put(j, "row", json_integer(link.at.next - 1));
	out_put(j, "anchor", out_string(anchor));
	out_put(j, "key", out_string(link.at.id));
	return out_json(j, f);
}
