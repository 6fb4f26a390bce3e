/* SPDX-License-Identifier: MIT */
/*
 * The one writer of the audit.  A row is written inside the caller's
 * transaction, so that a change and its row commit together or not at all.
 * Once it has committed, its line goes to the sink (syslog authpriv, in a
 * shell); people stand in it by id, never by name.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "base/request.h"
#include "crypto/crypto.h"
#include "store/store.h"

#define AUDIT_LINE_SIZE 1024
#define AUDIT_FIRST_SIZE (8 * AUDIT_LINE_SIZE)
/* Rows of one transaction: an import may write four for each of its lines. */
#define AUDIT_PENDING_MAX 400000
#define AUDIT_PAIRS_MAX 16

enum audit_outcome { AUDIT_SUCCESS = 1, AUDIT_FAILURE, AUDIT_ERROR };

/* One key and value of the metadata; NULL key: none.  Values are from
 * outside as often as not: they are stored as JSON strings. */
struct audit_pair {
	const char *key;
	const char *value;
};

/* NULL and empty strings mean: none. */
struct audit_entry {
	const char *action; /* ^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$ */
	enum audit_outcome outcome;
	const char *actor;     /* an account id, "uid:1000" or "system" */
	const char *effective; /* likewise, when it is somebody else */
	const char *target;    /* an account or other id */
	const char *org;
	const char *service, *tty, *rhost;
	int64_t pid;
	struct audit_pair meta[AUDIT_PAIRS_MAX];
};

struct audit {
	struct store *store;
	char host[256];
	void (*sink)(void *ctx, const char *line); /* NULL: nowhere */
	void *sink_ctx;
	/* Lines that wait for the commit, each with its NUL; in FIRST, or all
	 * of them in MORE once that is too small. */
	size_t pending, used;
	size_t more_size;
	char *more;
	char first[AUDIT_FIRST_SIZE];
};

void audit_start(struct audit *a, struct store *s, const char *host,
		 void (*sink)(void *ctx, const char *line), void *sink_ctx);

/*
 * Append inside the open transaction; what events.def names is also a message
 * in the outbox.  STATUS_INVALID: an action that breaks
 * the grammar, a metadata key that smells of a secret (password, passwd,
 * secret, token, code, pin, key, hash, ... as a whole word of the key), or
 * more than 8 KiB of metadata.  Bytes that are no UTF-8 are stored escaped.
 * STATUS_SYSTEM: more rows than lines are kept for.
 */
enum status audit_write(struct audit *a, int64_t now,
			const struct audit_entry *e, struct fault *f) MUST_USE;

/* After store_commit(): the lines go out.  After a rollback: they are gone.
 * Either is due once a row was written, as it frees what held the lines. */
void audit_publish(struct audit *a);
void audit_discard(struct audit *a);

/* "success", "failure", "error". */
const char *audit_outcome_name(enum audit_outcome o);

/*
 * People of the audit: the account's name and address, sealed in a side table
 * so that the rows themselves need no rewriting when somebody is forgotten.
 */
struct audit_person {
	char name[STORE_NAME_SIZE];
	char email[STORE_EMAIL_SIZE];
};
enum status audit_person_put(struct store *s, const struct crypto_keys *k,
			     const struct id *account,
			     const struct audit_person *p, struct fault *f)
	MUST_USE;
/* STATUS_NOT_FOUND: forgotten, or never ours. */
enum status audit_person_get(struct store *s, const struct crypto_keys *k,
			     const struct id *account, struct audit_person *p,
			     struct fault *f) MUST_USE;

#endif
