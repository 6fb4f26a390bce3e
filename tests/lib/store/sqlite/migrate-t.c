/* SPDX-License-Identifier: MIT */
/* A store of version 1, with rows in every table, becomes one of ours.
 * usage: migrate-t 0001_init.sql */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../fixture.h"
#include "raw.h"
#include "store/restore.h"

#define ID "'0188b733-f800-7000-8000-00000000000"

static struct fault f;
static char where[512], init[16384];
static const char *path;

static const char *const tables[] = {
	"meta",	 "account", "person", "password", "password_history",
	"rule",	 "guess",   "seen",   "login",	  "session",
	"audit",
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static const char rows[] =
	"INSERT INTO meta VALUES ('k', 'v');"
	"INSERT INTO account VALUES "
	"(" ID "1', 'ann', 'ann@example.org', 1, '', 1, 2, 3, 0, 1, 7),"
	"(" ID "2', 'bob', '', 2, 'why', 1, 2, 0, 0, 0, 1),"
	"(" ID "3', 'cat', '', 3, '', 1, 2, 0, 9, 0, 1),"
	"(" ID "4', 'ann', '', 4, '', 1, 2, 0, 0, 0, 1);"
	"INSERT INTO person VALUES (" ID "1', x'0001');"
	"INSERT INTO password VALUES (" ID "1', 1, zeroblob(16), 8, 1, 1, "
	"x'02', 5), (" ID "2', 2, x'', 0, 0, 0, x'03', 6);"
	"INSERT INTO password_history VALUES (" ID "5', " ID "1', 1, 2, x'', "
	"0, 0, 0, x'04', 4);"
	"INSERT INTO rule VALUES (" ID "6', 1, 'auth', 'require', 'password', "
	"'any', 'sshd', '', '', '', '', 'a note'), (" ID "7', 2, 'account', "
	"'admit', '', 'known', '', '', '', 'wheel', '192.0.2.0/24', '');"
	"INSERT INTO guess VALUES (" ID "8', 'a', 'x', 'password', 1, 10, 40, "
	"2, 0), (" ID "9', 'a', 'x', 'password', 2, 11, 41, 3, 0);"
	"INSERT INTO seen VALUES (" ID "1', 'x', 12);"
	"INSERT INTO login VALUES (" ID "a', " ID "1', '', 'ann', 'sshd', "
	"'x', 'boot', 'password', 13, 0);"
	"INSERT INTO session VALUES (" ID "b', " ID "1', '', 'sshd', 'pts/0', "
	"'x', 'password', 'host', 'boot', 1, 2, 14, 0);"
	"INSERT INTO audit VALUES ('host', 1, " ID "c', 15, 'a.b', 'success', "
	"'', '', '', '', '', '', '', 1, '{}'), ('host', 2, " ID "d', 16, "
	"'a.c', 'failure', '', '', '', '', '', '', '', 1, '{}');";

static void
read_init(const char *file)
{
	FILE *in = fopen(file, "r");
	size_t n = in == NULL ? 0 : fread(init, 1, sizeof(init) - 1, in);

	CHECK(n > 0 && n < sizeof(init) - 1);
	if (in != NULL)
		(void)fclose(in);
}

/* An empty file, with the tables of version 1 and rows in each. */
static void
make(const char *name)
{
	(void)strcpy(where, fixture_where(name));
	path = fixture_path(where);
	CHECK(close(open(path, O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0);
	CHECK_EQ(raw_exec(path, init), SQLITE_OK);
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 1"), SQLITE_OK);
	CHECK_EQ(raw_exec(path, rows), SQLITE_OK);
}

/* Every row's first COLUMNS (0: all there are, and it becomes them), as text;
 * returns how many rows. */
static unsigned
dump(const char *table, int *columns, char *out, size_t size)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	unsigned n = 0;
	size_t used = 0;
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT * FROM %s ORDER BY 1, 2",
		       table);
	CHECK_EQ(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL),
		 SQLITE_OK);
	CHECK_EQ(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	if (*columns == 0)
		*columns = sqlite3_column_count(st);
	for (; sqlite3_step(st) == SQLITE_ROW; n++)
		for (int i = 0; i < *columns && used < size; i++)
			used += (size_t)snprintf(
				out + used, size - used, "%d:%d:%.*s|",
				sqlite3_column_type(st, i),
				sqlite3_column_bytes(st, i),
				sqlite3_column_bytes(st, i),
				(const char *)sqlite3_column_blob(st, i));
	CHECK(used < size);
	(void)sqlite3_finalize(st);
	(void)sqlite3_close(db);
	return n;
}

static void
sentence(void *ctx, const char *problem)
{
	test_note("%s", problem);
	++*(unsigned *)ctx;
}

static bool
keep_rule(void *ctx, const struct store_rule *r)
{
	*(struct store_rule *)ctx = *r;
	return false;
}

/* What the new columns say of old rows. */
static void
test_new_columns(struct store *s)
{
	struct store_login l = { .uptime = 77 };
	struct store_account a = { .epoch = 77 };
	struct store_rule r = { .step_up = 77 };
	struct id id;

	CHECK_OK(store_account_by_name(s, "ann", &a, &f), &f);
	CHECK_EQ(a.epoch, 1);
	CHECK_EQ(a.version, 7);
	CHECK_OK(store_rule_list(s, keep_rule, &r, &f), &f);
	CHECK_STR(r.note, "a note");
	CHECK_STR(r.unenrolled, "deny");
	CHECK_STR(r.prompt, "auto");
	CHECK_STR(r.qr, "auto");
	CHECK(r.unenrolled_until == 0 && r.trust_days == 0 && r.step_up == 0 &&
	      !r.qr_invert);
	(void)strcpy(id.s, "0188b733-f800-7000-8000-00000000000a");
	CHECK_OK(store_login_get(s, &id, &l, &f), &f);
	CHECK_STR(l.tty, "");
	CHECK_EQ(l.uptime, -1);
	CHECK_EQ(l.ruid, -1);
	CHECK(l.leader == 0 && l.leader_start == 0);
}

static void
test_migrate(void)
{
	static char before[TABLES][8192], after[TABLES][8192];
	unsigned from = 7, to = 7, count[TABLES], problems = 0;
	int columns[TABLES] = { 0 };
	struct store *s = NULL;

	make("migrate");
	for (size_t i = 0; i < TABLES; i++) {
		count[i] = dump(tables[i], &columns[i], before[i],
				sizeof(before[i]));
		CHECK(count[i] > 0);
	}
	CHECK_EQ(store_open(where, STORE_READ, &s, &f), STATUS_SCHEMA);
	CHECK_EQ(store_open(where, STORE_WRITE, &s, &f), STATUS_SCHEMA);
	CHECK(strstr(f.text, "sigractl store migrate") != NULL);
	CHECK(s == NULL);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(from, 1);
	CHECK_EQ(to, 2);
	for (size_t i = 0; i < TABLES; i++) {
		CHECK_EQ(dump(tables[i], &columns[i], after[i],
			      sizeof(after[i])),
			 count[i]);
		CHECK_STR(after[i], before[i]);
	}
	s = fixture_open(where);
	test_new_columns(s);
	CHECK_OK(store_integrity(s, sentence, &problems, &f), &f);
	CHECK_EQ(problems, 0);
	store_close(s);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(from, 2);
}

/* Whole, or not at all. */
static void
test_broken_off(void)
{
	unsigned from = 7, to = 7;

	make("broken");
	CHECK_EQ(raw_exec(path, "CREATE TABLE trust (x)"), SQLITE_OK);
	CHECK(store_migrate(where, &from, &to, &f) != STATUS_OK);
	CHECK_EQ(from, 7);
	CHECK_EQ(raw_integer(path, "PRAGMA user_version"), 1);
	CHECK_EQ(raw_integer(path, "SELECT count(*) FROM pragma_table_info("
				   "'account') WHERE name = 'epoch'"),
		 0);
	CHECK_EQ(raw_exec(path, "DROP TABLE trust"), SQLITE_OK);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(to, 2);
}

/* A backup of version 1 is one of ours once it is restored. */
static void
test_restore(void)
{
	struct store_restore *r = NULL;
	struct store_account a;
	struct store *s = NULL;
	bool kept = false;
	int fd;

	make("restore");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(unlink(path) == 0);
	CHECK_OK(store_restore_begin(where, fd, NULL, &r, &f), &f);
	CHECK_OK(store_restore_finish(r, ".old", &kept, &f), &f);
	CHECK(!kept);
	store_restore_end(r);
	s = fixture_open(where);
	CHECK_OK(store_account_by_name(s, "ann", &a, &f), &f);
	test_new_columns(s);
	store_close(s);
	(void)close(fd);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	read_init(argv[1]);
	test_migrate();
	test_broken_off();
	test_restore();
	return test_done();
}
