/* SPDX-License-Identifier: MIT */
#include "store/engine.h"

#define STORE_PRUNE_ROWS 256 /* a call: a login must not wait for more */

enum status
store_login_insert(struct store *s, const struct store_login *l,
		   struct fault *f)
{
	const struct store_value in[] = {
		store_text(l->id.s),	     store_text(l->account.s),
		store_text(l->rule.s),	     store_text(l->user),
		store_text(l->service),	     store_text(l->source),
		store_text(l->boot),	     store_text(l->factors),
		store_integer(l->at),	     store_integer(l->consumed_at),
		store_text(l->tty),	     store_integer(l->ruid),
		store_integer(l->leader),    store_integer(l->leader_start),
		store_integer(l->uptime),    store_text(l->org.s),
		store_text(l->impersonator),
	};

	return store_change(s, STORE_SQL_LOGIN_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

static bool
store_login_read(struct store_row *row, struct store_login *l)
{
	store_row_id(row, &l->id);
	store_row_id(row, &l->account);
	store_row_id(row, &l->rule);
	store_row_text(row, l->user, sizeof(l->user));
	store_row_text(row, l->service, sizeof(l->service));
	store_row_text(row, l->source, sizeof(l->source));
	store_row_text(row, l->boot, sizeof(l->boot));
	store_row_text(row, l->factors, sizeof(l->factors));
	store_row_integer(row, INT64_MIN, INT64_MAX, &l->at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &l->consumed_at);
	store_row_text(row, l->tty, sizeof(l->tty));
	store_row_integer(row, -1, INT64_MAX, &l->ruid);
	store_row_integer(row, INT64_MIN, INT64_MAX, &l->leader);
	store_row_integer(row, INT64_MIN, INT64_MAX, &l->leader_start);
	store_row_integer(row, -1, INT64_MAX, &l->uptime);
	store_row_id(row, &l->org);
	store_row_text(row, l->impersonator, sizeof(l->impersonator));
	return store_row_done(row);
}

static enum store_next
store_login_take(void *ctx, struct store_row *row)
{
	struct store_login l = { .at = 0 };

	if (!store_login_read(row, &l))
		return STORE_NEXT_BAD;
	*(struct store_login *)ctx = l;
	return STORE_NEXT_MORE;
}

enum status
store_login_get(struct store *s, const struct id *id, struct store_login *out,
		struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_login_take, out };

	return store_query_one(s, STORE_SQL_LOGIN_GET, in, STORE_LEN(in),
			       &sink, "login", f);
}

struct store_login_walk {
	bool (*each)(void *ctx, const struct store_login *);
	void *ctx;
};

static enum store_next
store_login_step(void *ctx, struct store_row *row)
{
	const struct store_login_walk *w = ctx;
	struct store_login l = { .at = 0 };

	if (!store_login_read(row, &l))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &l) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_login_list_recent(struct store *s, const struct store_login_place *place,
			bool (*each)(void *ctx, const struct store_login *),
			void *ctx, struct fault *f)
{
	const struct store_value in[] = {
		store_text(place->account.s),
		store_text(place->boot),
		store_integer(place->since),
		store_integer(place->uptime_since),
	};
	struct store_login_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_login_step, &w };

	return store_query(s, STORE_SQL_LOGIN_LIST_RECENT, in, STORE_LEN(in),
			   &sink, f);
}

enum status
store_login_consume(struct store *s, const struct id *id, int64_t now,
		    struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };
	struct store_login spent;
	size_t rows = 0;
	enum status st;

	/* 0 says "not yet": such a spending could be repeated. */
	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, STORE_SQL_LOGIN_CONSUME, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows == 1)
		return STATUS_OK;
	if ((st = store_login_get(s, id, &spent, f)) != STATUS_OK)
		return st;
	return fault(f, STATUS_LOST, "the login was handed over already");
}

enum status
store_login_end(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_change(s, STORE_SQL_LOGIN_END, in, STORE_LEN(in), NULL,
			    f);
}

enum status
store_login_void(struct store *s, const struct id *account, int64_t now,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now) };

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change(s, STORE_SQL_LOGIN_VOID, in, STORE_LEN(in), NULL,
			    f);
}

enum status
store_login_void_org(struct store *s, const struct id *org,
		     const struct id *account, int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now),
					  store_text(org->s) };

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change(s, STORE_SQL_LOGIN_VOID_ORG, in, STORE_LEN(in),
			    NULL, f);
}

enum status
store_login_prune(struct store *s, int64_t before, struct fault *f)
{
	const struct store_value in[] = { store_integer(before),
					  store_integer(STORE_PRUNE_ROWS) };

	return store_change(s, STORE_SQL_LOGIN_PRUNE, in, STORE_LEN(in), NULL,
			    f);
}
