/* SPDX-License-Identifier: MIT */
/* The secrets of service accounts. */
#include "store/engine.h"
#include "store/people.h"

enum status
store_secret_insert(struct store *s, const struct store_secret *x,
		    struct fault *f)
{
	const struct store_value in[] = {
		store_text(x->id.s),
		store_text(x->account.s),
		store_text(x->label),
		store_blob(x->hash, sizeof(x->hash)),
		store_integer(x->created_at),
		store_integer(x->expires_at),
		store_integer(x->used_at),
		store_integer(x->revoked_at),
	};
	int64_t count = 0;
	enum status st;

	/* In the transaction that inserts, so two cannot both be the last. */
	if ((st = store_query_count(s, STORE_SQL_SECRET_COUNT, &in[1], 1,
				    &count, f)) != STATUS_OK)
		return st;
	if (count >= STORE_SECRETS_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account has %d secrets at most: revoke one",
			     STORE_SECRETS_MAX);
	return store_change(s, STORE_SQL_SECRET_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: id, account, label, hash, created_at, expires_at, used_at,
 * revoked_at. */
static bool
store_secret_read(struct store_row *row, struct store_secret *x)
{
	size_t len = 0;

	store_row_id(row, &x->id);
	store_row_id(row, &x->account);
	store_row_text(row, x->label, sizeof(x->label));
	store_row_blob(row, x->hash, sizeof(x->hash), &len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &x->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &x->expires_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &x->used_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &x->revoked_at);
	return store_row_done(row) && len == sizeof(x->hash);
}

static enum store_next
store_secret_take(void *ctx, struct store_row *row)
{
	struct store_secret x = { .used_at = 0 };

	if (!store_secret_read(row, &x))
		return STORE_NEXT_BAD;
	*(struct store_secret *)ctx = x;
	return STORE_NEXT_MORE;
}

enum status
store_secret_find(struct store *s, const struct id *account,
		  const uint8_t hash[STORE_HASH_SIZE],
		  struct store_secret *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_blob(hash, STORE_HASH_SIZE) };
	const struct store_sink sink = { store_secret_take, out };

	return store_query_one(s, STORE_SQL_SECRET_FIND, in, STORE_LEN(in),
			       &sink, "secret", f);
}

enum status
store_secret_used(struct store *s, const struct id *id, int64_t now,
		  struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };

	return store_change_one(s, STORE_SQL_SECRET_USED, in, STORE_LEN(in),
				STATUS_LOST,
				"the secret is revoked or expired", f);
}

enum status
store_secret_revoke(struct store *s, const struct id *account,
		    const char *label, int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(label),
					  store_integer(now) };

	/* 0 says "not". */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change_one(s, STORE_SQL_SECRET_REVOKE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, "there is no such secret",
				f);
}

enum status
store_secret_revoke_all(struct store *s, const struct id *account, int64_t now,
			int64_t *revoked, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now) };
	size_t rows = 0;
	enum status st;

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_SECRET_REVOKE_ALL, in,
			       STORE_LEN(in), &rows, f)) != STATUS_OK)
		return st;
	*revoked = (int64_t)rows;
	return STATUS_OK;
}

struct store_secret_walk {
	bool (*each)(void *ctx, const struct store_secret *);
	void *ctx;
};

static enum store_next
store_secret_step(void *ctx, struct store_row *row)
{
	const struct store_secret_walk *w = ctx;
	struct store_secret x = { .used_at = 0 };

	if (!store_secret_read(row, &x))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &x) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_secret_list(struct store *s, const struct id *account,
		  bool (*each)(void *ctx, const struct store_secret *),
		  void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_secret_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_secret_step, &w };

	return store_query(s, STORE_SQL_SECRET_LIST, in, STORE_LEN(in), &sink,
			   f);
}
