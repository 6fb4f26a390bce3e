/* SPDX-License-Identifier: MIT */
/*
 * The one writer of the audit.  A row is written inside the caller's
 * transaction, so that a change and its row commit together or not at all.
 * Once it has committed, its line goes to the sink (syslog authpriv, in a
 * shell); people stand in it by id, never by name.
 */
#ifndef AUDIT_AUDIT_H
#define AUDIT_AUDIT_H

#include "audit/link.h"
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
	struct audit_link link; /* of the open transaction's rows */
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

/* The same; OUT is the row as it was written. */
enum status audit_append(struct audit *a, int64_t now,
			 const struct audit_entry *e, struct store_audit *out,
			 struct fault *f) MUST_USE;
/* E's line alone: what it tells of has no row, but the one of number SEQ
 * stands for it.  STATUS_SYSTEM as above. */
enum status audit_say(struct audit *a, const struct audit_entry *e,
		      int64_t seq, struct fault *f) MUST_USE;

/* Commit T, and what follows from it: one of the next two. */
enum status audit_commit(struct audit *a, struct store_txn *t, struct fault *f)
	MUST_USE;
/* After store_commit(): the chain's file goes on, and the lines go out.  After
 * a rollback, or a commit in doubt: they are gone.  Either is due once a row
 * was written, as it frees what held the lines and wipes the chain's key. */
void audit_publish(struct audit *a);
void audit_discard(struct audit *a);

/*
 * Begin a chain in the open transaction, or with REPLACE the next one: KEY
 * verifies its rows, from START on, and is nowhere else.  The caller writes
 * "audit.key_made" as the first of them, with all of this in it, commits, and
 * settles it.  STATUS_CONFLICT: there is one, and REPLACE is not wanted.
 */
struct audit_range {
	int64_t from, to; /* 0: none */
};
struct audit_new_key {
	char host[256];
	char id[STORE_CHAIN_KEY_SIZE];
	int64_t start;
	/* The chain before, as its file knows it; empty when no file told. */
	char host_before[256]; /* which may have had another name */
	char before[CHAIN_ANCHOR_SIZE];
	struct audit_range missing; /* rows of that host; or of this one */
	struct audit_range bare;    /* since a chain of this host ended */
};
enum status audit_key_make(struct audit *a, int64_t now, bool replace,
			   struct secret *key, struct audit_new_key *out,
			   struct fault *f) MUST_USE;
/* In a transaction, so that no other init-key is under way: the file of a key
 * that is in the store takes its place, and the old one's key is wiped; that
 * of one that was not committed goes. */
enum status audit_key_settle(struct audit *a, struct fault *f) MUST_USE;

/* A's store is a copy that is to take the place of the store called NAME
 * beside it; in its open transaction, before the first row. */
enum status audit_restore(struct audit *a, const char *name, int64_t now,
			  struct audit_gap *gap, struct fault *f) MUST_USE;

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
