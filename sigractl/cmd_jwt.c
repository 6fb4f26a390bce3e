/* SPDX-License-Identifier: MIT */
/* JWTs, the refresh tokens that make the next ones, and the key for others. */
#include <string.h>

#include "admin/jwt.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/cmd.h"
#include "sigractl/codes.h"
#include "sigractl/out.h"
#include "sigractl/password.h"
#include "sigractl/tty.h"

/* A pair, as it is shown once. */
static enum status
jwt_print(const struct admin_jwt *t, const struct secret *jwt,
	  const struct secret *refresh, struct fault *f)
{
	char soon[TEXT_TIME_SIZE], later[TEXT_TIME_SIZE];
	char name[4 * STORE_NAME_SIZE];
	struct buf b;
	CODES_TEXT(lines);
	SECRET_TEXT(first);
	SECRET_TEXT(second);

	if (!secret_string(jwt, first.s, sizeof(first.s)) ||
	    !secret_string(refresh, second.s, sizeof(second.s)))
		return fault(f, STATUS_SYSTEM, "a JWT has no text");
	text_encode(t->account.name, strlen(t->account.name), name,
		    sizeof(name));
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b,
		   "JWT of %s for %s, good until %s.\n%s\n"
		   "Refresh token, for sigractl token refresh: good once, "
		   "until\n%s. Neither is shown again.\n    %s\n",
		   name, t->row.service, out_when(t->expires_at, soon),
		   first.s, out_when(t->row.expires_at, later), second.s);
	return codes_print(&lines, f);
}

static enum status
jwt_end(const struct cmd *c, const struct admin_jwt *t,
	const struct secret *jwt, const struct secret *refresh,
	struct fault *f)
{
	AUTO_JSON *j = NULL;

	if (!c->json)
		return jwt_print(t, jwt, refresh, f);
	j = json_object();
	out_put(j, "user", out_string(t->account.name));
	out_put(j, "account", out_string(t->account.id.s));
	out_put(j, "service", out_string(t->row.service));
	out_put(j, "family", out_string(t->row.family.s));
	out_put(j, "jwt", codes_json(jwt));
	out_put(j, "expires_at", out_time(t->expires_at));
	out_put(j, "refresh_token", codes_json(refresh));
	out_put(j, "refresh_expires_at", out_time(t->row.expires_at));
	return out_json(j, f);
}

enum status
cmd_token_issue_jwt(struct cmd *c, struct fault *f)
{
	const char *service = cmd_option(c, "service");
	const char *given = cmd_option(c, "refresh-days");
	int64_t days = ADMIN_JWT_DAYS;
	struct admin_jwt t;
	enum status st;
	SECRET(jwt);
	SECRET(refresh);

	if (service == NULL)
		return fault(f, STATUS_INVALID,
			     "say what it is good for: --service SERVICE");
	if (given != NULL && !text_number(given, 1, ADMIN_JWT_DAYS_MAX, &days))
		return fault(f, STATUS_INVALID,
			     "--refresh-days: '%s' is no number from 1 to %d",
			     given, ADMIN_JWT_DAYS_MAX);
	if ((st = out_once(f, "the pair is lost: sigractl token issue-jwt "
			      "makes another")) != STATUS_OK)
		return st;
	st = admin_jwt_issue(&c->admin, c->arg[0], service, days, &jwt,
			     &refresh, &t, f);
	return st == STATUS_OK ? jwt_end(c, &t, &jwt, &refresh, f) : st;
}

enum status
cmd_token_refresh(struct cmd *c, struct fault *f)
{
	struct admin_jwt t;
	enum status st;
	SECRET(token);
	SECRET(jwt);
	SECRET(refresh);

	if ((st = out_once(f, "the new pair is lost, and the refresh token is "
			      "spent: begin anew with sigractl token "
			      "issue-jwt")) != STATUS_OK)
		return st;
	if (cmd_option(c, "stdin") != NULL)
		st = tty_stdin_secret(&token, f);
	else
		st = password_no_terminal(
			tty_ask_secret("Refresh token: ", &token, f), f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	st = admin_jwt_refresh(&c->admin, &token, &jwt, &refresh, &t, f);
	return st == STATUS_OK ? jwt_end(c, &t, &jwt, &refresh, f) : st;
}

enum status
cmd_token_revoke_jwt(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	AUTO_JSON *j = NULL;
	int64_t families;
	enum status st;

	if ((st = admin_jwt_revoke(&c->admin, c->arg[0], &families, &acct,
				   f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("Families of JWTs of %s that are void now: %lld.",
			 acct.name, (long long)families);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "id", out_string(acct.id.s));
	out_put(j, "name", out_string(acct.name));
	out_put(j, "revoked", json_integer(families));
	return out_json(j, f);
}

/* For a file that others read, so it is the same with --json or without. */
enum status
cmd_token_jwks(struct cmd *c, struct fault *f)
{
	char x[JWT_KEY_ID_SIZE], id[JWT_KEY_ID_SIZE];
	AUTO_JSON *j = json_object();
	json_t *keys = json_array(), *key = json_object();

	jwt_key(&c->keys, x, id);
	out_put(key, "kty", json_string("OKP"));
	out_put(key, "crv", json_string("Ed25519"));
	out_put(key, "x", out_string(x));
	out_put(key, "kid", out_string(id));
	out_put(key, "alg", json_string("EdDSA"));
	out_put(key, "use", json_string("sig"));
	out_push(keys, key);
	out_put(j, "keys", keys);
	return out_json(j, f);
}
