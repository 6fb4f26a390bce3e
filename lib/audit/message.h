/* SPDX-License-Identifier: MIT */
/*
 * What is told to an address, with a code that only its reader may know.  The
 * two lie sealed in the outbox, and stand in a mail, nowhere else.
 */
#ifndef AUDIT_MESSAGE_H
#define AUDIT_MESSAGE_H

#include "audit/audit.h"
#include "store/outbox.h"

struct audit_message {
	const char *event;	  /* of events.def */
	const struct id *account; /* NULL: nobody's */
	const struct id *org;	  /* NULL: none */
	const char *address;
	const struct secret *code;
};

/* In the open transaction.  STATUS_INVALID: there is no such event, or the
 * address has blanks or control bytes, or is longer than STORE_EMAIL_SIZE. */
enum status audit_message_put(struct audit *a, const struct crypto_keys *k,
			      int64_t now, const struct audit_message *m,
			      struct fault *f) MUST_USE;

/* Can it be the one address of a mail's head? */
bool audit_address_valid(const char *s);

/* What audit_message_put() sealed.  STATUS_NOT_FOUND when the message has
 * nothing sealed. */
enum status audit_message_get(const struct crypto_keys *k,
			      const struct store_message *m,
			      char address[STORE_EMAIL_SIZE],
			      struct secret *code, struct fault *f) MUST_USE;

#endif
