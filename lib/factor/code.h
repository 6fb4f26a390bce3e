/* SPDX-License-Identifier: MIT */
/*
 * Codes that are good once: 12 letters of a 32-letter alphabet (a-z, 2-7 of
 * RFC 4648: 60 bits), shown as xxxx-xxxx-xxxx and read back in either case,
 * dashes and blanks ignored.  Kept as keyed hashes, of account, kind and
 * letters.  Every one has at least one letter that is no digit, so that none
 * can be taken for a time code.
 */
#ifndef FACTOR_CODE_H
#define FACTOR_CODE_H

#include "factor/factor.h"
#include "store/otp.h"

#define CODE_LETTERS 12
#define CODE_TEXT_LENGTH 14 /* with its dashes */
#define CODE_BACKUP_COUNT 10
#define CODE_KEPT_DIGITS 8   /* of backup codes that another module made */
#define CODE_BACKUP_FEW 2    /* so many left: a warning */
#define CODE_TTL_DEFAULT 600 /* seconds; login and reset codes */
#define CODE_TTL_MAX (30 * 86400) /* of login and reset codes and tickets */
#define CODE_TICKET_TTL (7 * 86400)

/* "backup", "login", "reset", "ticket". */
const char *code_kind_name(enum store_code_kind kind);

bool code_shaped(const struct secret *answer);

/* A fresh one, as shown. */
void code_make(struct secret *out);

/*
 * The same form for what is not kept among an account's codes: a hash of the
 * letters under the subkey of PURPOSE, bound to ABOUT (an id; "" : to
 * nothing).  STATUS_INVALID when TEXT is no code.
 */
enum status code_hash_about(const struct crypto_keys *k,
			    enum crypto_purpose purpose, const char *about,
			    const struct secret *text,
			    uint8_t out[CRYPTO_HASH_SIZE], struct fault *f)
	MUST_USE;

/*
 * Look for ANSWER among the account's codes of KIND: RIGHT, SPENT (also when
 * it has expired), UNTIMELY (it expires, but the clock is behind, and nobody
 * knows whether it has) or WRONG, with outcome->row and ->code set, and ->way
 * when it is right.  ACCOUNT NULL costs the same and is wrong.
 */
enum status code_check(const struct factor_env *env, const struct id *account,
		       enum store_code_kind kind, const struct secret *answer,
		       struct factor_outcome *out, struct fault *f) MUST_USE;

/* The same among two kinds. */
enum status
code_check_either(const struct factor_env *env, const struct id *account,
		  enum store_code_kind one, enum store_code_kind other,
		  const struct secret *answer, struct factor_outcome *out,
		  struct fault *f) MUST_USE;

/* Is there a code of KIND that is good now? */
enum status code_left(const struct factor_env *env, const struct id *account,
		      enum store_code_kind kind, bool *out, struct fault *f)
	MUST_USE;

/* Inside a transaction: older codes of the kind are forgotten, and TEXT, made
 * by code_make(), is good until EXPIRES_AT (0: for good). */
enum status code_issue(const struct factor_env *env, const struct id *account,
		       enum store_code_kind kind, const struct secret *text,
		       int64_t expires_at, struct fault *f) MUST_USE;

/*
 * Inside a transaction: one more backup code, of CODE_KEPT_DIGITS digits, that
 * another module made.  Nobody guesses it sooner than a code of a device.
 * STATUS_INVALID: it is none; STATUS_CONFLICT: it is there already.
 */
enum status code_keep(const struct factor_env *env, const struct id *account,
		      const struct secret *text, struct fault *f) MUST_USE;

/* A set of backup codes. */
struct code_set {
	struct secret text[CODE_BACKUP_COUNT];
};
void code_set_wipe(struct code_set *s);
#define CODE_SET(name)                                                        \
	__attribute__((cleanup(code_set_wipe))) struct code_set name = {      \
		.text = { { .len = 0 } }                                      \
	}
void code_set_make(struct code_set *out);
/* Is ANSWER one of them? */
bool code_set_has(const struct code_set *s, const struct secret *answer);
/* Inside a transaction: all older backup codes are forgotten. */
enum status code_set_store(const struct factor_env *env,
			   const struct id *account, const struct code_set *s,
			   struct fault *f) MUST_USE;

#endif
