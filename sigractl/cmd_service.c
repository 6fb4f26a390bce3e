/* SPDX-License-Identifier: MIT */
/* Service accounts of an organization, and what they show. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin/account.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "sigractl/codes.h"
#include "sigractl/date.h"
#include "sigractl/org.h"

static const char *
secret_state(const struct store_token *x, int64_t now)
{
	if (x->revoked_at != 0)
		return "revoked";
	return x->expires_at != 0 && x->expires_at <= now ? "expired"
							  : "active";
}

struct service_good {
	int64_t now, n;
};

static bool
service_good_each(void *ctx, const struct store_token *x)
{
	struct service_good *g = ctx;

	g->n += strcmp(secret_state(x, g->now), "active") == 0;
	return true;
}

static enum status
service_shape(const struct cmd *c, const struct store_account *acct,
	      json_t **out, struct fault *f)
{
	struct service_good good = { .now = c->now };
	enum status st = store_token_list(c->store, &acct->id,
					  service_good_each, &good, f);
	json_t *j;

	if (st != STATUS_OK)
		return st;
	j = json_object();
	out_put(j, "id", out_string(acct->id.s));
	out_put(j, "name", out_string(acct->name));
	out_put(j, "state", out_string(admin_account_state(acct, c->now)));
	out_put(j, "created_at", out_time(acct->created_at));
	out_put(j, "expires_at", out_time(acct->expires_at));
	out_put(j, "secrets", json_integer(good.n));
	*out = j;
	return STATUS_OK;
}

/* Print a service account's JSON, or else the line DONE. */
static enum status
service_end(const struct cmd *c, const struct admin_service *s,
	    const char *done, struct fault *f)
{
	AUTO_JSON *j = NULL;
	enum status st;

	if (!c->json) {
		out_line("%s", done);
		return STATUS_OK;
	}
	if ((st = service_shape(c, &s->account, &j, f)) != STATUS_OK)
		return st;
	out_put(j, "org", out_string(s->org.slug));
	return out_json(j, f);
}

#define SERVICE_DONE_SIZE 384
#define SERVICE_PASSWD_SIZE 16384

