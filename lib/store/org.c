/* SPDX-License-Identifier: MIT */
#include "store/org.h"

#include "store/org_row.h"

void
store_org_columns(struct store_row *row, struct store_org *o)
{
	store_row_id(row, &o->id);
	store_row_text(row, o->slug, sizeof(o->slug));
	store_row_text(row, o->name, sizeof(o->name));
	store_row_text(row, o->words, sizeof(o->words));
	store_row_bool(row, &o->personal);
	store_row_bool(row, &o->require_mfa);
	store_row_bool(row, &o->token_expiry);
	store_row_integer(row, 0, STORE_ORG_TOKEN_MAX, &o->token_max);
	store_row_integer(row, INT64_MIN, INT64_MAX, &o->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &o->deleted_at);
	store_row_integer(row, 1, INT64_MAX, &o->version);
}

enum status
store_org_insert(struct store *s, const struct store_org *o, int64_t now,
		 struct fault *f)
{
	const struct store_value slug[] = { store_text(o->slug),
					    store_integer(now),
					    store_text(o->id.s) };
	const struct store_value in[] = {
		store_text(o->id.s),
		store_text(o->slug),
		store_text(o->name),
		store_text(o->words),
		store_integer(o->personal),
		store_integer(o->require_mfa),
		store_integer(o->token_expiry),
		store_integer(o->token_max),
		store_integer(o->created_at),
		store_integer(o->deleted_at),
		store_integer(o->version),
	};
	int64_t answers = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_ORG_ANSWERS, slug,
				    STORE_LEN(slug), &answers, f)) !=
	    STATUS_OK)
		return st;
	if (answers != 0)
		return fault(f, STATUS_CONFLICT,
			     "another organization had the slug '%s' and "
			     "still answers to it",
			     o->slug);
	return store_change(s, STORE_SQL_ORG_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

static enum store_next
store_org_take(void *ctx, struct store_row *row)
{
	struct store_org o = { .version = 0 };

	store_org_columns(row, &o);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_org *)ctx = o;
	return STORE_NEXT_MORE;
}

enum status
store_org_by_slug(struct store *s, const char *slug, int64_t now,
		  struct store_org *out, struct fault *f)
{
	const struct store_value in[] = { store_text(slug),
					  store_integer(now) };
	const struct store_sink sink = { store_org_take, out };

	return store_query_one(s, STORE_SQL_ORG_BY_SLUG, in, STORE_LEN(in),
			       &sink, "organization", f);
}

enum status
store_org_by_id(struct store *s, const struct id *id, struct store_org *out,
		struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_org_take, out };

	return store_query_one(s, STORE_SQL_ORG_BY_ID, in, STORE_LEN(in),
			       &sink, "organization", f);
}

enum status
store_org_any(struct store *s, bool *out, struct fault *f)
{
	int64_t n = 0;
	enum status st =
		store_query_count(s, STORE_SQL_ORG_ANY, NULL, 0, &n, f);

	if (st == STATUS_OK)
		*out = n != 0;
	return st;
}

enum status
store_org_update(struct store *s, const struct store_org *o, struct fault *f)
{
	const struct store_value in[] = {
		store_text(o->id.s),
		store_text(o->slug),
		store_text(o->name),
		store_text(o->words),
		store_integer(o->personal),
		store_integer(o->require_mfa),
		store_integer(o->token_expiry),
		store_integer(o->token_max),
		store_integer(o->deleted_at),
		store_integer(o->version),
	};
	struct store_org now;
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, STORE_SQL_ORG_UPDATE, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows == 1)
		return STATUS_OK;
	if ((st = store_org_by_id(s, &o->id, &now, f)) != STATUS_OK)
		return st;
	return fault(f, STATUS_LOST,
		     "the organization was changed meanwhile: read it again");
}

enum status
store_org_tokens(struct store *s, const struct store_org *o, int64_t now,
		 int64_t *out, struct fault *f)
{
	const struct store_value in[] = { store_text(o->id.s),
					  store_integer(now),
					  store_integer(o->token_expiry),
					  store_integer(o->token_max) };

	return store_query_count(s, STORE_SQL_ORG_TOKENS, in, STORE_LEN(in),
				 out, f);
}

enum status
store_org_past(struct store *s, const char *slug, const struct id *org,
	       int64_t until, struct fault *f)
{
	const struct store_value in[] = { store_text(slug), store_text(org->s),
					  store_integer(until) };

	return store_change(s, STORE_SQL_ORG_PAST, in, STORE_LEN(in), NULL, f);
}

struct store_org_walk {
	bool (*each)(void *ctx, const struct store_org *);
	void *ctx;
};

static enum store_next
store_org_step(void *ctx, struct store_row *row)
{
	const struct store_org_walk *w = ctx;
	struct store_org o = { .version = 0 };

	store_org_columns(row, &o);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &o) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_org_list(struct store *s, const char *after,
	       bool (*each)(void *ctx, const struct store_org *), void *ctx,
	       struct fault *f)
{
	const struct store_value in[] = { store_text(after) };
	struct store_org_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_org_step, &w };

	return store_query(s, STORE_SQL_ORG_LIST, in, STORE_LEN(in), &sink, f);
}
