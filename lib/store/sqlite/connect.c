/* SPDX-License-Identifier: MIT */
/* An open database with every guard of SQLite's on. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "store/sqlite/sqlite.h"

static enum status
sqlite_status(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return STATUS_BUSY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STATUS_CORRUPT;
	case SQLITE_SCHEMA:
		return STATUS_SCHEMA;
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		return STATUS_INVALID;
	case SQLITE_CONSTRAINT:
		break;
	default:
		return STATUS_UNAVAILABLE;
	}
	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_TRIGGER:
		return STATUS_CONFLICT;
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return STATUS_NOT_FOUND;
	default:
		return STATUS_INVALID;
	}
}

enum status
sqlite_fault(sqlite3 *db, int rc, const char *what, struct fault *f)
{
	return fault(f, sqlite_status(rc), "store: %s: %s", what,
		     db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(db));
}

enum status
sqlite_exec(sqlite3 *db, const char *sql, const char *what, struct fault *f)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? STATUS_OK : sqlite_fault(db, rc, what, f);
}

static void
sqlite_auto_finalize(sqlite3_stmt **st)
{
	(void)sqlite3_finalize(*st);
}

enum status
sqlite_integer(sqlite3 *db, const char *sql, int64_t *out, struct fault *f)
{
	__attribute__((cleanup(sqlite_auto_finalize))) sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_ROW)
		return sqlite_fault(db, rc, "cannot read", f);
	*out = sqlite3_column_int64(st, 0);
	return STATUS_OK;
}

enum status
sqlite_settle(sqlite3 *db, struct fault *f)
{
	__attribute__((cleanup(sqlite_auto_finalize))) sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "PRAGMA journal_mode = DELETE", -1,
				    &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc != SQLITE_ROW)
		return sqlite_fault(db, rc, "cannot fold its log in", f);
	if (sqlite3_stricmp((const char *)sqlite3_column_text(st, 0),
			    "delete") != 0)
		return fault(f, STATUS_BUSY,
			     "store: the log is in use by somebody else");
	return STATUS_OK;
}

static void
sqlite_connect_limits(sqlite3 *db)
{
	static const struct {
		int id, most;
	} limit[] = {
		{ SQLITE_LIMIT_LENGTH, 1 << 20 },
		{ SQLITE_LIMIT_SQL_LENGTH, 1 << 16 },
		{ SQLITE_LIMIT_COLUMN, 64 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 64 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 8 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 16 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 32 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 8 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};

	for (size_t i = 0; i < STORE_LEN(limit); i++)
		(void)sqlite3_limit(db, limit[i].id, limit[i].most);
}

static enum status
sqlite_connect_config(sqlite3 *db, struct fault *f)
{
	static const struct {
		int option, on;
	} config[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 1 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
		{ SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};

	for (size_t i = 0; i < STORE_LEN(config); i++) {
		int now = -1;
		int rc = sqlite3_db_config(db, config[i].option, config[i].on,
					   &now);

		if (rc != SQLITE_OK || now != config[i].on)
			return fault(f, STATUS_UNAVAILABLE,
				     "this SQLite "
				     "lacks a guard that the store needs");
	}
	return STATUS_OK;
}

/* Nothing here reads the file. */
static enum status
sqlite_connect_guard(sqlite3 *db, struct fault *f)
{
	enum status st;
	int on = 1;

	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, SQLITE_BUSY_MS);
	sqlite_connect_limits(db);
	if ((st = sqlite_connect_config(db, f)) != STATUS_OK)
		return st;
	/* The log stays in place when the last one closes: reads go on when
	 * the disk is full or read-only. */
	(void)sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	return sqlite_exec(db,
			   "PRAGMA temp_store = MEMORY;"
			   "PRAGMA trusted_schema = OFF;"
			   "PRAGMA cell_size_check = ON;"
			   "PRAGMA mmap_size = 0;"
			   "PRAGMA secure_delete = ON;"
			   "PRAGMA synchronous = FULL;",
			   "cannot set up", f);
}

/* Did SQLite open by its path what place.c saw through the directory? */
static enum status
sqlite_connect_same(const struct sqlite_place *p, struct fault *f)
{
	struct stat ours, there;

	if (fstatat(p->dir, p->name, &ours, AT_SYMLINK_NOFOLLOW) != 0 ||
	    lstat(p->path, &there) != 0 || ours.st_dev != there.st_dev ||
	    ours.st_ino != there.st_ino)
		return fault(f, STATUS_UNAVAILABLE, "%s is being replaced",
			     p->path);
	return sqlite_place_check(p, f);
}

static struct sqlite *
sqlite_connect_new(void)
{
	struct sqlite *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->dir = -1;
	s->gate = (struct sqlite_gate){ .fd = -1, .wait_ms = SQLITE_GATE_MS };
	return s;
}

enum status
sqlite_connect(const struct sqlite_place *p, enum store_mode mode,
	       struct sqlite **out, struct fault *f)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
			  SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_NOFOLLOW;
	AUTO_SQLITE struct sqlite *s = sqlite_connect_new();
	enum status st;
	int rc;

	if (s == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	if ((st = sqlite_place_check(p, f)) != STATUS_OK)
		return st;
	rc = sqlite3_open_v2(p->path, &s->db, flags, NULL);
	if (rc != SQLITE_OK)
		return sqlite_fault(s->db, rc, "cannot open", f);
	if ((st = sqlite_connect_same(p, f)) != STATUS_OK ||
	    (st = sqlite_connect_guard(s->db, f)) != STATUS_OK)
		return st;
	if (mode != STORE_READ && sqlite3_db_readonly(s->db, "main") != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "store: %s cannot be written", p->path);
	*out = steal(&s);
	return STATUS_OK;
}

enum status
sqlite_connect_memory(struct sqlite **out, struct fault *f)
{
	AUTO_SQLITE struct sqlite *s = sqlite_connect_new();
	enum status st;
	int rc;

	if (s == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	rc = sqlite3_open_v2(":memory:", &s->db,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
				     SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (rc != SQLITE_OK)
		return sqlite_fault(s->db, rc, "cannot open memory", f);
	if ((st = sqlite_connect_guard(s->db, f)) != STATUS_OK)
		return st;
	*out = steal(&s);
	return STATUS_OK;
}

void
sqlite_close(void *handle)
{
	struct sqlite *s = handle;

	if (s == NULL)
		return;
	for (size_t i = 0; i < STORE_SQL_COUNT; i++)
		(void)sqlite3_finalize(s->statement[i]);
	(void)sqlite3_close(s->db);
	sqlite_gate_close(&s->gate);
	if (s->dir >= 0)
		(void)close(s->dir);
	free(s);
}
