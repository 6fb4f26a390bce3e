/* SPDX-License-Identifier: MIT */
/*
 * A password as it is kept: hashed or imported, sealed for its place, and
 * verified from there.
 */
#ifndef FACTOR_STORED_H
#define FACTOR_STORED_H

#include "factor/factor.h"

/* The associated data of a sealed column. */
#define PASSWORD_PLACE_SIZE 80
struct password_place {
	char ad[PASSWORD_PLACE_SIZE];
};
struct password_place password_current_place(const struct id *account);
struct password_place password_history_place(const struct id *row);

/*
 * Is PASSWORD the one that P, sealed for PLACE, was made of?  A row whose
 * costs are below the floor or above the ceiling is never right and costs
 * nothing.  STATUS_CORRUPT when the seal does not open.
 */
enum status password_verify(const struct factor_env *env,
			    const struct password_place *place,
			    const struct store_password *p,
			    const struct secret *password, bool *right,
			    struct fault *f) MUST_USE;

/* The same password, sealed for another place. */
enum status
password_move(const struct factor_env *env, const struct password_place *from,
	      const struct password_place *to, const struct store_password *p,
	      struct store_password *out, struct fault *f) MUST_USE;

/* The row of ACCOUNT; absence is no failure. */
enum status password_find(const struct factor_env *env,
			  const struct id *account, bool *found,
			  struct store_password *out, struct fault *f)
	MUST_USE;

#endif
