/* SPDX-License-Identifier: MIT */
/* Inside the session room only: one request on its way to a verdict. */
#ifndef SESSION_ATTEMPT_H
#define SESSION_ATTEMPT_H

#include "factor/code.h"
#include "factor/factor.h"
#include "factor/otp.h"
#include "factor/sshkey.h"
#include "session/session.h"
#include "session/source.h"

/* What a person has chosen inside a login; in memory only until the
 * transaction that grants it, so that giving up leaves nothing behind. */
struct session_enrollment {
	bool device; /* a one-time code device, confirmed */
	struct store_otp otp;
	struct code_set backup;
	bool password; /* a new one, after a reset code or a ticket */
	struct store_password made;
};

/* What the audit has to know about a key, beside how the login ended. */
struct session_key_note {
	const char *action; /* "key.counter", "key.revoked", "key.refused" */
	const char *why;    /* a word */
	char label[STORE_LABEL_SIZE];
	int64_t kept, seen; /* counters; -1: it is not about them */
};
#define SESSION_KEY_NOTES 4

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
	int64_t clock_seen;	 /* the greatest time the store knows */
	bool clock_behind;	 /* now is less than that */
	bool single;		 /* password and code come in one answer */
	struct secret code;	 /* single: waits for its question; or empty */
	struct id stepped_login; /* whose proof the step-up takes; or empty */
	char stepped_factors[STORE_RULE_TEXT_SIZE]; /* ... and what that was */
	struct id trusted;   /* the trust row that stands; or empty */
	bool trust_wanted;   /* this device is to be trusted: she said yes, */
	int64_t trust_epoch; /* ... and proved herself under this epoch */
	bool tested_past;    /* a new password was refused for being an old
				one: whoever tries them guesses */
	struct session_enrollment enrollment;
	struct io_place place; /* where the caller is; known once a key
				  matters */
	/* Why a key's answer did not count, or how it ended: a word for the
	 * audit; NULL: nothing to say. */
	const char *refusal[POLICY_FACTOR_COUNT];
	struct id revoked; /* a key that is to be revoked, for its counter went
			      back; or empty */
	char device[POLICY_FACTOR_COUNT][STORE_LABEL_SIZE]; /* label of the key
				that passed or was shown; or empty */
	size_t notes;
	struct session_key_note note[SESSION_KEY_NOTES];
};

/* Wiped when its scope ends; session_gather() fills it in. */
void session_attempt_wipe(struct session_attempt *a);
#define SESSION_ATTEMPT(name)                                                 \
	__attribute__((cleanup(                                               \
		session_attempt_wipe))) struct session_attempt name = {       \
		.env = NULL                                                   \
	}

/* Around every run of a password hash; nothing to leave when enter failed. */
enum status session_gate_enter(const struct session_env *env, struct fault *f)
	MUST_USE;
void session_gate_leave(const struct session_env *env);

/* Seconds since the epoch, by the shell's clock. */
int64_t session_now(const struct session_env *env);

/* May what was proved before, here or on this device, stand for an answer?
 * Only in the login of a privileged peer, under a sound clock. */
bool session_past_counts(const struct session_attempt *a);

/* What factors work with, at this moment and this host's costs. */
struct factor_env session_factor_env(const struct session_attempt *a);

/*
 * Fill in the attempt: source, account, the rule that matches in PHASE and
 * the facts that policy_next() wants.  Writes nothing to the store.
 */
enum status session_gather(const struct session_env *env,
			   const struct request *request,
			   enum policy_phase phase, struct session_attempt *a,
			   struct fault *f) MUST_USE;

/* Read the account again, inside the transaction that will grant, and which
 * second factors it has got meanwhile. */
enum status session_refresh(struct session_attempt *a, struct fault *f)
	MUST_USE;

/*
 * Ask for what policy wants until it has decided; have a new password chosen
 * by whom it would let in by a code in its place.  Right answers are in
 * a->facts.passed and their ways in a->outcome; guesses are charged and not
 * yet settled.
 */
