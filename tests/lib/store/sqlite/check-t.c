/* SPDX-License-Identifier: MIT */
/* What somebody did to the file without us: stopped, or found out. */
#include <sqlite3.h>
#include <stdio.h>

#include "../fixture.h"
#include "store/rule.h"
#include "raw.h"

static struct fault f;
static char where[512];
static const char *path;
static char problems[2048];

/* The number of problems found. */
static unsigned
check(void)
{
	return raw_problems(where, problems, sizeof(problems));
}

static void
finds(const char *sql, const char *word)
{
	unsigned n;

	CHECK_EQ(raw_exec(path, sql), SQLITE_OK);
	n = check();
	if (n == 0 || strstr(problems, word) == NULL)
		test_note("%s: %u %s", sql, n, problems);
	CHECK(n > 0 && strstr(problems, word) != NULL);
}

static void
fill(struct store *s)
{
	struct store_audit a = { .id = fixture_id(50), .at = NOW };
	struct store_rule r = { .position = 1 };
	enum status st;

	fixture_add_account(s, 1);
	(void)strcpy(a.host, "host");
	(void)strcpy(a.action, "user.created");
	(void)strcpy(a.outcome, "success");
	(void)strcpy(a.meta, "{}");
	for (unsigned i = 0; i < 2; i++) {
		a.id = fixture_id(50 + i);
		a.seq = 0;
		ALONE(s, st, store_audit_insert(s, &a, &f));
		CHECK_EQ(st, STATUS_OK);
	}
	(void)strcpy(r.action, "admit");
	(void)strcpy(r.account, "any");
	(void)strcpy(r.unenrolled, "deny");
	(void)strcpy(r.prompt, "auto");
	(void)strcpy(r.qr, "auto");
	(void)strcpy(r.uv, "preferred");
	(void)strcpy(r.org_choice, "last");
	(void)strcpy(r.new_source, "audit");
	for (unsigned i = 0; i < 3; i++) {
		r.id = fixture_id(60 + i);
		ALONE(s, st, store_rule_insert(s, &r, &f));
		CHECK_EQ(st, STATUS_OK);
	}
}

static void
fresh(const char *name)
{
	struct store *s = fixture_store(name);

	fill(s);
	store_close(s);
	(void)strcpy(where, fixture_where(name));
	path = fixture_path(where);
}

static void
test_append_only(void)
{
	static const char *const tries[] = {
		"UPDATE audit SET outcome = 'failure'",
		"UPDATE audit SET seq = 9 WHERE seq = 2",
		"UPDATE OR REPLACE audit SET meta = ''",
		"DELETE FROM audit",
		"DELETE FROM audit WHERE seq = 2",
		"INSERT OR REPLACE INTO audit SELECT host, seq, id, at + 1, "
		"action, outcome, actor, effective, target, org, service, "
		"tty, rhost, pid, meta, mac FROM audit WHERE seq = 1",
		"REPLACE INTO audit SELECT host, seq + 9, id, at, action, "
		"outcome, actor, effective, target, org, service, tty, "
		"rhost, pid, meta, mac FROM audit WHERE seq = 1",
		"INSERT INTO audit SELECT host, seq, id, at, action, "
		"outcome, actor, effective, target, org, service, tty, "
		"rhost, pid, meta, mac FROM audit WHERE true "
		"ON CONFLICT DO UPDATE SET meta = ''",
	};

	fresh("append");
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		int rc = raw_exec(path, tries[i]);

		if (rc != SQLITE_CONSTRAINT)
			test_note("%s: %d", tries[i], rc);
		CHECK(rc == SQLITE_CONSTRAINT);
	}
	CHECK_EQ(raw_integer(path, "SELECT count(*) FROM audit WHERE meta = "
				   "'{}' AND outcome = 'success' AND "
				   "at = 1700000000 AND seq IN (1, 2)"),
		 2);
	CHECK_EQ(check(), 0);
}

static void
fill_codes(void)
{
	const struct store_otp one = fixture_otp(70, STORE_TOTP),
			       two = fixture_otp(71, STORE_HOTP);
	struct store_code c = fixture_code(80, STORE_CODE_BACKUP);
	struct store *s = fixture_open(where);
	STORE_TXN(t);

	fixture_add_account(s, 2);
	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_otp_insert(s, &one, &f), &f);
	CHECK_OK(store_otp_insert(s, &two, &f), &f);
	CHECK_OK(store_code_insert(s, &c, &f), &f);
	c = fixture_code(81, STORE_CODE_BACKUP);
	c.spent_at = NOW;
	CHECK_OK(store_code_insert(s, &c, &f), &f);
	CHECK_OK(store_commit(&t, &f), &f);
	store_close(s);
}

