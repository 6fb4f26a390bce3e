/* SPDX-License-Identifier: MIT */
#include "sigractl/shape.h"

#include <string.h>

#include "admin/account.h"
#include "admin/life.h"
#include "admin/member.h"
#include "admin/trust.h"
#include "base/text.h"
#include "session/rules.h"
#include "sigractl/slugs.h"
#include "store/rule.h"

json_t *
shape_account(const struct store_account *acct, int64_t now)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(acct->id.s));
	out_put(j, "name", out_string(acct->name));
	out_put(j, "email", out_string(acct->email));
	out_put(j, "state", out_string(admin_account_state(acct, now)));
	out_put(j, "reason", out_string(acct->reason));
	out_put(j, "created_at", out_time(acct->created_at));
	out_put(j, "updated_at", out_time(acct->updated_at));
	out_put(j, "expires_at", out_time(acct->expires_at));
	out_put(j, "expired", json_boolean(admin_account_expired(acct, now)));
	out_put(j, "delete_at", out_time(acct->delete_at));
	out_put(j, "strategy",
		acct->delete_at == 0
			? json_null()
			: out_string(admin_strategy_name(acct->strategy)));
	out_put(j, "must_change", json_boolean(acct->must_change));
	out_put(j, "kind",
		json_string(acct->kind == STORE_SERVICE ? "service"
							: "person"));
	out_put(j, "email_confirmed_at", out_time(acct->email_at));
	return j;
}

json_t *
shape_attribute(const struct store_attribute *at)
{
	json_t *j = json_object();

	out_put(j, "key", out_string(at->key));
	out_put(j, "value", out_string(at->value));
	out_put(j, "exported", json_boolean(at->exported));
	return j;
}

json_t *
shape_belongs(const struct store_member *m, const struct store_org *o)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(o->id.s));
	out_put(j, "slug", out_string(o->slug));
	out_put(j, "name", out_string(o->name));
	out_put(j, "role", json_string(admin_role_name(m->role)));
	out_put(j, "joined_at", out_time(m->joined_at));
	out_put(j, "used_at", out_time(m->used_at));
	return j;
}

/* A word that only a rule which requires something says. */
static json_t *
shape_said(const struct rule *r, const char *word)
{
	return r->action == POLICY_ACTION_REQUIRE ? out_string(word)
						  : json_null();
}

/* What it says of people, and of their sessions. */
static void
shape_rule_people(const struct rule *r, const struct store_rule *row,
		  json_t *j)
{
	out_put(j, "org_choice", shape_said(r, row->org_choice));
	out_put(j, "notice", json_boolean(row->notice));
	out_put(j, "new_source", shape_said(r, row->new_source));
	out_put(j, "invite", json_boolean(row->invite));
	out_put(j, "session_max",
		row->session_max == RULE_SESSION_MAX_AUTO
			? json_null()
			: json_integer(row->session_max));
	out_put(j, "session_idle", json_integer(row->session_idle));
}

enum status
shape_rule(struct store *s, const struct rule *r, json_t **out,
	   struct fault *f)
{
	char orgs[SLUGS_SIZE];
	struct store_rule row;
	enum status st;
	json_t *j;

	session_rule_format(r, &row);
	if ((st = slugs_text(s, row.org, orgs, f)) != STATUS_OK)
		return st;
	j = json_object();
	out_put(j, "id", out_string(row.id.s));
	out_put(j, "position", json_integer(row.position));
	out_put(j, "phases", out_string(row.phases));
	out_put(j, "action", out_string(row.action));
	out_put(j, "require", out_string(row.require));
	out_put(j, "account", out_string(row.account));
	out_put(j, "service", out_string(row.service));
	out_put(j, "host", out_string(row.host));
	out_put(j, "user", out_string(row.user));
	out_put(j, "group", out_string(row.group));
	out_put(j, "network", out_string(row.network));
	out_put(j, "note", out_string(row.note));
	out_put(j, "unenrolled", shape_said(r, row.unenrolled));
	out_put(j, "unenrolled_until", out_time(row.unenrolled_until));
	out_put(j, "trust_days", json_integer(row.trust_days));
	out_put(j, "step_up", json_integer(row.step_up));
	out_put(j, "prompt", shape_said(r, row.prompt));
	out_put(j, "qr", shape_said(r, row.qr));
	out_put(j, "qr_invert", json_boolean(row.qr_invert));
	out_put(j, "uv", shape_said(r, row.uv));
	out_put(j, "key_wait", json_integer(row.key_wait));
	out_put(j, "key_paste", json_boolean(row.key_paste));
	out_put(j, "org", out_string(orgs));
	shape_rule_people(r, &row, j);
	*out = j;
	return STATUS_OK;
}

