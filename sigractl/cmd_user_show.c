/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "admin/account.h"
#include "admin/code.h"
#include "admin/session.h"
#include "admin/trust.h"
#include "base/text.h"
#include "session/age.h"
#include "sigractl/self.h"
#include "sigractl/shape.h"
#include "store/key.h"

/* What is known of an account, by the store or by the verifier. */
struct user_view {
	struct self_account of;
	struct admin_lock *locks;
	size_t n, size;
	bool full;
	int64_t devices, keys, ssh_keys, trusted;
	struct store_code_count backup;
	struct admin_codes_out codes; /* not told by the verifier */
	json_t *attributes, *organizations;
	const struct id *org; /* no other is told; NULL: all are */
};

/* How people call what is out, and how JSON does. */
static const struct {
	const char *label, *member;
} user_codes[ADMIN_CODE_KINDS] = {
	[ADMIN_CODE_LOGIN] = { "Login code", "login" },
	[ADMIN_CODE_RESET] = { "Reset code", "reset" },
	[ADMIN_CODE_TICKET] = { "Ticket", "ticket" },
};

static void
user_view_end(struct user_view *v)
{
	free(v->locks);
	json_decref(v->attributes);
	json_decref(v->organizations);
}

static bool
user_lock_keep(void *ctx, const struct admin_lock *lock)
{
	struct user_view *v = ctx;

	if (v->n == v->size) {
		size_t size = v->size == 0 ? 16 : v->size * 2;
		struct admin_lock *more;

		more = reallocarray(v->locks, size, sizeof(*more));
		v->full = more == NULL;
		if (v->full)
			return false;
		v->locks = more;
		v->size = size;
	}
	v->locks[v->n++] = *lock;
	return true;
}

static bool
user_session_count(void *ctx, const struct store_session *s)
{
	struct user_view *v = ctx;

	(void)s;
	v->of.open_sessions++;
	return true;
}

static bool
user_device_count(void *ctx, const struct store_otp *row)
{
	struct user_view *v = ctx;

	(void)row;
	v->devices++;
	return true;
}

static bool
user_key_count(void *ctx, const struct store_key *row)
{
	struct user_view *v = ctx;

	(void)row;
	v->keys++;
	return true;
}

static bool
user_ssh_key_count(void *ctx, const struct store_ssh_key *row)
{
	struct user_view *v = ctx;

	(void)row;
	v->ssh_keys++;
	return true;
}

static bool
user_trust_count(void *ctx, const struct store_trust *t)
{
	struct user_view *v = ctx;

	(void)t;
	v->trusted++;
	return true;
}

static bool
user_attribute_keep(void *ctx, const struct store_attribute *at)
{
	struct user_view *v = ctx;

	out_push(v->attributes, shape_attribute(at));
	return true;
}

static bool
user_org_keep(void *ctx, const struct store_member *m,
	      const struct store_org *o)
{
	struct user_view *v = ctx;

	if (v->org == NULL || strcmp(v->org->s, o->id.s) == 0)
		out_push(v->organizations, shape_belongs(m, o));
	return true;
}

static enum status
user_count(const struct cmd *c, struct user_view *v, struct fault *f)
{
	const struct id *id = &v->of.account.id;
	enum status st;

	v->org = c->admin.org;
	v->attributes = json_array();
	v->organizations = json_array();
	if ((st = store_attribute_list(c->store, id, user_attribute_keep, v,
				       f)) != STATUS_OK ||
	    (st = store_member_of(c->store, id, user_org_keep, v, f)) !=
		    STATUS_OK)
		return st;
	if ((st = store_otp_list(c->store, id, user_device_count, v, f)) !=
		    STATUS_OK ||
	    (st = store_key_list(c->store, id, user_key_count, v, f)) !=
		    STATUS_OK ||
	    (st = store_ssh_key_list(c->store, id, user_ssh_key_count, v,
				     f)) != STATUS_OK ||
	    (st = store_code_counted(c->store, id, STORE_CODE_BACKUP, c->now,
				     &v->backup, f)) != STATUS_OK ||
	    (st = admin_code_out(&c->admin, id, &v->codes, f)) != STATUS_OK)
		return st;
	return admin_trust_list(&c->admin, id, user_trust_count, v, f);
}

