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
#include "store/org.h"

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

/* An organization that the account belongs to. */
struct session_org {
	struct id id; /* empty: none */
	char slug[STORE_SLUG_SIZE];
	enum store_role role; /* 0: a service account is no member */
};
#define SESSION_ORGS_MAX 32 /* that somebody may choose from */

/* What the audit says of the time before this login. */
struct session_last {
	int64_t at; /* 0: no login is remembered */
	char from[256], service[65];
	int64_t failed; /* logins since then */
};

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
	uint32_t charged; /* factors whose guess is pending, or a token */
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
	/* Why a key's answer or a token did not count, or how it ended: a word
	 * for the audit; NULL: nothing to say. */
	const char *refusal[POLICY_FACTOR_COUNT];
	struct id revoked; /* a key that is to be revoked, for its counter went
			      back; or empty */
	char device[POLICY_FACTOR_COUNT][STORE_LABEL_SIZE]; /* label of the key
				that passed or was shown, or of the token */
	size_t notes;
	struct session_key_note note[SESSION_KEY_NOTES];
	struct session_org org; /* active; or its id is empty */
	size_t orgs;		/* that the rule names, the last used first */
	struct session_org org_choice[SESSION_ORGS_MAX];
	bool org_mfa;	    /* one of all she belongs to wants two factors */
	const char *second; /* why a second factor is needed, whatever the
			       rule leaves open; NULL: it is not */
	bool source_new;    /* was never seen here, but elsewhere */
	struct session_last last;
	int64_t password_due;	/* has to be changed then; 0: never */
	int64_t password_warn;	/* its owner is told from then on */
	int64_t password_early; /* may not be before; 0: at any time */
	/* Who acts as the account: an account's id, "uid:1000" or "system";
	 * or empty. */
	char impersonator[64];
	bool one_string; /* here a service account may log in: one string is
			    all that the service takes */
	bool adrift;	 /* the login that was handed over counts no more, and
			    may be one of somebody who acts as the account */
	/* The one that is being accepted; or its id is empty.  DRAFT: by
	 * somebody who has no account before the transaction that grants. */
	struct store_invitation invitation;
	bool draft;
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
 * true.  Anything else means that no factors are known, and a->adrift that it
 * may be somebody else who comes by it.
 */
enum status session_take_over(struct session_attempt *a, bool *valid,
			      struct fault *f) MUST_USE;

/* --- single.c: password and code in one answer --- */

/* Is the question for the password one for the code, too?  And does it say so,
 * as the rule alone decides? */
bool session_single_combined(const struct session_attempt *a);
bool session_single_announced(const struct session_attempt *a);
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

/* --- org.c: which organization is active --- */

/* Fill in a->org and what may be chosen instead.  Writes nothing. */
enum status session_org_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Before session_settle(), where *D allows: ask, if the rule says so and there
 * are several.  Who does not answer, or wrongly three times, gives up. */
enum status session_org_choose(struct session_attempt *a,
			       struct policy_decision *d, struct fault *f)
	MUST_USE;
/* In the granting transaction: read a->org again; *D denies by
 * POLICY_NOT_MEMBER when it is hers no more. */
enum status session_org_again(struct session_attempt *a,
			      struct policy_decision *d, struct fault *f)
	MUST_USE;
/* ... and when it grants a login: it is the last used. */
enum status session_org_used(const struct session_attempt *a, struct fault *f)
	MUST_USE;

/* --- second.c, newsource.c, lastlogin.c, exports.c --- */

/* Fill in a->second, and what follows from it, after all else that is enrolled
 * and usable is known. */
enum status session_second_find(struct session_attempt *a, struct fault *f)
	MUST_USE;

/* Fill in a->source_new.  Writes nothing. */
enum status session_source_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Is it one for which the rule lets nothing stand that was proved before? */
bool session_source_strict(const struct session_attempt *a);
/* In the granting transaction: remember the source, and audit a new one; for
 * a login, and for a session that sshd opens without one. */
