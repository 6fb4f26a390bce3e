/* SPDX-License-Identifier: MIT */
/* Authentication: ask, charge, check, settle. */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/password.h"
#include "session/attempt.h"

#define LOGIN_KEPT 86400 /* seconds a login row is kept */

/* Before a change of password its present holder is asked in other words. */
static void
auth_offer(const struct session_attempt *a, const struct factor *factor,
	   struct prompt *p)
{
	*p = (struct prompt){ .kind = PROMPT_SECRET };
	factor->offer(p);
	if (a->facts.phase == POLICY_PHASE_PASSWORD &&
	    p->purpose == PURPOSE_PASSWORD) {
		p->purpose = PURPOSE_OLD_PASSWORD;
		(void)text_copy(p->text, sizeof(p->text),
				"Current password: ");
	}
}

/*
 * Charge, then check.  A locked guess and an unknown account cost the same
 * Argon2id run as a real one: check() of nobody.
 */
static enum status
auth_check(struct session_attempt *a, enum policy_factor which,
	   const struct secret *answer, struct fault *f)
{
	const struct factor *factor = factor_get(which);
	struct factor_env env;
	const struct id *account;
	bool admitted;
	enum status st;

	if ((st = session_charge(a, which, &admitted, f)) != STATUS_OK)
		return st;
	env = session_factor_env(a->env);
	account = a->known && admitted ? &a->account.id : NULL;
	if ((st = session_gate_enter(a->env, f)) != STATUS_OK)
		return st;
	st = factor->check(&env, account, answer, &a->outcome[which], f);
	session_gate_leave(a->env);
	if (st != STATUS_OK)
		return st;
	if (!admitted)
		a->facts.locked |= POLICY_BIT(which);
	else if (a->outcome[which].result == FACTOR_RIGHT)
		a->facts.passed |= POLICY_BIT(which);
	return STATUS_OK;
}

static enum status
auth_ask(struct session_attempt *a, enum policy_factor which, struct fault *f)
{
	const struct factor *factor = factor_get(which);
	uint32_t before = a->facts.asked;
	struct io *io = a->env->io;
	struct prompt prompt;
	enum status st;
	SECRET(answer);

	auth_offer(a, factor, &prompt);
	st = io->ask(io, &prompt, &answer, f);
	a->facts.asked |= POLICY_BIT(which);
	/* Gone is as good as Ctrl-C, which ends most hosts: both have given
	 * up, and that stands in the audit. */
	if (st == STATUS_CANCELLED || st == STATUS_UNAVAILABLE) {
		a->facts.cancelled = true;
		return STATUS_OK;
	}
	if (st == STATUS_INVALID ||
	    (st == STATUS_OK && !factor->shaped(&answer))) {
		a->facts.malformed |= POLICY_BIT(which);
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return st;
	/* Once one answer was wrong the others are only heard. */
	if ((before & ~a->facts.passed) != 0)
		return STATUS_OK;
	return auth_check(a, which, &answer, f);
}

enum status
session_ask_all(struct session_attempt *a, struct policy_decision *out,
		struct fault *f)
{
	struct policy_decision d = policy_next(&a->facts);

	/* Each round asks a factor that was not asked before. */
	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		enum status st;

		if (d.step != POLICY_ASK)
			break;
		if ((unsigned)d.factor >= POLICY_FACTOR_COUNT)
			return fault(f, STATUS_CORRUPT,
				     "policy asks for a factor nobody has");
		if ((st = auth_ask(a, d.factor, f)) != STATUS_OK)
			return st;
		d = policy_next(&a->facts);
	}
	if (d.step == POLICY_ASK)
		return fault(f, STATUS_CORRUPT, "policy asks without end");
	*out = d;
	return STATUS_OK;
}

/* The row that a success comes from. */
static enum status
auth_login_row(const struct session_attempt *a, uint32_t factors,
	       struct id *out, struct fault *f)
{
	int64_t now = session_now(a->env);
	struct store_login row = { .account = a->account.id,
				   .rule = a->rule.id,
				   .at = now };
	enum status st;

	/* Spent at once where no later phase may take it over; a change of
	 * password spends its proof itself. */
	if (a->env->unprivileged && a->request->phase != PHASE_PASSWORD_UPDATE)
		row.consumed_at = now;
	crypto_id(now, &row.id);
	session_factors_format(factors, row.factors, sizeof(row.factors));
	if (!text_copy(row.user, sizeof(row.user), a->account.name) ||
	    !text_copy(row.service, sizeof(row.service),
		       a->request->service) ||
	    !text_copy(row.source, sizeof(row.source), a->source.key) ||
	    !text_copy(row.boot, sizeof(row.boot), a->env->boot))
		return fault(f, STATUS_INVALID,
			     "a login's facts are too long");
	st = store_login_prune(a->env->store, now - LOGIN_KEPT, f);
	if (st == STATUS_OK)
		st = store_login_insert(a->env->store, &row, f);
	if (st == STATUS_OK)
		*out = row.id;
	return st;
}

/* What a right answer changes: renewed hashes, known source, login row. */
static enum status
auth_grant(struct session_attempt *a, const struct policy_decision *d,
	   struct id *login, struct fault *f)
{
	struct factor_env env = session_factor_env(a->env);
	enum status st;

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		if ((a->charged & a->facts.passed & POLICY_BIT(i)) == 0)
			continue;
		st = factor_get(i)->settle(&env, &a->account.id,
					   &a->outcome[i], f);
		if (st != STATUS_OK)
			return st;
	}
	st = store_seen_put(a->env->store, &a->account.id, a->source.key,
			    env.now, f);
	if (st != STATUS_OK)
		return st;
	return auth_login_row(a, d->granted, login, f);
}

enum status
session_settle(struct session_attempt *a, struct policy_decision *out,
	       struct id *login, struct fault *f)
{
	struct id id = { .s = "" };
	struct policy_decision d;
	enum status st;
	bool granted;
	STORE_TXN(txn);

	if ((st = store_begin(a->env->store, &txn, f)) != STATUS_OK ||
	    (st = session_refresh(a, f)) != STATUS_OK)
		return st;
	d = policy_next(&a->facts);
	granted = d.step == POLICY_ALLOW;
	if ((st = session_guesses_settle(a, granted, f)) != STATUS_OK)
		return st;
	if (granted && (st = auth_grant(a, &d, &id, f)) != STATUS_OK)
		return st;
	st = session_audit(a, granted ? "login.granted" : "login.denied", &d,
			   granted ? &id : NULL, f);
	if (st == STATUS_OK)
		st = session_commit(a->env, &txn, f);
	if (st != STATUS_OK)
		return st;
	*out = d;
	*login = id;
	return STATUS_OK;
}

enum status
session_auth(const struct session_env *env, const struct request *request,
	     struct session_verdict *out, struct fault *f)
{
	struct session_attempt a;
	struct policy_decision d;
	enum status st;

	st = session_gather(env, request, POLICY_PHASE_AUTH, &a, f);
	if (st == STATUS_OK)
		st = session_ask_all(&a, &d, f);
	if (st == STATUS_OK && d.step != POLICY_ABSTAIN)
		st = session_settle(&a, &d, &out->login, f);
	if (st != STATUS_OK)
		return st;
	out->password_proved =
		d.step == POLICY_ALLOW &&
		(a.facts.passed & POLICY_BIT(POLICY_FACTOR_PASSWORD)) != 0;
	if (env->unprivileged)
		out->login = (struct id){ .s = "" };
	session_verdict_set(out, &d);
	return STATUS_OK;
}
