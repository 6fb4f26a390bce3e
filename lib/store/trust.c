/* SPDX-License-Identifier: MIT */
#include "store/trust.h"

#include "store/engine.h"

enum status
store_trust_put(struct store *s, const struct store_trust *t, struct fault *f)
{
	const struct store_value in[] = {
		store_text(t->id.s),
		store_text(t->account.s),
		store_integer(t->kind),
		store_blob(t->binding, sizeof(t->binding)),
		store_text(t->shown),
		store_integer(t->epoch),
		store_integer(t->created_at),
		store_integer(t->used_at),
	};

	return store_change(s, STORE_SQL_TRUST_PUT, in, STORE_LEN(in), NULL,
			    f);
}

/* Columns: id, account, kind, binding, shown, epoch, created_at, used_at. */
static bool
store_trust_read(struct store_row *row, struct store_trust *t)
{
	int64_t kind = 0;
	size_t len = 0;

	store_row_id(row, &t->id);
	store_row_id(row, &t->account);
	store_row_integer(row, STORE_TRUST_SSH_KEY, STORE_TRUST_ADDRESS,
			  &kind);
	store_row_blob(row, t->binding, sizeof(t->binding), &len);
	store_row_text(row, t->shown, sizeof(t->shown));
	store_row_integer(row, 1, INT64_MAX, &t->epoch);
	store_row_integer(row, INT64_MIN, INT64_MAX, &t->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &t->used_at);
	t->kind = (enum store_trust_kind)kind;
	return store_row_done(row) && len == sizeof(t->binding);
}

static enum store_next
store_trust_take(void *ctx, struct store_row *row)
{
	struct store_trust t = { .epoch = 0 };

	if (!store_trust_read(row, &t))
		return STORE_NEXT_BAD;
	*(struct store_trust *)ctx = t;
	return STORE_NEXT_MORE;
}

enum status
store_trust_find(struct store *s, const struct id *account,
		 enum store_trust_kind kind,
		 const uint8_t binding[STORE_BINDING_SIZE],
		 struct store_trust *out, struct fault *f)
{
	const struct store_value in[] = {
		store_text(account->s), store_integer(kind),
		store_blob(binding, STORE_BINDING_SIZE)
	};
	const struct store_sink sink = { store_trust_take, out };

	return store_query_one(s, STORE_SQL_TRUST_FIND, in, STORE_LEN(in),
			       &sink, "trusted device", f);
}

/* One row, or there is no such one. */
static enum status
store_trust_change(struct store *s, enum store_statement statement,
		   const struct store_value *in, size_t n, struct fault *f)
{
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, statement, in, n, &rows, f)) != STATUS_OK)
		return st;
	if (rows == 0)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no such trusted device");
	return STATUS_OK;
}

enum status
store_trust_used(struct store *s, const struct id *id, int64_t now,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };

	return store_trust_change(s, STORE_SQL_TRUST_USED, in, STORE_LEN(in),
				  f);
}

struct store_trust_walk {
	bool (*each)(void *ctx, const struct store_trust *);
	void *ctx;
};

static enum store_next
store_trust_step(void *ctx, struct store_row *row)
{
	const struct store_trust_walk *w = ctx;
	struct store_trust t = { .epoch = 0 };

	if (!store_trust_read(row, &t))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &t) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_trust_list(struct store *s, const struct id *account,
		 bool (*each)(void *ctx, const struct store_trust *),
		 void *ctx, struct fault *f)
{
	struct store_trust_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_trust_step, &w };

	if (account != NULL) {
		const struct store_value in[] = { store_text(account->s) };

		return store_query(s, STORE_SQL_TRUST_LIST_ACCOUNT, in,
				   STORE_LEN(in), &sink, f);
	}
	return store_query(s, STORE_SQL_TRUST_LIST, NULL, 0, &sink, f);
}

enum status
store_trust_delete(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_trust_change(s, STORE_SQL_TRUST_DELETE, in, STORE_LEN(in),
				  f);
}

enum status
store_trust_delete_all(struct store *s, const struct id *account,
		       int64_t *dropped, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, STORE_SQL_TRUST_DELETE_ALL, in,
			       STORE_LEN(in), &rows, f)) != STATUS_OK)
		return st;
	*dropped = (int64_t)rows;
	return STATUS_OK;
}