enum status session_source_settle(struct session_attempt *a, struct fault *f)
	MUST_USE;
enum status session_source_opened(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* After the commit, where the rule says so. */
void session_source_tell(const struct session_attempt *a);

/* Fill in a->last, where the rule has it told; before this login is a row. */
enum status session_last_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
void session_last_tell(const struct session_attempt *a);

/* In the transaction that opens the session. */
enum status session_exports(const struct session_attempt *a,
			    struct exports *out, struct fault *f) MUST_USE;

/* --- age.c: how old the password is --- */

/* Fill in a->password_due and ->password_early, as the store's policy of
 * passwords says.  Writes nothing. */
enum status session_age_find(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Is it too old?  A clock that was put back may say later that it is, and
 * never earlier. */
bool session_age_over(const struct session_attempt *a);
/* Too young to be changed by whom nobody asked to?  Then says so. */
bool session_age_young(const struct session_attempt *a);
/* After the commit, in the days before it is too old. */
void session_age_tell(const struct session_attempt *a);

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

/* --- acted.c: an administrator acts as the account --- */

/* A guest's answer was right: what follows from it. */
void session_guest_take(struct session_attempt *a);
/* The account phase: is the login that was handed over such a one?  Then
 * a->impersonator is set, and no password has to be changed by it; nor by one
 * with a token, which cannot. */
enum status session_acted_login(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Before something of the account is changed: as long as somebody acts as it,
 * nothing is.  Says so to the person, and policy denies from then on. */
enum status session_acted_refuse(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* In the granting transaction: the same again, of what would be written; and
 * nobody acts as somebody from where he acts as another, by an account that is
 * shut, or as an administrator. */
enum status session_acted_settle(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* Whose session it is, and how long that lasts. */
void session_acted_limit(const struct session_attempt *a,
			 struct store_session *row);

/* --- invite.c, accept.c: invitations --- */

/* Somebody unknown, where the rule lets who is invited in: is ANSWER the code
 * of an invitation for that name?  Then the attempt has the draft of an
 * account, and the outcome of the password says what was right.  Costs the
 * same whoever it is. */
enum status session_invite_check(struct session_attempt *a,
				 const struct secret *answer, struct fault *f)
	MUST_USE;
/* Is OFFERED, as a new password, that very code? */
enum status session_invite_is(const struct session_attempt *a,
			      const struct secret *offered, bool *out,
			      struct fault *f) MUST_USE;
/* In the granting transaction, before policy is asked: an invitation that is
 * good no more lets nobody in. */
enum status session_invite_refresh(struct session_attempt *a, struct fault *f)
	MUST_USE;
/* ... and when it has granted, before all else: the account, if it is new, and
 * the membership.  *LOST: somebody was first. */
enum status session_invite_settle(struct session_attempt *a, bool *lost,
				  struct fault *f) MUST_USE;

/* Ask for what would be asked of a login, and for a second factor too if the
 * account has any; CHANGE asks for what is to be changed, once that is proved,
 * and session_settle() writes it. */
enum status
session_self(const struct session_env *env, const struct request *request,
	     enum status (*change)(struct session_attempt *a, struct fault *f),
	     struct session_verdict *out, struct fault *f) MUST_USE;

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

/* One about something that shows beside it; GRANTED: to the account's owner.
 */
#define SESSION_EVENT_PAIRS 3
enum status
session_audit_event(const struct session_attempt *a, const char *action,
		    bool granted,
		    const struct audit_pair pairs[SESSION_EVENT_PAIRS],
		    struct fault *f) MUST_USE;

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
/* Was it a token that was right, and so nothing else? */
bool session_by_token(const struct session_attempt *a);
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
enum status session_accept(const struct session_env *, const struct request *,
			   struct session_verdict *, struct fault *) MUST_USE;

#endif
