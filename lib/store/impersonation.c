/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/people.h"

enum status
store_impersonation_insert(struct store *s,
			   const struct store_impersonation *i,
			   struct fault *f)
{
	const struct store_value in[] = {
		store_text(i->id.s),
		store_text(i->account.s),
		store_text(i->actor),
		store_text(i->reason),
		store_blob(i->hash, sizeof(i->hash)),
		store_integer(i->created_at),
		store_integer(i->expires_at),
		store_integer(i->spent_at),
	};

	return store_change(s, STORE_SQL_IMPERSONATION_INSERT, in,
			    STORE_LEN(in), NULL, f);
}

/* Columns: id, account, actor, reason, hash, created_at, expires_at,
 * spent_at. */
static enum store_next
store_impersonation_take(void *ctx, struct store_row *row)
{
	struct store_impersonation i = { .spent_at = 0 };
	size_t len = 0;

	store_row_id(row, &i.id);
	store_row_id(row, &i.account);
	store_row_text(row, i.actor, sizeof(i.actor));
	store_row_text(row, i.reason, sizeof(i.reason));
	store_row_blob(row, i.hash, sizeof(i.hash), &len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &i.created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &i.expires_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &i.spent_at);
	if (!store_row_done(row) || len != sizeof(i.hash))
		return STORE_NEXT_BAD;
	*(struct store_impersonation *)ctx = i;
	return STORE_NEXT_MORE;
}

enum status
store_impersonation_find(struct store *s, const struct id *account,
			 const uint8_t hash[STORE_HASH_SIZE],
			 struct store_impersonation *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_blob(hash, STORE_HASH_SIZE) };
	const struct store_sink sink = { store_impersonation_take, out };

	return store_query_one(s, STORE_SQL_IMPERSONATION_FIND, in,
			       STORE_LEN(in), &sink, "impersonation", f);
}

enum status
store_impersonation_spend(struct store *s, const struct id *id, int64_t now,
			  struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };

	/* 0 says "not yet": such a spending could be repeated. */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change_one(s, STORE_SQL_IMPERSONATION_SPEND, in,
				STORE_LEN(in), STATUS_LOST,
				"the impersonation is spent or expired", f);
}

enum status
store_impersonation_void(struct store *s, const struct id *account,
			 int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now) };

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change(s, STORE_SQL_IMPERSONATION_VOID, in, STORE_LEN(in),
			    NULL, f);
}

enum status
store_impersonation_void_by(struct store *s, const struct id *actor,
			    int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(actor->s),
					  store_integer(now) };

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change(s, STORE_SQL_IMPERSONATION_VOID_BY, in,
			    STORE_LEN(in), NULL, f);
}

enum status
store_impersonation_runs(struct store *s, const struct id *account,
			 int64_t now, int64_t since, bool *out,
			 struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now),
					  store_integer(since) };
	int64_t runs = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_IMPERSONATION_RUNS, in,
				    STORE_LEN(in), &runs, f)) != STATUS_OK)
		return st;
	*out = runs != 0;
	return STATUS_OK;
}
