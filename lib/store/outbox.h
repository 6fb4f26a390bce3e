/* SPDX-License-Identifier: MIT */
/*
 * What people are told: messages, written in the transaction of what they are
 * about; their deliveries, and where to.  Statuses and transactions as in
 * store/store.h.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/store.h"

#define STORE_EVENT_SIZE 64
#define STORE_URL_SIZE 1025
#define STORE_EVENTS_SIZE 513

struct store_message {
	struct id id;
	int64_t at;
	char event[STORE_EVENT_SIZE]; /* "password.changed" */
	struct id account;	      /* whom it is about; or empty */
	struct id org;		      /* or empty */
	struct id audit;	      /* the row that says more; or empty */
	uint8_t sealed[STORE_SEALED_SIZE]; /* what only the addressee may
					      know; or nothing */
	size_t sealed_len;
};

enum status store_message_insert(struct store *s,
				 const struct store_message *m,
				 struct fault *f) MUST_USE;
enum status store_message_get(struct store *s, const struct id *id,
			      struct store_message *out, struct fault *f)
	MUST_USE;
/* Those whose deliveries are not made yet, the oldest first. */
enum status store_message_new(struct store *s,
			      bool (*each)(void *ctx,
					   const struct store_message *),
			      void *ctx, struct fault *f) MUST_USE;
/* Its deliveries are made; STATUS_LOST when they were. */
enum status store_message_spread(struct store *s, const struct id *id,
				 struct fault *f) MUST_USE;

enum store_channel { STORE_MAIL = 1, STORE_COMMAND, STORE_WEBHOOK };
enum store_delivery_state {
	STORE_DELIVERY_WAITING = 1,
	STORE_DELIVERY_DONE,
	STORE_DELIVERY_DEAD,
};
struct store_delivery {
	struct id id, message;
	enum store_channel channel;
	struct id webhook; /* STORE_WEBHOOK; or empty */
	enum store_delivery_state state;
	int64_t attempts, next_at;
	char last[256]; /* what went wrong last */
};

enum status store_delivery_insert(struct store *s,
				  const struct store_delivery *d,
				  struct fault *f) MUST_USE;
/* Waiting, next_at <= NOW, the earliest first; after them those with next_at >
 * FAR, which only a clock that was ahead can have made. */
enum status store_delivery_due(struct store *s, int64_t now, int64_t far,
			       bool (*each)(void *ctx,
					    const struct store_delivery *),
			       void *ctx, struct fault *f) MUST_USE;
/* Dead ones in order of id; STATE of store_delivery_state. */
enum status
store_delivery_list(struct store *s, enum store_delivery_state state,
		    bool (*each)(void *ctx, const struct store_delivery *),
		    void *ctx, struct fault *f) MUST_USE;
enum status store_delivery_get(struct store *s, const struct id *id,
			       struct store_delivery *out, struct fault *f)
	MUST_USE;
/* Writes state, attempts, next_at and last where attempts was ATTEMPTS;
 * STATUS_LOST when somebody else was there. */
enum status store_delivery_update(struct store *s,
				  const struct store_delivery *d,
				  int64_t attempts, struct fault *f) MUST_USE;

struct store_webhook {
	struct id id;
	char url[STORE_URL_SIZE];
	char events[STORE_EVENTS_SIZE]; /* with commas; empty: all */
	bool allow_private; /* addresses of private networks, too */
	uint8_t sealed[STORE_SEALED_SIZE]; /* the secret that signs */
	size_t sealed_len;
	int64_t created_at;
};
enum status store_webhook_insert(struct store *s,
				 const struct store_webhook *w,
				 struct fault *f) MUST_USE;
enum status store_webhook_get(struct store *s, const struct id *id,
			      struct store_webhook *out, struct fault *f)
	MUST_USE;
/* Its waiting deliveries are dead. */
enum status store_webhook_delete(struct store *s, const struct id *id,
				 struct fault *f) MUST_USE;
enum status store_webhook_list(struct store *s,
			       bool (*each)(void *ctx,
					    const struct store_webhook *),
			       void *ctx, struct fault *f) MUST_USE;

/* One audit row by its id, for what a message says. */
enum status store_audit_by_id(struct store *s, const struct id *id,
			      struct store_audit *out, struct fault *f)
	MUST_USE;

#endif
