/* SPDX-License-Identifier: MIT */
/* The engine for one file on a local disk: open, transactions, statements. */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "store/sqlite/sqlite.h"

#define SQLITE_COLUMNS 32 /* more than any statement has */

static enum status
sqlite_open_log(struct sqlite *s, enum store_mode mode, struct fault *f)
{
	sqlite3_stmt *st = NULL;
	bool wal;
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA journal_mode = WAL", -1,
				    &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	wal = rc == SQLITE_ROW &&
	      strcmp((const char *)sqlite3_column_text(st, 0), "wal") == 0;
	(void)sqlite3_finalize(st);
	if (rc != SQLITE_ROW)
		return sqlite_fault(s->db, rc, "cannot use its log", f);
	if (!wal)
		return fault(f, STATUS_UNAVAILABLE,
			     "store: this file system has no shared memory");
	return sqlite_exec(s->db,
			   mode == STORE_READ
				   ? "PRAGMA query_only = ON"
				   : "PRAGMA journal_size_limit = 0",
			   "cannot set up", f);
}

/* Whose it is comes before the log: a foreign file stays as it is. */
static enum status
sqlite_open_place(const struct sqlite_place *p, enum store_mode mode,
		  struct sqlite **out, struct fault *f)
{
	AUTO_SQLITE struct sqlite *s = NULL;
	enum status st;

	if ((st = sqlite_connect(p, mode, &s, f)) != STATUS_OK ||
	    (st = sqlite_schema_judge(s->db, f)) != STATUS_OK ||
	    (st = sqlite_open_log(s, mode, f)) != STATUS_OK)
		return st;
	*out = steal(&s);
	return STATUS_OK;
}

static enum status
sqlite_open(const char *path, enum store_mode mode, void **handle,
	    struct fault *f)
{
	AUTO_SQLITE struct sqlite *s = NULL;
	SQLITE_PLACE(p);
	int64_t given = 0;
	enum status st;

	if ((st = sqlite_place_enter(path, &p, f)) != STATUS_OK)
		return st;
	/* Until it is closed: the file is not exchanged before we have read
	 * of it, from when on SQLite's own lock says that it is open. */
	if (flock(p.dir, LOCK_SH) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "cannot lock the directory of %s", p.path);
	st = sqlite_open_place(&p, mode, &s, f);
	/* Who opens it first may need room for the log's index; the others do
	 * not, and nobody drains the reserve by connecting. */
	if (st == STATUS_UNAVAILABLE && mode == STORE_LOGIN &&
	    (given = sqlite_reserve_enter(&p)) > 0)
		st = sqlite_open_place(&p, mode, &s, f);
	if (st != STATUS_OK)
		return st;
	if (mode != STORE_READ &&
	    (st = sqlite_gate_open(&p, &s->gate, f)) != STATUS_OK)
		return st;
	/* A descriptor of its own: the lock ends with P's. */
	s->dir = openat(p.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "cannot open the directory of %s", p.path);
	(void)text_copy(s->name, sizeof(s->name), p.name);
	s->given = given;
	s->login = mode == STORE_LOGIN;
	*handle = steal(&s);
	return STATUS_OK;
}

static void
sqlite_beside(void *handle, int *dir, const char **name)
{
	const struct sqlite *s = handle;

	*dir = s->dir;
	*name = s->name;
}

enum status
sqlite_begin(void *handle, struct fault *f)
{
	struct sqlite *s = handle;
	enum status st;

	s->again = false;
	sqlite_gate_enter(&s->gate);
	sqlite_reserve_look(s);
	/* Never a deferred one: what reads first cannot be made to wait. */
	st = sqlite_exec(s->db, "BEGIN IMMEDIATE", "cannot begin", f);
	if (st == STATUS_OK)
		return STATUS_OK;
	sqlite_gate_leave(&s->gate);
	if (st == STATUS_BUSY)
		return fault(f, st,
			     "store: somebody else has been writing for all "
			     "the time we waited: lslocks(8) shows who holds "
			     "it; end that if it hangs");
	return st;
}

enum status
sqlite_commit(void *handle, struct fault *f)
{
	struct sqlite *s = handle;
	enum status st;
	int rc;

	if (sqlite3_get_autocommit(s->db))
		return fault(f, STATUS_UNAVAILABLE,
			     "store: the transaction was undone by an error");
	rc = sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);
	if (rc == SQLITE_OK) {
		sqlite_gate_leave(&s->gate);
		return STATUS_OK;
	}
	/* Written, but perhaps not down on the disk: a crash now decides. */
	if ((rc & 0xff) == SQLITE_IOERR)
		st = fault(f, STATUS_IN_DOUBT, "store: cannot commit: %s",
			   sqlite3_errmsg(s->db));
	else
		st = sqlite_fault(s->db, rc, "cannot commit", f);
	sqlite_reserve_failed(s, rc);
	return st;
}

void
sqlite_rollback(void *handle)
{
	struct sqlite *s = handle;

	if (!sqlite3_get_autocommit(s->db))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	sqlite_gate_leave(&s->gate);
}

static int
sqlite_bind_one(sqlite3_stmt *st, int at, const struct store_value *v)
{
	switch (v->type) {
	case STORE_INTEGER:
		return sqlite3_bind_int64(st, at, v->n);
	case STORE_TEXT:
		return sqlite3_bind_text64(st, at, v->bytes, v->len,
					   SQLITE_STATIC, SQLITE_UTF8);
	case STORE_BLOB:
		return sqlite3_bind_blob64(st, at, v->bytes, v->len,
					   SQLITE_STATIC);
	default:
		return SQLITE_MISUSE;
	}
}

