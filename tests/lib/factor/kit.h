/* SPDX-License-Identifier: MIT */
/*
 * What the tests of factors share: a real store with two accounts, and a count
 * of the Argon2id runs (the tests are linked with --wrap=crypto_argon2id).
 */
#ifndef TESTS_FACTOR_KIT_H
#define TESTS_FACTOR_KIT_H

#include "factor/factor.h"

#define KIT_NOW 1700000000
#define KIT_COST                                                              \
	{                                                                     \
		.memory_kib = 8192, .passes = 2, .lanes = 1                   \
	}

struct kit {
	struct factor_env env;
	struct crypto_keys keys;
	struct id ann, bob;
	unsigned runs;	  /* of Argon2id since kit_count() */
	unsigned present; /* of those, at env.cost */
};
extern struct kit kit;

/* Opens everything; on failure the test is over. */
void kit_start(void);
void kit_end(void);

void kit_count(void);

/* Store a row in a transaction of its own. */
void kit_put(const struct id *account, const struct store_password *p);
void kit_drop(const struct id *account);
struct store_password kit_get(const struct id *account);
/* password_make() at COST, and stored. */
void kit_set(const struct id *account, const char *password,
	     struct crypto_argon2 cost);
/* password_replace() by one made at the present cost. */
void kit_replace(const struct id *account, const char *password);
/* A crypt(3) string of PASSWORD, as some other system would have made it. */
void kit_crypt(const char *prefix, unsigned long cost, const char *password,
	       char *out, size_t size);

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *) MUST_USE;
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *) MUST_USE;

#endif