static enum status
user_gather(const struct cmd *c, struct user_view *v, struct fault *f)
{
	struct self_account *of = &v->of;
	struct store_password_policy policy;
	enum status st;

	if ((st = admin_account_find(&c->admin, c->arg[0], &of->account, f)) !=
	    STATUS_OK)
		return st;
	st = store_password_get(c->store, &of->account.id, &of->password, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	of->has_password = st == STATUS_OK;
	if ((st = store_password_policy_get(c->store, &policy, f)) !=
	    STATUS_OK)
		return st;
	if (of->has_password)
		of->password_due =
			session_age_due(&policy, of->password.set_at);
	st = admin_session_list(&c->admin, &of->account.id, true,
				user_session_count, v, f);
	if (st != STATUS_OK || (st = user_count(c, v, f)) != STATUS_OK)
		return st;
	return admin_lock_list(&c->admin, &of->account.id, user_lock_keep, v,
			       f);
}

/* One row of the verifier's, which leaves out whose it is. */
static enum status
user_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct user_view *v = ctx;
	struct store_attribute at;
	struct store_member m;
	struct store_org o;
	struct admin_lock lock;
	enum status st;

	if (self_is(row, "attribute")) {
		if ((st = self_attribute(row, &at, f)) == STATUS_OK)
			(void)user_attribute_keep(v, &at);
		return st;
	}
	if (self_is(row, "organization")) {
		if ((st = self_belongs(row, &m, &o, f)) == STATUS_OK)
			(void)user_org_keep(v, &m, &o);
		return st;
	}
	if ((st = self_lock(row, &lock, f)) != STATUS_OK)
		return st;
	lock.account = v->of.account.id;
	(void)text_copy(lock.name, sizeof(lock.name), v->of.account.name);
	(void)user_lock_keep(v, &lock);
	return STATUS_OK;
}

static enum status
user_code_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct user_view *v = ctx;

	if (self_is(row, "backup"))
		return self_backup(row, &v->backup, f);
	v->devices++;
	return STATUS_OK;
}

static enum status
user_key_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct user_view *v = ctx;

	(void)f;
	if (self_is(row, "ssh_key"))
		v->ssh_keys++;
	else
		v->keys++;
	return STATUS_OK;
}

static enum status
user_trust_told(void *ctx, const struct wire_row *row, struct fault *f)
{
	struct user_view *v = ctx;

	(void)row;
	(void)f;
	v->trusted++;
	return STATUS_OK;
}

static enum status
user_ask(const struct cmd *c, struct user_view *v, struct fault *f)
{
	struct self_account again;
	enum status st;

	v->attributes = json_array();
	v->organizations = json_array();
	if ((st = self_query(c, WIRE_SELF_ACCOUNT, &v->of, user_told, v, f)) !=
		    STATUS_OK ||
	    (st = self_query(c, WIRE_SELF_CODES, &again, user_code_told, v,
			     f)) != STATUS_OK ||
	    (st = self_query(c, WIRE_SELF_KEYS, &again, user_key_told, v,
			     f)) != STATUS_OK)
		return st;
	return self_query(c, WIRE_SELF_TRUST, &again, user_trust_told, v, f);
}

static const char *
user_password_kind(const struct store_password *p)
{
	return p->kind == STORE_ARGON2ID ? "argon2id" : "crypt";
}

static json_t *
user_codes_json(const struct cmd *c, const struct user_view *v)
{
	json_t *j;

	if (c->self[0] != '\0')
		return json_null();
	j = json_object();
	for (unsigned i = 0; i < ADMIN_CODE_KINDS; i++)
		out_put(j, user_codes[i].member,
			out_time(v->codes.of[i].expires_at));
	return j;
}

static enum status
user_show_json(const struct cmd *c, const struct user_view *v, struct fault *f)
{
	AUTO_JSON *j = shape_account(&v->of.account, c->now);
	json_t *password = json_null();
	json_t *locks = json_array();

	for (size_t i = 0; i < v->n; i++)
		out_push(locks, shape_lock(&v->locks[i]));
	if (v->of.has_password) {
		password = json_object();
		out_put(password, "kind",
			json_string(user_password_kind(&v->of.password)));
		out_put(password, "set_at", out_time(v->of.password.set_at));
		out_put(password, "expires_at", out_time(v->of.password_due));
		out_put(password, "must_change",
			json_boolean(v->of.account.must_change));
	}
	out_put(j, "password", password);
	out_put(j, "locks", locks);
	out_put(j, "open_sessions", json_integer(v->of.open_sessions));
	out_put(j, "devices", json_integer(v->devices));
	out_put(j, "keys", json_integer(v->keys));
	out_put(j, "ssh_keys", json_integer(v->ssh_keys));
	out_put(j, "backup_codes", json_integer(v->backup.left));
	out_put(j, "trusted_devices", json_integer(v->trusted));
	out_put(j, "codes_out", user_codes_json(c, v));
	out_put(j, "attributes", json_incref(v->attributes));
	out_put(j, "organizations", json_incref(v->organizations));
	return out_json(j, f);
}

