/* SPDX-License-Identifier: MIT */
/* Bursts of failures: one has a row of the audit, the rest is a number. */
#ifndef STORE_BURST_H
#define STORE_BURST_H

#include "store/store.h"

#define STORE_BURST_WHAT 32
#define STORE_BURST_MOST 128 /* that a list yields, the oldest first */

struct store_burst {
	char source[STORE_SOURCE_SIZE];
	uint8_t what[STORE_BURST_WHAT]; /* a digest of what they share */
	char target[64];		/* an account's id; or empty */
	struct id audit;		/* the row of the first */
	int64_t seq;			/* ... and its number */
	int64_t first_at, last_at;
	int64_t count; /* that have no row */
};

/* STATUS_NOT_FOUND: none of them is open. */
enum status store_burst_get(struct store *s, const char *source,
			    const uint8_t what[STORE_BURST_WHAT],
			    struct store_burst *out, struct fault *f) MUST_USE;

/* Bursts of SOURCE that are open. */
enum status store_burst_open(struct store *s, const char *source, int64_t *n,
			     struct fault *f) MUST_USE;

/* What open bursts about TARGET stand for, whose first row has ACTION. */
enum status store_burst_sum(struct store *s, const char *target,
			    const char *action, int64_t *n, struct fault *f)
	MUST_USE;

/* In the open transaction. */
enum status store_burst_put(struct store *s, const struct store_burst *b,
			    struct fault *f) MUST_USE;
/* One more of B, at NOW; B is as it is then. */
enum status store_burst_count(struct store *s, struct store_burst *b,
			      int64_t now, struct fault *f) MUST_USE;
enum status store_burst_delete(struct store *s, const struct store_burst *b,
			       struct fault *f) MUST_USE;

/* Up to STORE_BURST_MOST into OUT, *N of them: those that began at BEFORE or
 * earlier, or later than AFTER, of SOURCE; about TARGET; of anybody. */
enum status store_burst_of_source(struct store *s, const char *source,
				  int64_t before, int64_t after,
				  struct store_burst out[STORE_BURST_MOST],
				  size_t *n, struct fault *f) MUST_USE;
enum status store_burst_about(struct store *s, const char *target,
			      struct store_burst out[STORE_BURST_MOST],
			      size_t *n, struct fault *f) MUST_USE;
enum status store_burst_old(struct store *s, int64_t before,
			    struct store_burst out[STORE_BURST_MOST],
			    size_t *n, struct fault *f) MUST_USE;

#endif
