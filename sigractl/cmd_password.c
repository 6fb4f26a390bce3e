/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "admin/account.h"
#include "admin/password.h"
#include "base/io.h"
#include "base/text.h"
#include "sigractl/password.h"
#include "sigractl/self_password.h"
#include "sigractl/shape.h"
#include "sigractl/tty.h"

/* Tried twice is enough of a sign that somebody is at it. */
static enum status
password_ask_twice(struct secret *out, struct fault *f)
{
	enum status st;
	SECRET(again);

	if ((st = tty_ask_secret("New password: ", out, f)) != STATUS_OK ||
	    (st = tty_ask_secret("Retype new password: ", &again, f)) !=
		    STATUS_OK)
		return st;
	if (!secret_equal(out, &again))
		return fault(f, STATUS_INVALID,
			     "the two do not match: nothing was changed");
	return STATUS_OK;
}

enum status
password_no_terminal(enum status st, struct fault *f)
{
	struct fault why = *f;

	if (st != STATUS_INVALID)
		return st;
	return fault(f, st, "%s; a script gives it by --stdin", why.text);
}

static enum status
password_read(const struct cmd *c, struct secret *out, struct fault *f)
{
	if (cmd_option(c, "stdin") != NULL)
		return tty_stdin_secret(out, f);
	return password_no_terminal(password_ask_twice(out, f), f);
}

static enum status
password_end(const struct cmd *c, const struct store_account *acct,
	     const char *done, struct fault *f)
{
	AUTO_JSON *j = NULL;

	if (!c->json) {
		out_line("%s %s.%s", done, acct->name,
			 acct->must_change
				 ? " It has to be changed at the next login."
				 : "");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct->id.s));
	out_put(j, "name", out_string(acct->name));
	out_put(j, "must_change", json_boolean(acct->must_change));
	return out_json(j, f);
}

enum status
cmd_password_set(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	enum status st;
	SECRET(password);

	if (c->self[0] != '\0') {
		st = self_password_set(c, &acct, f);
		return st == STATUS_OK
			       ? password_end(c, &acct,
					      "Changed the password of", f)
			       : st;
	}
	/* Nobody is asked for the password of who is not there. */
	st = admin_account_find(&c->admin, c->arg[0], &acct, f);
	if (st == STATUS_OK)
		st = password_read(c, &password, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	st = admin_password_set(&c->admin, c->arg[0], &password,
				cmd_option(c, "must-change") != NULL, &acct,
				f);
	if (st != STATUS_OK)
		return st;
	return password_end(c, &acct, "Set the password of", f);
}

static enum status
password_import(struct cmd *c, const struct secret *text,
		struct store_account *out, struct fault *f)
{
	char setting[ANSWER_MAX + 1];
	enum status st;

	if (!secret_string(text, setting, sizeof(setting)))
		return fault(f, STATUS_REFUSED, "that is no crypt(3) string");
	st = admin_password_import(&c->admin, c->arg[0], setting, out, f);
	explicit_bzero(setting, sizeof(setting));
	return st;
}

enum status
cmd_password_import(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	enum status st;
	SECRET(text);

	if (cmd_option(c, "stdin") == NULL)
		return fault(f, STATUS_INVALID,
			     "a crypt(3) string is taken from standard input "
			     "only: give --stdin");
	st = admin_account_find(&c->admin, c->arg[0], &acct, f);
	if (st == STATUS_OK)
		st = tty_stdin_secret(&text, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	if ((st = password_import(c, &text, &acct, f)) != STATUS_OK)
		return st;
	return password_end(c, &acct, "Imported the password of", f);
}
