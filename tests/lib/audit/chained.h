/* SPDX-License-Identifier: MIT */
/* A store with a chained audit, for tests. */
#ifndef TESTS_AUDIT_CHAINED_H
#define TESTS_AUDIT_CHAINED_H

#include "audit/audit.h"

#define CHAINED_NOW 1700000000
#define CHAINED_HOST "host.example"

struct chained {
	char where[300];
	char dir[280];
	struct store *store;
	struct audit audit;
	struct fault f;
	size_t lines; /* that the sink was given */
	size_t stuck; /* of them, that the file could not go on */
};

/* Make the store NAME, and open it. */
void chained_make(struct chained *x, const char *name);
/* Open it once more, as HOST; as another process would. */
enum status chained_open(struct chained *x, const char *where,
			 const char *host) MUST_USE;
void chained_close(struct chained *x);

/* Begin a key, and write its row. */
enum status chained_key(struct chained *x, bool replace, struct secret *key,
			struct audit_new_key *out);
/* One row, in a transaction of its own. */
enum status chained_row(struct chained *x, const char *action);

/* As many rows of HOST from START on as KEY proves, without a gap, and the
 * head behind them; -1 when there is another one. */
int64_t chained_proved(struct chained *x, const char *host, int64_t start,
		       const struct secret *key,
		       uint8_t head[CHAIN_HEAD_SIZE]);

/* Those are all that the chain has, ROWS, and the file agrees. */
void chained_agrees(struct chained *x, const struct audit_new_key *made,
		    const struct secret *key, int64_t rows);
/* Open the file. */
void chained_file(struct chained *x, int *fd, struct ratchet *r);

bool chained_has(const struct chained *x, const char *name);
/* Rename one of the files beside the store. */
void chained_move(const struct chained *x, const char *from, const char *to);

#endif
