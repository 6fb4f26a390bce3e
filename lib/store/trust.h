/* SPDX-License-Identifier: MIT */
/* Trusted devices.  Statuses and transactions as in store/store.h. */
#ifndef STORE_TRUST_H
#define STORE_TRUST_H

#include "store/store.h"

enum store_trust_kind { STORE_TRUST_SSH_KEY = 1, STORE_TRUST_ADDRESS };

#define STORE_BINDING_SIZE 32
struct store_trust {
	struct id id, account;
	enum store_trust_kind kind;
	uint8_t binding[STORE_BINDING_SIZE]; /* a keyed hash */
	char shown[128]; /* "SHA256:..." or the address, for people */
	int64_t epoch;	 /* the account's then */
	int64_t created_at, used_at;
};

/* Insert, or begin anew for the same account, kind and binding. */
enum status store_trust_put(struct store *s, const struct store_trust *t,
			    struct fault *f) MUST_USE;
enum status store_trust_find(struct store *s, const struct id *account,
			     enum store_trust_kind kind,
			     const uint8_t binding[STORE_BINDING_SIZE],
			     struct store_trust *out, struct fault *f)
	MUST_USE;
enum status store_trust_used(struct store *s, const struct id *id, int64_t now,
			     struct fault *f) MUST_USE;
/* Newest first; ACCOUNT NULL: everybody's.  Those of an earlier epoch too. */
enum status store_trust_list(struct store *s, const struct id *account,
			     bool (*each)(void *ctx,
					  const struct store_trust *),
			     void *ctx, struct fault *f) MUST_USE;
enum status store_trust_delete(struct store *s, const struct id *id,
			       struct fault *f) MUST_USE;
/* *DROPPED: how many. */
enum status store_trust_delete_all(struct store *s, const struct id *account,
				   int64_t *dropped, struct fault *f) MUST_USE;

#endif
