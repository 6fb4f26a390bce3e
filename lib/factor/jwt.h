/* SPDX-License-Identifier: MIT */
/*
 * JWTs that this store has made, and takes at a prompt for a few minutes: the
 * compact form of RFC 7515 and 7519, signed by Ed25519 (RFC 8037).  There is
 * one algorithm and one header, to the byte; nothing in a JWT says how it is
 * to be checked.
 */
#ifndef FACTOR_JWT_H
#define FACTOR_JWT_H

#include "crypto/sign.h"
#include "factor/factor.h"
#include "store/refresh.h"

#define JWT_SIZE_MAX ((size_t)ANSWER_MAX) /* of a password prompt */
#define JWT_SECONDS 900			  /* that one is good for */
#define JWT_ISSUER_SIZE 65
#define JWT_KEY_ID_SIZE 44
#define JWT_REFRESH_PREFIX "sigra_rt_"

struct jwt_claims {
	char issuer[JWT_ISSUER_SIZE];
	struct id account;
	char service[STORE_REFRESH_SERVICE_SIZE];
	int64_t issued_at, expires_at;
	struct id row; /* of its refresh token */
	int64_t epoch; /* of the account */
};

/* What iss is: as sigra.conf says, or "sigra:HOST" where that is "-".
 * STATUS_INVALID with a sentence when it is longer than it may be. */
enum status jwt_issuer(const char *configured, const char *host,
		       char out[JWT_ISSUER_SIZE], struct fault *f) MUST_USE;

/* STATUS_REFUSED when it would be longer than JWT_SIZE_MAX. */
enum status jwt_make(const struct crypto_keys *k, const struct jwt_claims *c,
		     struct secret *out, struct fault *f) MUST_USE;

/* Three parts of base64url, and no more than JWT_SIZE_MAX in all: the shape,
 * which says nothing of who made it. */
bool jwt_shaped(const struct secret *text);

/* What it says, once the signature was ours: STATUS_DENIED when it was not,
 * or the header is another, or the claims are not exactly those above. */
enum status jwt_open(const struct crypto_keys *k, const struct secret *text,
		     struct jwt_claims *out, struct fault *f) MUST_USE;

/* The public key by which others check, base64url, and what it is called
 * (RFC 7638): its thumbprint. */
void jwt_key(const struct crypto_keys *k, char x[JWT_KEY_ID_SIZE],
	     char id[JWT_KEY_ID_SIZE]);

/* How a refresh token is kept; STATUS_INVALID when TEXT is none. */
enum status jwt_refresh_hash(const struct crypto_keys *k,
			     const struct secret *text,
			     uint8_t out[STORE_HASH_SIZE], struct fault *f)
	MUST_USE;

/*
 * Is ANSWER a JWT for this account and env->service, by env->issuer, good
 * now, of a family that is not revoked and of the account's present epoch?
 * RIGHT, SPENT (it is over or revoked), UNTIMELY (the clock is behind) or
 * WRONG, with way, row and refusal set.  ACCOUNT NULL costs the same and is
 * never right.
 */
enum status jwt_check(const struct factor_env *env, const struct id *account,
		      const struct secret *answer, struct factor_outcome *out,
		      struct fault *f) MUST_USE;

/* Inside the granting transaction: STATUS_LOST when it is not good any more.
 */
enum status jwt_settle(const struct factor_env *env, const struct id *account,
		       const struct factor_outcome *outcome, struct fault *f)
	MUST_USE;

#endif
