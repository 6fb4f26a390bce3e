/* SPDX-License-Identifier: MIT */
/*
 * Messages on their way out.  Every step is a short transaction of its own;
 * what takes time, the sending, lies between claim and end and in none.
 */
#ifndef ADMIN_NOTIFY_H
#define ADMIN_NOTIFY_H

#include "admin/webhook.h"
#include "notify/notify.h"

/* One that is claimed longer than this was given up by who claimed it. */
#define ADMIN_NOTIFY_CLAIM 1800

/* "mail", "command", "webhook"; "waiting", "done", "dead". */
const char *admin_channel_name(enum store_channel channel);
const char *admin_delivery_name(enum store_delivery_state state);

/* Every new message becomes its deliveries; COMMAND: a command wants all of
 * them.  *SPREAD: how many messages. */
enum status admin_notify_spread(const struct admin *a, bool command,
				int64_t *spread, struct fault *f) MUST_USE;

/*
 * The next one that was due at UNTIL is ours to make: nobody else finds it for
 * ADMIN_NOTIFY_CLAIM seconds.  STATUS_NOT_FOUND: none is.
 */
enum status admin_notify_claim(const struct admin *a, int64_t until,
			       struct store_delivery *out, struct fault *f)
	MUST_USE;

/* It is made, or (WHY not NULL) it failed: then it waits, or is dead.  *OUT is
 * what became of it. */
enum status admin_notify_end(const struct admin *a,
			     const struct store_delivery *claimed,
			     const char *why, struct store_delivery *out,
			     struct fault *f) MUST_USE;

/* What a message says; STATUS_NOT_FOUND: it is gone. */
enum status admin_notify_news(const struct admin *a, const struct id *message,
			      struct notify_news *out, struct fault *f)
	MUST_USE;

/* Where its mail goes: the message's own address, or the confirmed one of the
 * account.  CODE has no bytes when there is none.  STATUS_REFUSED: it has no
 * such address. */
enum status admin_notify_address(const struct admin *a,
				 const struct store_message *m,
				 char out[STORE_EMAIL_SIZE],
				 struct secret *code, struct fault *f)
	MUST_USE;

/* Dead ones wait again, at once and as if never tried; ID NULL: all of them
 * whose webhook is there.  STATUS_NOT_FOUND; STATUS_REFUSED: it is not dead,
 * or its webhook is gone. */
enum status admin_notify_replay(const struct admin *a, const char *id,
				int64_t *replayed, struct fault *f) MUST_USE;

#endif
