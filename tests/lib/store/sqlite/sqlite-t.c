/* SPDX-License-Identifier: MIT */
/* Every guard is really on, and nothing of a query is made of values. */
#include "store/sqlite/sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fixture.h"
#include "raw.h"

static struct fault f;

static int64_t
pragma(sqlite3 *db, const char *sql)
{
	int64_t n = -1;

	CHECK_OK(sqlite_integer(db, sql, &n, &f), &f);
	return n;
}

static void
test_guards(const char *where)
{
	AUTO_SQLITE struct sqlite *s = NULL;
	SQLITE_PLACE(p);
	int on = -1;

	CHECK_OK(sqlite_place_enter(fixture_path(where), &p, &f), &f);
	CHECK_OK(sqlite_connect(&p, STORE_WRITE, &s, &f), &f);
	CHECK_EQ(pragma(s->db, "PRAGMA foreign_keys"), 1);
	CHECK_EQ(pragma(s->db, "PRAGMA trusted_schema"), 0);
	CHECK_EQ(pragma(s->db, "PRAGMA synchronous"), 2);
	CHECK_EQ(pragma(s->db, "PRAGMA cell_size_check"), 1);
	CHECK_EQ(pragma(s->db, "PRAGMA secure_delete"), 1);
	CHECK_EQ(pragma(s->db, "PRAGMA temp_store"), 2);
	CHECK_EQ(pragma(s->db, "PRAGMA busy_timeout"), SQLITE_BUSY_MS);
	CHECK_EQ(pragma(s->db, "PRAGMA mmap_size"), 0);
	CHECK_EQ(pragma(s->db, "SELECT 1 FROM pragma_journal_mode WHERE "
			       "journal_mode = 'wal'"),
		 1);
	CHECK_EQ(pragma(s->db, "PRAGMA application_id"), SQLITE_APPLICATION);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, -1, &on);
	CHECK_EQ(on, 1);
	CHECK_EQ(sqlite_exec(s->db, "SELECT load_extension('x')", "", &f),
		 STATUS_UNAVAILABLE);
	CHECK(sqlite_exec(s->db, "ATTACH '/tmp/other' AS o", "", &f) !=
	      STATUS_OK);
	CHECK(sqlite_exec(s->db,
			  "PRAGMA writable_schema = ON; UPDATE "
			  "sqlite_schema SET sql = ''",
			  "", &f) != STATUS_OK);
}

/* The log lasts beyond the last handle, and is empty then. */
static void
test_log_stays(const char *where)
{
	struct store *s = fixture_open(where);
	struct stat sb;
	char side[600];

	fixture_add_account(s, 1);
	store_close(s);
	(void)snprintf(side, sizeof(side), "%s-wal", fixture_path(where));
	CHECK(stat(side, &sb) == 0);
	CHECK_EQ(sb.st_size, 0);
	(void)snprintf(side, sizeof(side), "%s-shm", fixture_path(where));
	CHECK(stat(side, &sb) == 0);
}

static void
test_reading_changes_nothing(const char *where)
{
	const struct store_account a = fixture_account(2);
	void *handle = NULL;

	/* Past store.c's own look: the engine refuses as well. */
	CHECK_OK(engine_sqlite.open(fixture_path(where), STORE_READ, &handle,
				    &f),
		 &f);
	CHECK(sqlite_exec(((struct sqlite *)handle)->db, "DELETE FROM meta",
			  "", &f) != STATUS_OK);
	engine_sqlite.close(handle);
	handle = NULL;
	CHECK_OK(engine_sqlite.open(fixture_path(where), STORE_WRITE, &handle,
				    &f),
		 &f);
	{
		const struct store_value in[] = { store_text("k"),
						  store_text(a.name) };

		CHECK_EQ(sqlite_run(handle, STORE_SQL_META_PUT, in, 2, NULL,
				    NULL, &f),
			 STATUS_CONFLICT);
		CHECK_OK(sqlite_begin(handle, &f), &f);
		CHECK(sqlite_run(handle, STORE_SQL_META_PUT, in, 1, NULL, NULL,
				 &f) != STATUS_OK);
		CHECK_OK(sqlite_run(handle, STORE_SQL_META_PUT, in, 2, NULL,
				    NULL, &f),
			 &f);
		/* Undone by an error of the disk, say: no commit. */
		sqlite_rollback(handle);
		CHECK_EQ(sqlite_commit(handle, &f), STATUS_UNAVAILABLE);
		CHECK_EQ(sqlite_run(handle, STORE_SQL_META_PUT, in, 2, NULL,
				    NULL, &f),
			 STATUS_CONFLICT);
	}
	engine_sqlite.close(handle);
	CHECK_EQ(raw_integer(fixture_path(where),
			     "SELECT count(*) FROM meta WHERE key = 'k'"),
		 0);
}

/* A disk that is full in the middle: told, undone, and usable after. */
static void
test_full(const char *where)
{
	struct sqlite *s;
	void *handle = NULL;
	enum status st = STATUS_OK;
	char text[4000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK_OK(engine_sqlite.open(fixture_path(where), STORE_WRITE, &handle,
				    &f),
		 &f);
	s = handle;
	CHECK_OK(sqlite_exec(s->db, "PRAGMA max_page_count = 1", "", &f), &f);
	CHECK_OK(sqlite_begin(s, &f), &f);
	for (int i = 0; i < 50 && st == STATUS_OK; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "full%d", i);

		const struct store_value in[] = { store_text(key),
						  store_text(text) };

		st = sqlite_run(s, STORE_SQL_META_PUT, in, 2, NULL, NULL, &f);
	}
	CHECK_EQ(st, STATUS_UNAVAILABLE);
	sqlite_rollback(s);
	CHECK_OK(sqlite_exec(s->db, "PRAGMA max_page_count = 100000", "", &f),
		 &f);
	CHECK_OK(sqlite_begin(s, &f), &f);
	CHECK_OK(sqlite_commit(s, &f), &f);
	engine_sqlite.close(handle);
	CHECK_EQ(raw_integer(fixture_path(where), "SELECT count(*) FROM meta "
						  "WHERE key = 'full0'"),
		 0);
}

/* Whoever holds the store longer than we wait: BUSY, and nothing lost. */
static void
test_busy(const char *where)
{
	struct store *holder = fixture_open(where);
	void *handle = NULL;
	STORE_TXN(t);

	CHECK_OK(engine_sqlite.open(fixture_path(where), STORE_WRITE, &handle,
				    &f),
		 &f);
	(void)sqlite3_busy_timeout(((struct sqlite *)handle)->db, 20);
	CHECK_OK(store_begin(holder, &t, &f), &f);
	CHECK_EQ(sqlite_begin(handle, &f), STATUS_BUSY);
	store_txn_end(&t);
	CHECK_OK(sqlite_begin(handle, &f), &f);
	CHECK_OK(sqlite_commit(handle, &f), &f);
	engine_sqlite.close(handle);
	store_close(holder);
}

int
main(void)
{
	char where[512];

	store_close(fixture_store("guards"));
	(void)strcpy(where, fixture_where("guards"));
	test_guards(where);
	test_log_stays(where);
	test_reading_changes_nothing(where);
	test_full(where);
	test_busy(where);
	return test_done();
}