json_t *
shape_findings(const struct admin_findings *found)
{
	json_t *list = json_array();

	for (size_t i = 0; i < found->n; i++) {
		const struct rule_finding *one = &found->of[i];
		json_t *j = json_object();

		out_put(j, "severity",
			json_string(one->severity == RULE_ERROR ? "error"
								: "warning"));
		out_put(j, "position",
			one->position == 0 ? json_null()
					   : json_integer(one->position));
		out_put(j, "text", out_string(one->text));
		out_push(list, j);
	}
	return list;
}

static const char *
shape_subject(enum admin_lock_subject s)
{
	switch (s) {
	case ADMIN_LOCK_ACCOUNT:
		return "account";
	case ADMIN_LOCK_UNKNOWN:
		return "unknown";
	case ADMIN_LOCK_SOURCE:
		break;
	}
	return "source";
}

json_t *
shape_lock(const struct admin_lock *lock)
{
	json_t *j = json_object();

	out_put(j, "subject", json_string(shape_subject(lock->subject)));
	out_put(j, "user", out_string(lock->name));
	out_put(j, "account", out_string(lock->account.s));
	out_put(j, "source", out_string(lock->source));
	out_put(j, "factor", out_string(lock->factor));
	out_put(j, "failed", json_integer(lock->failed));
	out_put(j, "last_at", out_time(lock->last_at));
	out_put(j, "locked", json_boolean(lock->locked));
	out_put(j, "until", out_time(lock->until));
	return j;
}

enum status
shape_account_end(const struct cmd *c, const struct store_account *acct,
		  const char *done, struct fault *f)
{
	if (c->json) {
		AUTO_JSON *j = shape_account(acct, c->now);

		return out_json(j, f);
	}
	out_line("%s", done);
	return STATUS_OK;
}

enum status
shape_name_of(const struct cmd *c, const struct id *account,
	      char out[STORE_NAME_SIZE], struct fault *f)
{
	struct store_account acct;
	struct audit_person person;
	enum status st;

	out[0] = '\0';
	st = store_account_by_id(c->store, account, &acct, f);
	if (st == STATUS_OK && acct.state != STORE_DELETED)
		(void)text_copy(out, STORE_NAME_SIZE, acct.name);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if (out[0] != '\0')
		return STATUS_OK;
	st = audit_person_get(c->store, &c->keys, account, &person, f);
	if (st == STATUS_OK)
		(void)text_copy(out, STORE_NAME_SIZE, person.name);
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

json_t *
shape_trust(const struct store_trust *t, const char *user)
{
	json_t *j = json_object();

	out_put(j, "id", out_string(t->id.s));
	out_put(j, "user", out_string(user));
	out_put(j, "account", out_string(t->account.s));
	out_put(j, "kind", json_string(admin_trust_kind(t->kind)));
	out_put(j, "shown", out_string(t->shown));
	out_put(j, "created_at", out_time(t->created_at));
	out_put(j, "used_at", out_time(t->used_at));
	return j;
}

/* An account's id gets its name; anything else has none. */
static enum status
shape_who(const struct cmd *c, const char *who, char out[STORE_NAME_SIZE],
	  struct fault *f)
{
	struct id id;

	out[0] = '\0';
	if (strlen(who) != ID_LENGTH)
		return STATUS_OK;
	memcpy(id.s, who, sizeof(id.s));
	return shape_name_of(c, &id, out, f);
}

enum status
shape_people_of(const struct cmd *c, const struct store_audit *a,
		struct shape_people *out, struct fault *f)
{
	enum status st;

	if ((st = shape_who(c, a->actor, out->actor, f)) != STATUS_OK ||
	    (st = shape_who(c, a->effective, out->effective, f)) != STATUS_OK)
		return st;
	return shape_who(c, a->target, out->target, f);
}

json_t *
shape_audit(const struct store_audit *a, const struct shape_people *people)
{
	json_t *j = json_object(), *meta;

	out_put(j, "id", out_string(a->id.s));
	out_put(j, "host", out_string(a->host));
	out_put(j, "seq", json_integer(a->seq));
	out_put(j, "at", out_time(a->at));
	out_put(j, "action", out_string(a->action));
	out_put(j, "outcome", out_string(a->outcome));
	out_put(j, "actor", out_string(a->actor));
	out_put(j, "actor_name", out_string(people->actor));
	out_put(j, "effective", out_string(a->effective));
	out_put(j, "effective_name", out_string(people->effective));
	out_put(j, "target", out_string(a->target));
	out_put(j, "target_name", out_string(people->target));
	out_put(j, "org", out_string(a->org));
	out_put(j, "service", out_string(a->service));
	out_put(j, "tty", out_string(a->tty));
	out_put(j, "rhost", out_string(a->rhost));
	out_put(j, "pid", a->pid == 0 ? json_null() : json_integer(a->pid));
	meta = json_loads(a->meta, JSON_REJECT_DUPLICATES, NULL);
	out_put(j, "meta", meta == NULL ? out_string(a->meta) : meta);
	return j;
}
