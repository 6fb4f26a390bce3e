/* SPDX-License-Identifier: MIT */
/*
 * The factor that is one string, shown once, for services that take nothing
 * else: app tokens of people, and secrets of service accounts.  Its shape
 * tells it from a password and from a slip of the pen, without the store.
 */
#ifndef FACTOR_TOKEN_H
#define FACTOR_TOKEN_H

#include "base/network.h"
#include "factor/factor.h"
#include "store/token.h"

#define TOKEN_APP_PREFIX "sigra_sk_"
#define TOKEN_SERVICE_PREFIX "sigra_sa_"
#define TOKEN_BYTES 32
#define TOKEN_LENGTH 58	    /* prefix, 43 of base64url, 6 of a checksum */
#define TOKEN_SIZE_MAX 256U /* what is longer is refused, never cut */

/*
 * The form of what is handed out once: PREFIX (ten characters at most), 32
 * random bytes as base64url, and six characters, base64url of the first four
 * bytes of the SHA-256 of all before them.
 */
enum status token_text_make(const char *prefix, struct secret *out,
			    struct fault *f) MUST_USE;
bool token_text_shaped(const char *prefix, const struct secret *text);

extern const struct factor factor_token;

/* A fresh one, as it is shown once. */
enum status token_make(enum store_token_kind kind, struct secret *out,
		       struct fault *f) MUST_USE;
/* Which kind has this shape: prefix, length, alphabet, checksum?  False:
 * none. */
bool token_kind(const struct secret *text, enum store_token_kind *out);
/* Is it an answer for this factor? */
bool token_shaped(const struct secret *text);
/* How it is kept; STATUS_INVALID when TEXT is none. */
enum status token_hash(const struct crypto_keys *k, const struct id *account,
		       const struct secret *text, uint8_t out[STORE_HASH_SIZE],
		       struct fault *f) MUST_USE;

/* Scopes with commas, at most STORE_TOKEN_SCOPES_SIZE - 1 bytes, each "what:
 * which" without blanks, [a-z0-9_]+:[a-z0-9_.*-]+; "*" is any run of
 * characters. */
bool token_scopes_valid(const char *scopes);
/* Does one of them allow WHAT ("login") to be done with WHICH (a service)? */
bool token_scopes_allow(const char *scopes, const char *what,
			const char *which);

/* Networks as base/network.h has them, with commas: may it come from there?
 * Empty SOURCES: from anywhere.  ADDRESS NULL: from no address, which is in
 * no network. */
bool token_sources_allow(const char *sources, const struct in6_addr *address);

/* What the organizations of an account want of its app tokens, the strictest
 * of each. */
struct token_limits {
	bool expiry; /* one has to expire */
	int64_t max; /* seconds after it was made it is not good; 0: none */
};
enum status token_limits_of(struct store *s, const struct id *account,
			    struct token_limits *out, struct fault *f)
	MUST_USE;
/* When it ends, under LIMITS: 0 never.  Secrets of service accounts are not
 * limited. */
int64_t token_ends_at(const struct store_token *t,
		      const struct token_limits *limits);

#endif
