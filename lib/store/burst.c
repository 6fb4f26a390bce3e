/* SPDX-License-Identifier: MIT */
#include "store/burst.h"

#include "store/engine.h"

struct store_burst_take {
	struct store_burst *out;
	size_t n;
};

static enum store_next
store_burst_take(void *ctx, struct store_row *row)
{
	struct store_burst_take *t = ctx;
	struct store_burst b = { .seq = 0 };
	size_t len = 0;

	store_row_text(row, b.source, sizeof(b.source));
	store_row_blob(row, b.what, sizeof(b.what), &len);
	store_row_text(row, b.target, sizeof(b.target));
	store_row_id(row, &b.audit);
	store_row_integer(row, 1, INT64_MAX, &b.seq);
	store_row_integer(row, INT64_MIN, INT64_MAX, &b.first_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &b.last_at);
	store_row_integer(row, 0, INT64_MAX, &b.count);
	if (!store_row_done(row) || len != sizeof(b.what))
		return STORE_NEXT_BAD;
	t->out[t->n++] = b;
	return STORE_NEXT_MORE;
}

enum status
store_burst_get(struct store *s, const char *source,
		const uint8_t what[STORE_BURST_WHAT], struct store_burst *out,
		struct fault *f)
{
	const struct store_value in[] = { store_text(source),
					  store_blob(what, STORE_BURST_WHAT) };
	struct store_burst_take t = { .out = out };
	const struct store_sink sink = { store_burst_take, &t };

	return store_query_one(s, STORE_SQL_BURST_GET, in, STORE_LEN(in),
			       &sink, "burst of failures", f);
}

enum status
store_burst_open(struct store *s, const char *source, int64_t *n,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(source) };

	return store_query_count(s, STORE_SQL_BURST_OPEN, in, STORE_LEN(in), n,
				 f);
}

enum status
store_burst_sum(struct store *s, const char *target, const char *action,
		int64_t *n, struct fault *f)
{
	const struct store_value in[] = { store_text(target),
					  store_text(action) };

	return store_query_count(s, STORE_SQL_BURST_SUM, in, STORE_LEN(in), n,
				 f);
}

enum status
store_burst_put(struct store *s, const struct store_burst *b, struct fault *f)
{
	const struct store_value in[] = {
		store_text(b->source),
		store_blob(b->what, sizeof(b->what)),
		store_text(b->target),
		store_text(b->audit.s),
		store_integer(b->seq),
		store_integer(b->first_at),
		store_integer(b->last_at),
		store_integer(b->count),
	};

	return store_change(s, STORE_SQL_BURST_PUT, in, STORE_LEN(in), NULL,
			    f);
}

enum status
store_burst_count(struct store *s, struct store_burst *b, int64_t now,
		  struct fault *f)
{
	const struct store_value in[] = { store_text(b->source),
					  store_blob(b->what, sizeof(b->what)),
					  store_integer(now) };
	enum status st = store_change_one(
		s, STORE_SQL_BURST_COUNT, in, STORE_LEN(in), STATUS_NOT_FOUND,
		"there is no such burst of failures", f);

	if (st != STATUS_OK)
		return st;
	b->count++;
	if (now > b->last_at)
		b->last_at = now;
	return STATUS_OK;
}

enum status
store_burst_delete(struct store *s, const struct store_burst *b,
		   struct fault *f)
{
	const struct store_value in[] = {
		store_text(b->source), store_blob(b->what, sizeof(b->what))
	};

	return store_change_one(s, STORE_SQL_BURST_DELETE, in, STORE_LEN(in),
				STATUS_NOT_FOUND,
				"there is no such burst of failures", f);
}

/* The last value, which a statement of these takes, is how many at most. */
static enum status
store_burst_list(struct store *s, enum store_statement statement,
		 const struct store_value *in, size_t values,
		 struct store_burst *out, size_t *n, struct fault *f)
{
	struct store_burst_take t = { .out = out };
	const struct store_sink sink = { store_burst_take, &t };
	enum status st = store_query(s, statement, in, values, &sink, f);

	if (st == STATUS_OK)
		*n = t.n;
	return st;
}

enum status
store_burst_of_source(struct store *s, const char *source, int64_t before,
		      int64_t after, struct store_burst out[STORE_BURST_MOST],
		      size_t *n, struct fault *f)
{
	const struct store_value in[] = { store_text(source),
					  store_integer(before),
					  store_integer(after),
					  store_integer(STORE_BURST_MOST) };

	return store_burst_list(s, STORE_SQL_BURST_OF_SOURCE, in,
				STORE_LEN(in), out, n, f);
}

enum status
store_burst_about(struct store *s, const char *target,
		  struct store_burst out[STORE_BURST_MOST], size_t *n,
		  struct fault *f)
{
	const struct store_value in[] = { store_text(target),
					  store_integer(STORE_BURST_MOST) };

	return store_burst_list(s, STORE_SQL_BURST_ABOUT, in, STORE_LEN(in),
				out, n, f);
}

enum status
store_burst_old(struct store *s, int64_t before,
		struct store_burst out[STORE_BURST_MOST], size_t *n,
		struct fault *f)
{
	const struct store_value in[] = { store_integer(before),
					  store_integer(STORE_BURST_MOST) };

	return store_burst_list(s, STORE_SQL_BURST_OLD, in, STORE_LEN(in), out,
				n, f);
}
