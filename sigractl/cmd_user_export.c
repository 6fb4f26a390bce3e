/* SPDX-License-Identifier: MIT */
/* Everything that is held about somebody, for that somebody. */
#include <string.h>

#include "admin/account.h"
#include "admin/code.h"
#include "admin/trust.h"
#include "base/text.h"
#include "sigractl/device.h"
#include "sigractl/item.h"
#include "sigractl/shape_session.h"
#include "sigractl/shape.h"
#include "sigractl/token.h"
#include "store/token.h"

/* What is not in it, and why. */
static const char *const export_left_out[] = {
	"the password: only a sealed digest of it is kept",
	"old passwords: likewise, as many as the policy of passwords says",
	"secrets of one-time code devices: they would let their reader in",
	"codes, tickets, app tokens and secrets of services: only hashes of "
	"them are kept",
	"invitations, codes to act as it, JWTs, messages: see the audit for "
	"them",
	"guesses and sources of logins: what counts is in the audit",
	"the copy of the audit in the system log: it is not ours",
};

struct export_view {
	struct cmd *c;
	const struct store_account *account;
	json_t *list; /* being filled */
	bool actor;   /* of the audit: rows it did, but for those about it */
	enum status st;
	struct fault *f;
};

static bool
export_attribute(void *ctx, const struct store_attribute *at)
{
	out_push(((struct export_view *)ctx)->list, shape_attribute(at));
	return true;
}

static bool
export_device(void *ctx, const struct store_otp *row)
{
	out_push(((struct export_view *)ctx)->list, device_shape(row));
	return true;
}

static bool
export_key(void *ctx, const struct store_key *row)
{
	out_push(((struct export_view *)ctx)->list, item_shape_key(row));
	return true;
}

static bool
export_ssh_key(void *ctx, const struct store_ssh_key *row)
{
	out_push(((struct export_view *)ctx)->list, item_shape_ssh_key(row));
	return true;
}

static bool
export_org(void *ctx, const struct store_member *m, const struct store_org *o)
{
	out_push(((struct export_view *)ctx)->list, shape_belongs(m, o));
	return true;
}

static bool
export_session(void *ctx, const struct store_session *row)
{
	struct export_view *v = ctx;
	struct shape_told told;

	if ((v->st = shape_session_of(v->c, row, &told, v->f)) != STATUS_OK)
		return false;
	out_push(v->list, shape_session(&told));
	return true;
}

static bool
export_trust(void *ctx, const struct store_trust *t)
{
	struct export_view *v = ctx;

	out_push(v->list, shape_trust(t, v->account->name));
	return true;
}

static bool
export_secret(void *ctx, const struct store_token *x)
{
	struct export_view *v = ctx;
	json_t *j;

	if (x->kind != STORE_TOKEN_SERVICE)
		return true;
	j = json_object();
	out_put(j, "label", out_string(x->label));
	out_put(j, "created_at", out_time(x->created_at));
	out_put(j, "expires_at", out_time(x->expires_at));
	out_put(j, "used_at", out_time(x->used_at));
	out_put(j, "revoked_at", out_time(x->revoked_at));
	out_push(v->list, j);
	return true;
}

static bool
export_token(void *ctx, const struct admin_token *t)
{
	struct export_view *v = ctx;

	out_push(v->list, shape_token(t, v->c->now));
	return true;
}

static bool
export_audit(void *ctx, const struct store_audit *a)
{
	struct export_view *v = ctx;
	struct shape_people people;

	if (v->actor && (strcmp(a->target, v->account->id.s) == 0 ||
			 strcmp(a->effective, v->account->id.s) == 0))
		return true;
	if ((v->st = shape_people_of(v->c, a, &people, v->f)) != STATUS_OK)
		return false;
	out_push(v->list, shape_audit(a, &people));
	return true;
}

/* The next list of J. */
static struct export_view *
export_list(struct export_view *v, json_t *j, const char *name)
{
	v->list = json_array();
	out_put(j, name, v->list);
	return v;
}

static enum status
export_factors(struct export_view *v, json_t *j)
{
	struct store *s = v->c->store;
	const struct id *id = &v->account->id;
	enum status st;

	if ((st = store_otp_list(s, id, export_device,
				 export_list(v, j, "devices"), v->f)) !=
		    STATUS_OK ||
	    (st = store_key_list(s, id, export_key, export_list(v, j, "keys"),
				 v->f)) != STATUS_OK)
		return st;
	return store_ssh_key_list(s, id, export_ssh_key,
				  export_list(v, j, "ssh_keys"), v->f);
}

