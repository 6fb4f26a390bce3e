/* SPDX-License-Identifier: MIT */
/* What the files of this engine share. */
#ifndef STORE_SQLITE_SQLITE_H
#define STORE_SQLITE_SQLITE_H

#include <limits.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/engine.h"

#define SQLITE_APPLICATION 1397311314 /* "SIGR"; 0001_init.sql has it too */
#define SQLITE_BUSY_MS 10000	      /* waiting for another writer */
#define SQLITE_GATE_MS 3000	      /* waiting for one's turn before that */

/* Where writers stand in line; FD -1: there is none. */
struct sqlite_gate {
	int fd;
	int wait_ms; /* at most; a test makes it short */
};

struct sqlite {
	sqlite3 *db;
	struct sqlite_gate gate;
	int dir; /* where it lies; -1: nowhere */
	char name[NAME_MAX + 1];
	bool login;    /* may take of the reserve */
	int64_t given; /* of the reserve, since that was asked last */
	bool again;    /* a write failed for want of room that is there now */
	/* NULL: not used yet. */
	sqlite3_stmt *statement[STORE_SQL_COUNT];
};

void sqlite_close(void *handle);

static inline void
sqlite_auto_close(struct sqlite **s)
{
	sqlite_close(*s);
}
#define AUTO_SQLITE __attribute__((cleanup(sqlite_auto_close)))

/* The status that SQLite's RC amounts to, and WHAT could not be done. */
enum status sqlite_fault(sqlite3 *db, int rc, const char *what,
			 struct fault *f) MUST_USE;

/* --- place.c: where the file lies --- */

struct sqlite_place {
	int dir;	     /* descriptor of its directory, checked */
	char path[PATH_MAX]; /* without a symbolic link in it */
	char name[NAME_MAX + 1];
};

static inline void
sqlite_place_leave(struct sqlite_place *p)
{
	if (p->dir >= 0)
		(void)close(p->dir);
}
#define SQLITE_PLACE(var)                                                     \
	__attribute__((cleanup(                                               \
		sqlite_place_leave))) struct sqlite_place var = { .dir = -1 }

/* The directory exists, is ours alone, and on a local file system. */
enum status sqlite_place_enter(const char *path, struct sqlite_place *p,
			       struct fault *f) MUST_USE;
/* The file and whatever of its side files is there are ours alone. */
enum status sqlite_place_check(const struct sqlite_place *p, struct fault *f)
	MUST_USE;
/* The name of a file system that has no locks to build on, or NULL. */
const char *sqlite_place_remote(uint64_t magic);

enum status sqlite_owner(const char *path, uid_t *uid, gid_t *gid,
			 struct fault *f) MUST_USE;
enum status sqlite_prepare(const char *path, uid_t owner, gid_t group,
			   struct fault *f) MUST_USE;

/* --- connect.c: an open database, set up --- */

/* Open P's file (which must exist) with every guard on.  Nothing of its
 * content has been judged yet. */
enum status sqlite_connect(const struct sqlite_place *p, enum store_mode mode,
			   struct sqlite **out, struct fault *f) MUST_USE;
/* The same guards on an empty database in memory. */
enum status sqlite_connect_memory(struct sqlite **out, struct fault *f)
	MUST_USE;
/* Run SQL of ours that takes no values. */
enum status sqlite_exec(sqlite3 *db, const char *sql, const char *what,
			struct fault *f) MUST_USE;
/* Fold the log into the file, which is whole without it then: nobody else may
 * have it open (STATUS_BUSY). */
enum status sqlite_settle(sqlite3 *db, struct fault *f) MUST_USE;
enum status sqlite_integer(sqlite3 *db, const char *sql, int64_t *out,
			   struct fault *f) MUST_USE;

/* --- gate.c: writers take turns --- */

/* The gate of P's directory; its file is made if need be. */
enum status sqlite_gate_open(const struct sqlite_place *p,
			     struct sqlite_gate *gate, struct fault *f)
	MUST_USE;
/* Wait for one's turn, for wait_ms at most, and make room for the next.
 * Around a write transaction only, never around a hash. */
void sqlite_gate_enter(const struct sqlite_gate *gate);
void sqlite_gate_leave(const struct sqlite_gate *gate);
void sqlite_gate_close(struct sqlite_gate *gate);

/* --- schema.c: its version, and how it gets there --- */

