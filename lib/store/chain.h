/* SPDX-License-Identifier: MIT */
/* Which rows of the audit are chained, and what of it may go.  Statuses as in
 * store/store.h. */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "store/store.h"

#define STORE_CHAIN_KEY_SIZE 17 /* 16 hex digits */

/* From row START of HOST on every row has a MAC of the ladder that this
 * verification key begins; an empty KEY: from there on none has. */
struct store_chain {
	char host[256];
	int64_t start;
	char key[STORE_CHAIN_KEY_SIZE];
	int64_t made_at;
};

/* STATUS_CONFLICT unless it starts later than every other of its host, or
 * where the last one ended, without a row since. */
enum status store_chain_insert(struct store *s, const struct store_chain *row,
			       struct fault *f) MUST_USE;
/* The one that HOST writes now. */
enum status store_chain_newest(struct store *s, const char *host,
			       struct store_chain *out, struct fault *f)
	MUST_USE;
/* In order of host and start. */
enum status store_chain_list(struct store *s,
			     bool (*each)(void *ctx,
					  const struct store_chain *),
			     void *ctx, struct fault *f) MUST_USE;

/* The number of the newest row of HOST; 0: there is none. */
enum status store_audit_last(struct store *s, const char *host, int64_t *seq,
			     struct fault *f) MUST_USE;
/* Rows of HOST from FROM on, in order of seq, at most LIMIT (0: all). */
enum status store_audit_walk(struct store *s, const char *host, int64_t from,
			     int64_t limit,
			     bool (*each)(void *ctx,
					  const struct store_audit *),
			     void *ctx, struct fault *f) MUST_USE;

/* What is left of a host's rows that were pruned. */
struct store_stump {
	int64_t seq;		      /* the last of them */
	uint8_t head[STORE_MAC_SIZE]; /* of the chain there */
	size_t head_len;	      /* 0: it was of no chain */
	char key[STORE_CHAIN_KEY_SIZE];
};
/* STATUS_NOT_FOUND: none ever were. */
enum status store_stump_get(struct store *s, const char *host,
			    struct store_stump *out, struct fault *f) MUST_USE;
enum status store_stump_put(struct store *s, const char *host,
			    const struct store_stump *stump, struct fault *f)
	MUST_USE;

/* How many hosts have rows that may go: more than none only inside of the next
 * one, or because somebody else has written into the store. */
enum status store_audit_guards(struct store *s, int64_t *n, struct fault *f)
	MUST_USE;
/* Rows of HOST up to SEQ go, in the open transaction; *GONE: how many. */
enum status store_audit_prune(struct store *s, const char *host, int64_t seq,
			      int64_t *gone, struct fault *f) MUST_USE;

#endif
