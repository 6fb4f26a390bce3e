/* SPDX-License-Identifier: MIT */
/* The one transaction that ends a login: all of it is true, or none. */
#include <string.h>

#include "base/text.h"
#include "session/key.h"
#include "store/room.h"

#define LOGIN_KEPT 86400 /* seconds a login row is kept */

/* Where it was proved, for a step-up to come.  One that was itself let in by a
 * step-up is good for none, or five minutes would never end; nor is a program
 * that has a token in its settings. */
static enum status
settle_place(const struct session_attempt *a, struct store_login *row,
	     struct fault *f)
{
	const struct request *r = a->request;
	struct io *io = a->env->io;

	row->ruid = row->uptime = -1;
	if (r->phase != PHASE_AUTH || a->env->unprivileged ||
	    a->impersonator[0] != '\0' || session_stepped(a) ||
	    session_by_token(a))
		return STATUS_OK;
	row->ruid = (int64_t)r->ruid;
	row->leader = (int64_t)r->leader.pid;
	row->leader_start = (int64_t)r->leader.start;
	row->uptime = io->uptime(io);
	if (!text_copy(row->tty, sizeof(row->tty), r->tty))
		return fault(f, STATUS_INVALID, "the terminal's name is long");
	return STATUS_OK;
}

/* The row that a success comes from. */
static enum status
settle_login_row(const struct session_attempt *a, uint32_t granted,
		 struct id *out, struct fault *f)
{
	int64_t now = session_now(a->env);
	struct store_login row = { .account = a->account.id,
				   .rule = a->rule.id,
				   .org = a->org.id,
				   .at = now };
	enum status st;

	/* Spent at once where no later phase may take it over; a change of
	 * password spends its proof itself. */
	if (a->env->unprivileged && a->request->phase != PHASE_PASSWORD_UPDATE)
		row.consumed_at = now;
	crypto_id(now, &row.id);
	if (session_stepped(a))
		(void)text_copy(row.factors, sizeof(row.factors),
				a->stepped_factors);
	else
		session_factors_format(a, granted, row.factors,
				       sizeof(row.factors));
	if (!text_copy(row.user, sizeof(row.user), a->account.name) ||
	    !text_copy(row.service, sizeof(row.service),
		       a->request->service) ||
	    !text_copy(row.source, sizeof(row.source), a->source.key) ||
	    !text_copy(row.boot, sizeof(row.boot), a->env->boot))
		return fault(f, STATUS_INVALID,
			     "a login's facts are too long");
	(void)text_copy(row.impersonator, sizeof(row.impersonator),
			a->impersonator);
	if ((st = settle_place(a, &row, f)) == STATUS_OK)
		st = store_login_prune(a->env->store, now - LOGIN_KEPT, f);
	if (st == STATUS_OK)
		st = store_login_insert(a->env->store, &row, f);
	if (st == STATUS_OK)
		*out = row.id;
	return st;
}

/* Is what proved it good once, so that another login may have been first?  A
 * counter is, and a row that may be gone; a token may be revoked. */
static bool
settle_once_only(const struct session_attempt *a, unsigned factor)
{
	return (POLICY_BIT(factor) & (uint32_t)POLICY_SECOND_FACTORS) != 0 ||
	       factor == POLICY_FACTOR_TOKEN || a->outcome[factor].code ||
	       a->outcome[factor].guest != FACTOR_GUEST_NONE ||
	       factor_get(factor)->offer == NULL;
}

/* Was it proved here and now, so that it leaves something behind?  Keys are
 * not charged; what was handed over has been settled before. */
static bool
settle_due(const struct session_attempt *a, unsigned factor)
{
	const uint32_t passed = a->facts.asked & a->facts.passed;
	const uint32_t bit = POLICY_BIT(factor);

	if (factor_get(factor)->offer != NULL)
		return (a->charged & a->facts.passed & bit) != 0;
	return ((passed | session_shown(a)) & bit) != 0 &&
	       a->outcome[factor].result == FACTOR_RIGHT;
}

enum status
session_factors_settle(struct session_attempt *a, bool *lost, struct fault *f)
{
	struct factor_env env = session_factor_env(a);

	for (unsigned i = 0; i < POLICY_FACTOR_COUNT; i++) {
		const uint32_t bit = POLICY_BIT(i);
		enum status st;

		if (!settle_due(a, i))
			continue;
		st = factor_get(i)->settle(&env, &a->account.id,
					   &a->outcome[i], f);
		if (st == STATUS_LOST && settle_once_only(a, i)) {
			a->facts.passed &= ~bit;
			a->facts.shown &= ~bit;
			a->facts.spent |= bit;
			*lost = true;
			return STATUS_OK;
		}
		if (st != STATUS_OK)
			return st;
	}
	return STATUS_OK;
}

/* What was chosen.  *LOST: another login was first to set up a device, which
 * is as if it had taken the code. */
