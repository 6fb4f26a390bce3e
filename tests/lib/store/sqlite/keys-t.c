/* SPDX-License-Identifier: MIT */
/* What somebody did to keys without us: stopped, or found out. */
#include <sqlite3.h>
#include <stdio.h>

#include "../fixture.h"
#include "raw.h"

static struct fault f;
static char where[512];
static const char *path;
static char problems[2048];

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
fresh(const char *name)
{
	struct store *s = fixture_store(name);

	fixture_add_account(s, 1);
	store_close(s);
	(void)strcpy(where, fixture_where(name));
	path = fixture_path(where);
}

static bool
never(void *ctx, const struct store_key *k)
{
	*(struct store_key *)ctx = *k;
	return true;
}

static void
fill_keys(void)
{
	const struct store_otp d = fixture_otp(70, STORE_TOTP);
	struct store_key k = fixture_key(90);
	struct store_ssh_key h = fixture_ssh_key(92);
	struct store *s = fixture_open(where);
	STORE_TXN(t);

	fixture_add_account(s, 2);
	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_otp_insert(s, &d, &f), &f);
	CHECK_OK(store_key_insert(s, &k, &f), &f);
	k = fixture_key(91);
	k.state = STORE_KEY_REVOKED;
	CHECK_OK(store_key_insert(s, &k, &f), &f);
	CHECK_OK(store_ssh_key_insert(s, &h, &f), &f);
	h = fixture_ssh_key(93);
	CHECK_OK(store_ssh_key_insert(s, &h, &f), &f);
	CHECK_OK(store_commit(&t, &f), &f);
	store_close(s);
}

/* A counter goes up, a revoked key stays so, and none becomes another. */
#define KEY_COLUMNS                                                           \
	"rp, credential, algorithm, public, aaguid, transports, flags, "      \
	"state, 1, sealed, created_at, used_at FROM key "
#define SSH_COLUMNS "authority, 1, sealed, created_at, used_at FROM ssh_key "
#define TWO "'0188b733-f800-7000-8000-000000000002'"
static const char *const unchanging[] = {
	"UPDATE key SET sign_count = 99",
	"UPDATE OR REPLACE key SET sign_count = sign_count - 1",
	"UPDATE OR IGNORE key SET state = 1",
	"UPDATE key SET state = 1 WHERE state = 2",
	"UPDATE key SET rp = 'example.net'",
	"UPDATE key SET credential = x'00' WHERE state = 1",
	"UPDATE OR REPLACE key SET credential = (SELECT min(credential) "
	"FROM key)",
	"UPDATE key SET algorithm = -8",
	"UPDATE key SET public = x'00'",
	"UPDATE key SET aaguid = zeroblob(16)",
	"UPDATE key SET transports = 'ble'",
	"UPDATE key SET flags = 1",
	"UPDATE key SET created_at = 1",
	"UPDATE key SET account = " TWO,
	"UPDATE OR REPLACE key SET id = (SELECT min(id) FROM key)",
	"UPDATE OR REPLACE key SET label = 'key90'",
	"UPDATE OR REPLACE key SET label = 'label70' WHERE state = 1",
	"UPDATE OR REPLACE key SET label = 'ssh92' WHERE state = 1",
	"REPLACE INTO key SELECT id, account, label, " KEY_COLUMNS,
	"REPLACE INTO key SELECT id, account, label || 'x', " KEY_COLUMNS,
	"INSERT OR REPLACE INTO key SELECT substr(id, 1, 35) || 'x', account, "
	"label || 'x', " KEY_COLUMNS,
	"INSERT OR REPLACE INTO key SELECT substr(id, 1, 35) || 'x', account, "
	"label, rp, x'00', algorithm, public, aaguid, transports, flags, "
	"1, 1, sealed, created_at, used_at FROM key WHERE state = 1",
	"INSERT INTO key SELECT id, account, label, " KEY_COLUMNS
	"WHERE true ON CONFLICT DO UPDATE SET sign_count = 1",
	"UPDATE ssh_key SET sign_count = 99",
	"UPDATE ssh_key SET type = 'ssh-rsa'",
	"UPDATE ssh_key SET blob = x'00' WHERE label = 'ssh92'",
	"UPDATE OR REPLACE ssh_key SET blob = (SELECT min(blob) FROM ssh_key)",
	"UPDATE ssh_key SET authority = 1",
	"UPDATE ssh_key SET created_at = 1",
	"UPDATE ssh_key SET account = " TWO,
	"UPDATE OR REPLACE ssh_key SET id = (SELECT min(id) FROM ssh_key)",
	"UPDATE OR REPLACE ssh_key SET label = 'ssh92'",
	"UPDATE OR REPLACE ssh_key SET label = 'key90' WHERE label = 'ssh92'",
	"UPDATE OR REPLACE ssh_key SET label = 'label70' "
	"WHERE label = 'ssh92'",
	"REPLACE INTO ssh_key SELECT id, account, label, type, "
	"blob, " SSH_COLUMNS,
	"REPLACE INTO ssh_key SELECT id, account, label || 'x', type, "
	"x'00', " SSH_COLUMNS,
	"REPLACE INTO ssh_key SELECT substr(id, 1, 35) || 'x', account, "
	"label || 'x', type, blob, " SSH_COLUMNS,
	"REPLACE INTO ssh_key SELECT substr(id, 1, 35) || 'x', account, "
	"label, type, x'00', " SSH_COLUMNS "WHERE label = 'ssh92'",
	"UPDATE OR REPLACE otp SET label = 'key90'",
	"UPDATE OR REPLACE otp SET label = 'ssh92'",
	"INSERT OR REPLACE INTO otp SELECT substr(id, 1, 35) || 'x', account, "
	"kind, 'key90', algorithm, digits, period, sealed, state, moved, "
	"created_at, used_at FROM otp",
	"DELETE FROM key_policy",
	"UPDATE key_policy SET one = 2",
	"INSERT INTO key_policy SELECT 2, rp, attestation, sign_count, "
	"aaguids FROM key_policy",
};