enum status session_ask_all(struct session_attempt *a,
			    struct policy_decision *out, struct fault *f)
	MUST_USE;

/*
 * Settle in one transaction: state read again, policy asked again, what is
 * good once spent, what was chosen written, guesses passed, refunded or
 * failed, the login row, the audit row; commit.  Who was not first with a
 * code is denied (POLICY_SPENT) and nothing else of the login is written.
 * *OUT, in: what the answers came to; out: the decision that was committed,
 * allow or deny.  *LOGIN is the login row's id when it allows.
 */
enum status session_settle(struct session_attempt *a,
			   struct policy_decision *out, struct id *login,
			   struct fault *f) MUST_USE;

/*
 * The login that was handed over: exists, not spent, of this account,
 * service and boot, at most SESSION_HANDOVER_SECONDS old.  Then its factors
 * count as asked and passed (or waived, by a trusted device), and *VALID is
 * true.  Anything else means that no factors are known.
 */
enum status session_take_over(struct session_attempt *a, bool *valid,
			      struct fault *f) MUST_USE;

/* --- single.c: password and code in one answer --- */

/* Is the question for the password one for the code, too? */
bool session_single_combined(const struct session_attempt *a);
/* Take a combined answer apart: PASSWORD is what is left, and a->code the
 * code, if there is one and this account would be asked for it. */
enum status session_single_take(struct session_attempt *a,
				const struct secret *answer,
				struct secret *password, struct fault *f)
	MUST_USE;
/*
 * Pure: what stands behind the last comma is the code, if it is digits of a
 * code's length; else the last DIGITS bytes are, when they are digits (DIGITS
 * 0: never); else what stands behind the comma, if it has the shape of a code.
 * What stands before it has to have the shape of a password; if not, or if
 * there is no code, all of it is the password, CODE is empty, and the answer
 * false.
 */
bool session_single_split(const struct secret *answer, unsigned digits,
			  struct secret *password, struct secret *code);

/* --- trust.c: "skip the code here for N days" --- */

/* Fill in facts.waived and a->trusted, where the rule trusts devices, the
 * clock is not behind and this one is known.  Writes nothing. */
enum status session_trust_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* In the granting transaction: the trust that was used shows it, and the one
 * that is wanted is written. */
