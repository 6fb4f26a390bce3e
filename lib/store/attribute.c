/* SPDX-License-Identifier: MIT */
/* What an account says of itself, and the address that it is going to have. */
#include "store/engine.h"
#include "store/people.h"

enum status
store_attribute_put(struct store *s, const struct id *account,
		    const struct store_attribute *a, struct fault *f)
{
	const struct store_value in[] = {
		store_text(account->s),
		store_text(a->key),
		store_text(a->value),
		store_integer(a->exported),
	};
	int64_t others = 0;
	enum status st;

	/* In the transaction that inserts, so two cannot both be the last. */
	if ((st = store_query_count(s, STORE_SQL_ATTRIBUTE_OTHERS, in, 2,
				    &others, f)) != STATUS_OK)
		return st;
	if (others >= STORE_ATTRIBUTES_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account has %d attributes at most",
			     STORE_ATTRIBUTES_MAX);
	return store_change(s, STORE_SQL_ATTRIBUTE_PUT, in, STORE_LEN(in),
			    NULL, f);
}

enum status
store_attribute_delete(struct store *s, const struct id *account,
		       const char *key, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(key) };

	return store_change_one(s, STORE_SQL_ATTRIBUTE_DELETE, in,
				STORE_LEN(in), STATUS_NOT_FOUND,
				"there is no such attribute", f);
}

enum status
store_attribute_delete_all(struct store *s, const struct id *account,
			   struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };

	return store_change(s, STORE_SQL_ATTRIBUTE_DELETE_ALL, in,
			    STORE_LEN(in), NULL, f);
}

struct store_attribute_walk {
	bool (*each)(void *ctx, const struct store_attribute *);
	void *ctx;
};

static enum store_next
store_attribute_step(void *ctx, struct store_row *row)
{
	const struct store_attribute_walk *w = ctx;
	struct store_attribute a = { .exported = false };

	store_row_text(row, a.key, sizeof(a.key));
	store_row_text(row, a.value, sizeof(a.value));
	store_row_bool(row, &a.exported);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &a) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_attribute_list(struct store *s, const struct id *account,
		     bool (*each)(void *ctx, const struct store_attribute *),
		     void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_attribute_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_attribute_step, &w };

	return store_query(s, STORE_SQL_ATTRIBUTE_LIST, in, STORE_LEN(in),
			   &sink, f);
}

enum status
store_email_change_put(struct store *s, const struct store_email_change *c,
		       struct fault *f)
{
	const struct store_value in[] = {
		store_text(c->account.s),
		store_text(c->email),
		store_blob(c->hash, sizeof(c->hash)),
		store_integer(c->created_at),
		store_integer(c->expires_at),
	};

	return store_change(s, STORE_SQL_EMAIL_CHANGE_PUT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: account, email, hash, created_at, expires_at. */
static enum store_next
store_email_change_take(void *ctx, struct store_row *row)
{
	struct store_email_change c = { .expires_at = 0 };
	size_t len = 0;

	store_row_id(row, &c.account);
	store_row_text(row, c.email, sizeof(c.email));
	store_row_blob(row, c.hash, sizeof(c.hash), &len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.expires_at);
	if (!store_row_done(row) || len != sizeof(c.hash))
		return STORE_NEXT_BAD;
	*(struct store_email_change *)ctx = c;
	return STORE_NEXT_MORE;
}

enum status
store_email_change_get(struct store *s, const struct id *account,
		       struct store_email_change *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	const struct store_sink sink = { store_email_change_take, out };

	return store_query_one(s, STORE_SQL_EMAIL_CHANGE_GET, in,
			       STORE_LEN(in), &sink,
			       "address that waits for its code", f);
}

enum status
store_email_change_delete(struct store *s, const struct id *account,
			  struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };

	return store_change(s, STORE_SQL_EMAIL_CHANGE_DELETE, in,
			    STORE_LEN(in), NULL, f);
}
