/* SPDX-License-Identifier: MIT */
/* A store of version 1, 2 or 3, with rows in every table, becomes one of ours.
 * usage: migrate-t 0001_init.sql 0002_codes.sql 0003_keys.sql */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../fixture.h"
#include "store/rule.h"
#include "base/text.h"
#include "raw.h"
#include "store/people.h"
#include "store/restore.h"

#define ID "'0188b733-f800-7000-8000-00000000000"

static struct fault f;
static char where[512], init[16384], codes[16384], keys[16384];
static const char *path;

static const char *const tables[] = {
	"meta",	   "account",	 "person", "password", "password_history",
	"rule",	   "guess",	 "seen",   "login",    "session",
	"audit",   "otp",	 "code",   "trust",    "key",
	"ssh_key", "key_policy",
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))
#define TABLES_2 (TABLES - 3)	/* of version 2 */
#define TABLES_1 (TABLES_2 - 3) /* of version 1 */

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

/* What version 2 has more. */
static const char rows_2[] =
	"UPDATE account SET epoch = 5 WHERE id = " ID "1';"
	"UPDATE rule SET unenrolled = 'exempt', trust_days = 30, qr = 'ascii' "
	"WHERE position = 1;"
	"INSERT INTO otp VALUES (" ID "e', " ID "1', 1, 'phone', 1, 6, 30, "
	"x'05', 1, 100, 7, 8);"
	"INSERT INTO code VALUES (" ID "f', " ID "1', 1, zeroblob(32), 7, 0, "
	"0);"
	"INSERT INTO trust VALUES (" ID "0', " ID "1', 1, zeroblob(32), "
	"'a key', 5, 7, 8);";

/* ... and version 3. */
static const char rows_3[] =
	"UPDATE rule SET uv = 'required', key_wait = 30, key_paste = 1 "
	"WHERE position = 1;"
	"UPDATE session SET closed_at = 20;"
	"INSERT INTO session VALUES (" ID "0', " ID "1', '', 'sshd', '', 'x', "
	"'', 'host', 'boot', 1, 2, 15, 0);"
	"INSERT INTO key VALUES (" ID "1', " ID "1', 'yubi', 'example.org', "
	"x'06', -7, x'07', zeroblob(16), 'usb', 0, 1, 9, x'08', 7, 8);"
	"INSERT INTO ssh_key VALUES (" ID "2', " ID "1', 'ssh', 'ssh-rsa', "
	"x'09', 0, 0, x'0a', 7, 8);"
	"UPDATE key_policy SET rp = 'example.org', sign_count = 3;";

static void
read_sql(const char *file, char *into, size_t size)
{
	FILE *in = fopen(file, "r");
	size_t n = in == NULL ? 0 : fread(into, 1, size - 1, in);

	CHECK(n > 0 && n < size - 1);
	if (in != NULL)
		(void)fclose(in);
}

/* An empty file, with the tables of VERSION and rows in each. */
static void
make(const char *name, unsigned version)
{
	(void)strcpy(where, fixture_where(name));
	path = fixture_path(where);
	CHECK(close(open(path, O_CREAT | O_EXCL | O_WRONLY, 0600)) == 0);
	CHECK_EQ(raw_exec(path, init), SQLITE_OK);
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 1"), SQLITE_OK);
	CHECK_EQ(raw_exec(path, rows), SQLITE_OK);
	if (version == 1)
		return;
	CHECK_EQ(raw_exec(path, codes), SQLITE_OK);
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 2"), SQLITE_OK);
	CHECK_EQ(raw_exec(path, rows_2), SQLITE_OK);
	if (version == 2)
		return;
	CHECK_EQ(raw_exec(path, keys), SQLITE_OK);
	CHECK_EQ(raw_exec(path, "PRAGMA user_version = 3"), SQLITE_OK);
	CHECK_EQ(raw_exec(path, rows_3), SQLITE_OK);
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
	((struct store_rule *)ctx)[r->position - 1] = *r;
	return true;
}

