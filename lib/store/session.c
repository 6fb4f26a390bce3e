/* SPDX-License-Identifier: MIT */
#include "store/engine.h"

enum status
store_session_insert(struct store *s, const struct store_session *row,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(row->id.s),	       store_text(row->account.s),
		store_text(row->login.s),      store_text(row->service),
		store_text(row->tty),	       store_text(row->rhost),
		store_text(row->factors),      store_text(row->host),
		store_text(row->boot),	       store_integer(row->pid),
		store_integer(row->pid_start), store_integer(row->opened_at),
		store_integer(row->closed_at),
	};

	return store_change(s, STORE_SQL_SESSION_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

static bool
store_session_read(struct store_row *row, struct store_session *out)
{
	store_row_id(row, &out->id);
	store_row_id(row, &out->account);
	store_row_id(row, &out->login);
	store_row_text(row, out->service, sizeof(out->service));
	store_row_text(row, out->tty, sizeof(out->tty));
	store_row_text(row, out->rhost, sizeof(out->rhost));
	store_row_text(row, out->factors, sizeof(out->factors));
	store_row_text(row, out->host, sizeof(out->host));
	store_row_text(row, out->boot, sizeof(out->boot));
	store_row_integer(row, INT64_MIN, INT64_MAX, &out->pid);
	store_row_integer(row, INT64_MIN, INT64_MAX, &out->pid_start);
	store_row_integer(row, INT64_MIN, INT64_MAX, &out->opened_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &out->closed_at);
	return store_row_done(row);
}

static enum store_next
store_session_take(void *ctx, struct store_row *row)
{
	struct store_session found = { .pid = 0 };

	if (!store_session_read(row, &found))
		return STORE_NEXT_BAD;
	*(struct store_session *)ctx = found;
	return STORE_NEXT_MORE;
}

enum status
store_session_get(struct store *s, const struct id *id,
		  struct store_session *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_session_take, out };

	return store_query_one(s, STORE_SQL_SESSION_GET, in, STORE_LEN(in),
			       &sink, "session", f);
}

enum status
store_session_close(struct store *s, const struct id *id, int64_t now,
		    struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };
	struct store_session closed;
	size_t rows = 0;
	enum status st;

	/* 0 says "open". */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_SESSION_CLOSE, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows == 1)
		return STATUS_OK;
	if ((st = store_session_get(s, id, &closed, f)) != STATUS_OK)
		return st;
	return fault(f, STATUS_LOST, "the session is closed already");
}

enum status
store_session_close_all(struct store *s, const struct id *account,
			const struct id *except, int64_t now, int64_t *closed,
			struct fault *f)
{
	const struct store_value in[] = {
		store_text(account->s),
		store_text(except == NULL ? "" : except->s), store_integer(now)
	};
	size_t rows = 0;
	enum status st;

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_SESSION_CLOSE_ALL, in,
			       STORE_LEN(in), &rows, f)) != STATUS_OK)
		return st;
	*closed = (int64_t)rows;
	return STATUS_OK;
}

struct store_session_walk {
	bool (*each)(void *ctx, const struct store_session *);
	void *ctx;
};

static enum store_next
store_session_step(void *ctx, struct store_row *row)
{
	const struct store_session_walk *w = ctx;
	struct store_session found = { .pid = 0 };

	if (!store_session_read(row, &found))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &found) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_session_list(struct store *s, const struct id *account, bool open_only,
		   bool (*each)(void *ctx, const struct store_session *),
		   void *ctx, struct fault *f)
{
	struct store_session_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_session_step, &w };

	if (account != NULL) {
		const struct store_value in[] = { store_text(account->s),
						  store_integer(open_only) };

		return store_query(s, STORE_SQL_SESSION_LIST_ACCOUNT, in,
				   STORE_LEN(in), &sink, f);
	}
	return store_query(s,
			   open_only ? STORE_SQL_SESSION_LIST_OPEN
				     : STORE_SQL_SESSION_LIST,
			   NULL, 0, &sink, f);
}