/* Ours, and of which version? */
enum status sqlite_schema_version(sqlite3 *db, unsigned *version,
				  struct fault *f) MUST_USE;
/* Ours, and of this program's version? */
enum status sqlite_schema_judge(sqlite3 *db, struct fault *f) MUST_USE;
/* Inside a transaction: every migration later than FROM. */
enum status sqlite_schema_raise(sqlite3 *db, unsigned from, struct fault *f)
	MUST_USE;
/* Prepared at its first use; a login needs a few of them all.  STATUS_SCHEMA:
 * it does not fit the tables. */
enum status sqlite_schema_statement(struct sqlite *s,
				    enum store_statement statement,
				    sqlite3_stmt **out, struct fault *f)
	MUST_USE;
/* Do all of them fit?  For who has just made the tables, or checks them. */
enum status sqlite_schema_statements(struct sqlite *s, struct fault *f)
	MUST_USE;
const char *sqlite_schema_name(enum store_statement statement);

enum status sqlite_create(const char *path, int64_t now, struct fault *f)
	MUST_USE;
enum status sqlite_migrate(const char *path, unsigned *from, unsigned *to,
			   struct fault *f) MUST_USE;

/* --- draft.c: files beside the store --- */

/* P with SUFFIX behind the name; the descriptor stays P's. */
enum status sqlite_draft_name(const struct sqlite_place *p, const char *suffix,
			      struct sqlite_place *draft, struct fault *f)
	MUST_USE;
/* An empty file there; LOCK keeps others off it until it is closed, which
 * must not be while SQLite has it open. */
enum status sqlite_draft_make(const struct sqlite_place *p, const char *suffix,
			      struct sqlite_place *draft, int *lock,
			      struct fault *f) MUST_USE;
/* Remove it, and what an engine makes beside it; or the latter alone. */
void sqlite_draft_sweep(const struct sqlite_place *draft);
void sqlite_draft_sweep_side(const struct sqlite_place *p);
/* False: errno says why. */
bool sqlite_draft_rename(int dir, const char *from, const char *to,
			 unsigned how);
/* Make the file whole without its log, and remove that; STATUS_BUSY as
 * sqlite_settle(). */
enum status sqlite_draft_settle(const struct sqlite_place *draft,
				struct fault *f) MUST_USE;
enum status sqlite_draft_copy(int from, int to,
			      const struct store_progress *progress,
			      struct fault *f) MUST_USE;

/* --- reserve.c: room on the disk --- */

/* P's store could not be opened: if the disk is full, give a piece of the
 * reserve back; how much that was. */
int64_t sqlite_reserve_enter(const struct sqlite_place *p);
/* The same, before a write transaction begins. */
void sqlite_reserve_look(struct sqlite *s);
/* A write failed with RC: if it was for want of room, likewise. */
void sqlite_reserve_failed(struct sqlite *s, int rc);

enum status sqlite_reserve_make(void *handle, bool *whole, struct fault *f)
	MUST_USE;
enum status sqlite_room(void *handle, struct store_room *out, struct fault *f)
	MUST_USE;
int64_t sqlite_given(void *handle);
bool sqlite_again(void *handle);

/* --- backup.c, restore.c --- */

enum status sqlite_backup(void *handle, int64_t now, int fd,
			  const struct store_progress *progress,
			  struct fault *f) MUST_USE;
enum status sqlite_restore_begin(const char *path, int fd,
				 const struct store_progress *progress,
				 void **restore, const char **draft,
				 struct fault *f) MUST_USE;
enum status sqlite_restore_finish(void *restore, const char *suffix,
				  bool *kept, struct fault *f) MUST_USE;
void sqlite_restore_end(void *restore);

/* --- check.c --- */

enum status sqlite_integrity(void *handle,
			     void (*found)(void *ctx, const char *problem),
			     void *ctx, struct fault *f) MUST_USE;

/* --- sqlite.c --- */

enum status sqlite_begin(void *handle, struct fault *f) MUST_USE;
enum status sqlite_commit(void *handle, struct fault *f) MUST_USE;
void sqlite_rollback(void *handle);
enum status sqlite_run(void *handle, enum store_statement statement,
		       const struct store_value *values, size_t n,
		       const struct store_sink *sink, size_t *rows,
		       struct fault *f) MUST_USE;

#endif
