/* SPDX-License-Identifier: MIT */
/*
 * One phase of one login, from its facts to its verdict: gather facts, ask
 * policy for the next step, carry it out, again.  Knows no PAM, no terminal
 * and no socket.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "audit/audit.h"
#include "base/export.h"
#include "base/io.h"
#include "base/request.h"
#include "config/config.h"
#include "crypto/crypto.h"
#include "policy/policy.h"
#include "rule/rule.h"
#include "store/store.h"

#define SESSION_HANDOVER_SECONDS                                              \
	120			  /* a login may be taken over this long      \
				   */
#define SESSION_PAIR_WINDOW 86400 /* a row of failures is forgotten after */
#define SESSION_SEEN_WINDOW (30 * 86400) /* a source stays known good */
#define SESSION_PASSWORD_TRIES 3	 /* offers of a new password */
#define SESSION_CLOCK_SLACK 30		 /* seconds that a clock may go back */

/*
 * Whoever hashes waits for a turn, so that a flood of logins cannot take all
 * memory.  enter() may fail (then nothing was entered); leave() ends it.
 */
struct session_gate {
	enum status (*enter)(struct session_gate *, struct fault *);
	void (*leave)(struct session_gate *);
};

/* What a login runs in; everything stays the caller's. */
struct session_env {
	struct store *store;
	const struct crypto_keys *keys;
	const struct config *config;
	struct audit *audit;
	struct io *io;
	const char *host;	   /* name of this machine */
	const char *boot;	   /* boot id, 36 characters */
	struct session_gate *gate; /* NULL: hash at once */
	/* The peer is not root: its login is handed to no later phase and it
	 * opens no session. */
	bool unprivileged;
	const char *only_user; /* NULL, or the only one who may be meant */
	const struct breach *breach; /* of passwords; NULL: there is no list */
};

struct session_verdict {
	enum policy_step step; /* only ALLOW lets anybody in */
	enum policy_reason reason;
	struct id login;   /* ALLOW of auth or PRELIM: may be handed over */
	struct id session; /* ALLOW of SESSION_OPEN */
	struct exports exports; /* ALLOW of SESSION_OPEN; else none */
	bool password_proved;	/* the PURPOSE_PASSWORD (auth), OLD_PASSWORD
				   (prelim) or NEW_PASSWORD (update) answer is
				   the account's password */
};

/*
 * Run the phase that REQUEST names.  A status other than STATUS_OK comes with
 * a verdict of POLICY_DENY and POLICY_UNAVAILABLE, and F says what broke.
 * The verdict is written only after the transaction that holds it committed.
 */
enum status session_run(const struct session_env *env,
			const struct request *request,
			struct session_verdict *out, struct fault *f);

/*
 * Facts and first step of a login that does not happen: changes nothing.
 * For `policy explain`; the same gathering code as session_run().
 */
struct session_explanation {
	struct rule rule; /* rule.id empty: none matched */
	struct rule_subject subject;
	struct policy_facts facts;
	struct policy_decision decision;
	char source[STORE_SOURCE_SIZE];
	const char *second;    /* why a second factor is needed, whatever the
				  rule leaves open: "organization",
				  "new source"; NULL: it is not */
	char org[64];	       /* slug of the one that would be active */
	bool single;	       /* password and code come in one answer */
	bool clock_behind;     /* no time code would count */
	struct io_place place; /* why NULL: it did not matter */
};
enum status session_explain(const struct session_env *env,
			    const struct request *request,
			    struct session_explanation *out, struct fault *f)
	MUST_USE;

/* All rules of the store, parsed, in order.  STATUS_CORRUPT when one does not
 * parse; RULES_MAX at most. */
enum status session_rules(struct store *s, struct rule *out, size_t max,
			  size_t *n, struct fault *f) MUST_USE;

#endif
