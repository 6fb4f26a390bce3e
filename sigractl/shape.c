/* SPDX-License-Identifier: MIT */
#include "sigractl/shape.h"

#include "admin/account.h"
#include "base/text.h"
#include "session/rules.h"

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
	out_put(j, "must_change", json_boolean(acct->must_change));
	return j;
}

/* A word that only a rule which requires something says. */
static json_t *
shape_said(const struct rule *r, const char *word)
{
	return r->action == POLICY_ACTION_REQUIRE ? out_string(word)
						  : json_null();
}

json_t *
shape_rule(const struct rule *r)
{
	json_t *j = json_object();
	struct store_rule row;

	session_rule_format(r, &row);
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
	return j;
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
