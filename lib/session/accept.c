/* SPDX-License-Identifier: MIT */
/*
 * PHASE_ACCEPT: somebody who has an account joins an organization.  He proves
 * himself as for a device of his own, and then gives the code of an
 * invitation, which is for his name or for his confirmed address.  Whatever
 * speaks against it, the answer is the same.
 */
#include "base/text.h"
#include "factor/guest.h"
#include "session/attempt.h"

#define ACCEPT_TRIES 3

/* Of a membership there can be one only. */
static enum status
accept_judge(struct session_attempt *a, const struct secret *answer,
	     struct fault *f)
{
	struct factor_env fe = session_factor_env(a);
	const struct store_account *acct = &a->account;
	struct store_invitation row;
	struct store_member member;
	bool found = false;
	enum status st;

	st = guest_invitation(&fe, acct->name, answer, &found, &row, f);
	if (st == STATUS_OK && !found && acct->email_at > 0)
		st = guest_invitation(&fe, acct->email, answer, &found, &row,
				      f);
	if (st != STATUS_OK || !found)
		return st;
	st = store_member_get(a->env->store, &row.org, &acct->id, &member, f);
	if (st == STATUS_NOT_FOUND) {
		a->invitation = row;
		return STATUS_OK;
	}
	return st;
}

static enum status
accept_ask(struct session_attempt *a, struct fault *f)
{
	struct prompt p = { .kind = PROMPT_SECRET,
			    .purpose = PURPOSE_INVITATION,
			    .text = "Invitation code: " };

	session_patience(a->env);
	for (int i = 0; i < ACCEPT_TRIES; i++) {
		enum status st;
		SECRET(answer);

		st = a->env->io->ask(a->env->io, &p, &answer, f);
		if (st == STATUS_CANCELLED || st == STATUS_UNAVAILABLE) {
			a->facts.cancelled = true;
			return STATUS_OK;
		}
		if (st == STATUS_OK)
			st = accept_judge(a, &answer, f);
		if (st != STATUS_OK && st != STATUS_INVALID)
			return st;
		if (a->invitation.id.s[0] != '\0')
			return STATUS_OK;
		session_tell(a->env, PROMPT_ERROR,
			     "There is no invitation of that code for you.");
	}
	a->refusal[POLICY_FACTOR_PASSWORD] = "no_invitation";
	a->facts.action = POLICY_ACTION_DENY;
	return STATUS_OK;
}

enum status
session_accept(const struct session_env *env, const struct request *request,
	       struct session_verdict *out, struct fault *f)
{
	return session_self(env, request, accept_ask, out, f);
}