enum status session_trust_settle(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Before session_settle() of a full login in multi style with a one-time code
 * or a key, for a login that was granted is soon too old to be handed over:
 * ask, and keep the answer in the attempt.  Only yes is yes; nothing else
 * hangs on it.
 */
void session_trust_offer(struct session_attempt *a);

/* --- proved.c: what sshd has proved already --- */

/* Fill in facts.shown, and the outcomes of ssh-key and ssh-sk, from
 * SSH_AUTH_INFO_0 of an sshd (PAM_TTY "ssh", a privileged peer): an enrolled
 * key proves ssh-key, that of a security key ssh-sk as well.  Writes nothing.
 */
enum status session_proved_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* All of them, whosever they are, a new array and the caller's to free; *N 0:
 * none, for it is no sshd of root's that says so. */
#define SESSION_PROVED_MAX 12 /* more fit into no SSH_AUTH_INFO_0 of ours */
enum status session_proved_keys(const struct session_attempt *a,
				struct sshkey **out, size_t *n,
				struct fault *f) MUST_USE;

/* --- place.c, key.c, paste.c, agent.c: keys --- */

/* Could a security key be asked for here (usable): the caller is at this
 * machine and can start or be given its program, or the rule lets an answer be
 * pasted?  And an SSH agent?  Asked of the account's factors only: where none
 * matters it costs nothing. */
enum status session_key_usable(struct session_attempt *a, uint32_t *usable,
			       struct fault *f) MUST_USE;
/*
 * Policy asks for fido2, or for ssh-sk through the agent.  Afterwards the
 * factor is asked and passed (or not, with a->refusal), or declined.  D is the
 * decision that asks: alone, a key has to verify its user.
 */
enum status session_key_ask(struct session_attempt *a,
			    const struct policy_decision *d, struct fault *f)
	MUST_USE;
enum status session_paste_ask(struct session_attempt *a,
			      const struct policy_decision *d, struct fault *f)
	MUST_USE;
enum status session_agent_ask(struct session_attempt *a,
			      const struct policy_decision *d, struct fault *f)
	MUST_USE;

/* --- stepup.c: proved in this login session not long ago --- */

/* Fill in facts.stepped, a->stepped_login and ->stepped_factors.  Writes
 * nothing. */
enum status session_step_up_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Is nothing else needed, that is, was nothing asked? */
bool session_stepped(const struct session_attempt *a);
/* The open session of the account that the caller runs in; *FOUND false: none
 * is known. */
enum status session_current(const struct session_attempt *a, struct id *out,
			    bool *found, struct fault *f) MUST_USE;

/* --- enroll.c, renew.c: conversations inside a login --- */

/*
 * Show the QR code and the key, take a code of it (three tries), show backup
 * codes, have one typed back (three tries).  a->enrollment has it all then,
 * and the facts say that the factor is asked, enrolled and passed; or the
 * facts say `cancelled`.  Writes nothing to the store.
 */
enum status session_enroll_converse(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* After a reset code or a ticket: have a new password chosen.  Likewise. */
enum status session_renew_converse(struct session_attempt *a, struct fault *f)
	MUST_USE;
/*
 * In the granting transaction, what the person chose: the device and the
 * backup codes; the new password, after which sessions, trust, logins and
 * unspent codes of the account are gone and its epoch is a later one.  Writes
 * a->account and the audit rows of it.
 */
enum status session_enrollment_settle(struct session_attempt *a,
				      struct fault *f) MUST_USE;
/* After the commit: how many backup codes are left, until when the account
 * has time to enroll.  Best effort. */
void session_notices(struct session_attempt *a);
/* Show one line.  Best effort. */
void session_tell(const struct session_env *env, enum prompt_kind kind,
		  const char *text);
/* Ask for a new password, up to SESSION_PASSWORD_TRIES times (password.c). */
enum status session_password_choose(struct session_attempt *a,
				    const struct factor_env *fe,
				    struct secret *out, struct fault *f)
	MUST_USE;

/* Somebody who has proved himself sets something up, which takes time. */
void session_patience(const struct session_env *env);

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

/* How the factors that passed were proved, "password+totp"; and "trust" where
 * a trusted device stood for one of GRANTED.  OUT of STORE_RULE_TEXT_SIZE. */
void session_factors_format(const struct session_attempt *a, uint32_t granted,
			    char *out, size_t size);
/* The same of any ways; NULL: not proved. */
void session_ways_format(const char *const ways[POLICY_FACTOR_COUNT],
			 bool trust, char *out, size_t size);
/* Back: the set of factors, WAYS of each, and whether "trust" was there.  A
 * word that is no way any more counts nothing. */
uint32_t session_ways_parse(const char *text,
			    const char *ways[POLICY_FACTOR_COUNT],
			    bool *trust);

void session_verdict_set(struct session_verdict *v,
			 const struct policy_decision *d);

/* Of the factors with such ways, those that showed possession alone. */
uint32_t session_ways_weak(const char *const ways[POLICY_FACTOR_COUNT]);
/* What the caller has proved itself, and the account has. */
uint32_t session_shown(const struct session_attempt *a);

/* In the open transaction: renewed hashes, spent codes, counters.  *LOST:
 * somebody was first, which the facts say now; what was written so far must
 * not stay. */
enum status session_factors_settle(struct session_attempt *a, bool *lost,
				   struct fault *f) MUST_USE;

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
enum status session_enroll(const struct session_env *, const struct request *,
			   struct session_verdict *, struct fault *) MUST_USE;

#endif
