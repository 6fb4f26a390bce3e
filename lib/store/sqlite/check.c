/* SPDX-License-Identifier: MIT */
/*
 * Is all of it still as it should be: SQLite's own checks, references, the
 * rules' numbering, labels, and a schema that is the one our migrations make
 * (a trigger can be dropped by whoever gets at the file).
 */
#include "base/auto.h"
#include "base/buf.h"
#include "store/sqlite/sqlite.h"

struct sqlite_check {
	void (*found)(void *ctx, const char *problem);
	void *ctx;
};

static void
sqlite_check_finalize(sqlite3_stmt **st)
{
	(void)sqlite3_finalize(*st);
}
#define SQLITE_STATEMENT(name)                                                \
	__attribute__((cleanup(sqlite_check_finalize))) sqlite3_stmt *name =  \
		NULL

/* Never NULL. */
static const char *
sqlite_check_text(sqlite3_stmt *st, int at)
{
	const unsigned char *text = sqlite3_column_text(st, at);

	return text == NULL ? "" : (const char *)text;
}

static void
sqlite_check_say(const struct sqlite_check *c, const char *before,
		 const char *quoted, const char *after)
{
	char text[256];
	struct buf b;

	buf_start(&b, text, sizeof(text));
	buf_text(&b, before);
	buf_quoted(&b, quoted);
	buf_text(&b, after);
	c->found(c->ctx, text);
}

/* Each row of SQL, but one that says "ok", is a problem. */
static enum status
sqlite_check_rows(sqlite3 *db, const char *sql, const char *before,
		  const char *after, const struct sqlite_check *c,
		  struct fault *f)
{
	SQLITE_STATEMENT(st);
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);

	if (rc != SQLITE_OK)
		return sqlite_fault(db, rc, "cannot check", f);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (sqlite3_stricmp(sqlite_check_text(st, 0), "ok") != 0)
			sqlite_check_say(c, before, sqlite_check_text(st, 0),
					 after);
	if (rc != SQLITE_DONE)
		return sqlite_fault(db, rc, "cannot check", f);
	return STATUS_OK;
}

/* What A has in its schema and B has not, by the LOOKUP that runs on B. */
static enum status
sqlite_check_lacks(sqlite3 *a, sqlite3 *b, const char *lookup,
		   const char *after, const struct sqlite_check *c,
		   struct fault *f)
{
	SQLITE_STATEMENT(all);
	SQLITE_STATEMENT(same);
	int rc = sqlite3_prepare_v2(a,
				    "SELECT type, name, coalesce(sql, '') "
				    "FROM sqlite_schema "
				    "WHERE substr(name, 1, 7) <> 'sqlite_'",
				    -1, &all, NULL);

	if (rc != SQLITE_OK)
		return sqlite_fault(a, rc, "cannot read the schema", f);
	rc = sqlite3_prepare_v2(b, lookup, -1, &same, NULL);
	if (rc != SQLITE_OK)
		return sqlite_fault(b, rc, "cannot read the schema", f);
	while ((rc = sqlite3_step(all)) == SQLITE_ROW) {
		int n = sqlite3_bind_parameter_count(same);

		(void)sqlite3_reset(same);
		for (int i = 0; i < n; i++)
			(void)sqlite3_bind_value(same, i + 1,
						 sqlite3_column_value(all, i));
		if (sqlite3_step(same) != SQLITE_ROW)
			sqlite_check_say(c, sqlite_check_text(all, 0),
					 sqlite_check_text(all, 1), after);
	}
	if (rc != SQLITE_DONE)
		return sqlite_fault(a, rc, "cannot read the schema", f);
	return STATUS_OK;
}

static enum status
sqlite_check_schema(sqlite3 *db, const struct sqlite_check *c, struct fault *f)
{
	AUTO_SQLITE struct sqlite *model = NULL;
	enum status st;

	if ((st = sqlite_connect_memory(&model, f)) != STATUS_OK ||
	    (st = sqlite_schema_raise(model->db, 0, f)) != STATUS_OK ||
	    (st = sqlite_check_lacks(model->db, db,
				     "SELECT 1 FROM sqlite_schema WHERE "
				     "type = ?1 AND name = ?2 AND "
				     "coalesce(sql, '') = ?3",
				     " is missing or was altered", c, f)) !=
		    STATUS_OK)
		return st;
	return sqlite_check_lacks(db, model->db,
				  "SELECT 1 FROM sqlite_schema WHERE "
				  "type = ?1 AND name = ?2",
				  " is none of ours", c, f);
}

/* What the schema alone cannot hold to, by the id or account it is about. */
static const struct {
	const char *sql, *before, *after;
} sqlite_check_laws[] = {
	{ "SELECT id FROM rule WHERE position NOT BETWEEN 1 AND "
	  "(SELECT count(*) FROM rule)",
	  "rule ", " has a position with a gap before it" },
	{ "SELECT account FROM (SELECT account, label FROM otp "
	  "UNION ALL SELECT account, label FROM key "
	  "UNION ALL SELECT account, label FROM ssh_key) "
	  "GROUP BY account, label HAVING count(*) > 1",
	  "account ", " has two devices or keys of one label" },
	{ "SELECT 'key_policy' WHERE NOT EXISTS (SELECT 1 FROM key_policy)",
	  "table ", " has lost its row" },
	{ "SELECT 'password_policy' WHERE NOT EXISTS "
	  "(SELECT 1 FROM password_policy)",
	  "table ", " has lost its row" },
	{ "SELECT id FROM account WHERE kind = 2 AND NOT EXISTS "
	  "(SELECT 1 FROM org WHERE org.id = account.org)",
	  "account ", " belongs to an organization that is not there" },
};

enum status
sqlite_integrity(void *handle, void (*found)(void *ctx, const char *problem),
		 void *ctx, struct fault *f)
{
	const struct sqlite_check c = { .found = found, .ctx = ctx };
	struct sqlite *s = handle;
	enum status st;

	if ((st = sqlite_schema_statements(s, f)) != STATUS_OK ||
	    (st = sqlite_check_rows(s->db, "PRAGMA integrity_check(100)",
				    "integrity: ", "", &c, f)) != STATUS_OK ||
	    (st = sqlite_check_rows(
		     s->db, "PRAGMA foreign_key_check", "a row of table ",
		     " refers to one that is not there", &c, f)) != STATUS_OK)
		return st;
	for (size_t i = 0; i < STORE_LEN(sqlite_check_laws); i++)
		if ((st = sqlite_check_rows(s->db, sqlite_check_laws[i].sql,
					    sqlite_check_laws[i].before,
					    sqlite_check_laws[i].after, &c,
					    f)) != STATUS_OK)
			return st;
	return sqlite_check_schema(s->db, &c, f);
}
