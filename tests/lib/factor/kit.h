/* SPDX-License-Identifier: MIT */
/*
 * What the tests of factors share: a real store with two accounts, and a count
 * of the Argon2id runs and of the codes computed (the tests are linked with
 * --wrap=crypto_argon2id and --wrap=crypto_hotp).
 */
#ifndef TESTS_FACTOR_KIT_H
#define TESTS_FACTOR_KIT_H

#include "factor/code.h"
#include "factor/otp.h"

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
	unsigned hotps;	  /* codes computed, likewise */
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

/* The test is over when ST is not OK. */
void kit_need(enum status st, const struct fault *f);

void kit_answer(struct secret *s, const char *text);
/* The key of the RFCs' examples, for SHA1. */
void kit_key(struct secret *key);
/* A device, stored in a transaction of its own. */
struct store_otp kit_device(const struct id *account,
			    const struct otp_device *d,
			    const struct secret *key, int64_t moved);
void kit_no_devices(const struct id *account);
/* A fresh code, likewise. */
void kit_issue(const struct id *account, enum store_code_kind kind,
	       int64_t expires_at, struct secret *text);
/* The factor's settle(), committed when it is OK. */
enum status kit_settle(const struct factor *factor, const struct id *account,
		       const struct factor_outcome *out);

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *) MUST_USE;
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *) MUST_USE;
enum status __real_crypto_hotp(const struct secret *,
			       enum crypto_otp_algorithm, uint64_t, unsigned,
			       char *, struct fault *) MUST_USE;
enum status __wrap_crypto_hotp(const struct secret *,
			       enum crypto_otp_algorithm, uint64_t, unsigned,
			       char *, struct fault *) MUST_USE;

#endif
