/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <unistd.h>

#include "admin/account.h"
#include "admin/password.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/out.h"
#include "sigractl/password.h"
#include "sigractl/strength.h"
#include "sigractl/tty.h"

struct password_found {
	enum status st; /* OK, or REFUSED and WHY */
	struct fault why;
	struct strength strength;
};

/* As the actor, who may have a list of his own. */
static enum status
password_list(const struct cmd *c, struct breach *list, struct fault *f)
{
	const char *path = cmd_option(c, "breach-file");
	enum status st;
	int fd;
	ERRAND(e);

	if (path == NULL)
		return STATUS_OK;
	if ((st = errand_read(&c->actor, path, &e, f)) != STATUS_OK)
		return st;
	if ((fd = fcntl(e.fd, F_DUPFD_CLOEXEC, 0)) < 0)
		return fault(f, STATUS_SYSTEM, "cannot keep %s open", path);
	breach_take(list, fd);
	return STATUS_OK;
}

static enum status
password_take(const struct cmd *c, struct secret *out, struct fault *f)
{
	if (cmd_option(c, "stdin") != NULL)
		return tty_stdin_secret(out, f);
	return password_no_terminal(tty_ask_secret("Password: ", out, f), f);
}

static enum status
password_find(const struct cmd *c, const struct breach *list,
	      const struct secret *password, struct password_found *out,
	      struct fault *f)
{
	const char *name = c->arg[0];
	struct words words;
	enum status st = admin_password_words(&c->admin, name, &words, f);

	if (st != STATUS_OK)
		return st;
	out->strength = strength_of(password, &words);
	out->st = admin_password_check(&c->admin, name, password, &out->why);
	if (out->st == STATUS_OK)
		out->st = breach_refuse(list, password, &out->why);
	if (out->st != STATUS_OK && out->st != STATUS_REFUSED)
		return fault(f, out->st, "%s", out->why.text);
	return STATUS_OK;
}

static enum status
password_json(const struct password_found *found, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *strength = json_object(), *hints = json_array();
	const struct strength *s = &found->strength;

	for (size_t i = 0; i < s->hints; i++)
		out_push(hints, json_string(s->hint[i]));
	out_put(strength, "score", json_integer(s->score));
	out_put(strength, "guesses_log10", json_real(s->guesses_log10));
	out_put(strength, "hints", hints);
	out_put(j, "acceptable", json_boolean(found->st == STATUS_OK));
	out_put(j, "reason",
		out_string(found->st == STATUS_OK ? "" : found->why.text));
	out_put(j, "strength", strength);
	return out_json(j, f);
}

static enum status
password_text(const struct password_found *found, struct fault *f)
{
	const struct strength *s = &found->strength;

	if (found->st != STATUS_OK)
		return fault(f, found->st, "%s", found->why.text);
	out_line("It would be accepted.");
	out_field("Strength", "%d of 4, about 10^%.1f guesses", s->score,
		  s->guesses_log10);
	for (size_t i = 0; i < s->hints; i++)
		out_field("Hint", "%s", s->hint[i]);
	return STATUS_OK;
}

enum status
cmd_password_check(struct cmd *c, struct fault *f)
{
	struct password_found found = { .st = STATUS_OK };
	struct store_account acct;
	enum status st;
	SECRET(password);
	BREACH(list);

	if ((st = password_list(c, &list, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_READ, f)) != STATUS_OK)
		return st;
	if (c->arg[0] != NULL)
		st = admin_account_find(&c->admin, c->arg[0], &acct, f);
	if (st == STATUS_OK)
		st = password_take(c, &password, f);
	if (st == STATUS_OK)
		st = password_find(c, &list, &password, &found, f);
	if (st != STATUS_OK)
		return st;
	if (!c->json)
		return password_text(&found, f);
	c->exit = cmd_exit_of(found.st);
	return password_json(&found, f);
}
