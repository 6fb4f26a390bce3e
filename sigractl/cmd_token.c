/* SPDX-License-Identifier: MIT */
/* An app token is made, and its owner told where it is good. */
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "session/session.h"
#include "sigractl/codes.h"
#include "sigractl/date.h"
#include "sigractl/token.h"

#define TOKEN_LOGIN "login:"
#define TOKEN_LONG (3650 * (int64_t)86400)
#define TOKEN_SHORT 60

/* --- where it is good --- */

static bool
token_named(const struct rule *r)
{
	for (unsigned i = 0; i < r->alternatives; i++)
		if ((r->require[i] & POLICY_BIT(POLICY_FACTOR_TOKEN)) != 0)
			return true;
	return false;
}

/* Is there a rule that might ask S for an app token?  From where S comes, and
 * what it belongs to, is not known. */
static bool
token_asked(const struct rule *rules, size_t n, const struct rule_subject *s)
{
	for (size_t i = 0; i < n; i++) {
		struct rule r = rules[i];
		bool maybe = r.network[0] != '\0' || r.group[0] != '\0' ||
			     r.org[0] != '\0';

		r.network[0] = r.group[0] = r.org[0] = '\0';
		if (s->service != NULL && !rule_matches(&r, s))
			continue;
		if (token_named(&r))
			return true;
		if (s->service != NULL && !maybe)
			return false;
	}
	return false;
}

struct token_rules {
	const struct cmd *c;
	const struct rule *rules;
	size_t n;
	const char *user;
	bool login; /* some scope is for a login */
};

/* The command for R, which decides so far (NULL: none does), with one
 * alternative more.  A token alone would shut the passwords out. */
static void
token_rule_say(const struct rule *r, const char *service)
{
	struct rule more = { .phases = RULE_PHASE(POLICY_PHASE_AUTH) };
	char require[STORE_RULE_TEXT_SIZE],
		command[STORE_RULE_TEXT_SIZE + 512];
	char when[TEXT_TIME_SIZE];
	struct buf b;

	if (r != NULL)
		more = *r;
	more.require[more.alternatives++] = POLICY_BIT(POLICY_FACTOR_TOKEN);
	rule_require_format(&more, require, sizeof(require));
	buf_start(&b, command, sizeof(command));
	buf_printf(&b, "--service %s --phase auth", service);
	if (more.account != RULE_ACCOUNT_ANY)
		buf_printf(&b, " --account %s",
			   rule_account_name(more.account));
	buf_printf(&b, " --require '%s'", require);
	if (more.unenrolled == RULE_UNENROLLED_UNTIL) {
		text_time(more.unenrolled_until, when);
		buf_printf(&b, " --unenrolled until:%s", when);
	} else if (more.unenrolled != RULE_UNENROLLED_DENY) {
		buf_printf(&b, " --unenrolled %s",
			   rule_unenrolled_name(more.unenrolled));
	}
	if (r != NULL)
		buf_printf(&b, " --at %lld", (long long)r->position);
	out_line("    sigractl policy add %s", command);
}

/* S cannot use a token, by the rule R or for want of one: what is missing? */
static void
token_missing_say(const struct token_rules *t, const struct rule *r,
		  const char *service)
{
	char where[STORE_NAME_SIZE + STORE_TOKEN_SCOPES_SIZE + 64];
	char text[sizeof(where) + 256];
	struct buf b;

	buf_start(&b, where, sizeof(where));
	if (service != NULL)
		buf_printf(&b, " of %s at %s", t->user, service);
	buf_start(&b, text, sizeof(text));
	buf_printf(&b, "No rule takes app tokens%s yet", where);
	if (r == NULL)
		buf_printf(&b, ". Next%s:",
			   service == NULL ? ", for each service" : "");
	else if (r->action != POLICY_ACTION_REQUIRE ||
		 r->alternatives == POLICY_ALTERNATIVES_MAX)
		buf_printf(&b,
			   ": rule %lld decides, and can have no alternative "
			   "more (sigractl policy list).",
			   (long long)r->position);
	else
		buf_printf(&b,
			   ": rule %lld decides. Next%s, one before it, which "
			   "should say whatever else that one says (sigractl "
			   "policy list):",
			   (long long)r->position,
			   service == NULL ? ", for each service" : "");
	out_text(text, 0);
	if (r == NULL || (r->action == POLICY_ACTION_REQUIRE &&
			  r->alternatives < POLICY_ALTERNATIVES_MAX))
		token_rule_say(r, service == NULL ? "SERVICE" : service);
}

