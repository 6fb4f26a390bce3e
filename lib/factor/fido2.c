/* SPDX-License-Identifier: MIT */
#include "factor/fido2.h"

#include <string.h>

#include "base/text.h"
#include "factor/fido2_row.h"

void
fido2_challenge_make(const char *user, const char *service, const char *host,
		     int64_t now, struct fido2_challenge *out)
{
	*out = (struct fido2_challenge){ .made_at = now };
	crypto_random(out->random, sizeof(out->random));
	crypto_id(now, &out->attempt);
	(void)text_copy(out->user, sizeof(out->user), user);
	(void)text_copy(out->service, sizeof(out->service), service);
	(void)text_copy(out->host, sizeof(out->host), host);
}

void
fido2_challenge_hash(const struct fido2_challenge *c, uint8_t out[32])
{
	struct fido2_parts p = { .len = 0 };

	fido2_parts_text(&p, "sigra-assert-1");
	fido2_parts_bytes(&p, c->random, sizeof(c->random));
	fido2_parts_text(&p, c->user);
	fido2_parts_text(&p, c->service);
	fido2_parts_text(&p, c->host);
	fido2_parts_text(&p, c->attempt.s);
	crypto_sha256(p.at, p.len, out);
}

static bool
fido2_any(void *ctx, const struct store_key *row)
{
	(void)row;
	*(bool *)ctx = true;
	return false;
}

/* A revoked key still counts: it opens nothing, but an account that has lost
 * its key to a copy must not become one that never had a second factor. */
static enum status
fido2_enrolled(const struct factor_env *env, const struct id *account,
	       bool *out, struct fault *f)
{
	bool any = false;
	enum status st;

	st = store_key_list(env->store, account, fido2_any, &any, f);
	if (st == STATUS_OK)
		*out = any;
	return st;
}

static enum status
fido2_settle(const struct factor_env *env, const struct id *account,
	     const struct factor_outcome *outcome, struct fault *f)
{
	(void)account;
	if (outcome->result != FACTOR_RIGHT || outcome->ssh)
		return fault(f, STATUS_DENIED, "no key was right");
	return store_key_used(env->store, &outcome->row, outcome->at,
			      outcome->went_back, env->now, f);
}

static const char *const fido2_ways[] = { "fido2", "fido2_uv", NULL };

const struct factor factor_fido2 = {
	.name = "fido2",
	.ways = fido2_ways,
	.enrolled = fido2_enrolled,
	.settle = fido2_settle,
};
