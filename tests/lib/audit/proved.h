/* SPDX-License-Identifier: MIT */
/* Rows of a chain in memory, and what audit verify finds in them. */
#ifndef TESTS_AUDIT_PROVED_H
#define TESTS_AUDIT_PROVED_H

#include "audit/verify.h"
#include "test.h"

#define PROVED_AT 1700000000
#define PROVED_ROWS 64

struct proved {
	struct store_audit *row; /* PROVED_ROWS, too many for a stack */
	size_t n;
	struct secret key; /* of the row that is next, while CHAINED */
	bool chained;
	uint8_t head[CHAIN_HEAD_SIZE];
	uint8_t heads[PROVED_ROWS][CHAIN_HEAD_SIZE]; /* after each row */
	struct secret text[4];			     /* keys to verify with */
	size_t keys;
};

#define PROVED(name)                                                          \
	__attribute__((cleanup(                                               \
		proved_wipe))) struct proved name = { .row = proved_rows() }
struct store_audit *proved_rows(void);
void proved_wipe(struct proved *p);

/* One more row of HOST, with this action and metadata; its number. */
int64_t proved_add(struct proved *p, const char *host, const char *action,
		   const char *meta);
/* N rows that say nothing of the chain. */
void proved_many(struct proved *p, const char *host, size_t n);
/* The next row of HOST begins a chain with a key made of SEED: it is added. */
void proved_key(struct proved *p, const char *host, uint8_t seed);
/* Two rows of "web" before there was a key, row 3 that begins it, and rows to
 * 20. */
void proved_usual(struct proved *p);
/* Take N rows out. */
void proved_drop(struct proved *p, size_t at, size_t n);
/* The file of the chain as of now. */
void proved_file(const struct proved *p, const char *host, struct ratchet *r);

/* Verify all rows with all keys of P; the caller's, verify_wipe(). */
struct verify *proved_verify(const struct proved *p);
/* The same, prepared by the caller. */
void proved_run(const struct proved *p, struct verify *v);
/* Prepared for that: all keys of P. */
struct verify *proved_start(const struct proved *p);

/* Is the first thing that was found of this kind, from row FIRST to LAST? */
bool proved_first(const struct verify *v, enum verify_kind kind, int64_t first,
		  int64_t last);
/* Is there one like that? */
bool proved_has(const struct verify *v, enum verify_kind kind, int64_t first,
		int64_t last);
/* Was nothing found, and N rows proved? */
bool proved_all(const struct verify *v, int64_t n);

#endif
