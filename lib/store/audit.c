/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/outbox.h"

static enum store_next
store_audit_take_seq(void *ctx, struct store_row *row)
{
	store_row_integer(row, 1, INT64_MAX, ctx);
	return store_row_done(row) ? STORE_NEXT_MORE : STORE_NEXT_BAD;
}

enum status
store_audit_insert(struct store *s, struct store_audit *row, struct fault *f)
{
	const struct store_value in[] = {
		store_text(row->host),	  store_integer(row->seq),
		store_text(row->id.s),	  store_integer(row->at),
		store_text(row->action),  store_text(row->outcome),
		store_text(row->actor),	  store_text(row->effective),
		store_text(row->target),  store_text(row->org),
		store_text(row->service), store_text(row->tty),
		store_text(row->rhost),	  store_integer(row->pid),
		store_text(row->meta),	  store_blob(row->mac, row->mac_len),
	};
	const struct store_sink sink = { store_audit_take_seq, &row->seq };

	return store_change_row(s, STORE_SQL_AUDIT_INSERT, in, STORE_LEN(in),
				&sink, f);
}

bool
store_row_audit(struct store_row *row, struct store_audit *a)
{
	store_row_text(row, a->host, sizeof(a->host));
	store_row_integer(row, 1, INT64_MAX, &a->seq);
	store_row_id(row, &a->id);
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->at);
	store_row_text(row, a->action, sizeof(a->action));
	store_row_text(row, a->outcome, sizeof(a->outcome));
	store_row_text(row, a->actor, sizeof(a->actor));
	store_row_text(row, a->effective, sizeof(a->effective));
	store_row_text(row, a->target, sizeof(a->target));
	store_row_text(row, a->org, sizeof(a->org));
	store_row_text(row, a->service, sizeof(a->service));
	store_row_text(row, a->tty, sizeof(a->tty));
	store_row_text(row, a->rhost, sizeof(a->rhost));
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->pid);
	store_row_text(row, a->meta, sizeof(a->meta));
	store_row_blob(row, a->mac, sizeof(a->mac), &a->mac_len);
	return store_row_done(row);
}

static enum store_next
store_audit_take(void *ctx, struct store_row *row)
{
	struct store_audit a = { .seq = 0 };

	if (!store_row_audit(row, &a))
		return STORE_NEXT_BAD;
	*(struct store_audit *)ctx = a;
	return STORE_NEXT_MORE;
}

enum status
store_audit_by_id(struct store *s, const struct id *id,
		  struct store_audit *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_audit_take, out };

	return store_query_one(s, STORE_SQL_AUDIT_BY_ID, in, STORE_LEN(in),
			       &sink, "row of the audit", f);
}

struct store_audit_walk {
	bool (*each)(void *ctx, const struct store_audit *);
	void *ctx;
};

static enum store_next
store_audit_step(void *ctx, struct store_row *row)
{
	const struct store_audit_walk *w = ctx;
	struct store_audit a = { .seq = 0 };

	if (!store_row_audit(row, &a))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &a) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

static enum store_next
store_growth_take(void *ctx, struct store_row *row)
{
	struct store_growth g = { .rows = 0 };

	store_row_integer(row, 0, INT64_MAX, &g.rows);
	store_row_integer(row, INT64_MIN, INT64_MAX, &g.oldest);
	store_row_integer(row, 0, INT64_MAX, &g.late);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_growth *)ctx = g;
	return STORE_NEXT_MORE;
}

enum status
store_growth(struct store *s, int64_t since, struct store_growth *out,
	     struct fault *f)
{
	const struct store_value in[] = { store_integer(since - 1) };
	const struct store_sink sink = { store_growth_take, out };

	return store_query_one(s, STORE_SQL_AUDIT_SIZE, in, STORE_LEN(in),
			       &sink, "size of the audit", f);
}

enum status
store_audit_recent(struct store *s, const struct id *account, int64_t limit,
		   bool (*each)(void *ctx, const struct store_audit *),
		   void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(limit) };
	struct store_audit_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_audit_step, &w };

	return store_query(s, STORE_SQL_AUDIT_RECENT, in, STORE_LEN(in), &sink,
			   f);
}