/* Has this host a user of that name? */
static enum status
service_host(const char *name, bool *out, struct fault *f)
{
	AUTO_FREE char *room = malloc(SERVICE_PASSWD_SIZE);
	struct passwd pw, *found = NULL;
	int error;

	if (room == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	do {
		error = getpwnam_r(name, &pw, room, SERVICE_PASSWD_SIZE,
				   &found);
	} while (error == EINTR);
	if (error != 0 && error != ENOENT && error != ESRCH)
		return fault_errno(f, error, "cannot look up user %s", name);
	*out = found != NULL;
	return STATUS_OK;
}

enum status
cmd_service_add(struct cmd *c, struct fault *f)
{
	char done[SERVICE_DONE_SIZE];
	bool host;
	struct admin_service s;
	enum status st;

	if ((st = service_host(c->arg[1], &host, f)) != STATUS_OK ||
	    (st = admin_service_add(&c->admin, c->arg[1], c->arg[0], host, &s,
				    f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "Added service account %s. Next: sigractl secret add "
		       "%s %s LABEL",
		       s.account.name, s.org.slug, s.account.name);
	return service_end(c, &s, done, f);
}

enum status
cmd_service_remove(struct cmd *c, struct fault *f)
{
	char done[SERVICE_DONE_SIZE];
	struct admin_service s;
	enum status st;

	if ((st = admin_service_remove(&c->admin, c->arg[0], c->arg[1], &s,
				       f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "Deleted service account %s; its secrets are void.",
		       s.account.name);
	return service_end(c, &s, done, f);
}

struct service_list {
	const struct cmd *c;
	struct out_table table;
	json_t *services; /* NULL: the table */
	enum status st;
	struct fault *f;
};

static bool
service_list_each(void *ctx, const struct store_account *acct)
{
	char created[TEXT_TIME_SIZE];
	struct service_list *l = ctx;
	json_t *j = NULL;

	if (l->services == NULL) {
		out_table_row(&l->table,
			      (const char *const[]){
				      acct->name,
				      admin_account_state(acct, l->c->now),
				      out_when(acct->created_at, created) },
			      3);
		return true;
	}
	if ((l->st = service_shape(l->c, acct, &j, l->f)) == STATUS_OK)
		out_push(l->services, j);
	return l->st == STATUS_OK;
}

enum status
cmd_service_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = { { "NAME", OUT_FOLD },
						     { "STATE", OUT_TEXT },
						     { "CREATED", OUT_TEXT } };
	struct service_list l = { .c = c, .st = STATUS_OK, .f = f };
	struct store_org org;
	AUTO_JSON *j = NULL;
	enum status st, end;

	if ((st = admin_org_find(&c->admin, c->arg[0], &org, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_table_start(&l.table, columns, 3);
		st = store_service_list(c->store, &org.id, service_list_each,
					&l, f);
		end = out_table_end(&l.table,
				    st == STATUS_OK
					    ? "There are no service accounts."
					    : NULL,
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	out_put(j, "org", out_string(org.slug));
	l.services = json_array();
	st = store_service_list(c->store, &org.id, service_list_each, &l, f);
	out_put(j, "services", l.services);
	if (st == STATUS_OK)
		st = l.st;
	return st == STATUS_OK ? out_json(j, f) : st;
}

static json_t *
secret_shape(const struct store_token *x, int64_t now)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(x->id.s));
	out_put(j, "label", out_string(x->label));
	out_put(j, "state", json_string(secret_state(x, now)));
	out_put(j, "created_at", out_time(x->created_at));
	out_put(j, "expires_at", out_time(x->expires_at));
	out_put(j, "used_at", out_time(x->used_at));
	out_put(j, "revoked_at", out_time(x->revoked_at));
	return j;
}

static void
secret_put_whose(json_t *j, const struct admin_service *s)
{
	out_put(j, "org", out_string(s->org.slug));
	out_put(j, "service", out_string(s->account.name));
	out_put(j, "account", out_string(s->account.id.s));
}

static enum status
secret_print(const struct admin_service *s, const struct store_token *x,
	     const struct secret *made, struct fault *f)
{
	char label[4 * STORE_LABEL_SIZE], name[4 * STORE_NAME_SIZE];
	struct buf b;
	CODES_TEXT(lines);
	SECRET_TEXT(text);

	if (!secret_string(made, text.s, sizeof(text.s)))
		return fault(f, STATUS_SYSTEM, "the secret has no text");
	text_encode(x->label, strlen(x->label), label, sizeof(label));
	text_encode(s->account.name, strlen(s->account.name), name,
		    sizeof(name));
	buf_start(&b, lines.s, sizeof(lines.s));
	buf_printf(&b,
		   "Secret '%s' of %s. It is not shown again.\n    %s\n"
		   "It is taken where the password is sent, by services that "
		   "ask for one string.\n",
		   label, name, text.s);
	return codes_print(&lines, f);
}

enum status
cmd_secret_add(struct cmd *c, struct fault *f)
{
	const char *expires = cmd_option(c, "expires");
	struct admin_service s;
	struct store_token x;
	AUTO_JSON *j = NULL;
	int64_t at = 0;
	enum status st;
	SECRET(made);

	if (expires != NULL &&
	    (st = date_parse(expires, "--expires", &at, f)) != STATUS_OK)
		return st;
	if ((st = out_once(f,
			   "the secret is lost: revoke it: sigractl secret "
			   "revoke %s %s '%s'",
			   c->arg[0], c->arg[1], c->arg[2])) != STATUS_OK ||
	    (st = admin_secret_add(&c->admin, c->arg[0], c->arg[1], c->arg[2],
				   at, &made, &s, &x, f)) != STATUS_OK)
		return st;
	if (!c->json)
		return secret_print(&s, &x, &made, f);
	j = secret_shape(&x, c->now);
	secret_put_whose(j, &s);
	out_put(j, "secret", codes_json(&made));
	return out_json(j, f);
}

struct secret_list {
	const struct cmd *c;
	struct out_table table;
	json_t *secrets; /* NULL: the table */
};

static bool
secret_list_each(void *ctx, const struct store_token *x)
{
	char created[TEXT_TIME_SIZE], expires[TEXT_TIME_SIZE];
	char used[TEXT_TIME_SIZE];
	struct secret_list *l = ctx;

	if (l->secrets != NULL)
		out_push(l->secrets, secret_shape(x, l->c->now));
	else
		out_table_row(&l->table,
			      (const char *const[]){
				      secret_state(x, l->c->now),
				      out_when(x->created_at, created),
				      out_when(x->expires_at, expires),
				      out_when(x->used_at, used), x->label },
			      5);
	return true;
}

enum status
cmd_secret_list(struct cmd *c, struct fault *f)
{
	static const struct out_column columns[] = { { "STATE", OUT_TEXT },
						     { "CREATED", OUT_TEXT },
						     { "EXPIRES", OUT_TEXT },
						     { "USED", OUT_TEXT },
						     { "LABEL", OUT_FOLD } };
	struct secret_list l = { .c = c };
	struct admin_service s;
	AUTO_JSON *j = NULL;
	enum status st, end;

	if ((st = admin_service_find(&c->admin, c->arg[0], c->arg[1], &s,
				     f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_table_start(&l.table, columns, 5);
		st = store_token_list(c->store, &s.account.id,
				      secret_list_each, &l, f);
		end = out_table_end(&l.table,
				    st == STATUS_OK ? "There are no secrets."
						    : NULL,
				    st == STATUS_OK ? f : NULL);
		return st == STATUS_OK ? end : st;
	}
	j = json_object();
	secret_put_whose(j, &s);
	l.secrets = json_array();
	st = store_token_list(c->store, &s.account.id, secret_list_each, &l,
			      f);
	out_put(j, "secrets", l.secrets);
	return st == STATUS_OK ? out_json(j, f) : st;
}

enum status
cmd_secret_revoke(struct cmd *c, struct fault *f)
{
	bool all = cmd_option(c, "all") != NULL;
	struct admin_service s;
	AUTO_JSON *j = NULL;
	int64_t revoked;
	enum status st;

	if (all == (c->arg[2] != NULL))
		return fault(f, STATUS_INVALID,
			     "give the LABEL of a secret, or --all");
	if ((st = admin_secret_revoke(&c->admin, c->arg[0], c->arg[1],
				      c->arg[2], &s, &revoked, f)) !=
	    STATUS_OK)
		return st;
	if (c->json) {
		j = json_object();
		secret_put_whose(j, &s);
		out_put(j, "revoked", json_integer(revoked));
		return out_json(j, f);
	}
	out_line("Secrets of %s that are void now: %lld.", s.account.name,
		 (long long)revoked);
	return STATUS_OK;
}
