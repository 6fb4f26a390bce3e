/* SPDX-License-Identifier: MIT */
/*
 * Account management: may this account be used now?  Public-key logins come
 * here without ever having been in authenticate, so this alone must stop them.
 */
#include "session/attempt.h"

enum status
session_account(const struct session_env *env, const struct request *request,
		struct session_verdict *out, struct fault *f)
{
	SESSION_ATTEMPT(a);
	struct policy_decision d;
	enum status st;
	STORE_TXN(txn);

	st = session_gather(env, request, POLICY_PHASE_ACCOUNT, &a, f);
	if (st != STATUS_OK)
		return st;
	if (policy_next(&a.facts).step == POLICY_ABSTAIN) {
		session_verdict_set(out, &(struct policy_decision){
						 .step = POLICY_ABSTAIN,
						 .reason = POLICY_NOT_OURS });
		return STATUS_OK;
	}
	if ((st = store_begin(env->store, &txn, f)) != STATUS_OK ||
	    (st = session_refresh(&a, f)) != STATUS_OK ||
	    (st = session_acted_login(&a, f)) != STATUS_OK)
		return st;
	d = policy_next(&a.facts);
	st = session_audit(&a,
			   d.step == POLICY_ALLOW ? "account.granted"
						  : "account.denied",
			   &d, NULL, f);
	if (st == STATUS_OK)
		st = session_commit(env, &txn, f);
	if (st != STATUS_OK)
		return st;
	session_verdict_set(out, &d);
	return STATUS_OK;
}
