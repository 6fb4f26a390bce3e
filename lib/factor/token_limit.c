/* SPDX-License-Identifier: MIT */
/* What a token is good for, from where, and for how long. */
#include <string.h>

#include "base/text.h"
#include "factor/token.h"

struct token_item {
	char s[STORE_TOKEN_SCOPES_SIZE];
};

/* Takes the next item off *LIST; false: there is none, or it is too long for
 * any of ours. */
static bool
token_item_next(const char **list, struct token_item *out)
{
	size_t len;

	if (text_empty(*list))
		return false;
	len = strcspn(*list, ",");
	if (len >= sizeof(out->s))
		return false;
	memcpy(out->s, *list, len);
	out->s[len] = '\0';
	*list += len;
	*list += **list == ',';
	return true;
}

static bool
token_scope_valid(const char *scope)
{
	static const char what[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	static const char which[] = "abcdefghijklmnopqrstuvwxyz0123456789_.*-";
	const size_t len = strspn(scope, what);
	const char *rest = scope + len;

	return len > 0 && rest[0] == ':' && rest[1] != '\0' &&
	       rest[1 + strspn(rest + 1, which)] == '\0';
}

bool
token_scopes_valid(const char *scopes)
{
	const size_t len = strlen(scopes);
	struct token_item item;

	if (len == 0 || len >= STORE_TOKEN_SCOPES_SIZE ||
	    scopes[len - 1] == ',')
		return false;
	while (token_item_next(&scopes, &item))
		if (!token_scope_valid(item.s))
			return false;
	return true;
}

/* One look back is enough, so many stars take no longer than the product of
 * both lengths; fnmatch(3) may take for ever. */
static bool
token_pattern_fits(const char *pattern, const char *s)
{
	const char *star = NULL, *again = NULL;

	while (*s != '\0') {
		if (*pattern == '*') {
			star = ++pattern;
			again = s;
		} else if (*pattern == *s) {
			pattern++;
			s++;
		} else if (star != NULL) {
			pattern = star;
			s = ++again;
		} else {
			return false;
		}
	}
	return pattern[strspn(pattern, "*")] == '\0';
}

bool
token_scopes_allow(const char *scopes, const char *what, const char *which)
{
	const size_t len = strlen(what);
	struct token_item item;

	if (!token_scopes_valid(scopes))
		return false;
	while (token_item_next(&scopes, &item))
		if (strncmp(item.s, what, len) == 0 && item.s[len] == ':' &&
		    token_pattern_fits(item.s + len + 1, which))
			return true;
	return false;
}

bool
token_sources_allow(const char *sources, const struct in6_addr *address)
{
	struct token_item item;
	struct network n;

	if (sources[0] == '\0')
		return true;
	if (address == NULL)
		return false;
	while (token_item_next(&sources, &item))
		if (network_parse(item.s, &n) && network_holds(&n, address))
			return true;
	return false;
}

static bool
token_limits_add(void *ctx, const struct store_member *m,
		 const struct store_org *o)
{
	struct token_limits *l = ctx;

	(void)m;
	l->expiry = l->expiry || o->token_expiry;
	if (o->token_max != 0 && (l->max == 0 || o->token_max < l->max))
		l->max = o->token_max;
	return true;
}

enum status
token_limits_of(struct store *s, const struct id *account,
		struct token_limits *out, struct fault *f)
{
	struct token_limits limits = { .max = 0 };
	enum status st =
		store_member_of(s, account, token_limits_add, &limits, f);

	if (st == STATUS_OK)
		*out = limits;
	return st;
}

int64_t
token_ends_at(const struct store_token *t, const struct token_limits *limits)
{
	int64_t latest;

	if (t->kind != STORE_TOKEN_APP || limits->max == 0 ||
	    t->created_at > INT64_MAX - limits->max)
		return t->expires_at;
	latest = t->created_at + limits->max;
	return t->expires_at == 0 || t->expires_at > latest ? latest
							    : t->expires_at;
}
