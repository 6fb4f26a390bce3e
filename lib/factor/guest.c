/* SPDX-License-Identifier: MIT */
#include "factor/guest.h"

#include <string.h>

#include "base/text.h"
#include "factor/code.h"
#include "factor/nobody.h"

_Static_assert(STORE_HASH_SIZE == CRYPTO_HASH_SIZE, "one keyed hash");
/* Set back far enough, a clock makes any old one good again. */
static enum factor_result
guest_judge(const struct factor_env *env, bool spent, int64_t expires_at)
{
	if (spent || expires_at <= env->now)
		return FACTOR_SPENT;
	return env->clock_behind ? FACTOR_UNTIMELY : FACTOR_RIGHT;
}

static enum status
guest_check_acts(const struct factor_env *env, const struct id *account,
		 const struct secret *answer, struct factor_outcome *out,
		 struct fault *f)
{
	struct store_impersonation row;
	uint8_t hash[STORE_HASH_SIZE];
	enum status st;

	if (code_hash_about(env->keys, CRYPTO_IMPERSONATION, account->s,
			    answer, hash, NULL) != STATUS_OK)
		return STATUS_OK;
	st = store_impersonation_find(env->store, account, hash, &row, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st != STATUS_OK)
		return st;
	out->result = guest_judge(env, row.spent_at != 0, row.expires_at);
	out->guest = FACTOR_GUEST_ACTS;
	out->row = row.id;
	(void)text_copy(out->actor, sizeof(out->actor), row.actor);
	if (out->result == FACTOR_RIGHT)
		out->way = "impersonation";
	return STATUS_OK;
}

enum status
guest_check(const struct factor_env *env, const struct id *account,
	    const struct secret *answer, struct factor_outcome *out,
	    struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct factor_outcome got = { .result = FACTOR_WRONG };
	enum status st = guest_check_acts(env, whose, answer, &got, f);

	if (st != STATUS_OK)
		return st;
	if (account == NULL)
		got = (struct factor_outcome){ .result = FACTOR_WRONG };
	*out = got;
	return STATUS_OK;
}

/* Of an organization that is there? */
static enum status
guest_invited_by(const struct factor_env *env,
		 const struct store_invitation *row, bool *out,
		 struct fault *f)
{
	struct store_org org;
	enum status st = store_org_by_id(env->store, &row->org, &org, f);

	if (st == STATUS_OK)
		*out = org.deleted_at == 0;
	return st;
}

enum status
guest_invitation(const struct factor_env *env, const char *address,
		 const struct secret *answer, bool *found,
		 struct store_invitation *out, struct fault *f)
{
	struct store_invitation row;
	uint8_t hash[STORE_HASH_SIZE];
	bool there = false;
	enum status st;

	*found = false;
	if (code_hash_about(env->keys, CRYPTO_INVITATION, "", answer, hash,
			    NULL) != STATUS_OK)
		return STATUS_OK;
	st = store_invitation_find(env->store, hash, &row, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = guest_invited_by(env, &row, &there, f);
	if (st != STATUS_OK)
		return st;
	*found = there && strcmp(row.address, address) == 0 &&
		 guest_judge(env, row.state != STORE_INVITATION_PENDING,
			     row.expires_at) == FACTOR_RIGHT;
	if (*found)
		*out = row;
	return STATUS_OK;
}

enum status
guest_settle(const struct factor_env *env, const struct id *account,
	     const struct factor_outcome *outcome, struct fault *f)
{
	switch (outcome->guest) {
	case FACTOR_GUEST_ACTS:
		return store_impersonation_spend(env->store, &outcome->row,
						 env->now, f);
	case FACTOR_GUEST_INVITED:
		return store_invitation_end(env->store, &outcome->row,
					    STORE_INVITATION_ACCEPTED, account,
					    env->now, f);
	case FACTOR_GUEST_NONE:
		break;
	}
	return fault(f, STATUS_DENIED, "nobody is a guest here");
}