static void
test_unchanging(void)
{
	fresh("unchanging");
	fill_keys();
	for (size_t i = 0; i < sizeof(unchanging) / sizeof(unchanging[0]);
	     i++) {
		int rc = raw_exec(path, unchanging[i]);

		if (rc != SQLITE_CONSTRAINT)
			test_note("%s: %d", unchanging[i], rc);
		CHECK(rc == SQLITE_CONSTRAINT);
	}
	CHECK_EQ(raw_integer(path, "SELECT count(*) FROM key WHERE "
				   "sign_count = 100 AND rp = 'example.org'"),
		 2);
	CHECK_EQ(raw_integer(path, "SELECT count(*) FROM ssh_key WHERE "
				   "sign_count = 100 AND authority = 0"),
		 2);
	/* Onward and out is allowed, and another seal. */
	CHECK_EQ(raw_exec(path, "UPDATE key SET sign_count = 101, state = 2, "
				"sealed = x'01', used_at = 1; "
				"UPDATE ssh_key SET sign_count = 101, "
				"sealed = x'01', used_at = 1"),
		 SQLITE_OK);
	CHECK_EQ(check(), 0);
	CHECK_EQ(raw_exec(path, "DELETE FROM key; DELETE FROM ssh_key"),
		 SQLITE_OK);
	CHECK_EQ(check(), 0);
}

/* What is missing denies: the laxest policy is not what it becomes. */
static void
test_policy_gone(void)
{
	struct store_key_policy p = { .aaguids = 77 };
	struct store *s;
	enum status st;

	fresh("policy");
	finds("DROP TRIGGER key_policy_keep; DELETE FROM key_policy",
	      "\"key_policy\" has lost its row");
	CHECK(strstr(problems, "\"key_policy_keep\" is missing") != NULL);
	s = fixture_open(where);
	CHECK_EQ(store_key_policy_get(s, &p, &f), STATUS_CORRUPT);
	CHECK_EQ(p.aaguids, 77);
	p = (struct store_key_policy){ .sign_count = STORE_SIGN_COUNT_WARN };
	ALONE(s, st, store_key_policy_put(s, &p, &f));
	CHECK_EQ(st, STATUS_CORRUPT);
	store_close(s);
}

static void
test_found_keys(void)
{
	static const char *const triggers[] = {
		"key_forward",	    "key_forward_insert", "key_label_insert",
		"key_label_update", "ssh_key_forward",	  "otp_label_insert",
	};
	char name[64], sql[128];

	for (size_t i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		(void)snprintf(name, sizeof(name), "drop-%s", triggers[i]);
		(void)snprintf(sql, sizeof(sql), "DROP TRIGGER %s",
			       triggers[i]);
		fresh(name);
		finds(sql, triggers[i]);
	}
	fresh("labels");
	fill_keys();
	CHECK_EQ(check(), 0);
	finds("DROP TRIGGER ssh_key_label_update; "
	      "UPDATE ssh_key SET label = 'key90' WHERE label = 'ssh92'",
	      "two devices or keys of one label");
}

/* A key's row that cannot be ours is refused, not believed. */
static void
test_rows_keys(void)
{
	static const char *const odd[] = {
		"key SET aaguid = x'00'",
		"key SET credential = zeroblob(513)",
		"key SET public = zeroblob(601)",
		"key SET sign_count = 4294967296",
		"key SET state = 3",
		"key SET flags = -1",
		"key SET label = printf('%65s', 'x')",
		"key SET rp = 'a' || char(0)",
	};
	const struct store_key like = fixture_key(90);
	char sql[256];

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct store_key k = { .sign_count = 77 };
		struct store *s;

		(void)snprintf(sql, sizeof(sql), "odd%zu", i);
		fresh(sql);
		fill_keys();
		(void)snprintf(sql, sizeof(sql),
			       "PRAGMA ignore_check_constraints = ON; "
			       "DROP TRIGGER key_forward; "
			       "DELETE FROM key WHERE state = 2; UPDATE %s",
			       odd[i]);
		CHECK_EQ(raw_exec(path, sql), SQLITE_OK);
		s = fixture_open(where);
		CHECK_EQ(store_key_list(s, &like.account, never, &k, &f),
			 STATUS_CORRUPT);
		CHECK_EQ(k.sign_count, 77);
		store_close(s);
	}
}

int
main(void)
{
	test_unchanging();
	test_policy_gone();
	test_found_keys();
	test_rows_keys();
	return test_done();
}