/* One scope: what is missing, so that it opens anything? */
static void
token_scope_say(struct token_rules *t, const char *scope)
{
	const char *service = scope + strlen(TOKEN_LOGIN);
	bool any = strchr(scope, '*') != NULL;
	const struct rule_subject s = { .phase = POLICY_PHASE_AUTH,
					.service = any ? NULL : service,
					.host = t->c->host,
					.user = t->user,
					.known = true };

	if (strncmp(scope, TOKEN_LOGIN, strlen(TOKEN_LOGIN)) != 0)
		return;
	t->login = true;
	if (!token_asked(t->rules, t->n, &s))
		token_missing_say(t, rule_first(t->rules, t->n, &s),
				  s.service);
}

static enum status
token_scopes_say(const struct cmd *c, const struct admin_token *t,
		 struct fault *f)
{
	AUTO_FREE struct rule *rules = calloc(RULES_MAX, sizeof(*rules));
	struct token_rules say = { .c = c,
				   .rules = rules,
				   .user = t->account.name };
	char scope[STORE_TOKEN_SCOPES_SIZE];
	enum status st;

	if (rules == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	st = session_rules(c->store, rules, RULES_MAX, &say.n, f);
	if (st != STATUS_OK)
		return st;
	for (const char *at = t->row.scopes; at != NULL;) {
		size_t len = strcspn(at, ",");

		memcpy(scope, at, len);
		scope[len] = '\0';
		token_scope_say(&say, scope);
		at = at[len] == '\0' ? NULL : at + len + 1;
	}
	if (!say.login)
		out_warning("no scope of it is a login:SERVICE: it opens no "
			    "login");
	return STATUS_OK;
}

/* --- made --- */

static enum status
token_print(const struct cmd *c, const struct admin_token *t,
	    const struct secret *made, struct fault *f)
{
	char head[STORE_LABEL_SIZE + STORE_NAME_SIZE + 64];
	struct buf b;
	enum status st;
	CODES_TEXT(lines);
	SECRET_TEXT(text);

	if (!secret_string(made, text.s, sizeof(text.s)))
		return fault(f, STATUS_SYSTEM, "the token has no text");
	buf_start(&b, head, sizeof(head));
	buf_printf(&b, "App token '%s' of %s. It is not shown again.",
		   t->row.label, t->account.name);
	out_text(head, 0);
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b, "    %s\n", text.s);
	if ((st = codes_print(&lines, f)) != STATUS_OK)
		return st;
	out_line("Give it where the password is asked for, instead of that. "
		 "Good for:");
	out_text(t->row.scopes, 4);
	return token_scopes_say(c, t, f);
}

/* "90d", or a day. */
static enum status
token_expires(const struct cmd *c, int64_t *out, struct fault *f)
{
	const char *text = cmd_option(c, "expires");
	int64_t lasts = 0;
	enum status st;

	if (text == NULL)
		return STATUS_OK;
	if (strchr(text, '-') != NULL)
		return date_parse(text, "--expires", out, f);
	if ((st = date_duration(text, "--expires", TOKEN_SHORT, TOKEN_LONG,
				&lasts, f)) == STATUS_OK)
		*out = c->now + lasts;
	return st;
}

enum status
cmd_token_create(struct cmd *c, struct fault *f)
{
	char scopes[STORE_TOKEN_SCOPES_SIZE];
	char sources[STORE_TOKEN_SOURCES_SIZE];
	struct admin_token_new n = { .user = c->arg[0],
				     .label = cmd_option(c, "name"),
				     .scopes = scopes };
	struct admin_token t;
	AUTO_JSON *j = NULL;
	enum status st;
	SECRET(made);

	if (n.label == NULL || cmd_option(c, "scope") == NULL)
		return fault(f, STATUS_INVALID,
			     "say what to call it, and what it is good for: "
			     "--name LABEL --scope login:SERVICE");
	if ((st = cmd_option_all(c, "scope", scopes, sizeof(scopes), f)) !=
		    STATUS_OK ||
	    (st = cmd_option_all(c, "from", sources, sizeof(sources), f)) !=
		    STATUS_OK ||
	    (st = token_expires(c, &n.expires_at, f)) != STATUS_OK)
		return st;
	if (sources[0] != '\0')
		n.sources = sources;
	if ((st = out_once(f,
			   "the token is lost: revoke it: sigractl token "
			   "revoke %s '%s'",
			   n.user, n.label)) != STATUS_OK ||
	    (st = admin_token_create(&c->admin, &n, &made, &t, f)) !=
		    STATUS_OK)
		return st;
	if (!c->json)
		return token_print(c, &t, &made, f);
	j = shape_token(&t, c->now);
	out_put(j, "token", codes_json(&made));
	return out_json(j, f);
}
