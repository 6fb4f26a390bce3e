/* SPDX-License-Identifier: MIT */
/* No statement goes through a whole table but those that are about one. */
#include <stdio.h>

#include "../fixture.h"
#include "store/sqlite/sqlite.h"

static struct fault f;

/* Listings, counts and changes of everything, by an administrator; the rules,
 * which are read whole; and whether there is any key or organization, which
 * ends at one. */
static const enum store_statement whole[] = {
	STORE_SQL_ACCOUNT_LIST,	      STORE_SQL_RULE_LIST,
	STORE_SQL_RULE_COUNT,	      STORE_SQL_RULE_SETTLE,
	STORE_SQL_GUESS_LIST,	      STORE_SQL_SESSION_LIST,
	STORE_SQL_SESSION_LIST_OPEN,  STORE_SQL_AUDIT_LIST,
	STORE_SQL_TRUST_LIST,	      STORE_SQL_VOID_ACCOUNTS,
	STORE_SQL_VOID_CODES,	      STORE_SQL_VOID_GUESSES,
	STORE_SQL_VOID_LOGINS,	      STORE_SQL_VOID_OTP,
	STORE_SQL_VOID_SESSIONS,      STORE_SQL_VOID_TRUST,
	STORE_SQL_VOID_UNKNOWN,	      STORE_SQL_KEY_ANY,
	STORE_SQL_VOID_EMAIL_CHANGES, STORE_SQL_VOID_IMPERSONATIONS,
	STORE_SQL_VOID_INVITATIONS,   STORE_SQL_VOID_REFRESH,
	STORE_SQL_VOID_TOKENS,	      STORE_SQL_ADMINISTRATOR_ANY,
	STORE_SQL_ADMINISTRATOR_LIST, STORE_SQL_IMPERSONATION_VOID_BY,
	STORE_SQL_WEBHOOK_LIST,	      STORE_SQL_MESSAGE_NEW,
	STORE_SQL_SESSION_LIST_LEFT,  STORE_SQL_ORG_ANY,
	STORE_SQL_AUDIT_SIZE,	      STORE_SQL_CHAIN_LIST,
	STORE_SQL_AUDIT_GUARD_ANY,    STORE_SQL_AUDIT_GUARD_DELETE,
};

static bool
is_whole(size_t statement)
{
	for (size_t i = 0; i < STORE_LEN(whole); i++)
		if (whole[i] == statement)
			return true;
	return false;
}

/* What a plan may go through: one row of a query within, and no table. */
static bool
is_small(const char *what)
{
	static const char *const small[] = { "CONSTANT ROW", "pair",
					     "person",	     "origin",
					     "waiting",	     "run" };

	for (size_t i = 0; i < STORE_LEN(small); i++)
		if (strcmp(what, small[i]) == 0)
			return true;
	return false;
}

/* How many lines of its plan are a scan; *USES: does one say WORD? */
static unsigned
scans(sqlite3 *db, const char *sql, const char *name, const char *word,
      bool *uses)
{
	sqlite3_stmt *plan = NULL;
	char explain[8192];
	unsigned found = 0;
	int n = snprintf(explain, sizeof(explain), "EXPLAIN QUERY PLAN %s",
			 sql);

	CHECK(n > 0 && (size_t)n < sizeof(explain));
	CHECK_EQ(sqlite3_prepare_v2(db, explain, -1, &plan, NULL), SQLITE_OK);
	while (sqlite3_step(plan) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(plan, 3);

		if (word != NULL && strstr(line, word) != NULL)
			*uses = true;
		if (strncmp(line, "SCAN ", 5) == 0 && !is_small(line + 5)) {
			found++;
			test_note("%s: %s", name, line);
		}
	}
	(void)sqlite3_finalize(plan);
	return found;
}

int
main(void)
{
	struct sqlite *s;
	void *handle = NULL;
	bool uses = false;

	store_close(fixture_store("plan"));
	CHECK_OK(engine_sqlite.open(fixture_path(fixture_where("plan")),
				    STORE_WRITE, &handle, &f),
		 &f);
	s = handle;
	CHECK_OK(sqlite_schema_statements(s, &f), &f);
	for (size_t i = 0; i < STORE_SQL_COUNT; i++) {
		const char *name = sqlite_schema_name((enum store_statement)i);

		if (!is_whole(i))
			CHECK_EQ(scans(s->db, sqlite3_sql(s->statement[i]),
				       name, NULL, NULL),
				 0);
	}
	/* The last success is found behind however many failures. */
	CHECK_EQ(scans(s->db, sqlite3_sql(s->statement[STORE_SQL_GUESS_COUNT]),
		       "guess_count", "guess_passed", &uses),
		 0);
	CHECK(uses);
	/* It would be seen. */
	CHECK_EQ(scans(s->db, "SELECT * FROM guess WHERE state = 2", "a scan",
		       NULL, NULL),
		 1);
	CHECK_EQ(scans(s->db, "SELECT id FROM code WHERE hash = 'x'", "one",
		       NULL, NULL),
		 1);
	engine_sqlite.close(handle);
	return test_done();
}
