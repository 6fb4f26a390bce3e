/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/outbox.h"

enum status
store_delivery_insert(struct store *s, const struct store_delivery *d,
		      struct fault *f)
{
	const struct store_value in[] = {
		store_text(d->id.s),	   store_text(d->message.s),
		store_integer(d->channel), store_text(d->webhook.s),
		store_integer(d->state),   store_integer(d->attempts),
		store_integer(d->next_at), store_text(d->last),
	};

	return store_change(s, STORE_SQL_DELIVERY_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: id, message, channel, webhook, state, attempts, next_at, last. */
static bool
store_delivery_read(struct store_row *row, struct store_delivery *d)
{
	int64_t channel = 0, state = 0;

	store_row_id(row, &d->id);
	store_row_id(row, &d->message);
	store_row_integer(row, STORE_MAIL, STORE_WEBHOOK, &channel);
	store_row_id(row, &d->webhook);
	store_row_integer(row, STORE_DELIVERY_WAITING, STORE_DELIVERY_DEAD,
			  &state);
	store_row_integer(row, 0, INT64_MAX, &d->attempts);
	store_row_integer(row, INT64_MIN, INT64_MAX, &d->next_at);
	store_row_text(row, d->last, sizeof(d->last));
	d->channel = (enum store_channel)channel;
	d->state = (enum store_delivery_state)state;
	return store_row_done(row);
}

struct store_delivery_walk {
	bool (*each)(void *ctx, const struct store_delivery *);
	void *ctx;
};

static enum store_next
store_delivery_step(void *ctx, struct store_row *row)
{
	const struct store_delivery_walk *w = ctx;
	struct store_delivery d = { .attempts = 0 };

	if (!store_delivery_read(row, &d))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &d) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_delivery_due(struct store *s, int64_t now, int64_t far,
		   bool (*each)(void *ctx, const struct store_delivery *),
		   void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_integer(now),
					  store_integer(far) };
	struct store_delivery_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_delivery_step, &w };

	return store_query(s, STORE_SQL_DELIVERY_DUE, in, STORE_LEN(in), &sink,
			   f);
}

enum status
store_delivery_list(struct store *s, enum store_delivery_state state,
		    bool (*each)(void *ctx, const struct store_delivery *),
		    void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_integer(state) };
	struct store_delivery_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_delivery_step, &w };

	return store_query(s, STORE_SQL_DELIVERY_LIST, in, STORE_LEN(in),
			   &sink, f);
}

static enum store_next
store_delivery_take(void *ctx, struct store_row *row)
{
	struct store_delivery d = { .attempts = 0 };

	if (!store_delivery_read(row, &d))
		return STORE_NEXT_BAD;
	*(struct store_delivery *)ctx = d;
	return STORE_NEXT_MORE;
}

enum status
store_delivery_get(struct store *s, const struct id *id,
		   struct store_delivery *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_delivery_take, out };

	return store_query_one(s, STORE_SQL_DELIVERY_GET, in, STORE_LEN(in),
			       &sink, "delivery", f);
}

enum status
store_delivery_update(struct store *s, const struct store_delivery *d,
		      int64_t attempts, struct fault *f)
{
	const struct store_value in[] = {
		store_text(d->id.s),	    store_integer(d->state),
		store_integer(d->attempts), store_integer(d->next_at),
		store_text(d->last),	    store_integer(attempts),
	};

	return store_change_one(s, STORE_SQL_DELIVERY_UPDATE, in,
				STORE_LEN(in), STATUS_LOST,
				"somebody else was at this delivery", f);
}
