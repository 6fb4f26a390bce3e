/* SPDX-License-Identifier: MIT */
/* JWTs and refresh tokens against what the store knows of them. */
#include <string.h>

#include "factor/jwt.h"
#include "factor/nobody.h"
#include "factor/token.h"

enum status
jwt_refresh_hash(const struct crypto_keys *k, const struct secret *text,
		 uint8_t out[STORE_HASH_SIZE], struct fault *f)
{
	if (!token_text_shaped(JWT_REFRESH_PREFIX, text))
		return fault(f, STATUS_INVALID,
			     "that is no refresh token: one begins "
			     "with " JWT_REFRESH_PREFIX ", and is whole");
	crypto_secret_hash(k, CRYPTO_REFRESH, text, out);
	return STATUS_OK;
}

/* Of the account as it is now; nobody has none. */
static enum status
jwt_epoch(const struct factor_env *env, const struct id *account, int64_t *out,
	  struct fault *f)
{
	struct store_account acct;
	enum status st = store_account_by_id(env->store, account, &acct, f);

	if (st == STATUS_OK)
		*out = acct.epoch;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

/* What it says, against what it is shown for. */
static const char *
jwt_meant(const struct factor_env *env, const struct jwt_claims *c)
{
	char issuer[JWT_ISSUER_SIZE];

	if (jwt_issuer(env->issuer, env->host, issuer, NULL) != STATUS_OK ||
	    strcmp(c->issuer, issuer) != 0)
		return "jwt_issuer";
	if (env->service == NULL || strcmp(c->service, env->service) != 0)
		return "jwt_service";
	return NULL;
}

/* Against the row it came with, which says the same. */
static const char *
jwt_known(const struct jwt_claims *c, const struct store_refresh *row,
	  int64_t epoch)
{
	if (strcmp(row->account.s, c->account.s) != 0 ||
	    strcmp(row->service, c->service) != 0 || row->epoch != c->epoch)
		return "jwt_unknown";
	if (row->revoked_at != 0)
		return "jwt_revoked";
	return row->epoch == epoch ? NULL : "jwt_epoch";
}

static void
jwt_judge(const struct factor_env *env, const struct jwt_claims *c,
	  struct factor_outcome *out)
{
	/* It is ours, so it is no guess. */
	out->result = FACTOR_SPENT;
	if (c->expires_at <= env->now) {
		out->refusal = "jwt_expired";
	} else if (env->clock_behind || c->issued_at > env->now) {
		/* Set back far enough, a clock makes any old one good. */
		out->result = FACTOR_UNTIMELY;
		out->refusal = "clock";
	} else {
		out->result = FACTOR_RIGHT;
		out->way = "jwt";
		out->row = c->row;
		out->at = c->expires_at;
	}
}

/* Whatever it says, the same is looked for, once we have signed it. */
static enum status
jwt_compare(const struct factor_env *env, const struct id *account,
	    const struct jwt_claims *c, struct factor_outcome *out,
	    struct fault *f)
{
	struct store_refresh row;
	int64_t epoch = 0;
	enum status st = jwt_epoch(env, account, &epoch, f), found;

	if (st != STATUS_OK)
		return st;
	found = store_refresh_by_id(env->store, &c->row, &row, f);
	if (found != STATUS_OK && found != STATUS_NOT_FOUND)
		return found;
	/* No better than a forged one: what is said of an account, and counted
	 * against it, must not tell whether there is such a one. */
	if (strcmp(c->account.s, account->s) != 0) {
		out->refusal = "jwt_account";
		return STATUS_OK;
	}
	out->refusal = jwt_meant(env, c);
	if (out->refusal == NULL)
		out->refusal = found == STATUS_OK ? jwt_known(c, &row, epoch)
						  : "jwt_unknown";
	if (out->refusal == NULL)
		jwt_judge(env, c, out);
	else
		out->result = FACTOR_SPENT;
	return STATUS_OK;
}

enum status
jwt_check(const struct factor_env *env, const struct id *account,
	  const struct secret *answer, struct factor_outcome *out,
	  struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct factor_outcome got = { .result = FACTOR_WRONG,
				      .refusal = "jwt_forged" };
	struct jwt_claims claims;
	enum status st = STATUS_OK;

	if (jwt_open(env->keys, answer, &claims, NULL) == STATUS_OK)
		st = jwt_compare(env, whose, &claims, &got, f);
	if (st != STATUS_OK)
		return st;
	*out = got;
	return STATUS_OK;
}

enum status
jwt_settle(const struct factor_env *env, const struct id *account,
	   const struct factor_outcome *outcome, struct fault *f)
{
	struct store_refresh row;
	int64_t epoch = 0;
	enum status st = jwt_epoch(env, account, &epoch, f);

	if (st == STATUS_OK)
		st = store_refresh_by_id(env->store, &outcome->row, &row, f);
	if (st != STATUS_OK && st != STATUS_NOT_FOUND)
		return st;
	if (st == STATUS_NOT_FOUND || row.revoked_at != 0 ||
	    row.epoch != epoch || outcome->at <= env->now)
		return fault(f, STATUS_LOST,
			     "the JWT is over, or was revoked meanwhile");
	return STATUS_OK;
}
