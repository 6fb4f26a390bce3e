/* SPDX-License-Identifier: MIT */
/* Every byte of every column of a small store's rows, changed behind the
 * store's back: the row is named. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/verify.h"
#include "base/auto.h"
#include "base/text.h"
#include "chained.h"
#include "test.h"

#define ROWS 5
#define CELL_SIZE 1024

static const char *const columns[] = {
	"host",	 "seq",	      "id",	"at",  "action",  "outcome",
	"actor", "effective", "target", "org", "service", "tty",
	"rhost", "pid",	      "meta",	"mac",
};

/* The file, and what a cell of it was. */
struct raw {
	sqlite3 *db;
	sqlite3_stmt *get, *put;
	int type;
	uint8_t was[CELL_SIZE];
	int len;
};

static void
raw_open(struct raw *r, const char *where)
{
	CHECK(sqlite3_open_v2(strchr(where, ':') + 1, &r->db,
			      SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
	(void)sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
	CHECK(sqlite3_exec(r->db,
			   "PRAGMA synchronous = OFF;"
			   "PRAGMA ignore_check_constraints = ON;"
			   "DROP TRIGGER audit_keep_update;"
			   "DROP TRIGGER audit_keep_delete;"
			   "DROP TRIGGER audit_keep_insert",
			   NULL, NULL, NULL) == SQLITE_OK);
}

/* COLUMN of row SEQ, which is found again by what is not changed. */
static void
raw_cell(struct raw *r, const char *column, const char *id, int64_t seq)
{
	const char *by = strcmp(column, "id") == 0 ? "seq" : "id";
	char sql[256], number[32];

	(void)snprintf(number, sizeof(number), "%lld", (long long)seq);
	if (strcmp(by, "seq") == 0)
		id = number;

	(void)snprintf(sql, sizeof(sql), "SELECT %s FROM audit WHERE %s = ?1",
		       column, by);
	if (sqlite3_prepare_v2(r->db, sql, -1, &r->get, NULL) != SQLITE_OK)
		abort();
	(void)sqlite3_bind_text(r->get, 1, id, -1, SQLITE_TRANSIENT);
	if (sqlite3_step(r->get) != SQLITE_ROW)
		abort();
	r->type = sqlite3_column_type(r->get, 0);
	r->len = sqlite3_column_bytes(r->get, 0);
	if (r->len > CELL_SIZE)
		abort();
	if (r->len > 0)
		memcpy(r->was, sqlite3_column_blob(r->get, 0), (size_t)r->len);
	(void)sqlite3_finalize(r->get);
	(void)snprintf(sql, sizeof(sql),
		       "UPDATE audit SET %s = ?1 WHERE %s = "
		       "?2",
		       column, by);
	if (sqlite3_prepare_v2(r->db, sql, -1, &r->put, NULL) != SQLITE_OK)
		abort();
	(void)sqlite3_bind_text(r->put, 2, id, -1, SQLITE_TRANSIENT);
}

/* False: SQLite itself takes no such value. */
static bool
raw_put(struct raw *r, const uint8_t *bytes, int len)
{
	char number[32];
	int rc;

	if (r->type == SQLITE_BLOB) {
		(void)sqlite3_bind_blob(r->put, 1, bytes, len, SQLITE_STATIC);
	} else if (r->type == SQLITE_TEXT) {
		(void)sqlite3_bind_text(r->put, 1, (const char *)bytes, len,
					SQLITE_STATIC);
	} else {
		memcpy(number, bytes, (size_t)len);
		number[len] = '\0';
		(void)sqlite3_bind_int64(r->put, 1, strtoll(number, NULL, 10));
	}
	rc = sqlite3_step(r->put);
	(void)sqlite3_reset(r->put);
	return rc == SQLITE_DONE && sqlite3_changes(r->db) == 1;
}

struct pass {
	struct verify *v;
	bool survey;
	int64_t seq;
};

static bool
pass_row(void *ctx, const struct store_audit *row)
{
	struct pass *p = ctx;

	p->seq = row->seq;
	if (p->survey)
		return verify_survey(p->v, row, NULL) == STATUS_OK;
	verify_row(p->v, row);
	return true;
}

/* Rows that cannot be read are skipped, as audit verify does. */
static void
pass_all(struct pass *p, struct store *s, const char *host)
{
	p->seq = 0;
	while (store_audit_walk(s, host, p->seq + 1, 0, pass_row, p, NULL) ==
	       STATUS_CORRUPT) {
		if (!p->survey)
			verify_unreadable(p->v, host, p->seq);
		p->seq++;
	}
}

/* Is SEQ the first row that something is wrong with? */
static bool
named(struct chained *x, const struct secret *text, int64_t seq)
{
	AUTO_VERIFY *v = verify_new();
	struct pass p = { .v = v, .survey = true };
	struct ratchet_place place = { .dir = -1 };
	struct fault f = { .text = "" };
	AUTO_FD int fd = -1;

	store_beside(x->store, &place.dir, &place.name);
	v->filed = ratchet_open(&place, RATCHET_FILE, &fd, &v->file, &f) ==
		   STATUS_OK;
	if (verify_key_add(v, text, &f) != STATUS_OK || !v->filed)
		return false;
	pass_all(&p, x->store, CHAINED_HOST);
	if (verify_surveyed(v, &f) != STATUS_OK)
		return false;
	p.survey = false;
	pass_all(&p, x->store, CHAINED_HOST);
	verify_finish(v);
	return v->findings > 0 && v->finding[0].first == seq;
}

static unsigned
cell(struct chained *x, struct raw *r, const struct secret *text, int64_t seq,
     unsigned *tried)
{
	uint8_t bytes[CELL_SIZE];
	unsigned wrong = 0;

	for (int i = 0; i < r->len; i++) {
		memcpy(bytes, r->was, sizeof(bytes));
		bytes[i] ^= r->type == SQLITE_INTEGER ? 1 : 2;
		/* As a number it may be the same, or no other row's place. */
		if (!raw_put(r, bytes, r->len))
			continue;
		++*tried;
		wrong += !named(x, text, seq);
		if (!raw_put(r, r->was, r->len))
			abort();
	}
	/* One byte more, where the column has any. */
	memcpy(bytes, r->was, sizeof(bytes));
	bytes[r->len] = 'x';
	if (r->type == SQLITE_TEXT && raw_put(r, bytes, r->len + 1)) {
		++*tried;
		wrong += !named(x, text, seq);
		if (!raw_put(r, r->was, r->len))
			abort();
	}
	return wrong;
}

struct ids {
	struct id id[ROWS + 1];
	size_t n;
};

static bool
ids_each(void *ctx, const struct store_audit *row)
{
	struct ids *all = ctx;

	all->id[all->n++] = row->id;
	return all->n < ROWS + 1;
}

int
main(void)
{
	struct audit_new_key made;
	struct ids ids = { .n = 0 };
	struct chained x;
	unsigned tried = 0;
	struct raw r = { .db = NULL };
	SECRET(key);
	SECRET(text);

	CHECK_OK(crypto_start(&x.f), &x.f);
	chained_make(&x, "tamper");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	for (int i = 0; i < ROWS; i++)
		CHECK_OK(chained_row(&x, "user.created"), &x.f);
	crypto_audit_text(&key, made.start, &text);
	CHECK_OK(store_audit_walk(x.store, CHAINED_HOST, made.start, 0,
				  ids_each, &ids, &x.f),
		 &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK(!named(&x, &text, made.start));
	raw_open(&r, x.where);
	for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++) {
		unsigned wrong = 0;

		for (size_t n = 0; n < ids.n; n++) {
			raw_cell(&r, columns[c], ids.id[n].s,
				 made.start + (int64_t)n);
			wrong += cell(&x, &r, &text, made.start + (int64_t)n,
				      &tried);
			(void)sqlite3_finalize(r.put);
		}
		if (wrong > 0)
			test_note("column %s", columns[c]);
		CHECK_EQ(wrong, 0);
	}
	CHECK(tried > ROWS * 150);
	(void)sqlite3_close(r.db);
	chained_close(&x);
	return test_done();
}
