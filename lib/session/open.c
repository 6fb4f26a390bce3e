/* SPDX-License-Identifier: MIT */
/* The row of a session, from open to close. */
#include <string.h>

#include "base/text.h"
#include "session/attempt.h"

static void
open_limits(const struct session_attempt *a, struct store_session *row)
{
	int64_t limit = rule_session_limit(&a->rule, a->request->service);

	if (limit > 0)
		row->ends_at = row->opened_at + limit;
	row->idle = a->rule.session_idle;
}

static enum status
open_row(const struct session_attempt *a, bool handed, struct id *out,
	 struct fault *f)
{
	const struct request *r = a->request;
	int64_t now = session_now(a->env);
	struct store_session row = { .account = a->account.id,
				     .pid = r->pid,
				     .pid_start = (int64_t)r->pid_start,
				     .org = a->org.id,
				     .opened_at = now };
	enum status st;

	if (handed)
		row.login = r->login;
	crypto_id(now, &row.id);
	session_factors_format(a, 0, row.factors, sizeof(row.factors));
	if (!text_copy(row.service, sizeof(row.service), r->service) ||
	    !text_copy(row.tty, sizeof(row.tty), r->tty) ||
	    !text_copy(row.rhost, sizeof(row.rhost), r->rhost) ||
	    !text_copy(row.host, sizeof(row.host), a->env->host) ||
	    !text_copy(row.boot, sizeof(row.boot), a->env->boot) ||
	    !text_copy(row.logind, sizeof(row.logind), r->logind))
		return fault(f, STATUS_INVALID,
			     "a session's facts are too long");
	open_limits(a, &row);
	session_acted_limit(a, &row);
	if ((st = store_session_insert(a->env->store, &row, f)) == STATUS_OK)
		*out = row.id;
	return st;
}

/* What an open session leaves. */
struct open_made {
	struct id session;
	struct exports exports;
};

/* What is good once is spent, and what was handed over; who lost either is
 * denied. */
static enum status
open_spend(struct session_attempt *a, bool handed, struct policy_decision *d,
	   struct fault *f)
{
	bool lost = false;
	enum status st = STATUS_OK;

	/* A login by public key alone has left nothing to be handed over: what
	 * sshd has proved is seen here for the first time. */
	if (d->step == POLICY_ALLOW)
		st = session_factors_settle(a, &lost, f);
	if (st == STATUS_OK && handed)
		st = store_login_consume(a->env->store, &a->request->login,
					 session_now(a->env), f);
	if (lost)
		*d = (struct policy_decision){ .step = POLICY_DENY,
					       .reason = POLICY_NOT_PROVED };
	return st;
}

static enum status
open_write(struct session_attempt *a, bool handed, struct open_made *out,
	   struct fault *f)
{
	enum status st = STATUS_OK;

	if (!handed)
		st = session_source_opened(a, f);
	if (st == STATUS_OK)
		st = open_row(a, handed, &out->session, f);
	return st == STATUS_OK ? session_exports(a, &out->exports, f) : st;
}

/* With the transaction open: decide on what is true now, and write it. */
static enum status
open_decide(struct session_attempt *a, struct policy_decision *d,
	    struct open_made *out, struct fault *f)
{
	bool handed = false;
	enum status st;

	if ((st = session_refresh(a, f)) != STATUS_OK ||
	    (st = session_proved_find(a, f)) != STATUS_OK ||
	    (st = session_take_over(a, &handed, f)) != STATUS_OK)
		return st;
	*d = policy_next(&a->facts);
	if (a->adrift && d->step == POLICY_ALLOW)
		*d = (struct policy_decision){ .step = POLICY_DENY,
					       .reason = POLICY_NOT_PROVED };
	if ((st = session_org_again(a, d, f)) != STATUS_OK ||
	    (st = open_spend(a, handed, d, f)) != STATUS_OK)
		return st;
	if (d->step == POLICY_ALLOW &&
	    (st = open_write(a, handed, out, f)) != STATUS_OK)
		return st;
	return session_audit(a,
			     d->step == POLICY_ALLOW ? "session.opened"
						     : "session.denied",
			     d, handed ? &a->request->login : NULL, f);
}

enum status
session_open(const struct session_env *env, const struct request *request,
	     struct session_verdict *out, struct fault *f)
{
	struct open_made made = { .exports = { .n = 0 } };
	SESSION_ATTEMPT(a);
	struct policy_decision d;
	enum status st;
	STORE_TXN(txn);

	st = session_gather(env, request, POLICY_PHASE_SESSION, &a, f);
	if (st != STATUS_OK)
		return st;
	d = policy_next(&a.facts);
	if (d.step == POLICY_ABSTAIN) {
		session_verdict_set(out, &d);
		return STATUS_OK;
	}
	if ((st = store_begin(env->store, &txn, f)) != STATUS_OK ||
	    (st = open_decide(&a, &d, &made, f)) != STATUS_OK ||
	    (st = session_commit(env, &txn, f)) != STATUS_OK)
		return st;
	out->session = made.session;
	out->exports = made.exports;
	session_verdict_set(out, &d);
	return STATUS_OK;
}

/* Only the account that opened it; a disabled one may still leave. */
static enum status
close_row(struct session_attempt *a, struct fault *f)
{
	struct store *s = a->env->store;
	struct store_session row;
	enum status st;

	st = store_session_get(s, &a->request->session, &row, f);
	if (st != STATUS_OK)
		return st;
	if (!a->known || strcmp(row.account.s, a->account.id.s) != 0)
		return fault(f, STATUS_NOT_FOUND, "no such session");
	(void)text_copy(a->impersonator, sizeof(a->impersonator),
			row.impersonator);
	a->org.id = row.org;
	return store_session_close(s, &row.id, "closed", session_now(a->env),
				   f);
}

enum status
session_close(const struct session_env *env, const struct request *request,
	      struct session_verdict *out, struct fault *f)
{
	struct policy_decision d = { .step = POLICY_ALLOW,
				     .reason = POLICY_GRANTED };
	SESSION_ATTEMPT(a);
	enum status st;
	STORE_TXN(txn);

	st = session_gather(env, request, POLICY_PHASE_SESSION, &a, f);
	if (st != STATUS_OK)
		return st;
	if (policy_next(&a.facts).step == POLICY_ABSTAIN &&
	    request->session.s[0] == '\0') {
		session_verdict_set(out, &(struct policy_decision){
						 .step = POLICY_ABSTAIN,
						 .reason = POLICY_NOT_OURS });
		return STATUS_OK;
	}
	if ((st = store_begin(env->store, &txn, f)) != STATUS_OK)
		return st;
	st = close_row(&a, f);
	/* A new password, chosen in another one, has closed it already; what
	 * runs in it has ended now. */
	if (st == STATUS_LOST)
		st = store_session_gone(env->store, &request->session, f);
	else if (st == STATUS_OK)
		st = session_audit(&a, "session.closed", &d, NULL, f);
	if (st == STATUS_OK)
		st = session_commit(env, &txn, f);
	if (st != STATUS_OK)
		return st;
	session_verdict_set(out, &d);
	return STATUS_OK;
}
