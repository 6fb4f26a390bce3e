/* SPDX-License-Identifier: MIT */
/* The app tokens that there are: looked at, and revoked. */
#include <string.h>

#include "base/text.h"
#include "sigractl/self.h"
#include "sigractl/token.h"

#define TOKEN_COLUMNS 6
#define TOKEN_DAY 10 /* of 2026-01-31T23:59:59Z */

/* "a,b" as an array; none for "". */
static json_t *
token_words(const char *list)
{
	json_t *out = json_array();

	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		out_push(out, json_stringn(list, len));
		list += len;
		list += *list == ',';
	}
	return out;
}

json_t *
shape_token(const struct admin_token *t, int64_t now)
{
	const struct store_token *row = &t->row;
	json_t *j = json_object();

	out_put(j, "id", out_string(row->id.s));
	out_put(j, "user", out_string(t->account.name));
	out_put(j, "account", out_string(t->account.id.s));
	out_put(j, "label", out_string(row->label));
	out_put(j, "state", json_string(admin_token_state(t, now)));
	out_put(j, "scopes", token_words(row->scopes));
	out_put(j, "sources", token_words(row->sources));
	out_put(j, "created_at", out_time(row->created_at));
	out_put(j, "made_by", out_string(row->made_by));
	out_put(j, "expires_at", out_time(row->expires_at));
	out_put(j, "ends_at", out_time(t->ends_at));
	out_put(j, "used_at", out_time(row->used_at));
	out_put(j, "used_from", out_string(row->used_from));
	out_put(j, "revoked_at", out_time(row->revoked_at));
	return j;
}

struct token_list {
	struct out_table table;
	json_t *tokens; /* NULL: the table */
	int64_t now;
	bool all;
	struct self_account self; /* an ordinary user's own */
};

static bool
token_list_each(void *ctx, const struct admin_token *t)
{
	char ends[TEXT_TIME_SIZE], used[TEXT_TIME_SIZE];
	struct token_list *l = ctx;

	if (t->row.revoked_at != 0 && !l->all)
		return true;
	if (l->tokens != NULL) {
		out_push(l->tokens, shape_token(t, l->now));
		return true;
	}
	(void)out_when(t->ends_at, ends);
	(void)out_when(t->row.used_at, used);
	ends[TOKEN_DAY] = used[TOKEN_DAY] = '\0';
	out_table_row(&l->table,
		      (const char *const[]){ t->account.name, t->row.label,
					     admin_token_state(t, l->now),
					     ends, used, t->row.scopes },
		      TOKEN_COLUMNS);
	return true;
}

/* One row of the verifier's, which leaves out whose it is. */
static enum status
token_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct token_list *l = ctx;
	struct admin_token t;
	enum status st;

	if ((st = self_token(row, &t, f)) != STATUS_OK)
		return st;
	t.account = l->self.account;
	(void)token_list_each(l, &t);
	return STATUS_OK;
}

static enum status
token_rows(const struct cmd *c, struct token_list *l, struct fault *f)
{
	if (c->self[0] != '\0')
		return self_query(c, WIRE_SELF_TOKENS, &l->self, token_told, l,
				  f);
	return admin_token_list(&c->admin, c->arg[0], token_list_each, l, f);
}

enum status
cmd_token_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[TOKEN_COLUMNS] = {
		{ "USER", OUT_FOLD },  { "LABEL", OUT_FOLD },
		{ "STATE", OUT_TEXT }, { "ENDS", OUT_TEXT },
		{ "USED", OUT_TEXT },  { "SCOPES", OUT_FOLD },
	};
	struct token_list l = { .now = c->now,
				.all = cmd_option(c, "all") != NULL };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (!c->json) {
		out_table_start(&l.table, columns, TOKEN_COLUMNS);
		st = token_rows(c, &l, f);
		end = out_table_end(
			&l.table,
			st == STATUS_OK ? "There are no app tokens." : NULL,
			st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	l.tokens = json_array();
	st = token_rows(c, &l, f);
	out_put(j, "tokens", l.tokens);
	return st == STATUS_OK ? out_json(j, f) : st;
}

/* An item a line. */
static void
token_field(const char *label, const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		out_field(label, "%.*s", (int)len, list);
		list += len;
		list += *list == ',';
	}
}

static void
token_show(const struct admin_token *t, int64_t now)
{
	const struct store_token *row = &t->row;
	const char *state = admin_token_state(t, now);
	char when[TEXT_TIME_SIZE];

	out_field("User", "%s", t->account.name);
	out_field("Label", "%s", row->label);
	out_field("Id", "%s", row->id.s);
	out_field("State", "%s%s", state,
		  strcmp(state, "refused") == 0
			  ? ", for what an organization wants of app tokens"
			  : "");
	token_field("Scope", row->scopes);
	token_field("From",
		    row->sources[0] == '\0' ? "anywhere" : row->sources);
	out_field("Created", "%s by %s", out_when(row->created_at, when),
		  row->made_by);
	out_field("Expires", "%s",
		  row->expires_at == 0 ? "never"
				       : out_when(row->expires_at, when));
	if (t->ends_at != row->expires_at && t->ends_at != row->created_at)
		out_field("Ends", "%s, for what an organization wants",
			  out_when(t->ends_at, when));
	if (row->used_at == 0)
		out_field("Used", "never");
	else
		out_field("Used", "%s from %s", out_when(row->used_at, when),
			  row->used_from[0] == '\0' ? "nowhere known"
						    : row->used_from);
	if (row->revoked_at != 0)
		out_field("Revoked", "%s", out_when(row->revoked_at, when));
}

/* A name alone is no token: whoever gave one forgot the label. */
static enum status
token_found(const struct cmd *c, enum status st, struct fault *f)
{
	if (st != STATUS_NOT_FOUND || c->arg[1] != NULL ||
	    strlen(c->arg[0]) == ID_LENGTH)
		return st;
	return fault(f, st,
		     "there is no app token with the id '%s': behind a user's "
		     "name give its LABEL, too",
		     c->arg[0]);
}

enum status
cmd_token_show(struct cmd *c, struct fault *f)
{
	struct admin_token t;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_token_find(&c->admin, c->arg[0], c->arg[1], &t, f)) !=
	    STATUS_OK)
		return token_found(c, st, f);
	if (!c->json) {
		token_show(&t, c->now);
		return STATUS_OK;
	}
	j = shape_token(&t, c->now);
	return out_json(j, f);
}

enum status
cmd_token_revoke(struct cmd *c, struct fault *f)
{
	struct admin_token t;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_token_revoke(&c->admin, c->arg[0], c->arg[1], &t,
				     f)) != STATUS_OK)
		return token_found(c, st, f);
	if (!c->json) {
		out_line("App token '%s' of %s is void.", t.row.label,
			 t.account.name);
		return STATUS_OK;
	}
	j = shape_token(&t, c->now);
	return out_json(j, f);
}

enum status
cmd_token_revoke_all(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	AUTO_JSON *j = NULL;
	int64_t revoked;
	enum status st;

	if ((st = admin_token_revoke_all(&c->admin, c->arg[0], &revoked, &acct,
					 f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("App tokens of %s that are void now: %lld.",
			 acct.name, (long long)revoked);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "revoked", json_integer(revoked));
	return out_json(j, f);
}
