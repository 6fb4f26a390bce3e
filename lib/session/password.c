/* SPDX-License-Identifier: MIT */
/*
 * Change of password: PRELIM proves the old one (or root, or the login that
 * was just proved), UPDATE asks for the new one.
 */
#include "factor/password.h"

#include <string.h>

#include "base/text.h"
#include "session/attempt.h"

/* Root may set a password without the old one, but not in a login: sshd,
 * login and su run expired changes as uid 0. */
static bool
password_privileged(const struct request *r)
{
	return r->ruid == 0 && (r->flags & REQUEST_CHANGE_EXPIRED) == 0;
}

/* PAM_CHANGE_EXPIRED_AUTHTOK wants a change only where one is due. */
static bool
password_not_due(const struct session_attempt *a)
{
	return (a->request->flags & REQUEST_CHANGE_EXPIRED) != 0 &&
	       a->facts.account == POLICY_ACCOUNT_ACTIVE &&
	       a->facts.action == POLICY_ACTION_REQUIRE &&
	       !a->facts.must_change;
}

static void
password_leave(struct session_verdict *out)
{
	out->step = POLICY_ALLOW;
	out->reason = POLICY_GRANTED;
}

static enum status
password_gather(const struct session_env *env, const struct request *request,
		struct session_attempt *a, bool *handed, struct fault *f)
{
	enum status st;

	st = session_gather(env, request, POLICY_PHASE_PASSWORD, a, f);
	if (st != STATUS_OK)
		return st;
	a->facts.privileged = password_privileged(request);
	return session_take_over(a, handed, f);
}

/*
 * Prove the right to change: by the login handed over, by being root, or by
 * the old password now.  *LOGIN is the row that proves it; empty for root.
 */
static enum status
password_prove(struct session_attempt *a, bool handed,
	       struct policy_decision *d, struct id *login, struct fault *f)
{
	enum status st = session_ask_all(a, d, f);

	if (st == STATUS_OK && d->step == POLICY_ALLOW &&
	    !a->facts.privileged) {
		st = session_acted_refuse(a, f);
		*d = policy_next(&a->facts);
		if (d->step == POLICY_ALLOW && session_age_young(a))
			*d = (struct policy_decision){
				.step = POLICY_DENY,
				.reason = POLICY_PASSWORD_REFUSED,
			};
	}
	if (st != STATUS_OK || d->step == POLICY_ABSTAIN)
		return st;
	if (d->step == POLICY_ALLOW && a->facts.privileged)
		return STATUS_OK;
	if (d->step == POLICY_ALLOW && handed) {
		*login = a->request->login;
		return STATUS_OK;
	}
	return session_settle(a, d, login, f);
}

enum status
session_password_prelim(const struct session_env *env,
			const struct request *request,
			struct session_verdict *out, struct fault *f)
{
	SESSION_ATTEMPT(a);
	struct policy_decision d;
	bool handed = false;
	enum status st;

	st = password_gather(env, request, &a, &handed, f);
	if (st == STATUS_OK && password_not_due(&a)) {
		password_leave(out);
		return STATUS_OK;
	}
	if (st == STATUS_OK)
		st = password_prove(&a, handed, &d, &out->login, f);
	if (st != STATUS_OK)
		return st;
	if (env->unprivileged)
		out->login = (struct id){ .s = "" };
	out->password_proved = d.step == POLICY_ALLOW &&
			       (a.charged & a.facts.passed &
				POLICY_BIT(POLICY_FACTOR_PASSWORD)) != 0;
	session_verdict_set(out, &d);
	return STATUS_OK;
}

static enum status
password_ask(struct io *io, enum prompt_purpose purpose, const char *text,
	     struct secret *answer, struct fault *f)
{
	struct prompt p = { .kind = PROMPT_SECRET, .purpose = purpose };

	(void)text_copy(p.text, sizeof(p.text), text);
	return io->ask(io, &p, answer, f);
}

/* Who is being invited belongs to nobody yet. */
static enum status
password_words(const struct session_attempt *a, const struct factor_env *fe,
	       struct words *out, struct fault *f)
{
	struct store_org org;
	enum status st = words_account(out, fe, &a->account, f);

	if (st != STATUS_OK || a->invitation.id.s[0] == '\0')
		return st;
	st = store_org_by_id(a->env->store, &a->invitation.org, &org, f);
	if (st == STATUS_OK)
		words_org(out, &org);
	return st;
}

/* The list of breached ones is missing: that is for the log, and to be told
 * apart from a peer that is gone. */
static enum status
password_unjudged(struct session_attempt *a, struct fault *f)
{
	struct fault why = *f;

	session_tell(a->env, PROMPT_ERROR,
		     "No new password can be checked on this host now: tell "
		     "your administrator.");
	return fault(f, STATUS_SYSTEM, "no new password is taken: %s",
		     why.text);
}

