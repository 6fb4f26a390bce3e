/* SPDX-License-Identifier: MIT */
/*
 * PHASE_ENROLL: somebody adds a device of his own.  He proves himself as for
 * a login, and always by a one-time code too when he has any: neither a
 * trusted device nor an earlier login stands for it.  Where the rule leaves
 * the first device to an administrator (unenrolled: deny), so does this.
 */
#include "session/attempt.h"

/* What is asked for, beside what the rule for logins says. */
static void
selfenroll_strengthen(struct session_attempt *a)
{
	const uint32_t otp = POLICY_BIT(POLICY_FACTOR_OTP);

	for (unsigned i = 0; i < a->facts.alternatives; i++)
		a->facts.require[i] |= otp;
	a->facts.waived = 0;
	a->facts.stepped = 0;
	a->trusted = (struct id){ .s = "" };
	a->stepped_login = (struct id){ .s = "" };
}

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

/* After the proof. */
static enum status
selfenroll_add(struct session_attempt *a, struct fault *f)
{
	enum status st = selfenroll_room(a, f);

	/* A ticket has had one set up on the way. */
	if (st != STATUS_OK || a->facts.cancelled || a->enrollment.device)
		return st;
	return session_enroll_converse(a, f);
}

enum status
session_enroll(const struct session_env *env, const struct request *request,
	       struct session_verdict *out, struct fault *f)
{
	SESSION_ATTEMPT(a);
	struct policy_decision d = { .step = POLICY_DENY };
	struct id login;
	enum status st;

	st = session_gather(env, request, POLICY_PHASE_AUTH, &a, f);
	if (st != STATUS_OK)
		return st;
	selfenroll_strengthen(&a);
	st = session_ask_all(&a, &d, f);
	if (st == STATUS_OK && d.step == POLICY_ALLOW) {
		st = selfenroll_add(&a, f);
		d = policy_next(&a.facts);
	}
	if (st == STATUS_OK)
		st = session_settle(&a, &d, &login, f);
	if (st != STATUS_OK)
		return st;
	if (d.step == POLICY_ALLOW)
		session_notices(&a);
	/* It is no login that could be handed to another phase. */
	session_verdict_set(out, &d);
	return STATUS_OK;
}
