/* SPDX-License-Identifier: MIT */
#include "factor/token.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/jwt.h"
#include "factor/nobody.h"

#define TOKEN_BODY ((TOKEN_BYTES * 8 + 5) / 6) /* of base64url */
#define TOKEN_SUM_BYTES 4
#define TOKEN_SUM 6 /* of base64url */
#define TOKEN_TAIL (TOKEN_BODY + TOKEN_SUM)

_Static_assert(sizeof(TOKEN_APP_PREFIX) - 1 + TOKEN_TAIL == TOKEN_LENGTH &&
		       sizeof(TOKEN_SERVICE_PREFIX) - 1 + TOKEN_TAIL ==
			       TOKEN_LENGTH,
	       "the length that token.h tells");
_Static_assert(TOKEN_LENGTH <= TOKEN_SIZE_MAX, "one that is let in");
_Static_assert(STORE_HASH_SIZE == CRYPTO_HASH_SIZE, "one keyed hash");

/* Of LEN characters; it is known to whoever reads the text. */
static bool
token_sum(const char *text, size_t len, char out[TOKEN_SUM + 1])
{
	uint8_t sha[CRYPTO_SHA256_SIZE];

	crypto_sha256(text, len, sha);
	return crypto_base64_format(sha, TOKEN_SUM_BYTES, CRYPTO_BASE64_URL,
				    out, TOKEN_SUM + 1);
}

enum status
token_text_make(const char *prefix, struct secret *out, struct fault *f)
{
	const size_t skip = strlen(prefix), len = skip + TOKEN_BODY;
	uint8_t bytes[TOKEN_BYTES];
	bool fits;
	SECRET_TEXT(text);

	if (len + TOKEN_SUM >= sizeof(text.s))
		return fault(f, STATUS_INVALID, "a token's prefix is long");
	memcpy(text.s, prefix, skip);
	crypto_random(bytes, sizeof(bytes));
	fits = crypto_base64_format(bytes, sizeof(bytes), CRYPTO_BASE64_URL,
				    text.s + skip, sizeof(text.s) - skip);
	crypto_wipe(bytes, sizeof(bytes));
	if (!fits || !token_sum(text.s, len, text.s + len))
		return fault(f, STATUS_SYSTEM, "a token has no text");
	return secret_set(out, text.s, strlen(text.s), f);
}

bool
token_text_shaped(const char *prefix, const struct secret *text)
{
	const size_t skip = strlen(prefix), len = skip + TOKEN_BODY;
	uint8_t bytes[TOKEN_BYTES];
	char sum[TOKEN_SUM + 1];
	size_t n = 0;
	bool right;
	SECRET_TEXT(s);

	if (text->len != len + TOKEN_SUM ||
	    !secret_begins(text, prefix, skip) ||
	    !secret_string(text, s.s, sizeof(s.s)))
		return false;
	right = crypto_base64_parse(s.s + skip, TOKEN_BODY, CRYPTO_BASE64_URL,
				    bytes, sizeof(bytes), &n) &&
		n == sizeof(bytes);
	crypto_wipe(bytes, sizeof(bytes));
	return right && token_sum(s.s, len, sum) &&
	       strcmp(s.s + len, sum) == 0;
}

enum status
token_make(enum store_token_kind kind, struct secret *out, struct fault *f)
{
	return token_text_make(kind == STORE_TOKEN_SERVICE
				       ? TOKEN_SERVICE_PREFIX
				       : TOKEN_APP_PREFIX,
			       out, f);
}

bool
token_kind(const struct secret *text, enum store_token_kind *out)
{
	bool app = token_text_shaped(TOKEN_APP_PREFIX, text);

	if (!app && !token_text_shaped(TOKEN_SERVICE_PREFIX, text))
		return false;
	*out = app ? STORE_TOKEN_APP : STORE_TOKEN_SERVICE;
	return true;
}

bool
token_shaped(const struct secret *text)
{
	enum store_token_kind kind;

	return token_kind(text, &kind);
}

enum status
token_hash(const struct crypto_keys *k, const struct id *account,
	   const struct secret *text, uint8_t out[STORE_HASH_SIZE],
	   struct fault *f)
{
	enum store_token_kind kind;
	enum status st;
	struct buf b;
	SECRET_TEXT(plain);
	SECRET_TEXT(whole);
	SECRET(s);

	if (!token_kind(text, &kind) ||
	    !secret_string(text, plain.s, sizeof(plain.s)))
		return fault(f, STATUS_INVALID,
			     "a token begins with " TOKEN_APP_PREFIX
			     " or " TOKEN_SERVICE_PREFIX
			     ", and this one is mistyped or none");
	buf_start(&b, whole.s, sizeof(whole.s));
	buf_text(&b, account->s);
	buf_text(&b, ":");
	buf_text(&b, plain.s);
	if ((st = secret_set(&s, whole.s, b.len, f)) == STATUS_OK)
		crypto_secret_hash(k,
				   kind == STORE_TOKEN_APP
					   ? CRYPTO_TOKEN
					   : CRYPTO_SERVICE_SECRET,
				   &s, out);
	return st;
}