/* What is spent stays spent, whoever writes. */
static const char *const backwards[] = {
	"UPDATE otp SET moved = 99",
	"UPDATE OR REPLACE otp SET moved = moved - 1",
	"UPDATE otp SET period = 60 WHERE kind = 1",
	"UPDATE otp SET kind = 2, period = 0 WHERE kind = 1",
	"UPDATE OR REPLACE otp SET label = 'label70'",
	"UPDATE OR REPLACE otp SET id = (SELECT min(id) FROM otp)",
	"UPDATE otp SET account = '0188b733-f800-7000-8000-"
	"000000000002'",
	"REPLACE INTO otp SELECT id, account, kind, label, algorithm, "
	"digits, period, sealed, state, 1, created_at, used_at "
	"FROM otp",
	"INSERT OR REPLACE INTO otp SELECT substr(id, 1, 35) || 'x', "
	"account, kind, label, algorithm, digits, period, sealed, "
	"state, 1, created_at, used_at FROM otp WHERE kind = 1",
	"INSERT INTO otp SELECT id, account, kind, label, algorithm, "
	"digits, period, sealed, state, 1, created_at, used_at "
	"FROM otp WHERE true ON CONFLICT DO UPDATE SET moved = 1",
	"REPLACE INTO otp SELECT id, account, kind, label || 'x', "
	"algorithm, digits, period, sealed, state, 1, created_at, "
	"used_at FROM otp",
	"UPDATE code SET spent_at = 0",
	"UPDATE code SET spent_at = 5 WHERE spent_at <> 0",
	"UPDATE code SET hash = zeroblob(32), spent_at = 1 "
	"WHERE spent_at = 0",
	"UPDATE code SET kind = 2, spent_at = 1 WHERE spent_at = 0",
	"UPDATE code SET account = '0188b733-f800-7000-8000-"
	"000000000002' WHERE spent_at = 0",
	"UPDATE OR REPLACE code SET id = (SELECT max(id) FROM code) "
	"WHERE spent_at = 0",
	"UPDATE code SET expires_at = 1 WHERE spent_at = 0",
	"REPLACE INTO code SELECT id, account, kind, hash, "
	"created_at, expires_at, 0 FROM code",
	"REPLACE INTO code SELECT id, account, kind, zeroblob(32), "
	"created_at, expires_at, 0 FROM code WHERE spent_at <> 0",
	"REPLACE INTO code SELECT substr(id, 1, 35) || 'x', account, "
	"kind, hash, created_at, expires_at, 0 FROM code "
	"WHERE spent_at <> 0",
};

static void
test_forward_only(void)
{
	fresh("forward");
	fill_codes();
	for (size_t i = 0; i < sizeof(backwards) / sizeof(backwards[0]); i++) {
		int rc = raw_exec(path, backwards[i]);

		if (rc != SQLITE_CONSTRAINT)
			test_note("%s: %d", backwards[i], rc);
		CHECK(rc == SQLITE_CONSTRAINT);
	}
	CHECK_EQ(raw_integer(path, "SELECT count(*) FROM otp WHERE "
				   "moved = 100"),
		 2);
	CHECK_EQ(raw_integer(path, "SELECT count(*) FROM code WHERE "
				   "spent_at = 0"),
		 1);
	/* Forward and out is allowed. */
	CHECK_EQ(raw_exec(path, "UPDATE otp SET moved = 101"), SQLITE_OK);
	CHECK_EQ(raw_exec(path, "DELETE FROM otp"), SQLITE_OK);
	CHECK_EQ(raw_exec(path, "DELETE FROM code"), SQLITE_OK);
	CHECK_EQ(check(), 0);
}

static void
test_found(void)
{
	fresh("trigger");
	CHECK_EQ(check(), 0);
	finds("DROP TRIGGER audit_keep_delete", "audit_keep_delete");
	fresh("forward-trigger");
	finds("DROP TRIGGER otp_forward", "otp_forward");
	fresh("code-trigger");
	finds("DROP TRIGGER code_spent", "code_spent");
	fresh("column");
	finds("ALTER TABLE account ADD COLUMN more TEXT", "account");
	fresh("extra");
	finds("CREATE TRIGGER evil AFTER INSERT ON guess BEGIN "
	      "DELETE FROM guess; END",
	      "evil");
	fresh("index");
	finds("DROP INDEX account_name; CREATE INDEX account_name ON "
	      "account (name)",
	      "account_name");
	fresh("reference");
	finds("PRAGMA foreign_keys = OFF; DELETE FROM account; "
	      "INSERT INTO seen VALUES ('nobody', 'x', 1)",
	      "seen");
	fresh("rules");
	finds("DELETE FROM rule WHERE position = 2", "rule");
	fresh("rules2");
	finds("UPDATE rule SET position = -1 WHERE position = 1", "rule");
	fresh("form");
	finds("PRAGMA ignore_check_constraints = ON; "
	      "UPDATE account SET state = 9",
	      "account");
}

/* Rows that cannot be ours are refused, not believed. */
static void
test_rows(void)
{
	struct store_account a = { .version = 77 };
	struct store *s;

	fresh("rows");
	CHECK_EQ(raw_exec(path, "PRAGMA ignore_check_constraints = ON; "
				"UPDATE account SET state = 9"),
		 SQLITE_OK);
	s = fixture_open(where);
	CHECK_EQ(store_account_by_name(s, "user1", &a, &f), STATUS_CORRUPT);
	CHECK_EQ(a.version, 77);
	store_close(s);
	CHECK_EQ(raw_exec(path, "PRAGMA ignore_check_constraints = ON; "
				"UPDATE account SET state = 1, email = "
				"printf('%300s', 'x')"),
		 SQLITE_OK);
	s = fixture_open(where);
	CHECK_EQ(store_account_by_name(s, "user1", &a, &f), STATUS_CORRUPT);
	store_close(s);
	CHECK_EQ(raw_exec(path, "UPDATE account SET email = 'a' || char(0) || "
				"'b'"),
		 SQLITE_OK);
	s = fixture_open(where);
	CHECK_EQ(store_account_by_name(s, "user1", &a, &f), STATUS_CORRUPT);
	store_close(s);
	CHECK_EQ(raw_exec(path, "UPDATE account SET email = ''"), SQLITE_OK);
	s = fixture_open(where);
	CHECK_EQ(store_account_by_name(s, "user1", &a, &f), STATUS_OK);
	store_close(s);
}

int
main(void)
{
	test_append_only();
	test_forward_only();
	test_found();
	test_rows();
	return test_done();
}