static enum status
settle_chosen(struct session_attempt *a, bool *lost, struct fault *f)
{
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_OTP);
	enum status st = session_enrollment_settle(a, f);

	if (st != STATUS_LOST)
		return st;
	a->facts.passed &= ~bit;
	a->facts.spent |= bit;
	*lost = true;
	return STATUS_OK;
}

/* What a login changes, beside its guesses and its audit row. */
static enum status
settle_grant(struct session_attempt *a, uint32_t granted, struct id *login,
	     bool *lost, struct fault *f)
{
	struct store *s = a->env->store;
	int64_t now = session_now(a->env);
	enum status st = session_invite_settle(a, lost, f);

	if (st == STATUS_OK && !*lost)
		st = session_factors_settle(a, lost, f);
	if (st == STATUS_OK && !*lost)
		st = settle_chosen(a, lost, f);
	if (st != STATUS_OK || *lost)
		return st;
	if ((st = session_trust_settle(a, f)) != STATUS_OK ||
	    (st = session_org_used(a, f)) != STATUS_OK ||
	    (st = store_clock_see(s, now, f)) != STATUS_OK ||
	    (st = session_source_settle(a, f)) != STATUS_OK)
		return st;
	return settle_login_row(a, granted, login, f);
}

/* What stood in for an answer may have ended since. */
static enum status
settle_past(struct session_attempt *a, struct fault *f)
{
	enum status st = STATUS_OK;

	/* What was proved under an older epoch earns no trust in a later. */
	if (a->account.epoch != a->trust_epoch)
		a->trust_wanted = false;
	if (a->trusted.s[0] != '\0')
		st = session_trust_find(a, f);
	if (st == STATUS_OK && a->stepped_login.s[0] != '\0')
		st = session_step_up_find(a, f);
	if (st == STATUS_OK && a->facts.shown != 0)
		st = session_proved_find(a, f);
	return st;
}

/*
 * Policy again, on what is true now.  Nobody is let in who was not when all
 * was asked: a new password or a device that had to be chosen then is
 * missing.  A question comes too late.
 */
static struct policy_decision
settle_decide(const struct session_attempt *a,
	      const struct policy_decision *asked)
{
	struct policy_decision d = policy_next(&a->facts);

	if (asked->step == POLICY_ALLOW && d.step == POLICY_ALLOW)
		return d;
	if (asked->step == POLICY_ALLOW && d.step == POLICY_DENY)
		return d;
	return (struct policy_decision){
		.step = POLICY_DENY,
		.reason = asked->step == POLICY_ALLOW ? POLICY_NOT_PROVED
						      : asked->reason,
	};
}

static enum status
settle_end(struct session_attempt *a, struct store_txn *txn,
	   const struct policy_decision *d, const struct id *login,
	   struct fault *f)
{
	bool granted = d->step == POLICY_ALLOW;
	enum status st;

	if ((st = session_guesses_settle(a, granted, f)) != STATUS_OK ||
	    (st = session_keys_end(a, f)) != STATUS_OK)
		return st;
	st = session_audit(a, granted ? "login.granted" : "login.denied", d,
			   granted ? login : NULL, f);
	return st == STATUS_OK ? session_commit(a->env, txn, f) : st;
}

/* One try; with *LOST nothing was written. */
static enum status
settle_try(struct session_attempt *a, struct policy_decision *out,
	   struct id *login, bool *lost, struct fault *f)
{
	struct id id = { .s = "" };
	struct policy_decision d;
	enum status st;
	STORE_TXN(txn);

	if ((st = store_begin(a->env->store, &txn, f)) != STATUS_OK ||
	    (st = session_refresh(a, f)) != STATUS_OK ||
	    (st = session_keys_revoke(a, f)) != STATUS_OK ||
	    (st = settle_past(a, f)) != STATUS_OK ||
	    (st = session_invite_refresh(a, f)) != STATUS_OK ||
	    (st = session_acted_settle(a, f)) != STATUS_OK)
		return st;
	d = settle_decide(a, out);
	if ((st = session_org_again(a, &d, f)) != STATUS_OK)
		return st;
	if (d.step == POLICY_ALLOW) {
		st = settle_grant(a, d.granted, &id, lost, f);
		if (st != STATUS_OK || *lost)
			return st;
	}
	if ((st = settle_end(a, &txn, &d, &id, f)) != STATUS_OK)
		return st;
	*out = d;
	*login = id;
	return STATUS_OK;
}

enum status
session_settle(struct session_attempt *a, struct policy_decision *out,
	       struct id *login, struct fault *f)
{
	bool again = false;

	/* Each loss takes a factor from those that passed. */
	for (unsigned i = 0; i <= POLICY_FACTOR_COUNT; i++) {
		bool lost = false;
		enum status st = settle_try(a, out, login, &lost, f);

		/* The disk was full, and a little room was made. */
		if (st != STATUS_OK && !again && store_again(a->env->store))
			again = true;
		else if (st != STATUS_OK || !lost)
			return st;
		audit_discard(a->env->audit);
	}
	return fault(f, STATUS_CORRUPT, "a login loses its factors twice");
}