/* An app token, the secret of a service account, or a JWT where they are
 * taken. */
static enum status
token_enrolled(const struct factor_env *env, const struct id *account,
	       bool *out, struct fault *f)
{
	int64_t app = 0, service = 0, jwt = 0;
	enum status st = store_token_count(env->store, account,
					   STORE_TOKEN_APP, env->now, &app, f);

	if (st == STATUS_OK)
		st = store_token_count(env->store, account,
				       STORE_TOKEN_SERVICE, env->now, &service,
				       f);
	if (st == STATUS_OK && env->issuer != NULL)
		st = store_refresh_families(env->store, account, env->now,
					    &jwt, f);
	if (st == STATUS_OK)
		*out = app > 0 || service > 0 || jwt > 0;
	return st;
}

/* What is asked is the password, or what stands in its place: nobody is to see
 * which of them a rule names, or an account has. */
static void
token_offer(const struct factor_whom *whom, struct prompt *p)
{
	(void)whom;
	*p = (struct prompt){ .kind = PROMPT_SECRET,
			      .purpose = PURPOSE_PASSWORD,
			      .text = "Password: " };
}

static const char *const token_ways[] = { "token", "service_secret", "jwt",
					  NULL };

/* Why it does not count, though it is one of the account's; NULL: it does. */
static const char *
token_against(const struct factor_env *env, const struct store_token *t,
	      const struct token_limits *limits)
{
	const int64_t ends = token_ends_at(t, limits);

	if (t->revoked_at != 0)
		return "revoked";
	if (ends != 0 && ends <= env->now)
		return "expired";
	if (limits->expiry && t->expires_at == 0 && t->kind == STORE_TOKEN_APP)
		return "policy";
	if (env->service == NULL ||
	    !token_scopes_allow(t->scopes, "login", env->service))
		return "scope";
	if (!token_sources_allow(t->sources, env->address))
		return "source";
	return NULL;
}

static void
token_judge(const struct factor_env *env, const struct store_token *t,
	    const struct token_limits *limits, struct factor_outcome *out)
{
	out->row = t->id;
	(void)text_copy(out->label, sizeof(out->label), t->label);
	out->refusal = token_against(env, t, limits);
	/* It was given out, so it is no guess. */
	out->result = FACTOR_SPENT;
	if (out->refusal != NULL)
		return;
	/* Set back far enough, a clock makes any old one good again. */
	if (env->clock_behind && token_ends_at(t, limits) != 0) {
		out->result = FACTOR_UNTIMELY;
		out->refusal = "clock";
		return;
	}
	out->result = FACTOR_RIGHT;
	out->way = token_ways[t->kind == STORE_TOKEN_SERVICE];
}

/* Whatever the store has of it, the same is looked for. */
static enum status
token_check(const struct factor_env *env, const struct id *account,
	    const struct secret *answer, struct factor_outcome *out,
	    struct fault *f)
{
	const struct id *whose = account != NULL ? account : &factor_nobody;
	struct factor_outcome got = { .result = FACTOR_WRONG,
				      .refusal = "unknown" };
	struct token_limits limits;
	uint8_t hash[STORE_HASH_SIZE];
	struct store_token t;
	enum status st, found;

	if (env->issuer != NULL && jwt_shaped(answer))
		return jwt_check(env, account, answer, out, f);
	if ((st = token_hash(env->keys, whose, answer, hash, f)) != STATUS_OK)
		return st;
	found = store_token_find(env->store, whose, hash, &t, f);
	if (found != STATUS_OK && found != STATUS_NOT_FOUND)
		return found;
	if ((st = token_limits_of(env->store, whose, &limits, f)) != STATUS_OK)
		return st;
	if (found == STATUS_OK)
		token_judge(env, &t, &limits, &got);
	*out = got;
	return STATUS_OK;
}

static enum status
token_settle(const struct factor_env *env, const struct id *account,
	     const struct factor_outcome *outcome, struct fault *f)
{
	const char *from = env->from;

	if (outcome->result != FACTOR_RIGHT)
		return fault(f, STATUS_DENIED, "no right token to settle");
	if (strcmp(outcome->way, "jwt") == 0)
		return jwt_settle(env, account, outcome, f);
	/* A name nobody can check may be of any length. */
	if (from == NULL || strlen(from) >= STORE_TOKEN_FROM_SIZE)
		from = "name";
	return store_token_used(env->store, &outcome->row, env->now, from, f);
}

const struct factor factor_token = {
	.name = "token",
	.ways = token_ways,
	.enrolled = token_enrolled,
	.offer = token_offer,
	.shaped = token_shaped,
	.check = token_check,
	.settle = token_settle,
};
