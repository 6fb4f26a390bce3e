/* SPDX-License-Identifier: MIT */
#include "store/chain.h"

#include "store/engine.h"

enum status
store_chain_insert(struct store *s, const struct store_chain *row,
		   struct fault *f)
{
	const struct store_value in[] = {
		store_text(row->host),
		store_integer(row->start),
		store_text(row->key),
		store_integer(row->made_at),
	};

	return store_change(s, STORE_SQL_CHAIN_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

static bool
store_chain_read(struct store_row *row, struct store_chain *c)
{
	store_row_text(row, c->host, sizeof(c->host));
	store_row_integer(row, 1, INT64_MAX, &c->start);
	store_row_text(row, c->key, sizeof(c->key));
	store_row_integer(row, INT64_MIN, INT64_MAX, &c->made_at);
	return store_row_done(row);
}

static enum store_next
store_chain_take(void *ctx, struct store_row *row)
{
	struct store_chain c = { .start = 0 };

	if (!store_chain_read(row, &c))
		return STORE_NEXT_BAD;
	*(struct store_chain *)ctx = c;
	return STORE_NEXT_MORE;
}

enum status
store_chain_newest(struct store *s, const char *host, struct store_chain *out,
		   struct fault *f)
{
	const struct store_value in[] = { store_text(host) };
	const struct store_sink sink = { store_chain_take, out };

	return store_query_one(s, STORE_SQL_CHAIN_NEWEST, in, STORE_LEN(in),
			       &sink, "chain of the audit", f);
}

struct store_chain_walk {
	bool (*each)(void *ctx, const struct store_chain *);
	void *ctx;
};

static enum store_next
store_chain_step(void *ctx, struct store_row *row)
{
	const struct store_chain_walk *w = ctx;
	struct store_chain c = { .start = 0 };

	if (!store_chain_read(row, &c))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &c) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_chain_list(struct store *s,
		 bool (*each)(void *ctx, const struct store_chain *),
		 void *ctx, struct fault *f)
{
	struct store_chain_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_chain_step, &w };

	return store_query(s, STORE_SQL_CHAIN_LIST, NULL, 0, &sink, f);
}

enum status
store_audit_last(struct store *s, const char *host, int64_t *seq,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(host) };

	return store_query_count(s, STORE_SQL_AUDIT_LAST, in, STORE_LEN(in),
				 seq, f);
}

struct store_audit_rows {
	bool (*each)(void *ctx, const struct store_audit *);
	void *ctx;
};

static enum store_next
store_audit_row(void *ctx, struct store_row *row)
{
	const struct store_audit_rows *w = ctx;
	struct store_audit a = { .seq = 0 };

	if (!store_row_audit(row, &a))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &a) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_audit_walk(struct store *s, const char *host, int64_t from,
		 int64_t limit,
		 bool (*each)(void *ctx, const struct store_audit *),
		 void *ctx, struct fault *f)
{
	const struct store_value in[] = {
		store_text(host),
		store_integer(from),
		store_integer(limit == 0 ? INT64_MAX : limit),
	};
	struct store_audit_rows w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_audit_row, &w };

	return store_query(s, STORE_SQL_AUDIT_WALK, in, STORE_LEN(in), &sink,
			   f);
}

enum status
store_audit_guards(struct store *s, int64_t *n, struct fault *f)
{
	return store_query_count(s, STORE_SQL_AUDIT_GUARD_ANY, NULL, 0, n, f);
}

/* The trigger lets rows go only as far as the guard says, which is there
 * between these two statements. */
enum status
store_audit_prune(struct store *s, const char *host, int64_t seq,
		  int64_t *gone, struct fault *f)
{
	const struct store_value in[] = { store_text(host),
					  store_integer(seq) };
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, STORE_SQL_AUDIT_GUARD_PUT, in, STORE_LEN(in),
			       NULL, f)) != STATUS_OK)
		return st;
	st = store_change(s, STORE_SQL_AUDIT_PRUNE, in, STORE_LEN(in), &rows,
			  f);
	if (st == STATUS_OK)
		st = store_change(s, STORE_SQL_AUDIT_GUARD_DELETE, NULL, 0,
				  NULL, f);
	if (st != STATUS_OK) {
		store_doom(s);
		return st;
	}
	*gone = (int64_t)rows;
	return STATUS_OK;
}
