/* SPDX-License-Identifier: MIT */
#include "base/buf.h"
#include "store/engine.h"
#include "store/people.h"

#define STORE_FACTOR_SIZE sizeof(((struct store_guess *)0)->factor)
#define STORE_PRUNE_ROWS 256 /* a call: a login must not wait for more */

static enum store_next
store_guess_take_counts(void *ctx, struct store_row *row)
{
	struct store_guess_counts c = { .source_known = false };

	store_row_integer(row, 0, INT64_MAX, &c.pair_failed);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.pair_last);
	store_row_integer(row, 0, INT64_MAX, &c.pair_pending);
	store_row_integer(row, 0, INT64_MAX, &c.user_failed);
	store_row_integer(row, 0, INT64_MAX, &c.user_pending);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.user_oldest);
	store_row_integer(row, 0, INT64_MAX, &c.source_failed);
	store_row_integer(row, 0, INT64_MAX, &c.source_pending);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.source_oldest);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.pending_deadline);
	store_row_integer(row, 0, INT64_MAX, &c.run_failed);
	store_row_integer(row, INT64_MIN, INT64_MAX, &c.run_last);
	store_row_bool(row, &c.source_known);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_guess_counts *)ctx = c;
	return STORE_NEXT_MORE;
}

enum status
store_guess_count(struct store *s, const char *subject, const char *source,
		  const char *factor, int64_t now, int64_t pair_window,
		  int64_t user_window, int64_t source_window,
		  int64_t seen_window, struct store_guess_counts *out,
		  struct fault *f)
{
	const struct store_value in[] = {
		store_text(subject),	      store_text(source),
		store_text(factor),	      store_integer(now),
		store_integer(pair_window),   store_integer(user_window),
		store_integer(source_window), store_integer(seen_window),
	};
	const struct store_sink sink = { store_guess_take_counts, out };

	return store_query_one(s, STORE_SQL_GUESS_COUNT, in, STORE_LEN(in),
			       &sink, "count of guesses", f);
}

enum status
store_guess_insert(struct store *s, const struct store_guess *g,
		   enum store_guess_state state, struct fault *f)
{
	const struct store_value in[] = {
		store_text(g->id.s),   store_text(g->subject),
		store_text(g->source), store_text(g->factor),
		store_integer(g->at),  store_integer(g->deadline),
		store_integer(state),
	};

	return store_change(s, STORE_SQL_GUESS_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

/* No factor has such a name. */
static bool
store_guess_lock_name(const char *factor, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	buf_printf(&b, "lock:%s", factor);
	return !b.full;
}

enum status
store_guess_lock(struct store *s, const struct store_guess *g, struct fault *f)
{
	struct store_guess row = *g;

	if (!store_guess_lock_name(g->factor, row.factor, sizeof(row.factor)))
		return fault(f, STATUS_INVALID, "the factor's name is long");
	return store_guess_insert(s, &row, STORE_GUESS_REFUNDED, f);
}

static enum status
store_guess_locked_by(struct store *s, const char *subject, const char *name,
		      int64_t now, bool *out, struct fault *f)
{
	const struct store_value in[] = { store_text(subject),
					  store_text(name),
					  store_integer(now) };
	int64_t locked = 0;
	enum status st = store_query_count(s, STORE_SQL_GUESS_LOCKED, in,
					   STORE_LEN(in), &locked, f);

	if (st == STATUS_OK)
		*out = locked != 0;
	return st;
}

enum status
store_guess_locked(struct store *s, const char *subject, const char *factor,
		   int64_t now, bool *out, struct fault *f)
{
	char name[STORE_FACTOR_SIZE];

	if (!store_guess_lock_name(factor, name, sizeof(name)))
		return fault(f, STATUS_INVALID, "the factor's name is long");
	return store_guess_locked_by(s, subject, name, now, out, f);
}

enum status
store_guess_settle(struct store *s, const struct id *id,
		   enum store_guess_state state, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(state) };
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, STORE_SQL_GUESS_SETTLE, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows != 1)
		return fault(f, STATUS_LOST,
			     "the attempt is settled already, or gone");
	return STATUS_OK;
}

enum status
store_guess_prune(struct store *s, int64_t before, struct fault *f)
{
	const struct store_value in[] = { store_integer(before),
					  store_integer(STORE_PRUNE_ROWS) };

	return store_change(s, STORE_SQL_GUESS_PRUNE, in, STORE_LEN(in), NULL,
			    f);
}

enum status
store_guess_fade(struct store *s, const struct store_guess *g, int64_t before,
		 int64_t most, struct fault *f)
{
	const struct store_value in[] = {
		store_text(g->subject), store_text(g->source),
		store_text(g->factor),	store_integer(before),
		store_integer(most),
	};

	return store_change(s, STORE_SQL_GUESS_FADE, in, STORE_LEN(in), NULL,
			    f);
}

struct store_guess_walk {
	bool (*each)(void *ctx, const struct store_guess_sum *);
	void *ctx;
};

static enum store_next
store_guess_step(void *ctx, struct store_row *row)
{
	const struct store_guess_walk *w = ctx;
	struct store_guess_sum g = { .failed = 0 };

	store_row_text(row, g.subject, sizeof(g.subject));
	store_row_text(row, g.source, sizeof(g.source));
	store_row_text(row, g.factor, sizeof(g.factor));
	store_row_integer(row, 1, INT64_MAX, &g.failed);
	store_row_integer(row, INT64_MIN, INT64_MAX, &g.last_at);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &g) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_guess_list(struct store *s, int64_t now, int64_t since,
		 bool (*each)(void *ctx, const struct store_guess_sum *),
		 void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_integer(now),
					  store_integer(since) };
	struct store_guess_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_guess_step, &w };

	return store_query(s, STORE_SQL_GUESS_LIST, in, STORE_LEN(in), &sink,
			   f);
}

enum status
store_guess_clear(struct store *s, const char *subject, const char *source,
		  int64_t *dropped, struct fault *f)
{
	const struct store_value in[] = {
		store_text(subject), store_text(source == NULL ? "" : source)
	};
	size_t failed = 0, pending = 0;
	enum status st;

	/* One still being checked must stay, to be settled; it is only kept
	 * from becoming a failure by running out. */
	if ((st = store_change(s, STORE_SQL_GUESS_CLEAR, in, STORE_LEN(in),
			       &failed, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_GUESS_UNLOCK, in, STORE_LEN(in),
			       NULL, f)) != STATUS_OK ||
	    (st = store_change(s, STORE_SQL_GUESS_FORGIVE, in, STORE_LEN(in),
			       &pending, f)) != STATUS_OK)
		return st;
	*dropped = (int64_t)(failed + pending);
	return STATUS_OK;
}
