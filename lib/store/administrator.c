/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/people.h"

enum status
store_administrator_insert(struct store *s,
			   const struct store_administrator *a,
			   struct fault *f)
{
	const struct store_value in[] = { store_text(a->account.s),
					  store_text(a->granted_by),
					  store_integer(a->granted_at) };

	return store_change(s, STORE_SQL_ADMINISTRATOR_INSERT, in,
			    STORE_LEN(in), NULL, f);
}

enum status
store_administrator_delete(struct store *s, const struct id *account,
			   struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };

	return store_change_one(s, STORE_SQL_ADMINISTRATOR_DELETE, in,
				STORE_LEN(in), STATUS_NOT_FOUND,
				"there is no such administrator", f);
}

enum status
store_administrator_is(struct store *s, const struct id *account, bool *out,
		       struct fault *f)
{
	const struct store_value in =
		store_text(account == NULL ? "" : account->s);
	int64_t is = 0;
	enum status st;

	st = account == NULL
		     ? store_query_count(s, STORE_SQL_ADMINISTRATOR_ANY, NULL,
					 0, &is, f)
		     : store_query_count(s, STORE_SQL_ADMINISTRATOR_IS, &in, 1,
					 &is, f);
	if (st == STATUS_OK)
		*out = is != 0;
	return st;
}

struct store_administrator_walk {
	bool (*each)(void *ctx, const struct store_administrator *);
	void *ctx;
};

static enum store_next
store_administrator_step(void *ctx, struct store_row *row)
{
	const struct store_administrator_walk *w = ctx;
	struct store_administrator a = { .granted_at = 0 };

	store_row_id(row, &a.account);
	store_row_text(row, a.granted_by, sizeof(a.granted_by));
	store_row_integer(row, INT64_MIN, INT64_MAX, &a.granted_at);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &a) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_administrator_list(struct store *s,
			 bool (*each)(void *ctx,
				      const struct store_administrator *),
			 void *ctx, struct fault *f)
{
	struct store_administrator_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_administrator_step, &w };

	return store_query(s, STORE_SQL_ADMINISTRATOR_LIST, NULL, 0, &sink, f);
}
