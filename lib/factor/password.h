/* SPDX-License-Identifier: MIT */
/*
 * Passwords: Argon2id (RFC 9106), kept as salt, costs and the sealed digest of
 * the tag; imported crypt(3) strings verify once and become Argon2id.  Where
 * one is asked for, a reset code or an enrollment ticket (factor/code.h) is
 * right, too; then a new password has to be chosen.  So is what guests have
 * (factor/guest.h).
 */
#ifndef FACTOR_PASSWORD_H
#define FACTOR_PASSWORD_H

#include "factor/words.h"

#define PASSWORD_MAX_BYTES ANSWER_MAX
#define PASSWORD_HISTORY_MAX 24 /* that the policy may ask for */

/* Hash a new one; nothing is stored.  The row's ad is the account's. */
enum status password_make(const struct factor_env *env,
			  const struct id *account,
			  const struct secret *password,
			  struct store_password *out, struct fault *f)
	MUST_USE;

/* Seal an imported crypt(3) string.  STATUS_REFUSED: a kind not taken. */
enum status password_import(const struct factor_env *env,
			    const struct id *account, const char *setting,
			    struct store_password *out, struct fault *f)
	MUST_USE;

/*
 * May this become the password of the account?  STATUS_REFUSED and a sentence
 * for the person: shorter than the store's policy says, too long, not UTF-8,
 * control characters, a common password, made of WORDS (NULL: nobody's),
 * breached, the current one or one of the last that the policy remembers.
 * ACCOUNT NULL: no history to look at.  STATUS_UNAVAILABLE: the policy wants
 * this host's list of breached ones looked into, and it cannot be.  Runs
 * Argon2id up to 1 + PASSWORD_HISTORY_MAX times: call it outside of a
 * transaction.
 */
enum status password_acceptable(const struct factor_env *env,
				const struct id *account,
				const struct words *words,
				const struct secret *password, struct fault *f)
	MUST_USE;

/* The last part of it alone: STATUS_REFUSED when it is the current one or was
 * one of the last.  Whoever may ask this often enough learns old passwords. */
enum status password_fresh(const struct factor_env *env,
			   const struct id *account,
			   const struct secret *password, struct fault *f)
	MUST_USE;

/*
 * Inside a transaction: the current one goes to the history, NEW takes its
 * place, and unspent logins that the old one proved are void.  The epoch of
 * the account is the caller's to raise.
 */
enum status password_replace(const struct factor_env *env,
			     const struct id *account,
			     const struct store_password *new_one,
			     struct fault *f) MUST_USE;

/* What sshd types for a user it has refused already (it is no guess). */
bool password_is_sshd_junk(const struct secret *answer);

extern const struct factor factor_password;

#endif