/* What the columns of version 2 say of old rows. */
static void
test_columns_2(struct store *s)
{
	struct store_login l = { .uptime = 77 };
	struct store_account a = { .epoch = 77 };
	struct store_rule r[2];
	struct id id;

	CHECK_OK(store_account_by_name(s, "ann", &a, &f), &f);
	CHECK_EQ(a.epoch, 1);
	CHECK_EQ(a.version, 7);
	CHECK_OK(store_rule_list(s, keep_rule, r, &f), &f);
	CHECK_STR(r[0].note, "a note");
	CHECK_STR(r[0].unenrolled, "deny");
	CHECK_STR(r[0].prompt, "auto");
	CHECK_STR(r[0].qr, "auto");
	CHECK(r[0].unenrolled_until == 0 && r[0].trust_days == 0 &&
	      r[0].step_up == 0 && !r[0].qr_invert);
	(void)strcpy(id.s, "0188b733-f800-7000-8000-00000000000a");
	CHECK_OK(store_login_get(s, &id, &l, &f), &f);
	CHECK_STR(l.tty, "");
	CHECK_EQ(l.uptime, -1);
	CHECK_EQ(l.ruid, -1);
	CHECK(l.leader == 0 && l.leader_start == 0);
}

/* ... and of version 3; a rule that asks waits for a key as a new one would,
 * and one that asks for nothing says nothing of keys. */
static void
test_columns_3(struct store *s)
{
	struct store_key_policy p = { .attestation = true };
	struct store_rule r[2];
	bool any = true;

	CHECK_OK(store_rule_list(s, keep_rule, r, &f), &f);
	CHECK_STR(r[0].action, "require");
	CHECK_STR(r[1].action, "admit");
	CHECK_EQ(r[0].key_wait, 15);
	CHECK_EQ(r[1].key_wait, 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK_STR(r[i].uv, "preferred");
		CHECK(!r[i].key_paste);
	}
	CHECK_OK(store_key_policy_get(s, &p, &f), &f);
	CHECK_STR(p.rp, "");
	CHECK(!p.attestation && p.aaguids == 0);
	CHECK_EQ(p.sign_count, STORE_SIGN_COUNT_WARN);
	CHECK_OK(store_key_any(s, &any, &f), &f);
	CHECK(!any);
}

static bool
keep_session(void *ctx, const struct store_session *row)
{
	((struct store_session *)ctx)[row->opened_at - 14] = *row;
	return true;
}

/* ... and of version 4: everybody is a person, nobody belongs anywhere, and
 * what runs has no end but its own. */
static void
test_columns_4(struct store *s, unsigned version)
{
	struct store_password_policy p = { .history = 77 };
	struct store_session row[2] = { { .idle = 77 }, { .idle = 77 } };
	struct store_account a = { .epoch = 77 };
	struct store_login l = { .uptime = 77 };
	struct store_rule r[2];
	struct id id;

	CHECK_OK(store_account_by_name(s, "ann", &a, &f), &f);
	CHECK(a.kind == STORE_PERSON && a.strategy == STORE_SOFT);
	CHECK_STR(a.org.s, "");
	CHECK_EQ(a.email_at, 0);
	CHECK_OK(store_rule_list(s, keep_rule, r, &f), &f);
	for (size_t i = 0; i < 2; i++) {
		CHECK_STR(r[i].org, "");
		CHECK_STR(r[i].org_choice, "last");
		CHECK_STR(r[i].new_source, "audit");
		CHECK(!r[i].notice && !r[i].invite);
		CHECK_EQ(r[i].session_max, -1);
		CHECK_EQ(r[i].session_idle, 0);
	}
	(void)strcpy(id.s, "0188b733-f800-7000-8000-00000000000a");
	CHECK_OK(store_login_get(s, &id, &l, &f), &f);
	CHECK_STR(l.org.s, "");
	CHECK_STR(l.impersonator, "");
	CHECK_OK(store_session_list(s, NULL, false, keep_session, row, &f),
		 &f);
	for (size_t i = 0; i < (version == 3 ? 2 : 1); i++) {
		CHECK(text_empty(row[i].org.s) &&
		      text_empty(row[i].impersonator) &&
		      text_empty(row[i].logind) && text_empty(row[i].ended));
		CHECK(row[i].ends_at == 0 && row[i].idle == 0);
	}
	CHECK_EQ(row[0].closed_at, version == 3 ? 20 : 0);
	CHECK_EQ(row[0].gone, row[0].closed_at != 0);
	CHECK_OK(store_password_policy_get(s, &p, &f), &f);
	CHECK(p.min_length == 8 && p.history == 5 && p.max_days == 0 &&
	      p.warn_days == 14 && p.min_days == 0 && p.breached);
}

/* An old device's label is taken for the keys to come, too. */
static void
test_label_2(struct store *s)
{
	struct store_key k = fixture_key(50);
	enum status st;

	(void)strcpy(k.label, "phone");
	ALONE(s, st, store_key_insert(s, &k, &f));
	CHECK_EQ(st, STATUS_CONFLICT);
	(void)strcpy(k.label, "key");
	ALONE(s, st, store_key_insert(s, &k, &f));
	CHECK_EQ(st, STATUS_OK);
}

