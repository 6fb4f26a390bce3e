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

/*
 * The key that the store knows: the one at PATH, or the one that a rekey which
 * was cut off between its commit and its renaming has left beside it.  It
 * opens this store, and so it is the one; *BROKE_OFF says that it was that.
 */
enum status session_key_load(struct store *s, const char *path, uid_t owner,
			     struct crypto_keys *k, bool *broke_off,
			     struct fault *f) MUST_USE;

/* In the open transaction of a new store. */
enum status session_key_check_put(struct store *s, const struct crypto_keys *k,
				  struct fault *f) MUST_USE;

#endif
