/* SPDX-License-Identifier: MIT */
/* What the files of this engine share. */
#ifndef STORE_SQLITE_SQLITE_H
#define STORE_SQLITE_SQLITE_H

#include <limits.h>
#include <sqlite3.h>
#include <unistd.h>

#include "store/engine.h"

#define SQLITE_APPLICATION 1397311314 /* "SIGR"; 0001_init.sql has it too */
#define SQLITE_BUSY_MS 10000	      /* all waiting for another writer */

struct sqlite {
	sqlite3 *db;
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
enum status sqlite_integer(sqlite3 *db, const char *sql, int64_t *out,
			   struct fault *f) MUST_USE;

/* --- schema.c: its version, and how it gets there --- */

/* Ours, and of which version? */
enum status sqlite_schema_version(sqlite3 *db, unsigned *version,
				  struct fault *f) MUST_USE;
/* Ours, and of this program's version? */
enum status sqlite_schema_judge(sqlite3 *db, struct fault *f) MUST_USE;
/* Inside a transaction: every migration later than FROM. */
enum status sqlite_schema_raise(sqlite3 *db, unsigned from, struct fault *f)
	MUST_USE;
/* Prepare every statement. */
enum status sqlite_schema_statements(struct sqlite *s, struct fault *f)
	MUST_USE;
const char *sqlite_schema_name(enum store_statement statement);

enum status sqlite_create(const char *path, int64_t now, struct fault *f)
	MUST_USE;
enum status sqlite_migrate(const char *path, unsigned *from, unsigned *to,
			   struct fault *f) MUST_USE;

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
