/* SPDX-License-Identifier: MIT */
/*
 * Somebody changes something of his own account.  He proves himself as for a
 * login, and always by a second factor too when he has any: neither a trusted
 * device nor an earlier login stands for it.  Where the rule names a second
 * factor and leaves the first device to an administrator (unenrolled: deny),
 * so does this.
 */
#include "session/attempt.h"

/* Of an alternative, what is asked for here: if the account has none of its
 * second factors, then one that it has, or else a one-time code, so that what
 * the rule says of who has none holds.  It says nothing of them where it asks
 * for no second factor: the password proves who has no more. */
static uint32_t
self_alternative(const struct policy_facts *facts, uint32_t require)
{
	const uint32_t second = (uint32_t)POLICY_SECOND_FACTORS;
	const uint32_t otp = POLICY_BIT(POLICY_FACTOR_OTP);
	const uint32_t has = facts->enrolled & second;
	const uint32_t bare = require & ~second;

	if (bare == 0 || (require & has) != 0 || (has == 0 && bare == require))
		return require;
	if (has == 0 || (has & otp) != 0)
		return bare | otp;
	return bare | POLICY_BIT(POLICY_FACTOR_FIDO2);
}

static enum status
self_strengthen(struct session_attempt *a, struct fault *f)
{
	uint32_t keys = 0;
	enum status st;

	for (unsigned i = 0;
	     i < a->facts.alternatives && i < POLICY_ALTERNATIVES_MAX; i++)
		a->facts.require[i] =
			self_alternative(&a->facts, a->facts.require[i]);
	a->facts.waived = 0;
	a->facts.stepped = 0;
	a->trusted = (struct id){ .s = "" };
	a->stepped_login = (struct id){ .s = "" };
	/* It may be asked for a key that the rule does not name. */
	st = session_key_usable(a, &keys, f);
	a->facts.usable |= keys;
	return st;
}

enum status
session_self(const struct session_env *env, const struct request *request,
	     enum status (*change)(struct session_attempt *a, struct fault *f),
	     struct session_verdict *out, struct fault *f)
{
	SESSION_ATTEMPT(a);
	struct policy_decision d = { .step = POLICY_DENY };
	struct id login;
	enum status st;

	st = session_gather(env, request, POLICY_PHASE_AUTH, &a, f);
	if (st == STATUS_OK)
		st = self_strengthen(&a, f);
	if (st == STATUS_OK)
		st = session_ask_all(&a, &d, f);
	if (st == STATUS_OK && d.step == POLICY_ALLOW) {
		st = session_acted_refuse(&a, f);
		if (st == STATUS_OK && !a.facts.cancelled &&
		    a.facts.action == POLICY_ACTION_REQUIRE)
			st = change(&a, f);
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