static void
user_print_state(const struct cmd *c, const struct store_account *acct)
{
	char when[TEXT_TIME_SIZE];

	out_field("State", "%s", admin_account_state(acct, c->now));
	if (acct->state == STORE_DISABLED && acct->reason[0] != '\0')
		out_field("Reason", "%s", acct->reason);
	if (acct->state == STORE_PENDING)
		out_field("Deleted on", "%s", out_when(acct->delete_at, when));
	if (acct->expires_at == 0)
		out_field("Expires", "never");
	else
		out_field(admin_account_expired(acct, c->now) ? "Expired"
							      : "Expires",
			  "%s", out_when(acct->expires_at, when));
}

static void
user_print_lock(const struct admin_lock *lock)
{
	char last[TEXT_TIME_SIZE], until[TEXT_TIME_SIZE];

	(void)out_when(lock->last_at, last);
	if (lock->locked)
		out_field("Locked", "from %s until %s (%s, %lld failed)",
			  lock->source, out_when(lock->until, until),
			  lock->factor, (long long)lock->failed);
	else
		out_field("Failures", "%lld from %s, last %s (%s)",
			  (long long)lock->failed, lock->source, last,
			  lock->factor);
}

static void
user_print_codes(const struct user_view *v)
{
	char when[TEXT_TIME_SIZE];

	out_field("Codes", "%lld device%s, %lld backup code%s left",
		  (long long)v->devices, v->devices == 1 ? "" : "s",
		  (long long)v->backup.left, v->backup.left == 1 ? "" : "s");
	for (unsigned i = 0; i < ADMIN_CODE_KINDS; i++)
		if (v->codes.of[i].left > 0)
			out_field(user_codes[i].label, "until %s",
				  out_when(v->codes.of[i].expires_at, when));
	if (v->keys + v->ssh_keys != 0)
		out_field("Keys", "%lld security key%s, %lld SSH key%s",
			  (long long)v->keys, v->keys == 1 ? "" : "s",
			  (long long)v->ssh_keys, v->ssh_keys == 1 ? "" : "s");
	if (v->trusted != 0)
		out_field("Trusted", "%lld device%s", (long long)v->trusted,
			  v->trusted == 1 ? "" : "s");
}

static void
user_print_belongs(const struct user_view *v)
{
	size_t i;
	json_t *j;

	json_array_foreach(v->organizations, i, j)
		out_field("Organization", "%s, %s",
			  json_string_value(json_object_get(j, "slug")),
			  json_string_value(json_object_get(j, "role")));
	json_array_foreach(v->attributes, i, j) {
		const char *value =
			json_string_value(json_object_get(j, "value"));

		out_field("Attribute", "%s = %s%s",
			  json_string_value(json_object_get(j, "key")),
			  value == NULL ? "" : value,
			  json_is_true(json_object_get(j, "exported"))
				  ? " (exported)"
				  : "");
	}
}

static void
user_show_text(const struct cmd *c, const struct user_view *v)
{
	const struct store_account *acct = &v->of.account;
	char when[TEXT_TIME_SIZE];

	out_field("Name", "%s", acct->name);
	out_field("Id", "%s", acct->id.s);
	if (acct->kind == STORE_SERVICE)
		out_field("Kind", "service account");
	if (acct->email[0] != '\0')
		out_field("Email", "%s%s", acct->email,
			  acct->email_at == 0 ? " (not confirmed)" : "");
	user_print_state(c, acct);
	out_field("Added", "%s", out_when(acct->created_at, when));
	if (v->of.has_password)
		out_field("Password", "%s, set %s%s",
			  user_password_kind(&v->of.password),
			  out_when(v->of.password.set_at, when),
			  acct->must_change ? ", has to be changed" : "");
	else
		out_field("Password", "none");
	if (v->of.password_due != 0)
		out_field("Change it by", "%s",
			  out_when(v->of.password_due, when));
	user_print_codes(v);
	user_print_belongs(v);
	for (size_t i = 0; i < v->n; i++)
		user_print_lock(&v->locks[i]);
	if (v->n == 0)
		out_field("Failures", "none");
	out_field("Sessions", "%lld open", (long long)v->of.open_sessions);
}

enum status
cmd_user_show(struct cmd *c, struct fault *f)
{
	__attribute__((cleanup(user_view_end))) struct user_view v = {
		.locks = NULL,
	};
	enum status st;

	if (c->self[0] != '\0')
		st = user_ask(c, &v, f);
	else
		st = user_gather(c, &v, f);
	if (st != STATUS_OK)
		return st;
	if (v.full)
		return fault(f, STATUS_SYSTEM, "out of memory");
	if (c->json)
		return user_show_json(c, &v, f);
	user_show_text(c, &v);
	return STATUS_OK;
}
