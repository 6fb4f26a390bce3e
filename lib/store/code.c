/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/otp.h"

enum status
store_code_insert(struct store *s, const struct store_code *c, struct fault *f)
{
	const struct store_value in[] = {
		store_text(c->id.s),
		store_text(c->account.s),
		store_integer(c->kind),
		store_blob(c->hash, sizeof(c->hash)),
		store_integer(c->created_at),
		store_integer(c->expires_at),
		store_integer(c->spent_at),
	};

	return store_change(s, STORE_SQL_CODE_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

/* Columns: id, account, kind, hash, created_at, expires_at, spent_at. */
static enum store_next
store_code_take(void *ctx, struct store_row *row)
{
	struct store_code c = { .spent_at = 0 };
	int64_t kind = 0;
	size_t len = 0;

	store_row_id(row, &c.id);
	store_row_id(row, &c.account);
	store_row_integer(row, STORE_CODE_BACKUP, STORE_CODE_TICKET, &kind);
	store_row_blob(row, c.hash, sizeof(c.hash), &len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.expires_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.spent_at);
	if (!store_row_done(row) || len != sizeof(c.hash))
		return STORE_NEXT_BAD;
	c.kind = (enum store_code_kind)kind;
	*(struct store_code *)ctx = c;
	return STORE_NEXT_MORE;
}

enum status
store_code_find(struct store *s, const struct id *account,
		enum store_code_kind kind,
		const uint8_t hash[STORE_CODE_HASH_SIZE],
		struct store_code *out, struct fault *f)
{
	const struct store_value in[] = {
		store_text(account->s), store_integer(kind),
		store_blob(hash, STORE_CODE_HASH_SIZE)
	};
	const struct store_sink sink = { store_code_take, out };

	return store_query_one(s, STORE_SQL_CODE_FIND, in, STORE_LEN(in),
			       &sink, "code", f);
}

enum status
store_code_spend(struct store *s, const struct id *id, int64_t now,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };
	size_t rows = 0;
	enum status st;

	/* 0 says "not yet": such a spending could be repeated. */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_CODE_SPEND, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows != 1)
		return fault(f, STATUS_LOST, "the code is spent or expired");
	return STATUS_OK;
}

static enum store_next
store_code_take_count(void *ctx, struct store_row *row)
{
	struct store_code_count c = { .left = 0 };

	store_row_integer(row, 0, INT64_MAX, &c.left);
	store_row_integer(row, 0, INT64_MAX, &c.total);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.expires_at);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_code_count *)ctx = c;
	return STORE_NEXT_MORE;
}

enum status
store_code_counted(struct store *s, const struct id *account,
		   enum store_code_kind kind, int64_t now,
		   struct store_code_count *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(kind),
					  store_integer(now) };
	const struct store_sink sink = { store_code_take_count, out };

	return store_query_one(s, STORE_SQL_CODE_COUNTED, in, STORE_LEN(in),
			       &sink, "count of codes", f);
}

enum status
store_code_delete(struct store *s, const struct id *account,
		  enum store_code_kind kind, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(kind) };

	return store_change(s, STORE_SQL_CODE_DELETE, in, STORE_LEN(in), NULL,
			    f);
}
