/* SPDX-License-Identifier: MIT */
/* Where messages are posted to, and with which secret they are signed. */
#ifndef ADMIN_WEBHOOK_H
#define ADMIN_WEBHOOK_H

#include "admin/admin.h"
#include "store/outbox.h"

#define ADMIN_WEBHOOKS_MAX 64

struct admin_webhook_new {
	const char *url;
	const char *events; /* names with commas; "": all */
	bool allow_private;
};

/* SECRET is what the receiver verifies with, and is not told again.
 * STATUS_INVALID: the URL or an event; STATUS_REFUSED: there are
 * ADMIN_WEBHOOKS_MAX. */
enum status admin_webhook_add(const struct admin *a,
			      const struct admin_webhook_new *n,
			      struct store_webhook *out, struct secret *secret,
			      struct fault *f) MUST_USE;

/* What waits for it is dead.  STATUS_NOT_FOUND. */
enum status admin_webhook_remove(const struct admin *a, const char *id,
				 struct store_webhook *out, struct fault *f)
	MUST_USE;

/* The secret of ROW. */
enum status admin_webhook_secret(const struct admin *a,
				 const struct store_webhook *row,
				 struct secret *out, struct fault *f) MUST_USE;

#endif