static void
test_migrate(const char *name, unsigned version)
{
	static char before[TABLES][8192], after[TABLES][8192];
	unsigned from = 7, to = 7, count[TABLES], problems = 0;
	size_t most = version == 1   ? TABLES_1
		      : version == 2 ? TABLES_2
				     : TABLES;
	int columns[TABLES] = { 0 };
	struct store *s = NULL;

	make(name, version);
	for (size_t i = 0; i < most; i++) {
		count[i] = dump(tables[i], &columns[i], before[i],
				sizeof(before[i]));
		CHECK(count[i] > 0);
	}
	CHECK_EQ(store_open(where, STORE_READ, &s, &f), STATUS_SCHEMA);
	CHECK_EQ(store_open(where, STORE_WRITE, &s, &f), STATUS_SCHEMA);
	CHECK(strstr(f.text, "sigractl store migrate") != NULL);
	CHECK(s == NULL);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(from, version);
	CHECK_EQ(to, 5);
	for (size_t i = 0; i < most; i++) {
		CHECK_EQ(dump(tables[i], &columns[i], after[i],
			      sizeof(after[i])),
			 count[i]);
		CHECK_STR(after[i], before[i]);
	}
	s = fixture_open(where);
	if (version == 1)
		test_columns_2(s);
	if (version < 3)
		test_columns_3(s);
	test_columns_4(s, version);
	if (version == 2)
		test_label_2(s);
	CHECK_OK(store_integrity(s, sentence, &problems, &f), &f);
	CHECK_EQ(problems, 0);
	store_close(s);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(from, 5);
}

/* Whole, or not at all. */
static void
test_broken_off(const char *name, unsigned version, const char *table,
		const char *column)
{
	unsigned from = 7, to = 7;
	char sql[128];

	make(name, version);
	(void)snprintf(sql, sizeof(sql), "CREATE TABLE %s (x)", table);
	CHECK_EQ(raw_exec(path, sql), SQLITE_OK);
	CHECK(store_migrate(where, &from, &to, &f) != STATUS_OK);
	CHECK_EQ(from, 7);
	CHECK_EQ(raw_integer(path, "PRAGMA user_version"), version);
	CHECK_EQ(raw_integer(path, column), 0);
	(void)snprintf(sql, sizeof(sql), "DROP TABLE %s", table);
	CHECK_EQ(raw_exec(path, sql), SQLITE_OK);
	CHECK_OK(store_migrate(where, &from, &to, &f), &f);
	CHECK_EQ(to, 5);
	CHECK_EQ(raw_integer(path, column), 1);
}

/* A backup of an older version is one of ours once it is restored. */
static void
test_restore(const char *name, unsigned version)
{
	struct store_restore *r = NULL;
	struct store_account a;
	struct store *s = NULL;
	bool kept = false;
	int fd;

	make(name, version);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK(unlink(path) == 0);
	CHECK_OK(store_restore_begin(where, fd, NULL, &r, &f), &f);
	CHECK_OK(store_restore_finish(r, ".old", &kept, &f), &f);
	CHECK(!kept);
	store_restore_end(r);
	s = fixture_open(where);
	CHECK_OK(store_account_by_name(s, "ann", &a, &f), &f);
	if (version == 1)
		test_columns_2(s);
	if (version < 3)
		test_columns_3(s);
	test_columns_4(s, version);
	store_close(s);
	(void)close(fd);
}

int
main(int argc, char **argv)
{
	static const char epoch[] = "SELECT count(*) FROM pragma_table_info("
				    "'account') WHERE name = 'epoch'";
	static const char uv[] = "SELECT count(*) FROM pragma_table_info("
				 "'rule') WHERE name = 'uv'";
	static const char kind[] = "SELECT count(*) FROM pragma_table_info("
				   "'account') WHERE name = 'kind'";

	if (argc != 4)
		return 2;
	read_sql(argv[1], init, sizeof(init));
	read_sql(argv[2], codes, sizeof(codes));
	read_sql(argv[3], keys, sizeof(keys));
	test_migrate("migrate1", 1);
	test_migrate("migrate2", 2);
	test_migrate("migrate3", 3);
	test_broken_off("broken1", 1, "trust", epoch);
	test_broken_off("broken12", 1, "key_policy", epoch);
	test_broken_off("broken2", 2, "key_policy", uv);
	test_broken_off("broken23", 2, "delivery", uv);
	test_broken_off("broken3", 3, "delivery", kind);
	test_restore("restore1", 1);
	test_restore("restore2", 2);
	test_restore("restore3", 3);
	return test_done();
}
