/* SPDX-License-Identifier: MIT */
/* Inside the session room only: one request on its way to a verdict. */
#ifndef SESSION_ATTEMPT_H
#define SESSION_ATTEMPT_H

#include "factor/factor.h"
#include "session/session.h"
#include "session/source.h"

struct session_attempt {
	const struct session_env *env;
	const struct request *request;
	struct source source;
	bool known; /* the store has the account */
	struct store_account account;
	char subject[STORE_SUBJECT_SIZE]; /* whom guesses are counted for */
	bool matched;
	struct rule rule; /* only if matched */
	struct policy_facts facts;
	uint32_t charged; /* factors whose guess is pending */
	struct id guess[POLICY_FACTOR_COUNT];
	struct factor_outcome outcome[POLICY_FACTOR_COUNT];
};

/* Around every run of a password hash; nothing to leave when enter failed. */
enum status session_gate_enter(const struct session_env *env, struct fault *f)
	MUST_USE;
void session_gate_leave(const struct session_env *env);

/* Seconds since the epoch, by the shell's clock. */
int64_t session_now(const struct session_env *env);

/* What factors work with, at this moment and this host's costs. */
struct factor_env session_factor_env(const struct session_env *env);

/*
 * Fill in the attempt: source, account, the rule that matches in PHASE and
 * the facts that policy_next() wants.  Writes nothing to the store.
 */
enum status session_gather(const struct session_env *env,
			   const struct request *request,
			   enum policy_phase phase, struct session_attempt *a,
			   struct fault *f) MUST_USE;

/* Read the account again, inside the transaction that will grant. */
enum status session_refresh(struct session_attempt *a, struct fault *f)
	MUST_USE;

/*
 * Ask for what policy wants until it has decided.  Right answers are in
 * a->facts.passed; guesses are charged and not yet settled.
 */
enum status session_ask_all(struct session_attempt *a,
			    struct policy_decision *out, struct fault *f)
	MUST_USE;

/*
 * Settle in one transaction: state read again, policy asked again, guesses
 * passed, refunded or failed, the login row, the audit row; commit.  *OUT is
 * the decision that was committed, *LOGIN the login row's id when it allows.
 */
enum status session_settle(struct session_attempt *a,
			   struct policy_decision *out, struct id *login,
			   struct fault *f) MUST_USE;

/*
 * The login that was handed over: exists, not spent, of this account,
 * service and boot, at most SESSION_HANDOVER_SECONDS old.  Then its factors
 * count as asked and passed, and *VALID is true.  Anything else means that
 * no factors are known.
 */
enum status session_take_over(struct session_attempt *a, bool *valid,
			      struct fault *f) MUST_USE;

/* May an answer for this factor be checked now?  Reserves the guess, waits
 * for others' reservations, or says that the limit is reached. */
enum status session_charge(struct session_attempt *a,
			   enum policy_factor factor, bool *admitted,
			   struct fault *f) MUST_USE;

/* In the open transaction: end each pending guess. */
enum status session_guesses_settle(struct session_attempt *a, bool granted,
				   struct fault *f) MUST_USE;

/* One audit row about this attempt, in the open transaction. */
enum status session_audit(const struct session_attempt *a, const char *action,
			  const struct policy_decision *d,
			  const struct id *login, struct fault *f) MUST_USE;

/* Commit, and let the audit's lines out; discards them when it fails. */
enum status session_commit(const struct session_env *env, struct store_txn *t,
			   struct fault *f) MUST_USE;

/* "password+totp" of a set; OUT of STORE_RULE_TEXT_SIZE. */
void session_factors_format(uint32_t set, char *out, size_t size);

void session_verdict_set(struct session_verdict *v,
			 const struct policy_decision *d);

/* The phases, each in its file. */
enum status session_auth(const struct session_env *, const struct request *,
			 struct session_verdict *, struct fault *) MUST_USE;
enum status session_account(const struct session_env *, const struct request *,
			    struct session_verdict *, struct fault *) MUST_USE;
enum status session_password_prelim(const struct session_env *,
				    const struct request *,
				    struct session_verdict *, struct fault *)
	MUST_USE;
enum status session_password_update(const struct session_env *,
				    const struct request *,
				    struct session_verdict *, struct fault *)
	MUST_USE;
enum status session_open(const struct session_env *, const struct request *,
			 struct session_verdict *, struct fault *) MUST_USE;
enum status session_close(const struct session_env *, const struct request *,
			  struct session_verdict *, struct fault *) MUST_USE;

#endif
