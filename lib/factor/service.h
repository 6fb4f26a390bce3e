/* SPDX-License-Identifier: MIT */
/*
 * Secrets of service accounts: one string, shown once, for what logs in
 * without a person.  An account may have several, so that one can take the
 * place of another.
 */
#ifndef FACTOR_SERVICE_H
#define FACTOR_SERVICE_H

#include "factor/factor.h"
#include "store/people.h"

#define SERVICE_SECRET_PREFIX "sigra_sa_"
#define SERVICE_SECRET_BYTES 32
#define SERVICE_SECRET_LENGTH 52 /* with the prefix */

/* A secret of a service account, fresh, as it is shown once. */
enum status service_secret_make(struct secret *out, struct fault *f) MUST_USE;
bool service_secret_shaped(const struct secret *text);
/* How it is kept; STATUS_INVALID when TEXT is none. */
enum status service_secret_hash(const struct crypto_keys *k,
				const struct id *account,
				const struct secret *text,
				uint8_t out[STORE_HASH_SIZE], struct fault *f)
	MUST_USE;

/* Has the account one that is good now? */
enum status service_secret_left(const struct factor_env *env,
				const struct id *account, bool *out,
				struct fault *f) MUST_USE;

#endif
