/* SPDX-License-Identifier: MIT */
#include "raw.h"

#include <sqlite3.h>
#include <stdio.h>

#include "../fixture.h"

int
raw_exec(const char *path, const char *sql)
{
	sqlite3 *db = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);

	if (rc == SQLITE_OK) {
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0,
					NULL);
		rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	}
	(void)sqlite3_close(db);
	return rc;
}

int64_t
raw_integer(const char *path, const char *sql)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	int64_t n = -1;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ==
		    SQLITE_OK &&
	    sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return n;
}

struct raw_found {
	char *out;
	size_t size;
	unsigned n;
};

static void
raw_collect(void *ctx, const char *problem)
{
	struct raw_found *found = ctx;
	size_t used = strlen(found->out);

	found->n++;
	(void)snprintf(found->out + used, found->size - used, "%s\n", problem);
}

unsigned
raw_problems(const char *where, char *out, size_t size)
{
	struct raw_found found = { .out = out, .size = size };
	struct store *s = fixture_open(where);
	struct fault f = { .text = "" };

	out[0] = '\0';
	CHECK_OK(store_integrity(s, raw_collect, &found, &f), &f);
	store_close(s);
	return found.n;
}
