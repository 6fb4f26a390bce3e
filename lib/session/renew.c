/* SPDX-License-Identifier: MIT */
/* A new password inside a login that a reset code or a ticket opened, and
 * what goes with the old one. */
#include "session/renew.h"

#include <string.h>

#include "base/buf.h"
#include "factor/password.h"
#include "store/refresh.h"
#include "store/token.h"

static enum status
renew_make(struct session_attempt *a, const struct secret *chosen,
	   struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	struct store_password made;
	enum status st;

	if ((st = session_gate_enter(a->env, f)) != STATUS_OK)
		return st;
	st = password_make(&fe, &a->account.id, chosen, &made, f);
	session_gate_leave(a->env);
	if (st != STATUS_OK)
		return st;
	a->enrollment.made = made;
	a->enrollment.password = true;
	return STATUS_OK;
}

enum status
session_renew_converse(struct session_attempt *a, struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	enum status st;
	SECRET(chosen);

	session_patience(a->env);
	st = session_password_choose(a, &fe, &chosen, f);
	/* Who is gone has given up.  Were it the store that is gone, then
	 * nobody could be let in by it either. */
	if (st == STATUS_REFUSED || st == STATUS_CANCELLED ||
	    st == STATUS_UNAVAILABLE) {
		a->facts.cancelled = true;
		return STATUS_OK;
	}
	return st == STATUS_OK ? renew_make(a, &chosen, f) : st;
}

/* Was this login proved in such a way? */
static bool
renew_by(const struct session_attempt *a, const char *way)
{
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++)
		if ((a->facts.passed & POLICY_BIT(i)) != 0 &&
		    a->outcome[i].way != NULL &&
		    strcmp(a->outcome[i].way, way) == 0)
			return true;
	return false;
}

/*
 * Whatever else would open the account.  A kind that this very login used has
 * no more than the one code, which is spent: its row stays, so that it goes
 * on being known as such.
 */
static enum status
renew_codes(struct session_attempt *a, struct fault *f)
{
	static const struct {
		enum store_code_kind kind;
		const char *way;
	} opens[] = {
		{ STORE_CODE_LOGIN, "login_code" },
		{ STORE_CODE_RESET, "reset_code" },
		{ STORE_CODE_TICKET, "ticket" },
	};

	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		enum status st;

		if (renew_by(a, opens[i].way))
			continue;
		st = store_code_delete(a->env->store, &a->account.id,
				       opens[i].kind, f);
		if (st != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}

static enum status
renew_account(struct session_attempt *a, int64_t now, struct fault *f)
{
	struct store_account changed = a->account;
	enum status st;

	if (changed.epoch == INT64_MAX || changed.version == INT64_MAX)
		return fault(f, STATUS_CORRUPT,
			     "account %s has had too many epochs or versions",
			     changed.id.s);
	changed.must_change = false;
	changed.epoch++;
	changed.updated_at = now;
	if ((st = store_account_update(a->env->store, &changed, f)) !=
	    STATUS_OK)
		return st;
	changed.version++;
	a->account = changed;
	a->facts.must_change = false;
	return STATUS_OK;
}

/* A new password has voided the logins that the old one proved. */
enum status
session_renew_settle(struct session_attempt *a, struct fault *f)
{
	const char *way = a->outcome[POLICY_FACTOR_PASSWORD].way;
	struct factor_env fe = session_factor_env(a);
	int64_t closed = 0, dropped = 0, revoked = 0, families = 0;
	struct store *s = a->env->store;
	char sessions[24], devices[24], apps[24];
	enum status st;
	struct buf b;

	if ((st = password_replace(&fe, &a->account.id, &a->enrollment.made,
				   f)) != STATUS_OK ||
	    (st = store_session_close_all(s, &a->account.id, NULL, "password",
					  fe.now, &closed, f)) != STATUS_OK ||
	    (st = store_trust_delete_all(s, &a->account.id, &dropped, f)) !=
		    STATUS_OK ||
	    (st = store_token_revoke_all(s, &a->account.id, fe.now, &revoked,
					 f)) != STATUS_OK ||
	    (st = store_refresh_revoke_all(s, &a->account.id, fe.now,
					   &families, f)) != STATUS_OK ||
	    (st = renew_codes(a, f)) != STATUS_OK ||
	    (st = renew_account(a, fe.now, f)) != STATUS_OK)
		return st;
	/* Had it been let in by a trusted device: that was the last time. */
	a->trusted = (struct id){ .s = "" };
	buf_start(&b, sessions, sizeof(sessions));
	buf_printf(&b, "%lld", (long long)closed);
	buf_start(&b, devices, sizeof(devices));
	buf_printf(&b, "%lld", (long long)dropped);
	buf_start(&b, apps, sizeof(apps));
	buf_printf(&b, "%lld", (long long)(revoked + families));
	return session_enrollment_audit(
		a, "password.reset",
		(struct audit_pair[SESSION_ENROLLMENT_PAIRS]){
			{ "by", way == NULL ? "" : way },
			{ "sessions", sessions },
			{ "trusted", devices },
			{ "apps_revoked", apps },
		},
		f);
}
