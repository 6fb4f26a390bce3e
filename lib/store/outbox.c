/* SPDX-License-Identifier: MIT */
#include "store/outbox.h"

#include "store/engine.h"

enum status
store_message_insert(struct store *s, const struct store_message *m,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(m->id.s),
		store_integer(m->at),
		store_text(m->event),
		store_text(m->account.s),
		store_text(m->org.s),
		store_text(m->audit.s),
		store_blob(m->sealed, m->sealed_len),
	};

	return store_change(s, STORE_SQL_MESSAGE_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: id, at, event, account, org, audit, sealed. */
static bool
store_message_read(struct store_row *row, struct store_message *m)
{
	store_row_id(row, &m->id);
	store_row_integer(row, INT64_MIN, INT64_MAX, &m->at);
	store_row_text(row, m->event, sizeof(m->event));
	store_row_id(row, &m->account);
	store_row_id(row, &m->org);
	store_row_id(row, &m->audit);
	store_row_blob(row, m->sealed, sizeof(m->sealed), &m->sealed_len);
	return store_row_done(row);
}

static enum store_next
store_message_take(void *ctx, struct store_row *row)
{
	struct store_message m = { .at = 0 };

	if (!store_message_read(row, &m))
		return STORE_NEXT_BAD;
	*(struct store_message *)ctx = m;
	return STORE_NEXT_MORE;
}

enum status
store_message_get(struct store *s, const struct id *id,
		  struct store_message *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_message_take, out };

	return store_query_one(s, STORE_SQL_MESSAGE_GET, in, STORE_LEN(in),
			       &sink, "message", f);
}

struct store_message_walk {
	bool (*each)(void *ctx, const struct store_message *);
	void *ctx;
};

static enum store_next
store_message_step(void *ctx, struct store_row *row)
{
	const struct store_message_walk *w = ctx;
	struct store_message m = { .at = 0 };

	if (!store_message_read(row, &m))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &m) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_message_new(struct store *s,
		  bool (*each)(void *ctx, const struct store_message *),
		  void *ctx, struct fault *f)
{
	struct store_message_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_message_step, &w };

	return store_query(s, STORE_SQL_MESSAGE_NEW, NULL, 0, &sink, f);
}

enum status
store_message_spread(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_change_one(s, STORE_SQL_MESSAGE_SPREAD, in, STORE_LEN(in),
				STATUS_LOST,
				"the deliveries of the message are made", f);
}
