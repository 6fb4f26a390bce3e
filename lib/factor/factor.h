/* SPDX-License-Identifier: MIT */
/*
 * What proves who somebody is.  A factor is one file, one row in factors.def
 * and this table.  A check only reads and computes; what it wants to write
 * waits in the outcome until the transaction that grants the login.
 */
#ifndef FACTOR_FACTOR_H
#define FACTOR_FACTOR_H

#include <netinet/in.h>

#include "base/io.h"
#include "crypto/crypto.h"
#include "factor/breach.h"
#include "store/otp.h"

/* Who the check is for, and with what. */
struct factor_env {
	struct store *store;
	const struct crypto_keys *keys;
	struct crypto_argon2 cost; /* of new password hashes */
	int64_t now;
	bool clock_behind; /* now is less than the store has seen: no time
			      code can be judged */
	const struct breach *breach; /* this host's list; NULL: it has none */
	/* Of a login; NULL elsewhere. */
	const char *service;
	const struct in6_addr *address; /* NULL: it comes from none */
	const char *from;		/* as guesses are counted by */
	const char *issuer; /* of JWTs, as sigra.conf says; NULL: none is
			       taken here */
	const char *host;   /* whose name "-" is */
};

/* Values apart, zero is wrong; code tests `== FACTOR_RIGHT`. */
enum factor_result {
	FACTOR_WRONG = 0,
	FACTOR_SPENT = 0x35,	/* right, but it was used before */
	FACTOR_UNTIMELY = 0x5a, /* might be right: the clock is behind */
	FACTOR_RIGHT = 0xca,
};

/* What somebody gave in place of a password, and nobody chooses a new one
 * for. */
enum factor_guest {
	FACTOR_GUEST_NONE = 0,
	FACTOR_GUEST_ACTS,    /* the code of an impersonation, for ACTOR */
	FACTOR_GUEST_INVITED, /* the code of an invitation: a new account, and
				 a new password */
};

struct factor_outcome {
	enum factor_result result;
	/* How, one of the factor's ways; a static word, NULL unless right. */
	const char *way;
	bool renew; /* password: settle() replaces the stored hash */
	struct store_password password; /* as stored, or its renewal */
	struct id row;			/* the code or device that was right */
	int64_t at;			/* its step or counter */
	bool code;			/* ROW is a code, not a device */
	bool weak;			/* right, but shows possession alone */
	bool went_back; /* a key whose counter went back: AT is not above
			   what is stored */
	bool ssh;	/* ROW is an SSH key (AT: its counter; -1: none was
			   seen) */
	enum factor_guest guest; /* ROW is what was given instead */
	char actor[64];		 /* FACTOR_GUEST_ACTS: who */
	/* Of a token: why it does not count, a word for the audit, or NULL;
	 * its label, or empty. */
	const char *refusal;
	char label[STORE_LABEL_SIZE];
};

/* For whom a prompt asks. */
struct factor_whom {
	const char *user; /* from outside */
	const char *host;
};

struct factor {
	const char *name; /* the word in rules, audit and --json */
	/* The words for how it was proved, ended by NULL; no two factors have
	 * the same ("password", "reset_code"; "totp", "backup_code"). */
	const char *const *ways;
	/* Does the account have it? */
	enum status (*enrolled)(const struct factor_env *,
				const struct id *account, bool *out,
				struct fault *);
	/* The next three are NULL for a factor that nothing is typed for: a
	 * key is asked by the session (session/key.c, session/agent.c). */
	/* What to ask: a fixed template, the same for everybody. */
	void (*offer)(const struct factor_whom *, struct prompt *);
	/* Has the answer the shape of one?  If not it is refused uncharged. */
	bool (*shaped)(const struct secret *answer);
	/* ACCOUNT NULL: nobody we know; costs exactly the same and is wrong.
	 * STATUS_CORRUPT when what is stored does not open. */
	enum status (*check)(const struct factor_env *,
			     const struct id *account,
			     const struct secret *answer,
			     struct factor_outcome *, struct fault *);
	/* Inside the granting transaction, after a right answer: spend what
	 * is good once.  STATUS_LOST when somebody was first, or what was
	 * proved has been changed since; nothing was written then. */
	enum status (*settle)(const struct factor_env *,
			      const struct id *account,
			      const struct factor_outcome *, struct fault *);
};

/* By enum policy_factor; NULL past the last. */
const struct factor *factor_get(unsigned factor);

/* The factor (enum policy_factor) that has this way, of LEN bytes; how many
 * factors there are (POLICY_FACTOR_COUNT) when none has. */
unsigned factor_way_find(const char *word, size_t len);

#endif
