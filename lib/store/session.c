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
		store_integer(row->closed_at), store_text(row->org.s),
		store_text(row->impersonator), store_text(row->logind),
		store_integer(row->ends_at),   store_integer(row->idle),
		store_text(row->ended),
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
	store_row_id(row, &out->org);
	store_row_text(row, out->impersonator, sizeof(out->impersonator));
	store_row_text(row, out->logind, sizeof(out->logind));
	store_row_integer(row, INT64_MIN, INT64_MAX, &out->ends_at);
	store_row_integer(row, 0, INT64_MAX, &out->idle);
	store_row_text(row, out->ended, sizeof(out->ended));
	store_row_bool(row, &out->gone);
	store_row_bool(row, &out->kill);
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
store_session_close(struct store *s, const struct id *id, const char *why,
		    int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now),
					  store_text(why) };
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
store_session_gone(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in = store_text(id->s);

	return store_change(s, STORE_SQL_SESSION_GONE, &in, 1, NULL, f);
}

enum status
store_session_kill(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in = store_text(id->s);

	return store_change(s, STORE_SQL_SESSION_KILL, &in, 1, NULL, f);
}

/* Of many; which, two ids say as the statement has it. */
static enum status
store_session_close_many(struct store *s, enum store_statement statement,
			 const char *first, const char *second,
			 const char *why, int64_t now, int64_t *closed,
			 struct fault *f)
{
	const struct store_value in[] = { store_text(first),
					  store_text(second),
					  store_integer(now),
					  store_text(why) };
	size_t rows = 0;
	enum status st;

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, statement, in, STORE_LEN(in), &rows, f)) !=
	    STATUS_OK)
		return st;
	*closed = (int64_t)rows;
	return STATUS_OK;
}

enum status
store_session_close_all(struct store *s, const struct id *account,
			const struct id *except, const char *why, int64_t now,
			int64_t *closed, struct fault *f)
{
	return store_session_close_many(
		s, STORE_SQL_SESSION_CLOSE_ALL, account->s,
		except == NULL ? "" : except->s, why, now, closed, f);
}

enum status
store_session_close_org(struct store *s, const struct id *org,
			const struct id *account, int64_t now, int64_t *closed,
			struct fault *f)
{
	return store_session_close_many(s, STORE_SQL_SESSION_CLOSE_ORG, org->s,
					account == NULL ? "" : account->s,
					"organization", now, closed, f);
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

enum status
store_session_list_left(struct store *s, const struct id *account,
			bool (*each)(void *ctx, const struct store_session *),
			void *ctx, struct fault *f)
{
	const struct store_value in =
		store_text(account == NULL ? "" : account->s);
	struct store_session_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_session_step, &w };

	return store_query(s, STORE_SQL_SESSION_LIST_LEFT, &in, 1, &sink, f);
}

enum status
store_session_shared(struct store *s, const struct store_session *row,
		     bool *out, struct fault *f)
{
	const struct store_value in[] = {
		store_integer(row->pid),    store_integer(row->pid_start),
		store_text(row->boot),	    store_text(row->host),
		store_text(row->account.s),
	};
	int64_t shared = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_SESSION_SHARED, in,
				    STORE_LEN(in), &shared, f)) != STATUS_OK)
		return st;
	*out = shared != 0;
	return STATUS_OK;
}
