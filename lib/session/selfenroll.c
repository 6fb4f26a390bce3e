/* SPDX-License-Identifier: MIT */
/* PHASE_ENROLL: somebody adds a device of his own. */
#include "session/attempt.h"

static bool
selfenroll_count(void *ctx, const struct store_otp *d)
{
	(void)d;
	++*(unsigned *)ctx;
	return true;
}

/* Said before somebody scans in vain. */
static enum status
selfenroll_room(struct session_attempt *a, struct fault *f)
{
	unsigned n = 0;
	enum status st = store_otp_list(a->env->store, &a->account.id,
					selfenroll_count, &n, f);

	if (st == STATUS_OK && n >= OTP_DEVICES_MAX) {
		session_tell(a->env, PROMPT_ERROR,
			     "There are as many devices as an account may "
			     "have: remove one first.");
		a->facts.cancelled = true;
	}
	return st;
}

/* A ticket has had one set up on the way. */
static enum status
selfenroll_add(struct session_attempt *a, struct fault *f)
{
	enum status st = selfenroll_room(a, f);

	if (st != STATUS_OK || a->facts.cancelled || a->enrollment.device)
		return st;
	return session_enroll_converse(a, f);
}

enum status
session_enroll(const struct session_env *env, const struct request *request,
	       struct session_verdict *out, struct fault *f)
{
	return session_self(env, request, selfenroll_add, out, f);
}
