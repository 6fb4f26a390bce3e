/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "store/engine.h"

/* Columns: kind, salt, memory_kib, passes, lanes, sealed, set_at. */
static bool
store_password_read(struct store_row *row, struct store_password *p)
{
	int64_t kind = 0;
	size_t salt = 0;

	store_row_integer(row, STORE_ARGON2ID, STORE_CRYPT, &kind);
	store_row_blob(row, p->salt, sizeof(p->salt), &salt);
	store_row_integer(row, 0, INT64_MAX, &p->memory_kib);
	store_row_integer(row, 0, INT64_MAX, &p->passes);
	store_row_integer(row, 0, INT64_MAX, &p->lanes);
	store_row_blob(row, p->sealed, sizeof(p->sealed), &p->sealed_len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &p->set_at);
	p->kind = (enum store_password_kind)kind;
	if (salt != (p->kind == STORE_ARGON2ID ? sizeof(p->salt) : 0))
		row->bad = true;
	return store_row_done(row);
}

static struct store_value
store_password_salt(const struct store_password *p)
{
	return store_blob(p->salt,
			  p->kind == STORE_ARGON2ID ? sizeof(p->salt) : 0);
}

static enum store_next
store_password_take(void *ctx, struct store_row *row)
{
	struct store_password p = { .sealed_len = 0 };

	if (!store_password_read(row, &p))
		return STORE_NEXT_BAD;
	*(struct store_password *)ctx = p;
	return STORE_NEXT_MORE;
}

enum status
store_password_get(struct store *s, const struct id *account,
		   struct store_password *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	const struct store_sink sink = { store_password_take, out };

	return store_query_one(s, STORE_SQL_PASSWORD_GET, in, STORE_LEN(in),
			       &sink, "password", f);
}

enum status
store_password_put(struct store *s, const struct id *account,
		   const struct store_password *p, struct fault *f)
{
	const struct store_value in[] = {
		store_text(account->s),
		store_integer(p->kind),
		store_password_salt(p),
		store_integer(p->memory_kib),
		store_integer(p->passes),
		store_integer(p->lanes),
		store_blob(p->sealed, p->sealed_len),
		store_integer(p->set_at),
	};

	return store_change(s, STORE_SQL_PASSWORD_PUT, in, STORE_LEN(in), NULL,
			    f);
}

enum status
store_password_delete(struct store *s, const struct id *account,
		      struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, STORE_SQL_PASSWORD_DELETE, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows == 0)
		return fault(f, STATUS_NOT_FOUND, "there is no such password");
	return STATUS_OK;
}

enum status
store_history_push(struct store *s, const struct id *row,
		   const struct id *account, const struct store_password *p,
		   int64_t keep, struct fault *f)
{
	const struct store_value in[] = {
		store_text(row->s),
		store_text(account->s),
		store_integer(p->kind),
		store_password_salt(p),
		store_integer(p->memory_kib),
		store_integer(p->passes),
		store_integer(p->lanes),
		store_blob(p->sealed, p->sealed_len),
		store_integer(p->set_at),
	};
	const struct store_value trim[] = { store_text(account->s),
					    store_integer(keep) };
	enum status st;

	if ((st = store_change(s, STORE_SQL_HISTORY_PUSH, in, STORE_LEN(in),
			       NULL, f)) != STATUS_OK)
		return st;
	return store_change(s, STORE_SQL_HISTORY_TRIM, trim, STORE_LEN(trim),
			    NULL, f);
}

struct store_history_walk {
	bool (*each)(void *ctx, const struct id *row,
		     const struct store_password *);
	void *ctx;
};

static enum store_next
store_history_step(void *ctx, struct store_row *row)
{
	const struct store_history_walk *w = ctx;
	struct store_password p = { .sealed_len = 0 };
	struct id id = { .s = "" };

	store_row_id(row, &id);
	if (!store_password_read(row, &p))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &id, &p) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_history_list(struct store *s, const struct id *account,
		   bool (*each)(void *ctx, const struct id *row,
				const struct store_password *),
		   void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_history_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_history_step, &w };

	return store_query(s, STORE_SQL_HISTORY_LIST, in, STORE_LEN(in), &sink,
			   f);
}