static enum status
export_password(struct export_view *v, json_t *j)
{
	struct store_password password;
	json_t *o = json_null();
	enum status st;

	st = store_password_get(v->c->store, &v->account->id, &password, v->f);
	if (st == STATUS_OK) {
		o = json_object();
		out_put(o, "kind",
			json_string(password.kind == STORE_ARGON2ID
					    ? "argon2id"
					    : "crypt"));
		out_put(o, "set_at", out_time(password.set_at));
	}
	out_put(j, "password", o);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
export_email(struct export_view *v, json_t *j)
{
	struct store_email_change change;
	json_t *o = json_null();
	enum status st;

	st = store_email_change_get(v->c->store, &v->account->id, &change,
				    v->f);
	if (st == STATUS_OK) {
		o = json_object();
		out_put(o, "email", out_string(change.email));
		out_put(o, "created_at", out_time(change.created_at));
		out_put(o, "expires_at", out_time(change.expires_at));
	}
	out_put(j, "email_waiting", o);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
export_codes(struct export_view *v, json_t *j)
{
	struct store_code_count backup;
	struct admin_codes_out out;
	json_t *o = json_object();
	enum status st;

	out_put(j, "codes", o);
	if ((st = store_code_counted(v->c->store, &v->account->id,
				     STORE_CODE_BACKUP, v->c->now, &backup,
				     v->f)) != STATUS_OK ||
	    (st = admin_code_out(&v->c->admin, &v->account->id, &out, v->f)) !=
		    STATUS_OK)
		return st;
	out_put(o, "backup", json_integer(backup.left));
	out_put(o, "login", out_time(out.of[ADMIN_CODE_LOGIN].expires_at));
	out_put(o, "reset", out_time(out.of[ADMIN_CODE_RESET].expires_at));
	out_put(o, "ticket", out_time(out.of[ADMIN_CODE_TICKET].expires_at));
	return STATUS_OK;
}

static enum status
export_belongings(struct export_view *v, json_t *j)
{
	struct store *s = v->c->store;
	const struct id *id = &v->account->id;
	bool administrator = false;
	enum status st;

	if ((st = store_attribute_list(s, id, export_attribute,
				       export_list(v, j, "attributes"),
				       v->f)) != STATUS_OK ||
	    (st = store_member_of(s, id, export_org,
				  export_list(v, j, "organizations"), v->f)) !=
		    STATUS_OK ||
	    (st = store_administrator_is(s, id, &administrator, v->f)) !=
		    STATUS_OK ||
	    (st = store_token_list(s, id, export_secret,
				   export_list(v, j, "secrets"), v->f)) !=
		    STATUS_OK)
		return st;
	out_put(j, "administrator", json_boolean(administrator));
	(void)export_list(v, j, "tokens");
	/* Of a service account those are its secrets. */
	if (v->account->kind == STORE_SERVICE)
		return STATUS_OK;
	return admin_token_list(&v->c->admin, v->account->name, export_token,
				v, v->f);
}

static enum status
export_past(struct export_view *v, json_t *j)
{
	struct store_audit_filter about = { .limit = INT64_MAX };
	struct store_audit_filter by = { .limit = INT64_MAX };
	struct store *s = v->c->store;
	const struct id *id = &v->account->id;
	enum status st;

	(void)text_copy(about.target, sizeof(about.target), id->s);
	(void)text_copy(by.actor, sizeof(by.actor), id->s);
	if ((st = store_session_list(s, id, false, export_session,
				     export_list(v, j, "sessions"), v->f)) !=
		    STATUS_OK ||
	    (st = admin_trust_list(&v->c->admin, id, export_trust,
				   export_list(v, j, "trusted"), v->f)) !=
		    STATUS_OK ||
	    (st = store_audit_list(s, &about, export_audit,
				   export_list(v, j, "audit"), v->f)) !=
		    STATUS_OK ||
	    v->st != STATUS_OK)
		return st == STATUS_OK ? v->st : st;
	v->actor = true;
	st = store_audit_list(s, &by, export_audit, v, v->f);
	return st == STATUS_OK ? v->st : st;
}

static void
export_leave_out(json_t *j)
{
	json_t *list = json_array();

	for (size_t i = 0;
	     i < sizeof(export_left_out) / sizeof(export_left_out[0]); i++)
		out_push(list, json_string(export_left_out[i]));
	out_put(j, "left_out", list);
}

enum status
cmd_user_export(struct cmd *c, struct fault *f)
{
	struct store_account acct;
	struct export_view v = {
		.c = c, .account = &acct, .st = STATUS_OK, .f = f
	};
	AUTO_JSON *j = json_object();
	enum status st;

	/* Audited first: what is given out must not be missing there. */
	if ((st = admin_account_exported(&c->admin, c->arg[0], &acct, f)) !=
	    STATUS_OK)
		return st;
	out_put(j, "exported_at", out_time(c->now));
	out_put(j, "account", shape_account(&acct, c->now));
	if ((st = export_email(&v, j)) != STATUS_OK ||
	    (st = export_password(&v, j)) != STATUS_OK ||
	    (st = export_factors(&v, j)) != STATUS_OK ||
	    (st = export_codes(&v, j)) != STATUS_OK ||
	    (st = export_belongings(&v, j)) != STATUS_OK ||
	    (st = export_past(&v, j)) != STATUS_OK)
		return st;
	export_leave_out(j);
	return out_json(j, f);
}
