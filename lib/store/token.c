/* SPDX-License-Identifier: MIT */
/* App tokens, and the secrets of service accounts. */
#include "store/token.h"

#include "store/engine.h"
#include "store/refresh.h"

static enum status
store_token_room(struct store *s, const struct store_token *t, struct fault *f)
{
	const int64_t max = t->kind == STORE_TOKEN_SERVICE ? STORE_SECRETS_MAX
							   : STORE_TOKENS_MAX;
	const struct store_value in[] = { store_text(t->account.s),
					  store_integer(t->kind) };
	int64_t count = 0;
	enum status st;

	/* In the transaction that inserts, so two cannot both be the last. */
	if ((st = store_query_count(s, STORE_SQL_TOKEN_COUNT, in,
				    STORE_LEN(in), &count, f)) != STATUS_OK)
		return st;
	if (count >= max)
		return fault(f, STATUS_REFUSED,
			     "an account has %lld of them at most: revoke one",
			     (long long)max);
	return STATUS_OK;
}

enum status
store_token_insert(struct store *s, const struct store_token *t,
		   struct fault *f)
{
	const struct store_value in[] = {
		store_text(t->id.s),
		store_text(t->account.s),
		store_integer(t->kind),
		store_text(t->label),
		store_blob(t->hash, sizeof(t->hash)),
		store_text(t->scopes),
		store_text(t->sources),
		store_integer(t->created_at),
		store_text(t->made_by),
		store_integer(t->expires_at),
		store_integer(t->used_at),
		store_text(t->used_from),
		store_integer(t->revoked_at),
	};
	enum status st;

	if ((st = store_token_room(s, t, f)) != STATUS_OK)
		return st;
	return store_change(s, STORE_SQL_TOKEN_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

/* Columns: id, account, kind, label, hash, scopes, sources, created_at,
 * made_by, expires_at, used_at, used_from, revoked_at. */
static bool
store_token_read(struct store_row *row, struct store_token *t)
{
	int64_t kind = 0;
	size_t len = 0;

	store_row_id(row, &t->id);
	store_row_id(row, &t->account);
	store_row_integer(row, STORE_TOKEN_APP, STORE_TOKEN_SERVICE, &kind);
	store_row_text(row, t->label, sizeof(t->label));
	store_row_blob(row, t->hash, sizeof(t->hash), &len);
	store_row_text(row, t->scopes, sizeof(t->scopes));
	store_row_text(row, t->sources, sizeof(t->sources));
	store_row_integer(row, INT64_MIN, INT64_MAX, &t->created_at);
	store_row_text(row, t->made_by, sizeof(t->made_by));
	store_row_integer(row, INT64_MIN, INT64_MAX, &t->expires_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &t->used_at);
	store_row_text(row, t->used_from, sizeof(t->used_from));
	store_row_integer(row, INT64_MIN, INT64_MAX, &t->revoked_at);
	t->kind = (enum store_token_kind)kind;
	return store_row_done(row) && len == sizeof(t->hash);
}

static enum store_next
store_token_take(void *ctx, struct store_row *row)
{
	struct store_token t = { .used_at = 0 };

	if (!store_token_read(row, &t))
		return STORE_NEXT_BAD;
	*(struct store_token *)ctx = t;
	return STORE_NEXT_MORE;
}

static enum status
store_token_one(struct store *s, enum store_statement statement,
		const struct store_value *in, size_t n,
		struct store_token *out, struct fault *f)
{
	const struct store_sink sink = { store_token_take, out };

	return store_query_one(s, statement, in, n, &sink, "token", f);
}

enum status
store_token_find(struct store *s, const struct id *account,
		 const uint8_t hash[STORE_HASH_SIZE], struct store_token *out,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_blob(hash, STORE_HASH_SIZE) };

	return store_token_one(s, STORE_SQL_TOKEN_FIND, in, STORE_LEN(in), out,
			       f);
}

enum status
store_token_by_id(struct store *s, const struct id *id,
		  struct store_token *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_token_one(s, STORE_SQL_TOKEN_BY_ID, in, STORE_LEN(in),
			       out, f);
}

enum status
store_token_by_label(struct store *s, const struct id *account,
		     const char *label, struct store_token *out,
		     struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(label) };

	return store_token_one(s, STORE_SQL_TOKEN_BY_LABEL, in, STORE_LEN(in),
			       out, f);
}

struct store_token_walk {
	bool (*each)(void *ctx, const struct store_token *);
	void *ctx;
};

static enum store_next
store_token_step(void *ctx, struct store_row *row)
{
	const struct store_token_walk *w = ctx;
	struct store_token t = { .used_at = 0 };

	if (!store_token_read(row, &t))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &t) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_token_list(struct store *s, const struct id *account,
		 bool (*each)(void *ctx, const struct store_token *),
		 void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_token_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_token_step, &w };

	return store_query(s, STORE_SQL_TOKEN_LIST, in, STORE_LEN(in), &sink,
			   f);
}

enum status
store_token_list_all(struct store *s, const struct id *after,
		     bool (*each)(void *ctx, const struct store_token *),
		     void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(
		after == NULL ? "" : after->s) };
	struct store_token_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_token_step, &w };

	return store_query(s, STORE_SQL_TOKEN_LIST_ALL, in, STORE_LEN(in),
			   &sink, f);
}

enum status
store_token_count(struct store *s, const struct id *account,
		  enum store_token_kind kind, int64_t now, int64_t *out,
		  struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(kind),
					  store_integer(now) };

	return store_query_count(s, STORE_SQL_TOKEN_GOOD, in, STORE_LEN(in),
				 out, f);
}

enum status
store_token_used(struct store *s, const struct id *id, int64_t now,
		 const char *from, struct fault *f)
{
	const struct store_value in[] = {
		store_text(id->s),
		store_integer(now),
		store_text(from),
		store_integer(STORE_TOKEN_USE_SECONDS),
	};

	return store_change_one(s, STORE_SQL_TOKEN_USED, in, STORE_LEN(in),
				STATUS_LOST, "the token is revoked or expired",
				f);
}

enum status
store_token_revoke(struct store *s, const struct id *id, int64_t now,
		   struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };

	/* 0 says "not". */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change_one(s, STORE_SQL_TOKEN_REVOKE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, "there is no such token", f);
}

enum status
store_token_revoke_all(struct store *s, const struct id *account, int64_t now,
		       int64_t *revoked, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now) };
	int64_t families = 0;
	size_t rows = 0;
	enum status st;

	if ((st = store_refresh_revoke_all(s, account, now, &families, f)) !=
		    STATUS_OK ||
	    (st = store_change(s, STORE_SQL_TOKEN_REVOKE_ALL, in,
			       STORE_LEN(in), &rows, f)) != STATUS_OK)
		return st;
	*revoked = (int64_t)rows + families;
	return STATUS_OK;
}
