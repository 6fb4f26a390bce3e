/* SPDX-License-Identifier: MIT */
/* What holds for all passwords, shown and changed. */
#include <string.h>

#include "admin/password.h"
#include "base/text.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

struct policy_given {
	struct admin_password_change change;
	int64_t min_length, history, max_days, warn_days, min_days;
	bool breached;
	bool any;
};

/* OFF: the word for 0 is "off". */
static enum status
policy_number_take(const struct cmd *c, const char *name, bool off,
		   int64_t *number, const int64_t **out, bool *any,
		   struct fault *f)
{
	const char *text = cmd_option(c, name);

	if (text == NULL)
		return STATUS_OK;
	if (off && strcmp(text, "off") == 0)
		*number = 0;
	else if (!text_number(text, off ? 1 : 0, 100000, number))
		return fault(f, STATUS_INVALID, "--%s: '%s' is no number%s",
			     name, text, off ? " of days, nor off" : "");
	*out = number;
	*any = true;
	return STATUS_OK;
}

static enum status
policy_breached_take(const struct cmd *c, struct policy_given *g,
		     struct fault *f)
{
	const char *text = cmd_option(c, "breached");

	if (text == NULL)
		return STATUS_OK;
	g->breached = strcmp(text, "yes") == 0;
	if (!g->breached && strcmp(text, "no") != 0)
		return fault(f, STATUS_INVALID,
			     "--breached: '%s' is not yes or no", text);
	g->change.breached = &g->breached;
	g->any = true;
	return STATUS_OK;
}

static enum status
policy_passwords_take(const struct cmd *c, struct policy_given *g,
		      struct fault *f)
{
	struct admin_password_change *to = &g->change;
	enum status st;

	if ((st = policy_number_take(c, "min-length", false, &g->min_length,
				     &to->min_length, &g->any, f)) !=
		    STATUS_OK ||
	    (st = policy_number_take(c, "history", false, &g->history,
				     &to->history, &g->any, f)) != STATUS_OK ||
	    (st = policy_number_take(c, "max-age", true, &g->max_days,
				     &to->max_days, &g->any, f)) !=
		    STATUS_OK ||
	    (st = policy_number_take(c, "warn", false, &g->warn_days,
				     &to->warn_days, &g->any, f)) !=
		    STATUS_OK ||
	    (st = policy_number_take(c, "min-age", true, &g->min_days,
				     &to->min_days, &g->any, f)) != STATUS_OK)
		return st;
	return policy_breached_take(c, g, f);
}

static enum status
policy_passwords_json(const struct store_password_policy *p, struct fault *f)
{
	AUTO_JSON *j = json_object();

	out_put(j, "min_length", json_integer(p->min_length));
	out_put(j, "history", json_integer(p->history));
	out_put(j, "max_days",
		p->max_days == 0 ? json_null() : json_integer(p->max_days));
	out_put(j, "warn_days", json_integer(p->warn_days));
	out_put(j, "min_days",
		p->min_days == 0 ? json_null() : json_integer(p->min_days));
	out_put(j, "breached", json_boolean(p->breached));
	return out_json(j, f);
}

static void
policy_days(const char *what, int64_t days)
{
	if (days == 0)
		out_field(what, "off");
	else
		out_field(what, "%lld day%s", (long long)days,
			  days == 1 ? "" : "s");
}

static void
policy_passwords_text(const struct cmd *c,
		      const struct store_password_policy *p)
{
	out_field("Least length", "%lld", (long long)p->min_length);
	out_field("History", "%lld", (long long)p->history);
	policy_days("Greatest age", p->max_days);
	policy_days("Warning", p->warn_days);
	policy_days("Least age", p->min_days);
	if (p->breached && c->breach.state == BREACH_BROKEN) {
		out_field("Breached ones",
			  "refused; here the list that password.breach_file "
			  "of sigra.conf names cannot be used, so that no "
			  "password can be chosen: %s",
			  c->breach.why.text);
		return;
	}
	out_field("Breached ones", "%s",
		  !p->breached ? "not looked for"
		  : strcmp(c->config.password_breach_file, BREACH_NONE) == 0
			  ? "refused, where sigra.conf names a list; here it "
			    "does not"
			  : "refused");
}

enum status
cmd_policy_passwords(struct cmd *c, struct fault *f)
{
	struct policy_given given = { .any = false };
	struct store_password_policy p;
	enum status st;

	st = policy_passwords_take(c, &given, f);
	if (st == STATUS_OK && given.any)
		st = admin_password_policy_change(&c->admin, &given.change, &p,
						  f);
	else if (st == STATUS_OK)
		st = store_password_policy_get(c->store, &p, f);
	if (st != STATUS_OK)
		return st;
	if (c->json)
		return policy_passwords_json(&p, f);
	policy_passwords_text(c, &p);
	if (p.max_days != 0 && p.warn_days > p.max_days)
		out_warning("the warning begins before a password is set: "
			    "every login warns; give --warn less than "
			    "--max-age");
	return STATUS_OK;
}
