/* SPDX-License-Identifier: MIT */
/*
 * What is typed where a password is asked for and is none of the account's
 * own: the code by which an administrator acts as somebody, the code of an
 * invitation.  A check only reads; what is not right here is wrong, and costs
 * what any look-up costs.
 */
#ifndef FACTOR_GUEST_H
#define FACTOR_GUEST_H

#include "factor/factor.h"
#include "store/people.h"

/*
 * Is ANSWER the code of an impersonation of ACCOUNT?  RIGHT, SPENT (also when
 * it has expired), UNTIMELY (it expires, but the clock is behind) or WRONG,
 * with guest, row, way and actor set.  ACCOUNT NULL costs the same and is
 * wrong.
 */
enum status guest_check(const struct factor_env *env, const struct id *account,
			const struct secret *answer,
			struct factor_outcome *out, struct fault *f) MUST_USE;

/*
 * Is ANSWER the code of an invitation that is good now, for somebody of this
 * address or name?  *FOUND false: none, or for somebody else, of a deleted
 * organization, not good any more, or nobody can say (the clock is behind).
 */
enum status guest_invitation(const struct factor_env *env, const char *address,
			     const struct secret *answer, bool *found,
			     struct store_invitation *out, struct fault *f)
	MUST_USE;

/* Inside the granting transaction: spend what is good once.  An invitation
 * ends by ACCOUNT, which is there.  STATUS_LOST when somebody was first. */
enum status guest_settle(const struct factor_env *env,
			 const struct id *account,
			 const struct factor_outcome *outcome, struct fault *f)
	MUST_USE;

#endif
