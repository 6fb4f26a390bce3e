/* SPDX-License-Identifier: MIT */
/* Organizations. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "sigractl/confirm.h"
#include "sigractl/date.h"
#include "sigractl/org.h"

#define ORG_DAY_LENGTH 10 /* of 2026-01-31T23:59:59Z */
#define ORG_DAY 86400
#define ORG_TOKENS_SIZE 64

json_t *
shape_org(const struct store_org *org)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(org->id.s));
	out_put(j, "slug", out_string(org->slug));
	out_put(j, "name", out_string(org->name));
	out_put(j, "words", out_string(org->words));
	out_put(j, "personal", json_boolean(org->personal));
	out_put(j, "require_mfa", json_boolean(org->require_mfa));
	out_put(j, "token_expiry", json_boolean(org->token_expiry));
	out_put(j, "token_max_days",
		org->token_max == 0 ? json_null()
				    : json_integer(org->token_max / ORG_DAY));
	out_put(j, "created_at", out_time(org->created_at));
	return j;
}

/* "expire, after 90 days at most", "as they are made". */
static const char *
org_tokens(const struct store_org *org, char out[ORG_TOKENS_SIZE])
{
	long long days = (long long)(org->token_max / ORG_DAY);

	if (days == 0)
		return org->token_expiry ? "have to expire"
					 : "as they are made";
	(void)snprintf(out, ORG_TOKENS_SIZE, "good for %lld day%s at most%s",
		       days, days == 1 ? "" : "s",
		       org->token_expiry ? ", and have to expire" : "");
	return out;
}

static enum status
org_json(const struct store_org *org, struct fault *f)
{
	AUTO_JSON *j = shape_org(org);

	return out_json(j, f);
}

enum status
cmd_org_add(struct cmd *c, struct fault *f)
{
	const struct admin_org_new n = { .slug = c->arg[0],
					 .name = cmd_option(c, "name"),
					 .owner = cmd_option(c, "owner") };
	struct store_org org;
	enum status st;

	if ((st = admin_org_add(&c->admin, &n, &org, f)) != STATUS_OK)
		return st;
	if (c->json)
		return org_json(&org, f);
	if (n.owner == NULL)
		out_line("Added organization %s. Next: sigractl member add "
			 "%s USER --role owner",
			 org.slug, org.slug);
	else
		out_line("Added organization %s, owned by %s.", org.slug,
			 n.owner);
	return STATUS_OK;
}

struct org_list {
	struct out_table table;
	json_t *orgs; /* NULL: the table */
};

static bool
org_list_each(void *ctx, const struct store_org *org)
{
	char created[TEXT_TIME_SIZE];
	struct org_list *l = ctx;

	if (l->orgs != NULL) {
		out_push(l->orgs, shape_org(org));
		return true;
	}
	(void)out_when(org->created_at, created);
	created[ORG_DAY_LENGTH] = '\0';
	out_table_row(&l->table,
		      (const char *const[]){
			      org->slug, created,
			      org->require_mfa ? "required" : "-",
			      org->personal ? "personal" : "-", org->name },
		      5);
	return true;
}

