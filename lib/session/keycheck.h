/* SPDX-License-Identifier: MIT */
/*
 * Does this key belong to this store?  A store remembers a keyed hash of a
 * fixed text, so that a wrong key is a clear refusal at the start instead of
 * a wrong password for everybody.
 */
#ifndef SESSION_KEYCHECK_H
#define SESSION_KEYCHECK_H

#include "crypto/crypto.h"
#include "store/store.h"

/* STATUS_UNAVAILABLE when it does not, or when the store never learned. */
enum status session_key_check(struct store *s, const struct crypto_keys *k,
			      struct fault *f) MUST_USE;

/* In the open transaction of a new store. */
enum status session_key_check_put(struct store *s, const struct crypto_keys *k,
				  struct fault *f) MUST_USE;

#endif
