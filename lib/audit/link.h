/* SPDX-License-Identifier: MIT */
/*
 * The store's rows and the chain's file, which must fit.  Where a transaction
 * was committed and the file has not gone on (a crash, another process just
 * now) the keys are rolled forward over the rows that are there, and each of
 * them must be as it was written.
 */
#ifndef AUDIT_LINK_H
#define AUDIT_LINK_H

#include "audit/ratchet.h"

/* What a transaction writes its rows with. */
struct audit_link {
	bool known;	/* it was looked for; the rest is true */
	bool chained;	/* rows get a MAC */
	bool fresh;	/* by the file of a new key */
	int64_t rolled; /* so many rows the file had not seen */
	int fd;		/* of the file; -1 */
	struct ratchet at;
};

void audit_link_drop(struct audit_link *l);
#define AUDIT_LINK(name)                                                      \
	__attribute__((cleanup(                                               \
		audit_link_drop))) struct audit_link name = { .fd = -1 }

/*
 * Find the chain of this machine's store: L is all of it, and L->at as of the
 * row that is next.  Inside a transaction nobody changes that.
 * STATUS_UNAVAILABLE: the audit is chained and the file is missing, or not
 * ours alone; STATUS_CORRUPT: it is damaged or does not fit the rows.
 */
enum status audit_link_find(struct store *s, struct audit_link *l,
			    struct fault *f) MUST_USE;

/*
 * For who begins another key: L->at is behind the last row that the file and
 * the rows agree on, or further, where the file knows of rows that are not
 * there.  Not chained: no file tells.  Fails when one might, but cannot be
 * read now.
 */
enum status audit_link_past(struct store *s, struct audit_link *l,
			    struct fault *f) MUST_USE;

/* Is R of the chain that its host writes now, as the store says? */
enum status audit_link_newest(struct store *s, const struct ratchet *r,
			      bool *is, struct fault *f) MUST_USE;

/* Rows that a copy of the store lacks. */
struct audit_gap {
	int64_t from, to;	      /* 0: none is lacking */
	char head[CHAIN_ANCHOR_SIZE]; /* of TO, as the file knows it */
	bool ended; /* there is no file: its chains end here */
};

/*
 * Likewise of a copy that takes the place of the store called NAME beside it,
 * in its open transaction: its next row comes behind all that have been
 * written here, and nobody writes another one until L is dropped.
 */
enum status audit_link_restore(struct store *s, const char *name, int64_t now,
			       struct audit_link *l, struct audit_gap *gap,
			       struct fault *f) MUST_USE;

/* A chain that somebody is to keep up, of another host than EXCEPT (NULL: of
 * any): one with a key that is its host's last.  STATUS_NOT_FOUND: there is
 * none. */
enum status audit_link_live(struct store *s, const char *except,
			    struct store_chain *out, struct fault *f) MUST_USE;

/* In the open transaction: those of other hosts than EXCEPT (NULL: all) end
 * with their newest rows, one of them with what its file has KNOWN (or NULL).
 */
enum status audit_link_end(struct store *s, const char *except,
			   const struct ratchet *known, int64_t now,
			   bool *ended, struct fault *f) MUST_USE;

#endif