enum status
cmd_org_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = {
		{ "SLUG", OUT_FOLD },	       { "CREATED", OUT_TEXT },
		{ "SECOND FACTOR", OUT_TEXT }, { "KIND", OUT_TEXT },
		{ "NAME", OUT_FREE },
	};
	struct org_list l = { .orgs = NULL };
	AUTO_JSON *j = NULL;
	enum status st, end;

	if (!c->json) {
		out_table_start(&l.table, columns, 5);
		st = admin_org_list(&c->admin, org_list_each, &l, f);
		end = out_table_end(
			&l.table,
			st == STATUS_OK ? "There are no organizations." : NULL,
			st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	l.orgs = json_array();
	st = admin_org_list(&c->admin, org_list_each, &l, f);
	out_put(j, "orgs", l.orgs);
	return st == STATUS_OK ? out_json(j, f) : st;
}

static void
org_put_count(json_t *j, const struct admin_org_count *n)
{
	out_put(j, "members", json_integer(n->members));
	out_put(j, "owners", json_integer(n->owners));
	out_put(j, "invitations", json_integer(n->invitations));
	out_put(j, "services", json_integer(n->services));
}

static void
org_show(const struct store_org *org, const struct admin_org_count *n)
{
	char created[TEXT_TIME_SIZE], tokens[ORG_TOKENS_SIZE];

	out_field("Slug", "%s", org->slug);
	out_field("Id", "%s", org->id.s);
	out_field("Name", "%s", org->name);
	out_field("Created", "%s", out_when(org->created_at, created));
	if (org->personal)
		out_field("Personal", "yes");
	out_field("Second factor", "%s",
		  org->require_mfa ? "required of every member"
				   : "as the rules say");
	out_field("App tokens", "%s", org_tokens(org, tokens));
	out_field("Words", "%s", org->words[0] == '\0' ? "none" : org->words);
	out_field("Members", "%lld, owners: %lld", (long long)n->members,
		  (long long)n->owners);
	out_field("Invitations", "%lld", (long long)n->invitations);
	out_field("Services", "%lld", (long long)n->services);
}

enum status
cmd_org_show(struct cmd *c, struct fault *f)
{
	struct admin_org_count n;
	struct store_org org;
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = admin_org_find(&c->admin, c->arg[0], &org, f)) !=
		    STATUS_OK ||
	    (st = admin_org_count(&c->admin, &org.id, &n, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		org_show(&org, &n);
		return STATUS_OK;
	}
	j = shape_org(&org);
	org_put_count(j, &n);
	return out_json(j, f);
}

enum status
cmd_org_rename(struct cmd *c, struct fault *f)
{
	struct store_org org;
	enum status st;

	if ((st = admin_org_rename(&c->admin, c->arg[0], c->arg[1], &org,
				   f)) != STATUS_OK)
		return st;
	if (c->json)
		return org_json(&org, f);
	out_line("Organization %s is now named %s.", org.slug, org.name);
	return STATUS_OK;
}

enum status
cmd_org_set_slug(struct cmd *c, struct fault *f)
{
	struct store_org org;
	enum status st;

	if ((st = admin_org_set_slug(&c->admin, c->arg[0], c->arg[1], &org,
				     f)) != STATUS_OK)
		return st;
	if (c->json)
		return org_json(&org, f);
	out_line("The organization is now called %s; its old slug answers for "
		 "%d days.",
		 org.slug, ADMIN_SLUG_DAYS);
	return STATUS_OK;
}

/* What `org set` was given; the change points into it. */
struct org_given {
	struct admin_org_change change;
	bool require_mfa, token_expiry;
	int64_t token_max;
};

static enum status
org_switch(const struct cmd *c, const char *name, const char *on,
	   const char *off, bool *to, const bool **out, struct fault *f)
{
	const char *value = cmd_option(c, name);

	if (value == NULL)
		return STATUS_OK;
	*to = strcmp(value, on) == 0;
	if (!*to && strcmp(value, off) != 0)
		return fault(f, STATUS_INVALID,
			     "--%s: '%s' is neither %s nor %s", name, value,
			     on, off);
	*out = to;
	return STATUS_OK;
}

static enum status
org_take(const struct cmd *c, struct org_given *g, struct fault *f)
{
	const char *max = cmd_option(c, "token-max");
	enum status st;

	g->change.words = cmd_option(c, "words");
	if ((st = org_switch(c, "require-mfa", "yes", "no", &g->require_mfa,
			     &g->change.require_mfa, f)) != STATUS_OK ||
	    (st = org_switch(c, "token-expiry", "on", "off", &g->token_expiry,
			     &g->change.token_expiry, f)) != STATUS_OK)
		return st;
	if (max != NULL && strcmp(max, "none") != 0 &&
	    (st = date_duration(max, "--token-max", ORG_DAY,
				STORE_ORG_TOKEN_MAX, &g->token_max, f)) !=
		    STATUS_OK)
		return st;
	if (max != NULL)
		g->change.token_max = &g->token_max;
	if (g->change.require_mfa == NULL && g->change.words == NULL &&
	    g->change.token_expiry == NULL && max == NULL)
		return fault(f, STATUS_INVALID,
			     "say what: --require-mfa yes|no, --words TEXT, "
			     "--token-expiry on|off or --token-max "
			     "DURATION|none");
	return STATUS_OK;
}

static void
org_set_say(const struct admin_org_change *change, const struct store_org *org,
	    int64_t touched)
{
	char tokens[ORG_TOKENS_SIZE];

	if (change->require_mfa != NULL)
		out_line(org->require_mfa
				 ? "Every member of %s needs a second factor "
				   "from the next login on."
				 : "Of members of %s the rules alone say what "
				   "they need.",
			 org->slug);
	if (change->words != NULL)
		out_line("No new password at %s is made of these words, of "
			 "four characters or more: %s.",
			 org->slug,
			 org->words[0] == '\0' ? "none" : org->words);
	if (change->token_expiry == NULL && change->token_max == NULL)
		return;
	out_line("App tokens of members of %s: %s.", org->slug,
		 org_tokens(org, tokens));
	if (org->token_expiry || org->token_max != 0)
		out_line("Tokens that end by it now, or sooner than they say: "
			 "%lld.",
			 (long long)touched);
}

enum status
cmd_org_set(struct cmd *c, struct fault *f)
{
	struct org_given given = { .change = { .words = NULL } };
	struct store_org org;
	AUTO_JSON *j = NULL;
	int64_t touched;
	enum status st;

	if ((st = org_take(c, &given, f)) != STATUS_OK ||
	    (st = admin_org_set(&c->admin, c->arg[0], &given.change, &org,
				&touched, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		org_set_say(&given.change, &org, touched);
		return STATUS_OK;
	}
	j = shape_org(&org);
	out_put(j, "tokens_shortened", json_integer(touched));
	return out_json(j, f);
}

enum status
cmd_org_delete(struct cmd *c, struct fault *f)
{
	struct admin_org_count was;
	struct store_org org;
	AUTO_JSON *j = NULL;
	enum status st;

	/* Nobody is asked about what is not there. */
	st = admin_org_find(&c->admin, c->arg[0], &org, f);
	if (st == STATUS_OK && cmd_option(c, "yes") == NULL)
		st = confirm_delete("slug", c->arg[0], "", f);
	if (st != STATUS_OK)
		return st;
	cmd_clock(c);
	if ((st = admin_org_delete(&c->admin, c->arg[0], &org, &was, f)) !=
	    STATUS_OK)
		return st;
	if (!c->json) {
		out_line("Deleted organization %s. Memberships: %lld, "
			 "invitations: %lld, service accounts: %lld, sessions "
			 "ended: %lld.",
			 org.slug, (long long)was.members,
			 (long long)was.invitations, (long long)was.services,
			 (long long)was.sessions);
		return STATUS_OK;
	}
	j = shape_org(&org);
	org_put_count(j, &was);
	out_put(j, "sessions", json_integer(was.sessions));
	return out_json(j, f);
}
