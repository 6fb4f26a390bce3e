/* SPDX-License-Identifier: MIT */
/* What services show that take one string only. */
#include "sigractl/rows.h"
#include "sigractl/token.h"

#define SHAPE_JWT                                                             \
	"user,account,service,family,jwt,expires_at,refresh_token,"           \
	"refresh_expires_at"

const struct cmd_row rows_token[] = {
	{ "token create", "USER", 1, 1, CMD_WRITE,
	  "an app token, in place of the password", SHAPE_TOKEN ",token",
	  OPTIONS({ "name", "LABEL", "what to call it; has to be given" },
		  { "scope", "SCOPE...", "login:SERVICE; has to be given" },
		  { "from", "NETWORK...", "taken from there alone" },
		  { "expires", "DURATION|DATE", "not taken from then on" }),
	  cmd_token_create },
	{ "token list", "[USER]", 0, 1, CMD_READ_SELF,
	  "app tokens that are not revoked", "tokens[" SHAPE_TOKEN "]",
	  OPTIONS({ "all", NULL, "the revoked ones, too" }), cmd_token_list },
	{ "token show", "ID|USER [LABEL]", 1, 2, CMD_READ,
	  "all about an app token", SHAPE_TOKEN, NULL, cmd_token_show },
	{ "token revoke", "ID|USER [LABEL]", 1, 2, CMD_WRITE,
	  "void an app token", SHAPE_TOKEN, NULL, cmd_token_revoke },
	{ "token revoke-all", "USER", 1, 1, CMD_WRITE,
	  "void every app token of a user", "id,name,revoked", NULL,
	  cmd_token_revoke_all },
	{ "token issue-jwt", "USER", 1, 1, CMD_WRITE,
	  "a JWT for one service, and a refresh token", SHAPE_JWT,
	  OPTIONS({ "service", "SERVICE", "its PAM service; has to be given" },
		  { "refresh-days", "N", "how long it goes on; default 30" }),
	  cmd_token_issue_jwt },
	{ "token refresh", "", 0, 0, CMD_WRITE,
	  "the next JWT, by a refresh token", SHAPE_JWT,
	  OPTIONS({ "stdin", NULL, "the token, from standard input" }),
	  cmd_token_refresh },
	{ "token revoke-jwt", "USER", 1, 1, CMD_WRITE,
	  "void the JWTs and refresh tokens of a user", "id,name,revoked",
	  NULL, cmd_token_revoke_jwt },
	{ "token jwks", "", 0, 0, CMD_READ, "the key that JWTs are checked by",
	  "keys[kty,crv,x,kid,alg,use]", NULL, cmd_token_jwks },
	ROWS_END,
};
