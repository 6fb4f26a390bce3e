/* SPDX-License-Identifier: MIT */
/* Inside of verify_*.c only. */
#ifndef AUDIT_VERIFY_IN_H
#define AUDIT_VERIFY_IN_H

#include "audit/verify.h"

bool verify_wanted(const struct verify *v, const char *host);
/* NULL: there is none. */
struct verify_host *verify_host_known(const struct verify *v,
				      const char *name);

/* The key of row SEQ; false when it is before the first, or out of reach. */
bool verify_seek(struct verify *v, struct verify_ladder *l,
		 const struct verify_key *k, int64_t seq);

/* As which row of its host was ROW written?  False: none was found. */
bool verify_find(struct verify *v, const struct store_audit *row, int64_t near,
		 int64_t *seq);

/* The key that row SEQ of the host was written with, as far as was given. */
const struct verify_key *verify_key_of(const struct verify *v,
				       const struct verify_host *h,
				       int64_t seq);

/* NULL when as many as are kept are there already. */
struct verify_finding *verify_found(struct verify *v, enum verify_kind kind,
				    const struct verify_host *h, int64_t first,
				    int64_t last);
void verify_noted(struct verify *v, enum verify_kind kind,
		  const struct verify_host *h, int64_t first, int64_t last,
		  int64_t other);

/* --- what rows declare --- */

/* The head before ROW, of its own host, as it says. */
bool verify_own_before(const struct store_audit *row,
		       char out[CHAIN_ANCHOR_SIZE]);
/* The key before which rows FIRST to LAST are of no chain; or NULL. */
const struct verify_start *verify_bare(const struct verify_host *h,
				       int64_t first, int64_t last);
/* Does somebody know that these are missing? */
bool verify_allowed(const struct verify *v, const struct verify_host *h,
		    int64_t first, int64_t last);
/* What is left to say when all rows were seen. */
void verify_declared(struct verify *v, struct verify_host *h);

void verify_walk_begin(struct verify *v, struct verify_host *h);
void verify_walk_row(struct verify *v, const struct store_audit *row);
void verify_walk_end(struct verify *v);

/* What the chain's file and the anchor say of the rows so far. */
void verify_compare(struct verify *v, int64_t seq);
void verify_compare_end(struct verify *v);

#endif
