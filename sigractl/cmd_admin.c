/* SPDX-License-Identifier: MIT */
/* Administrators of everything, and acting as somebody else. */
#include <stdio.h>
#include <string.h>

#include "admin/account.h"
#include "admin/grant.h"
#include "admin/impersonate.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/codes.h"
#include "sigractl/cmd.h"
#include "sigractl/out.h"

/* Whoever is root as nobody has been granted anything is so no more. */
static enum status
admin_grant_spare(const struct cmd *c, struct fault *f)
{
	struct store_account acct;
	enum status st;

	if (!c->rights.first || cmd_option(c, "yes") != NULL)
		return STATUS_OK;
	if ((st = admin_account_find(&c->admin, c->arg[0], &acct, f)) !=
	    STATUS_OK)
		return st;
	if (strcmp(acct.id.s, c->rights.self.s) == 0)
		return STATUS_OK;
	return fault(f, STATUS_REFUSED,
		     "from the first administrator on, root by sudo or su is "
		     "only what has been granted, and nothing has been to "
		     "you: grant yourself first (--yes grants '%s' all the "
		     "same)",
		     acct.name);
}

enum status
cmd_admin_grant(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	AUTO_JSON *j = NULL;
	int64_t revoked;
	enum status st;
	bool first;

	if ((st = admin_grant_spare(c, f)) != STATUS_OK ||
	    (st = admin_grant(&c->admin, c->arg[0], &first, &revoked, &acct,
			      f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("%s is an administrator now.%s", acct.name,
			 first ? " From now on sudo and su make nobody else "
				 "one."
			       : "");
		if (revoked > 0)
			out_line("App tokens and families of JWTs of %s that "
				 "are void now: %lld.",
				 acct.name, (long long)revoked);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "first", json_boolean(first));
	out_put(j, "apps_revoked", json_integer(revoked));
	return out_json(j, f);
}

enum status
cmd_admin_revoke(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	AUTO_JSON *j = NULL;
	enum status st;
	bool last;

	if ((st = admin_grant_revoke(&c->admin, c->arg[0], &last, &acct, f)) !=
	    STATUS_OK)
		return st;
	if (last)
		out_warning("that was the last one: whoever becomes root by "
			    "sudo or su, and belongs to no organization, may "
			    "do everything again");
	if (!c->json) {
		out_line("%s is no administrator any more.", acct.name);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "last", json_boolean(last));
	return out_json(j, f);
}

struct admin_view {
	const struct cmd *c;
	struct out_table table;
	json_t *administrators; /* with --json */
};

static bool
admin_each(void *ctx, const struct store_administrator *row,
	   const struct store_account *acct)
{
	struct admin_view *v = ctx;
	const char *state = admin_account_state(acct, v->c->now);
	char when[TEXT_TIME_SIZE];
	json_t *j;

	if (v->c->json) {
		j = json_object();
		out_put(j, "id", out_string(acct->id.s));
		out_put(j, "name", out_string(acct->name));
		out_put(j, "state", json_string(state));
		out_put(j, "granted_by", out_string(row->granted_by));
		out_put(j, "granted_at", out_time(row->granted_at));
		out_push(v->administrators, j);
		return true;
	}
	out_table_row(&v->table,
		      (const char *const[]){ acct->name, state,
					     out_when(row->granted_at, when),
					     row->granted_by },
		      4);
	return true;
}

enum status
cmd_admin_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = { { "NAME", OUT_TEXT },
						     { "STATE", OUT_TEXT },
						     { "GRANTED", OUT_TEXT },
						     { "BY", OUT_FOLD } };
	struct admin_view v = { .c = c };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (!c->json) {
		out_table_start(&v.table, columns, 4);
		st = admin_grant_list(&c->admin, admin_each, &v, f);
		end = out_table_end(
			&v.table,
			"There are no administrators: whoever becomes root "
			"may do everything.",
			st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	v.administrators = json_array();
	st = admin_grant_list(&c->admin, admin_each, &v, f);
	out_put(j, "administrators", v.administrators);
	return st == STATUS_OK ? out_json(j, f) : st;
}

static enum status
admin_code_end(const struct cmd *c, const struct store_account *acct,
	       const struct secret *text, int64_t expires_at, struct fault *f)
{
	char letters[CODE_TEXT_LENGTH + 1], when[TEXT_TIME_SIZE];
	char safe[4 * STORE_NAME_SIZE];
	AUTO_JSON *j = NULL;
	struct buf b;
	CODES_TEXT(lines);

	if (c->json) {
		j = json_object();
		out_put(j, "id", out_string(acct->id.s));
		out_put(j, "name", out_string(acct->name));
		out_put(j, "code", codes_json(text));
		out_put(j, "expires_at", out_time(expires_at));
		return out_json(j, f);
	}
	if (!secret_string(text, letters, sizeof(letters)))
		return fault(f, STATUS_SYSTEM, "the code has no text");
	text_encode(acct->name, strlen(acct->name), safe, sizeof(safe));
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b,
		   "To act as %s, log in by that name, and type this where "
		   "the\npassword is asked for. It is good once, until %s,\n"
		   "and is not shown again.\n    %s\n"
		   "The session ends after 30 minutes; everything in it is "
		   "audited with both names.\n",
		   safe, out_when(expires_at, when), letters);
	explicit_bzero(letters, sizeof(letters));
	return codes_print(&lines, f);
}

enum status
cmd_admin_impersonate(struct cmd *c, struct fault *f)
{
	const char *reason = cmd_option(c, "reason");
	struct store_account acct;
	int64_t expires_at;
	enum status st;
	SECRET(text);

	if (reason == NULL)
		return fault(f, STATUS_INVALID, "say why: --reason TEXT");
	if ((st = out_once(f, CODES_LOST)) != STATUS_OK ||
	    (st = admin_impersonate(&c->admin, c->arg[0], reason, &text,
				    &expires_at, &acct, f)) != STATUS_OK)
		return st;
	return admin_code_end(c, &acct, &text, expires_at, f);
}