/* Hashes the one in use and the remembered ones, too. */
static enum status
password_judge(struct session_attempt *a, const struct factor_env *fe,
	       const struct secret *offered, struct fault *f)
{
	struct words words;
	enum status st;

	st = password_words(a, fe, &words, f);
	if (st == STATUS_OK)
		st = password_acceptable(fe, NULL, &words, offered, f);
	if (st == STATUS_UNAVAILABLE)
		return password_unjudged(a, f);
	if (st == STATUS_OK)
		st = session_gate_enter(a->env, f);
	if (st != STATUS_OK)
		return st;
	st = password_fresh(fe, &a->account.id, offered, f);
	session_gate_leave(a->env);
	if (st == STATUS_REFUSED)
		a->tested_past = true;
	return st;
}

/*
 * The code that stood for the password is none.  A host that gives one string
 * to every question would make it one, unseen by the person.
 */
static enum status
password_not_code(const struct session_attempt *a, const struct factor_env *fe,
		  const struct secret *offered, struct fault *f)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_RESET,
						      STORE_CODE_TICKET };

	bool invitation = false;
	enum status st;

	if (!a->outcome[POLICY_FACTOR_PASSWORD].code || !code_shaped(offered))
		return STATUS_OK;
	st = session_invite_is(a, offered, &invitation, f);
	if (st == STATUS_OK && invitation)
		st = fault(f, STATUS_REFUSED,
			   "that is the code: choose a password");
	if (st != STATUS_OK)
		return st;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct factor_outcome o = { .result = FACTOR_WRONG };

		st = code_check(fe, &a->account.id, kinds[i], offered, &o, f);

		if (st != STATUS_OK)
			return st;
		if (o.result != FACTOR_WRONG)
			return fault(f, STATUS_REFUSED,
				     "that is the code: choose a password");
	}
	return STATUS_OK;
}

/* One offer: STATUS_REFUSED when the person may try again. */
static enum status
password_offer(struct session_attempt *a, const struct factor_env *fe,
	       struct secret *out, struct fault *f)
{
	struct io *io = a->env->io;
	enum status st;
	SECRET(again);

	st = password_ask(io, PURPOSE_NEW_PASSWORD, "New password: ", out, f);
	if (st == STATUS_OK && out->len == 0)
		return fault(f, STATUS_CANCELLED, "no new password was given");
	if (st == STATUS_OK)
		st = password_not_code(a, fe, out, f);
	if (st == STATUS_OK)
		st = password_judge(a, fe, out, f);
	if (st == STATUS_INVALID)
		return fault(f, STATUS_REFUSED,
			     "the password is longer than %d bytes",
			     PASSWORD_MAX_BYTES);
	if (st != STATUS_OK)
		return st;
	st = password_ask(io, PURPOSE_NEW_PASSWORD_AGAIN,
			  "Retype new password: ", &again, f);
	if (st == STATUS_OK && !secret_equal(out, &again))
		return fault(f, STATUS_REFUSED, "the passwords do not match");
	return st;
}

/* Up to SESSION_PASSWORD_TRIES offers. */
enum status
session_password_choose(struct session_attempt *a, const struct factor_env *fe,
			struct secret *out, struct fault *f)
{
	enum status st = STATUS_REFUSED;

	if (a->facts.must_change && !a->facts.privileged)
		session_tell(a->env, PROMPT_INFO,
			     "You have to choose a new password now.");
	for (int i = 0; i < SESSION_PASSWORD_TRIES; i++) {
		st = password_offer(a, fe, out, f);
		if (st != STATUS_REFUSED)
			return st;
		session_tell(a->env, PROMPT_ERROR, f->text);
	}
	return st;
}

/*
 * The proof is spent; void when the password was changed since.  *ROW is the
 * login row that takes its place, so that the session which follows still
 * knows what was proved; its id is empty when root needed no proof.
 */
static enum status
password_spend(const struct session_attempt *a, const struct id *proof,
	       struct store_login *row, struct fault *f)
{
	int64_t now = session_now(a->env);
	enum status st;

	*row = (struct store_login){ .at = 0 };
	if (proof->s[0] == '\0')
		return STATUS_OK;
	st = store_login_get(a->env->store, proof, row, f);
	if (st == STATUS_OK)
		st = store_login_consume(a->env->store, proof, now, f);
	if (st != STATUS_OK)
		return st;
	row->consumed_at = 0;
	row->at = now;
	crypto_id(now, &row->id);
	return STATUS_OK;
}

/* Spend, replace, renew: in this order, for a new password voids them all. */
static enum status
password_swap(struct session_attempt *a, const struct factor_env *fe,
	      const struct store_password *made, const struct id *proof,
	      struct id *login, struct fault *f)
{
	struct store_login row;
	enum status st;

