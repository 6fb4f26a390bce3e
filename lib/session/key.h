/* SPDX-License-Identifier: MIT */
/* Between the files of this room that are about keys only. */
#ifndef SESSION_KEY_H
#define SESSION_KEY_H

#include "factor/fido2.h"
#include "fido/fido.h"
#include "session/attempt.h"

#define KEY_TOUCH_SECONDS 30

_Static_assert(STORE_KEYS_MAX == FIDO_KEYS_MAX, "all of an account's keys");
_Static_assert(FIDO2_CHALLENGE_SIZE == 32 && FIDO_HASH_SIZE == 32,
	       "what is signed");

/* What is asked, and of which keys: 20 KiB, so on the heap. */
struct key_offer {
	struct fido2_challenge challenge;
	uint8_t hash[FIDO_HASH_SIZE];
	enum fido_uv uv;
	size_t keys; /* 0: nobody's; then the entry is made up */
	struct store_key key[STORE_KEYS_MAX];
	size_t entries; /* at least one */
	struct fido_entry entry[FIDO_KEYS_MAX];
};

/* --- place.c --- */

/* Does the caller sit at this machine, and can a key's program be started? */
bool session_key_local(struct session_attempt *a);

/* --- key.c --- */

/* A new offer, the caller's to free: the account's active keys whose rows are
 * sealed by us, or what looks the same for who has none. */
enum status session_key_offer(struct session_attempt *a,
			      const struct policy_decision *d,
			      struct key_offer **out, struct fault *f)
	MUST_USE;
/* What was signed for ENTRY of the offer, asked for at AT: the factor is asked
 * and perhaps passed, or declined. */
enum status session_key_judge(struct session_attempt *a,
			      const struct key_offer *o, size_t entry,
			      const struct fido2_assertion *assertion,
			      int64_t at, struct fault *f) MUST_USE;
/* A bound challenge, of this moment. */
void session_key_challenge(const struct session_attempt *a,
			   struct fido2_challenge *c,
			   uint8_t hash[FIDO_HASH_SIZE]);
/* The factor that D asks for gave no answer: WHY for the audit, SENTENCE for
 * the person, unless QUIET and nothing hangs on it yet. */
void session_key_decline(struct session_attempt *a,
			 const struct policy_decision *d, const char *why,
			 const char *sentence, bool quiet);
/* Asked, and refused. */
void session_key_refuse(struct session_attempt *a, enum policy_factor which,
			const char *why);
/* Asked, and right. */
void session_key_pass(struct session_attempt *a, enum policy_factor which,
		      const struct factor_outcome *o, const char *label);

/* --- keynote.c --- */

/* The counter of a key, or of an SSH key, stands at SEEN, which is not above
 * KEPT.  *COUNTS: the store's policy lets it pass with a warning.  ID is the
 * key that may be revoked; NULL: of a kind that is not. */
enum status session_key_went_back(struct session_attempt *a,
				  const struct id *id, const char *label,
				  int64_t kept, int64_t seen, bool *counts,
				  struct fault *f) MUST_USE;
/* A row whose seal does not fit: told in the audit, once. */
void session_key_bad_row(struct session_attempt *a, const char *label);
/*
 * In the transaction that ends the login, whichever way.  First, after
 * session_refresh() and before anything is granted: a key whose counter went
 * back is revoked where the policy says so, and with it ends what a copy of it
 * may have earned: trusted devices, logins that are not taken over yet or
 * would do for a step-up; the account has a later epoch.  Then: what was
 * noted.
 */
enum status session_keys_revoke(struct session_attempt *a, struct fault *f)
	MUST_USE;
enum status session_keys_end(struct session_attempt *a, struct fault *f)
	MUST_USE;

#endif