/* SQLite takes $7 for a name; its place is that of its first mention. */
static int
sqlite_bind(sqlite3_stmt *st, const struct store_value *values, size_t n)
{
	if ((size_t)sqlite3_bind_parameter_count(st) != n)
		return SQLITE_RANGE;
	for (size_t i = 0; i < n; i++) {
		char name[8];
		struct buf b;
		int at, rc;

		buf_start(&b, name, sizeof(name));
		buf_printf(&b, "$%zu", i + 1);
		at = sqlite3_bind_parameter_index(st, name);
		if (at == 0)
			return SQLITE_RANGE;
		if ((rc = sqlite_bind_one(st, at, &values[i])) != SQLITE_OK)
			return rc;
	}
	return SQLITE_OK;
}

static struct store_value
sqlite_column(sqlite3_stmt *st, int at)
{
	struct store_value v = { .type = 0 };

	switch (sqlite3_column_type(st, at)) {
	case SQLITE_INTEGER:
		return store_integer(sqlite3_column_int64(st, at));
	case SQLITE_TEXT:
		v.bytes = sqlite3_column_text(st, at);
		v.type = v.bytes == NULL ? 0 : STORE_TEXT;
		break;
	case SQLITE_BLOB:
		v.bytes = sqlite3_column_blob(st, at);
		v.type = STORE_BLOB;
		break;
	default:
		return v;
	}
	v.len = (size_t)sqlite3_column_bytes(st, at);
	return v;
}

static enum store_next
sqlite_take(sqlite3_stmt *st, const struct store_sink *sink)
{
	struct store_value column[SQLITE_COLUMNS];
	struct store_row row = { .column = column };
	int n = sqlite3_column_count(st);

	if (sink == NULL)
		return STORE_NEXT_MORE;
	if (n > SQLITE_COLUMNS)
		return STORE_NEXT_BAD;
	for (int i = 0; i < n; i++)
		column[i] = sqlite_column(st, i);
	row.columns = (size_t)n;
	return sink->take(sink->ctx, &row);
}

/* A statement in use: what was bound is the caller's and must not stay. */
static void
sqlite_auto_reset(sqlite3_stmt **st)
{
	(void)sqlite3_reset(*st);
	(void)sqlite3_clear_bindings(*st);
}

static enum status
sqlite_step_failed(struct sqlite *s, int rc, const char *name, struct fault *f)
{
	enum status st = sqlite_fault(s->db, rc, name, f);

	sqlite_reserve_failed(s, rc);
	return st;
}

static enum status
sqlite_step_all(struct sqlite *s, sqlite3_stmt *st, const char *name,
		const struct store_sink *sink, size_t *rows, struct fault *f)
{
	size_t seen = 0;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		enum store_next next = sqlite_take(st, sink);

		seen++;
		if (next == STORE_NEXT_BAD)
			return fault(f, STATUS_CORRUPT,
				     "store: %s found a row "
				     "that is none of ours",
				     name);
		if (next == STORE_NEXT_STOP)
			break;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		return sqlite_step_failed(s, rc, name, f);
	if (rows != NULL)
		*rows = seen;
	return STATUS_OK;
}

/* A login that is under way is not kept waiting for it. */
static void
sqlite_tidy(void *handle)
{
	struct sqlite *s = handle;

	(void)sqlite3_busy_timeout(s->db, 0);
	(void)sqlite3_wal_checkpoint_v2(
		s->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	(void)sqlite3_busy_timeout(s->db, SQLITE_BUSY_MS);
}

enum status
sqlite_run(void *handle, enum store_statement statement,
	   const struct store_value *values, size_t n,
	   const struct store_sink *sink, size_t *rows, struct fault *f)
{
	const char *name = sqlite_schema_name(statement);
	struct sqlite *s = handle;
	sqlite3_stmt *st = NULL;
	enum status ready;
	int rc;

	if ((ready = sqlite_schema_statement(s, statement, &st, f)) !=
	    STATUS_OK)
		return ready;
	if (sqlite3_stmt_busy(st))
		return fault(f, STATUS_CONFLICT,
			     "store: %s is being read "
			     "already",
			     name);
	/* Also when an error has undone the transaction by itself: the rest
	 * of its changes must not commit one by one. */
	if (!sqlite3_stmt_readonly(st) && sqlite3_get_autocommit(s->db))
		return fault(f, STATUS_CONFLICT,
			     "store: a change needs an open transaction");

	__attribute__((cleanup(sqlite_auto_reset))) sqlite3_stmt *used = st;

	if ((rc = sqlite_bind(used, values, n)) != SQLITE_OK)
		return sqlite_fault(s->db, rc, name, f);
	return sqlite_step_all(s, used, name, sink, rows, f);
}

const struct engine engine_sqlite = {
	.prefix = "sqlite:",
	.open = sqlite_open,
	.close = sqlite_close,
	.owner = sqlite_owner,
	.prepare = sqlite_prepare,
	.create = sqlite_create,
	.migrate = sqlite_migrate,
	.integrity = sqlite_integrity,
	.backup = sqlite_backup,
	.restore_begin = sqlite_restore_begin,
	.restore_finish = sqlite_restore_finish,
	.restore_end = sqlite_restore_end,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.tidy = sqlite_tidy,
	.beside = sqlite_beside,
	.room = sqlite_room,
	.reserve_make = sqlite_reserve_make,
	.given = sqlite_given,
	.again = sqlite_again,
	.run = sqlite_run,
};