	if ((st = password_spend(a, proof, &row, f)) != STATUS_OK ||
	    (st = password_replace(fe, &a->account.id, made, f)) != STATUS_OK)
		return st;
	if (a->env->unprivileged || row.id.s[0] == '\0')
		return STATUS_OK;
	if ((st = store_login_insert(a->env->store, &row, f)) != STATUS_OK)
		return st;
	*login = row.id;
	return STATUS_OK;
}

/*
 * With the old password ends what it had opened: trusted devices, codes that
 * are out and the account's sessions, but the one that this is said in.
 */
static enum status
password_end_past(struct session_attempt *a, struct fault *f)
{
	static const enum store_code_kind kinds[] = { STORE_CODE_LOGIN,
						      STORE_CODE_RESET,
						      STORE_CODE_TICKET };
	struct store *s = a->env->store;
	const struct id *who = &a->account.id;
	int64_t now = session_now(a->env), closed;
	struct id current;
	bool found = false;
	enum status st;

	if ((st = session_current(a, &current, &found, f)) != STATUS_OK ||
	    (st = store_session_close_all(s, who, found ? &current : NULL,
					  "password", now, &closed, f)) !=
		    STATUS_OK)
		return st;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((st = store_code_delete(s, who, kinds[i], f)) != STATUS_OK)
			return st;
	a->account.must_change = false;
	a->account.updated_at = now;
	a->account.epoch++;
	return store_account_update(s, &a->account, f);
}

/* The change itself: hash, history, flag, proof and audit row together. */
static enum status
password_commit(struct session_attempt *a, const struct factor_env *fe,
		const struct store_password *made, const struct id *proof,
		struct policy_decision *d, struct id *login, struct fault *f)
{
	enum status st;
	STORE_TXN(txn);

	if ((st = store_begin(a->env->store, &txn, f)) != STATUS_OK ||
	    (st = session_refresh(a, f)) != STATUS_OK ||
	    (st = session_acted_settle(a, f)) != STATUS_OK)
		return st;
	*d = policy_next(&a->facts);
	/* A question comes too late. */
	if (d->step == POLICY_ASK)
		*d = (struct policy_decision){ .step = POLICY_DENY,
					       .reason = POLICY_NOT_PROVED };
	if (d->step != POLICY_ALLOW) {
		/* The account changed while its owner was thinking. */
		st = session_audit(a, "password.refused", d, NULL, f);
		return st == STATUS_OK ? session_commit(a->env, &txn, f) : st;
	}
	if ((st = password_swap(a, fe, made, proof, login, f)) != STATUS_OK)
		return st;
	st = password_end_past(a, f);
	if (st == STATUS_OK)
		st = session_audit(a, "password.changed", d, NULL, f);
	if (st == STATUS_OK)
		st = session_commit(a->env, &txn, f);
	return st;
}

/* A refusal is worth a row of its own; then it is the verdict. */
static enum status
password_refused(struct session_attempt *a, enum status why,
		 struct policy_decision *d, struct fault *f)
{
	enum status st;
	STORE_TXN(txn);

	*d = (struct policy_decision){
		.step = POLICY_DENY,
		.reason = why == STATUS_CANCELLED ? POLICY_CANCELLED
						  : POLICY_PASSWORD_REFUSED,
	};
	if ((st = store_begin(a->env->store, &txn, f)) != STATUS_OK)
		return st;
	st = session_audit(a, "password.refused", d, NULL, f);
	return st == STATUS_OK ? session_commit(a->env, &txn, f) : st;
}

static enum status
password_change(struct session_attempt *a, const struct id *proof,
		struct policy_decision *d, struct id *login, struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	struct store_password made;
	enum status st;
	SECRET(chosen);

	st = session_password_choose(a, &fe, &chosen, f);
	if (st == STATUS_REFUSED || st == STATUS_CANCELLED)
		return password_refused(a, st, d, f);
	if (st != STATUS_OK)
		return st;
	if ((st = session_gate_enter(a->env, f)) != STATUS_OK)
		return st;
	st = password_make(&fe, &a->account.id, &chosen, &made, f);
	session_gate_leave(a->env);
	if (st != STATUS_OK)
		return st;
	return password_commit(a, &fe, &made, proof, d, login, f);
}

enum status
session_password_update(const struct session_env *env,
			const struct request *request,
			struct session_verdict *out, struct fault *f)
{
	struct id proof = { .s = "" };
	SESSION_ATTEMPT(a);
	struct policy_decision d;
	bool handed = false;
	enum status st;

	st = password_gather(env, request, &a, &handed, f);
	if (st == STATUS_OK && password_not_due(&a)) {
		password_leave(out);
		return STATUS_OK;
	}
	if (st == STATUS_OK)
		st = password_prove(&a, handed, &d, &proof, f);
	if (st == STATUS_OK && d.step == POLICY_ALLOW)
		st = password_change(&a, &proof, &d, &out->login, f);
	if (st != STATUS_OK)
		return st;
	out->password_proved = d.step == POLICY_ALLOW;
	session_verdict_set(out, &d);
	return STATUS_OK;
}
