/* SPDX-License-Identifier: MIT */
/* Attributes, and the address. */
#include <stdio.h>
#include <string.h>

#include "admin/attribute.h"
#include "admin/email.h"
#include "base/buf.h"
#include "base/text.h"
#include "factor/code.h"
#include "sigractl/codes.h"
#include "sigractl/shape.h"
#include "sigractl/tty.h"
#include "sigractl/user.h"

/* "KEY=VALUE" */
static enum status
user_set_parse(const char *s, struct store_attribute *out, struct fault *f)
{
	const char *sign = strchr(s, '=');
	char key[STORE_ATTRIBUTE_KEY_SIZE];

	if (sign == NULL)
		return fault(f, STATUS_INVALID,
			     "'%s' sets nothing: give KEY=VALUE", s);
	if ((size_t)(sign - s) >= sizeof(key))
		return fault(f, STATUS_INVALID, "a key has at most %d bytes",
			     STORE_ATTRIBUTE_KEY_SIZE - 1);
	memcpy(key, s, (size_t)(sign - s));
	key[sign - s] = '\0';
	(void)text_copy(out->key, sizeof(out->key), key);
	if (!text_copy(out->value, sizeof(out->value), sign + 1))
		return fault(f, STATUS_INVALID,
			     "the value of %s is longer than %d bytes", key,
			     STORE_ATTRIBUTE_VALUE_SIZE - 1);
	return STATUS_OK;
}

static enum status
user_attribute_end(const struct cmd *c, const struct store_account *acct,
		   const struct store_attribute *at, struct fault *f)
{
	AUTO_JSON *j = NULL;

	if (!c->json) {
		out_line("%s is set for %s%s.", at->key, acct->name,
			 at->exported ? ", and exported to sessions" : "");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct->id.s));
	out_put(j, "name", out_string(acct->name));
	out_put(j, "attribute", shape_attribute(at));
	return out_json(j, f);
}

enum status
cmd_user_set(struct cmd *c, struct fault *f)
{
	struct store_attribute at = { .exported = cmd_option(c, "export") !=
						  NULL };
	struct store_account acct;
	enum status st;

	if ((st = user_set_parse(c->arg[1], &at, f)) != STATUS_OK ||
	    (st = admin_attribute_set(&c->admin, c->arg[0], &at, &acct, f)) !=
		    STATUS_OK)
		return st;
	return user_attribute_end(c, &acct, &at, f);
}

enum status
cmd_user_unset(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	AUTO_JSON *j = NULL;
	enum status st;

	st = admin_attribute_unset(&c->admin, c->arg[0], c->arg[1], &acct, f);
	if (st != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("%s is not set for %s any more.", c->arg[1],
			 acct.name);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "key", out_string(c->arg[1]));
	return out_json(j, f);
}

static enum status
user_email_json(const struct admin_email *e, const struct secret *code,
		struct fault *f)
{
	AUTO_JSON *j = json_object();

	out_put(j, "id", out_string(e->account.id.s));
	out_put(j, "name", out_string(e->account.name));
	out_put(j, "email", out_string(e->email));
	out_put(j, "confirmed_at", out_time(e->account.email_at));
	out_put(j, "code", code->len == 0 ? json_null() : codes_json(code));
	out_put(j, "expires_at", out_time(e->expires_at));
	return out_json(j, f);
}

static enum status
user_email_code(const struct admin_email *e, const struct secret *code,
		struct fault *f)
{
	char letters[CODE_TEXT_LENGTH + 1], when[TEXT_TIME_SIZE];
	struct buf b;
	CODES_TEXT(lines);

	if (!secret_string(code, letters, sizeof(letters)))
		return fault(f, STATUS_SYSTEM, "the code has no text");
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b,
		   "%s waits for this code, which goes there by sigractl "
		   "notify.\nIt is good until %s:\n    %s\nThen: sigractl "
		   "user confirm-email %s\n",
		   e->email, out_when(e->expires_at, when), letters,
		   e->account.name);
	explicit_bzero(letters, sizeof(letters));
	return codes_print(&lines, f);
}

enum status
cmd_user_set_email(struct cmd *c, struct fault *f)
{
	const bool none = strcmp(c->arg[1], "none") == 0;
	struct admin_email e;
	enum status st;
	SECRET(code);

	st = admin_email_set(&c->admin, c->arg[0], none ? "" : c->arg[1],
			     cmd_option(c, "confirmed") != NULL, &code, &e, f);
	if (st != STATUS_OK)
		return st;
	if (c->json)
		return user_email_json(&e, &code, f);
	if (code.len > 0)
		return user_email_code(&e, &code, f);
	out_line(none ? "User %s has no address.%s"
		      : "The address of %s is %s.",
		 e.account.name, e.email);
	return STATUS_OK;
}

enum status
cmd_user_confirm_email(struct cmd *c, struct fault *f)
{
	struct admin_email e;
	enum status st;
	SECRET(code);
	SECRET(none);

	if (cmd_option(c, "stdin") != NULL)
		st = tty_stdin_secret(&code, f);
	else
		st = tty_ask_secret("Code: ", &code, f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	st = admin_email_confirm(&c->admin, c->arg[0], &code, &e, f);
	if (st != STATUS_OK)
		return st;
	if (c->json)
		return user_email_json(&e, &none, f);
	out_line("The address of %s is %s.", e.account.name, e.email);
	return STATUS_OK;
}
