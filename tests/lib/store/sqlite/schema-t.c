/* SPDX-License-Identifier: MIT */
/* Whose file it is, of which version, and how it gets to ours. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fixture.h"
#include "raw.h"

static struct fault f;
static char where[512];
static const char *path;

static void
fresh(const char *name)
{
	store_close(fixture_store(name));
	(void)strcpy(where, fixture_where(name));
	path = fixture_path(where);
}

static enum status
try_open(enum store_mode mode)
{
	struct store *s = NULL;
	enum status st = store_open(where, mode, &s, &f);

	store_close(s);
	return st;
}

static void
refused(enum status st, const char *word)
{
	CHECK_EQ(try_open(STORE_READ), st);
	CHECK_EQ(try_open(STORE_WRITE), st);
	if (strstr(f.text, word) == NULL)
		test_note("%s", f.text);
	CHECK(strstr(f.text, word) != NULL);
}

static void
test_versions(void)
{
	unsigned from = 7, to = 7;

	fresh("versions");
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 99"), 0);
	refused(STATUS_SCHEMA, "newer than this program");
	CHECK_EQ(store_migrate(where, &from, &to, &f), STATUS_SCHEMA);
	CHECK_EQ(from, 7);
	CHECK_EQ(raw_integer(path, "PRAGMA user_version"), 99);
	/* The very next one, too. */
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 6"), 0);
	refused(STATUS_SCHEMA, "newer than this program's 5");
	CHECK_EQ(store_migrate(where, &from, &to, &f), STATUS_SCHEMA);
	CHECK_EQ(raw_integer(path, "PRAGMA user_version"), 6);
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 0"), 0);
	refused(STATUS_SCHEMA, "sigractl store migrate");
	/* An older number on newer tables: the migration fails whole. */
	CHECK(store_migrate(where, &from, &to, &f) != STATUS_OK);
	CHECK_EQ(raw_integer(path, "PRAGMA user_version"), 0);
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = -5"), 0);
	refused(STATUS_SCHEMA, "not a sigra store");
}

static void
test_migrate(void)
{
	unsigned from = 7, to = 0, again = 0;
	struct store *s = NULL;

	fresh("migrate");
	CHECK(unlink(path) == 0);
	CHECK(close(open(path, O_CREAT | O_WRONLY, 0600)) == 0);
	CHECK_EQ(raw_exec(path, "PRAGMA application_id = 1397311314"), 0);
	refused(STATUS_SCHEMA, "sigractl store migrate");
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(from, 0);
	CHECK(to >= 1);
	s = fixture_open(where);
	fixture_add_account(s, 1);
	store_close(s);
	CHECK_OK(store_migrate(where, &from, &again, &f), &f);
	CHECK_EQ(from, to);
	CHECK_EQ(again, to);
}

static void
write_file(const char *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	CHECK(fd >= 0);
	CHECK_EQ(write(fd, bytes, len), (ssize_t)len);
	CHECK(close(fd) == 0);
}

static void
test_foreign(void)
{
	char text[8192];
	struct stat sb;

	fresh("foreign");
	CHECK_EQ(raw_exec(path, "PRAGMA application_id = 252006675"), 0);
	refused(STATUS_SCHEMA, "not a sigra store");
	write_file("", 0);
	refused(STATUS_SCHEMA, "not a sigra store");
	/* It stays as it was. */
	CHECK(stat(path, &sb) == 0);
	CHECK_EQ(sb.st_size, 0);
	memset(text, 'x', sizeof(text));
	write_file(text, sizeof(text));
	refused(STATUS_CORRUPT, "");
	write_file(text, 10);
	CHECK(try_open(STORE_WRITE) != STATUS_OK);
}

static void
found(void *ctx, const char *problem)
{
	(void)ctx;
	(void)problem;
}

/* The first one that needs the table says so, and so does a check. */
static void
unusable(enum status (*use)(struct store *s), const char *word)
{
	struct store *s = fixture_open(where);

	CHECK_EQ(use(s), STATUS_SCHEMA);
	CHECK(strstr(f.text, word) != NULL);
	/* ... again, and whatever else was done between. */
	CHECK_OK(store_clock_get(s, &(int64_t){ 0 }, &f), &f);
	CHECK_EQ(use(s), STATUS_SCHEMA);
	CHECK_EQ(store_integrity(s, found, NULL, &f), STATUS_SCHEMA);
	CHECK(strstr(f.text, word) != NULL);
	store_close(s);
}

static enum status
use_login(struct store *s)
{
	const struct store_login row = { .at = NOW };
	STORE_TXN(t);

	CHECK_OK(store_begin(s, &t, &f), &f);
	return store_login_insert(s, &row, &f);
}

static enum status
use_guess(struct store *s)
{
	struct store_guess_counts c;

	return store_guess_count(s, "a", "x", "password", NOW, 1, 1, 1, 1, &c,
				 &f);
}

static void
test_tables(void)
{
	fresh("tables");
	CHECK_EQ(raw_exec(path, "DROP TABLE login"), 0);
	unusable(use_login, "login_insert");
	fresh("columns");
	CHECK_EQ(raw_exec(path, "ALTER TABLE guess RENAME COLUMN at TO att"),
		 0);
	unusable(use_guess, "guess_count");
}

int
main(void)
{
	test_versions();
	test_migrate();
	test_foreign();
	test_tables();
	return test_done();
}
