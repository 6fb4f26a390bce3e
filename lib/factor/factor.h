/* SPDX-License-Identifier: MIT */
/*
 * What proves who somebody is.  A factor is one file, one row in factors.def
 * and this table.  A check only reads and computes; what it wants to write
 * waits in the outcome until the transaction that grants the login.
 */
#ifndef FACTOR_FACTOR_H
#define FACTOR_FACTOR_H

#include "base/io.h"
#include "crypto/crypto.h"
#include "store/store.h"

/* Who the check is for, and with what. */
struct factor_env {
	struct store *store;
	const struct crypto_keys *keys;
	struct crypto_argon2 cost; /* of new password hashes */
	int64_t now;
};

enum factor_result {
	FACTOR_WRONG = 0,
	FACTOR_RIGHT = 0x6a,
};

struct factor_outcome {
	enum factor_result result;
	bool renew; /* settle() replaces the stored hash by `password` */
	struct store_password password; /* right: as stored, or its renewal */
};

struct factor {
	const char *name; /* the word in rules, audit and --json */
	/* Does the account have it? */
	enum status (*enrolled)(const struct factor_env *,
				const struct id *account, bool *out,
				struct fault *);
	/* What to ask: a fixed template, the same for everybody. */
	void (*offer)(struct prompt *);
	/* Has the answer the shape of one?  If not it is refused uncharged. */
	bool (*shaped)(const struct secret *answer);
	/* ACCOUNT NULL: nobody we know; costs exactly the same and is wrong.
	 * STATUS_CORRUPT when what is stored does not open. */
	enum status (*check)(const struct factor_env *,
			     const struct id *account,
			     const struct secret *answer,
			     struct factor_outcome *, struct fault *);
	/* Inside the granting transaction, after a right answer.
	 * STATUS_LOST when what was proved has been changed since. */
	enum status (*settle)(const struct factor_env *,
			      const struct id *account,
			      const struct factor_outcome *, struct fault *);
};

/* By enum policy_factor; NULL past the last. */
const struct factor *factor_get(unsigned factor);

#endif
