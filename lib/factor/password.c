/* SPDX-License-Identifier: MIT */
#include "factor/password.h"

#include "base/text.h"
#include "factor/code.h"
#include "factor/guest.h"
#include "factor/nobody.h"
#include "factor/stored.h"
#include "store/people.h"

/* A password, or what is good in its place. */
static enum status
password_enrolled(const struct factor_env *env, const struct id *account,
		  bool *out, struct fault *f)
{
	bool has = false, reset = false, ticket = false;
	struct store_password stored;
	enum status st = password_find(env, account, &has, &stored, f);

	if (st == STATUS_OK)
		st = code_left(env, account, STORE_CODE_RESET, &reset, f);
	if (st == STATUS_OK)
		st = code_left(env, account, STORE_CODE_TICKET, &ticket, f);
	if (st == STATUS_OK)
		*out = has || reset || ticket;
	return st;
}

static void
password_offer(const struct factor_whom *whom, struct prompt *p)
{
	(void)whom;
	*p = (struct prompt){ .kind = PROMPT_SECRET,
			      .purpose = PURPOSE_PASSWORD,
			      .text = "Password: " };
}

static bool
password_shaped(const struct secret *answer)
{
	return answer->len > 0 && answer->len <= PASSWORD_MAX_BYTES &&
	       !secret_has_byte(answer, 0) && !password_is_sshd_junk(answer);
}

static const char *const password_ways[] = { "password",   "reset_code",
					     "ticket",	   "impersonation",
					     "invitation", NULL };

/* Is it kept otherwise than a new one would be? */
static bool
password_stale(const struct factor_env *env, const struct store_password *p)
{
	return p->kind != STORE_ARGON2ID ||
	       p->memory_kib != env->cost.memory_kib ||
	       p->passes != env->cost.passes || p->lanes != env->cost.lanes;
}

/* What a right answer would have cost beside the comparison: a hash that is
 * kept otherwise is renewed.  Or the comparison, where there was none. */
static enum status
password_decoy(const struct factor_env *env, const struct secret *answer,
	       struct fault *f)
{
	static const uint8_t salt[CRYPTO_SALT_SIZE];
	uint8_t tag[CRYPTO_TAG_SIZE];
	enum status st;

	st = crypto_argon2id(answer, salt, &env->cost, tag, f);
	crypto_wipe(tag, sizeof(tag));
	return st;
}

static enum status
password_right(const struct factor_env *env, const struct id *account,
	       const struct secret *answer,
	       const struct store_password *stored, struct factor_outcome *out,
	       struct fault *f)
{
	struct factor_outcome got = { .result = FACTOR_RIGHT,
				      .way = password_ways[0],
				      .renew = password_stale(env, stored),
				      .password = *stored };
	enum status st = STATUS_OK;

	if (got.renew)
		st = password_make(env, account, answer, &got.password, f);
	if (st != STATUS_OK)
		return st;
	/* Hashed anew, but not a new password. */
	got.password.set_at = stored->set_at;
	*out = got;
	return STATUS_OK;
}

/* None of the account's passwords: a code in its place, or a guest's. */
static enum status
password_instead(const struct factor_env *env, const struct id *account,
		 const struct secret *answer, struct factor_outcome *out,
		 struct fault *f)
{
	struct factor_outcome code, guest;
	enum status st;

	st = code_check_either(env, account, STORE_CODE_RESET,
			       STORE_CODE_TICKET, answer, &code, f);
	if (st == STATUS_OK)
		st = guest_check(env, account, answer, &guest, f);
	if (st == STATUS_OK)
		*out = code.result != FACTOR_WRONG ? code : guest;
	return st;
}

/*
 * Whoever it is, an answer costs a run of Argon2id at the present costs: the
 * verification itself where it is one; else the renewal, when it is right, or
 * a decoy.  So time does not tell right from wrong.  A code is a wrong
 * password like any other, and looked for afterwards.
 */
static enum status
password_check(const struct factor_env *env, const struct id *account,
	       const struct secret *answer, struct factor_outcome *out,
	       struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct password_place place = password_current_place(whose);
	bool found = false, right = false, shaped = password_shaped(answer);
	struct store_password stored;
	enum status st;

	st = password_find(env, whose, &found, &stored, f);
	if (st == STATUS_OK && found && shaped)
		st = password_verify(env, &place, &stored, answer, &right, f);
	if (st != STATUS_OK)
		return st;
	if (account != NULL && right)
		return password_right(env, account, answer, &stored, out, f);
	if (!found || !shaped || password_stale(env, &stored))
		st = password_decoy(env, answer, f);
	return st == STATUS_OK ? password_instead(env, account, answer, out, f)
			       : st;
}

/*
 * Since the check the password may have been changed; then what was proved is
 * worth nothing any more, and least of all may its hash come back.  A hash
 * that another login renewed meanwhile keeps its set_at.
 */
static enum status
password_settle(const struct factor_env *env, const struct id *account,
		const struct factor_outcome *outcome, struct fault *f)
{
	struct store_password stored;
	bool found = false;
	enum status st;

	if (outcome->result != FACTOR_RIGHT)
		return fault(f, STATUS_DENIED, "no right password to settle");
	if (outcome->guest != FACTOR_GUEST_NONE)
		return guest_settle(env, account, outcome, f);
	if (outcome->code)
		return store_code_spend(env->store, &outcome->row, env->now,
					f);
	st = password_find(env, account, &found, &stored, f);
	if (st != STATUS_OK)
		return st;
	if (!found || stored.set_at != outcome->password.set_at)
		return fault(f, STATUS_LOST,
			     "the password was changed while "
			     "it was being checked: log in again");
	if (!outcome->renew)
		return STATUS_OK;
	return store_password_put(env->store, account, &outcome->password, f);
}

enum status
password_replace(const struct factor_env *env, const struct id *account,
		 const struct store_password *new_one, struct fault *f)
{
	struct password_place from = password_current_place(account), to;
	struct store_password old, past, next = *new_one;
	struct store_password_policy policy;
	bool found = false;
	enum status st;
	struct id row;

	if ((st = store_password_policy_get(env->store, &policy, f)) !=
	    STATUS_OK)
		return st;
	st = password_find(env, account, &found, &old, f);
	if (st != STATUS_OK)
		return st;
	if (found && old.set_at == INT64_MAX)
		return fault(f, STATUS_CORRUPT,
			     "the password is from the end of all time");
	if (found) {
		crypto_id(env->now, &row);
		to = password_history_place(&row);
		st = password_move(env, &from, &to, &old, &past, f);
		if (st == STATUS_OK)
			st = store_history_push(env->store, &row, account,
						&past, policy.history, f);
		if (st != STATUS_OK)
			return st;
		/* settle() tells passwords apart by this, even two of one
		 * second. */
		if (next.set_at <= old.set_at)
			next.set_at = old.set_at + 1;
	}
	/* What the old one proved is worth nothing any more. */
	st = store_login_void(env->store, account, env->now, f);
	if (st != STATUS_OK)
		return st;
	return store_password_put(env->store, account, &next, f);
}

const struct factor factor_password = {
	.name = "password",
	.ways = password_ways,
	.enrolled = password_enrolled,
	.offer = password_offer,
	.shaped = password_shaped,
	.check = password_check,
	.settle = password_settle,
};
