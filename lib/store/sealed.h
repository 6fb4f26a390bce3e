/* SPDX-License-Identifier: MIT */
/* Sealed columns, all of them, for a change of the key.  Statuses and
 * transactions as in store/store.h. */
#ifndef STORE_SEALED_H
#define STORE_SEALED_H

#include "store/store.h"

enum store_sealed {
	STORE_SEALED_PASSWORD, /* password.sealed */
	STORE_SEALED_HISTORY,  /* password_history.sealed */
	STORE_SEALED_PERSON,   /* person.sealed */
	STORE_SEALED_OTP,      /* otp.sealed */
	STORE_SEALED_KEY,      /* key.sealed */
	STORE_SEALED_SSH_KEY,  /* ssh_key.sealed */
	STORE_SEALED_OUTBOX,   /* outbox.sealed, where there is any */
	STORE_SEALED_WEBHOOK,  /* webhook.sealed */
	STORE_SEALED_COUNT
};
/* "table.column", as it stands in the associated data. */
const char *store_sealed_name(enum store_sealed which);
/* The row with the least id greater than AFTER's ("": the first one);
 * STATUS_NOT_FOUND behind the last. */
enum status store_sealed_next(struct store *s, enum store_sealed which,
			      const struct id *after, struct id *row,
			      uint8_t *sealed, size_t size, size_t *len,
			      struct fault *f) MUST_USE;
enum status store_sealed_put(struct store *s, enum store_sealed which,
			     const struct id *row, const uint8_t *sealed,
			     size_t len, struct fault *f) MUST_USE;

#endif
