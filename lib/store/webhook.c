/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/outbox.h"

enum status
store_webhook_insert(struct store *s, const struct store_webhook *w,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(w->id.s),
		store_text(w->url),
		store_text(w->events),
		store_integer(w->allow_private),
		store_blob(w->sealed, w->sealed_len),
		store_integer(w->created_at),
	};

	return store_change(s, STORE_SQL_WEBHOOK_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: id, url, events, private, sealed, created_at. */
static bool
store_webhook_read(struct store_row *row, struct store_webhook *w)
{
	store_row_id(row, &w->id);
	store_row_text(row, w->url, sizeof(w->url));
	store_row_text(row, w->events, sizeof(w->events));
	store_row_bool(row, &w->allow_private);
	store_row_blob(row, w->sealed, sizeof(w->sealed), &w->sealed_len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &w->created_at);
	return store_row_done(row);
}

static enum store_next
store_webhook_take(void *ctx, struct store_row *row)
{
	struct store_webhook w = { .created_at = 0 };

	if (!store_webhook_read(row, &w))
		return STORE_NEXT_BAD;
	*(struct store_webhook *)ctx = w;
	return STORE_NEXT_MORE;
}

enum status
store_webhook_get(struct store *s, const struct id *id,
		  struct store_webhook *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_webhook_take, out };

	return store_query_one(s, STORE_SQL_WEBHOOK_GET, in, STORE_LEN(in),
			       &sink, "webhook", f);
}

enum status
store_webhook_delete(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	enum status st;

	if ((st = store_change_one(s, STORE_SQL_WEBHOOK_DELETE, in,
				   STORE_LEN(in), STATUS_NOT_FOUND,
				   "there is no such webhook", f)) !=
	    STATUS_OK)
		return st;
	st = store_change(s, STORE_SQL_WEBHOOK_DEAD, in, STORE_LEN(in), NULL,
			  f);
	if (st != STATUS_OK)
		store_doom(s);
	return st;
}

struct store_webhook_walk {
	bool (*each)(void *ctx, const struct store_webhook *);
	void *ctx;
};

static enum store_next
store_webhook_step(void *ctx, struct store_row *row)
{
	const struct store_webhook_walk *walk = ctx;
	struct store_webhook w = { .created_at = 0 };

	if (!store_webhook_read(row, &w))
		return STORE_NEXT_BAD;
	return walk->each(walk->ctx, &w) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_webhook_list(struct store *s,
		   bool (*each)(void *ctx, const struct store_webhook *),
		   void *ctx, struct fault *f)
{
	struct store_webhook_walk walk = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_webhook_step, &walk };

	return store_query(s, STORE_SQL_WEBHOOK_LIST, NULL, 0, &sink, f);
}
