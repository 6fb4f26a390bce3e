/* SPDX-License-Identifier: MIT */
/* Codes that an administrator hands out: shown once, and good once. */
#include <stdio.h>
#include <string.h>

#include "admin/code.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/codes.h"
#include "sigractl/cmd.h"
#include "sigractl/date.h"

/* Where it is typed, which the person has to be told, too. */
static void
user_code_where(const struct cmd *c, enum store_code_kind kind,
		const char *name, struct buf *b)
{
	char host[sizeof(c->host)];

	text_encode(c->host, strlen(c->host), host, sizeof(host));
	if (kind == STORE_CODE_LOGIN)
		buf_printf(b,
			   "Type it at 'One-time code for %s@%s: ', after "
			   "the password.\n",
			   name, host);
	else
		buf_text(b, "Type it where the password is asked for.\n");
}

static enum status
user_code_end(const struct cmd *c, const struct admin_code *code,
	      enum store_code_kind kind, const struct secret *text,
	      const char *what, struct fault *f)
{
	char letters[CODE_TEXT_LENGTH + 1], when[TEXT_TIME_SIZE];
	char safe[4 * STORE_NAME_SIZE];
	AUTO_JSON *j = NULL;
	struct buf b;
	CODES_TEXT(lines);

	if (c->json) {
		j = json_object();
		out_put(j, "id", out_string(code->account.id.s));
		out_put(j, "name", out_string(code->account.name));
		out_put(j, "code", codes_json(text));
		out_put(j, "expires_at", out_time(code->expires_at));
		return out_json(j, f);
	}
	if (!secret_string(text, letters, sizeof(letters)))
		return fault(f, STATUS_SYSTEM, "the code has no text");
	text_encode(code->account.name, strlen(code->account.name), safe,
		    sizeof(safe));
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b,
		   "%s of %s. It is good once, until %s,\nand is not shown "
		   "again.\n    %s\n",
		   what, safe, out_when(code->expires_at, when), letters);
	user_code_where(c, kind, safe, &b);
	explicit_bzero(letters, sizeof(letters));
	return codes_print(&lines, f);
}

/* Whoever is exempt, as he has no device, is so no more. */
static void
user_code_warn(const struct store_account *acct)
{
	char why[160 + STORE_NAME_SIZE];

	(void)snprintf(why, sizeof(why),
		       "%s has no device: until this code is used or over, it "
		       "is asked for wherever a rule names otp (sigractl user "
		       "revoke-codes ends that)",
		       acct->name);
	out_warning(why);
}

static enum status
user_code(struct cmd *c, enum store_code_kind kind, int64_t ttl,
	  const char *what, struct fault *f)
{
	const char *given = cmd_option(c, "ttl");
	struct admin_code code;
	enum status st;
	SECRET(text);

	if (given != NULL &&
	    (st = date_duration(given, "--ttl", 1, CODE_TTL_MAX, &ttl, f)) !=
		    STATUS_OK)
		return st;
	if ((st = out_once(f, CODES_LOST)) != STATUS_OK ||
	    (st = admin_code_issue(&c->admin, c->arg[0], kind, ttl, &text,
				   &code, f)) != STATUS_OK)
		return st;
	if (kind == STORE_CODE_LOGIN && !code.device)
		user_code_warn(&code.account);
	return user_code_end(c, &code, kind, &text, what, f);
}

enum status
cmd_user_login_code(struct cmd *c, struct fault *f)
{
	return user_code(c, STORE_CODE_LOGIN, CODE_TTL_DEFAULT, "Login code",
			 f);
}

enum status
cmd_user_reset(struct cmd *c, struct fault *f)
{
	return user_code(c, STORE_CODE_RESET, CODE_TTL_DEFAULT, "Reset code",
			 f);
}

enum status
cmd_enroll_ticket(struct cmd *c, struct fault *f)
{
	return user_code(c, STORE_CODE_TICKET, CODE_TICKET_TTL, "Ticket", f);
}

enum status
cmd_user_revoke_codes(struct cmd *c, struct fault *f)
{
	static const char *const what[ADMIN_CODE_KINDS] = {
		[ADMIN_CODE_LOGIN] = "login code",
		[ADMIN_CODE_RESET] = "reset code",
		[ADMIN_CODE_TICKET] = "ticket",
	};
	static const char *const members[ADMIN_CODE_KINDS] = {
		[ADMIN_CODE_LOGIN] = "login_codes",
		[ADMIN_CODE_RESET] = "reset_codes",
		[ADMIN_CODE_TICKET] = "tickets",
	};
	AUTO_JSON *j = json_object();
	struct admin_codes_out was;
	struct store_account acct;
	int64_t all = 0;
	enum status st;

	if ((st = admin_code_revoke(&c->admin, c->arg[0], &acct, &was, f)) !=
	    STATUS_OK)
		return st;
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	for (unsigned i = 0; i < ADMIN_CODE_KINDS; i++) {
		out_put(j, members[i], json_integer(was.of[i].left));
		all += was.of[i].left;
		if (!c->json && was.of[i].left > 0)
			out_line("The %s of %s is void.", what[i], acct.name);
	}
	if (c->json)
		return out_json(j, f);
	if (all == 0)
		out_line("No code of %s was out.", acct.name);
	return STATUS_OK;
}
