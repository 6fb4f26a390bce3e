/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/org.h"

enum status
store_invitation_insert(struct store *s, const struct store_invitation *i,
			struct fault *f)
{
	const struct store_value late[] = { store_text(i->org.s),
					    store_text(i->address),
					    store_integer(i->created_at) };
	const struct store_value in[] = {
		store_text(i->id.s),
		store_text(i->org.s),
		store_text(i->address),
		store_integer(i->role),
		store_blob(i->hash, sizeof(i->hash)),
		store_text(i->made_by),
		store_integer(i->created_at),
		store_integer(i->expires_at),
		store_integer(i->state),
		store_integer(i->ended_at),
		store_text(i->account.s),
	};
	enum status st;

	if (i->created_at == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	/* One that nobody accepted in time is in nobody's way. */
	if ((st = store_change(s, STORE_SQL_INVITATION_EXPIRE, late,
			       STORE_LEN(late), NULL, f)) != STATUS_OK)
		return st;
	return store_change(s, STORE_SQL_INVITATION_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: id, org, address, role, hash, made_by, created_at, expires_at,
 * state, ended_at, account. */
static bool
store_invitation_read(struct store_row *row, struct store_invitation *i)
{
	int64_t role = 0, state = 0;
	size_t len = 0;

	store_row_id(row, &i->id);
	store_row_id(row, &i->org);
	store_row_text(row, i->address, sizeof(i->address));
	store_row_integer(row, STORE_ROLE_OWNER, STORE_ROLE_MEMBER, &role);
	store_row_blob(row, i->hash, sizeof(i->hash), &len);
	store_row_text(row, i->made_by, sizeof(i->made_by));
	store_row_integer(row, INT64_MIN, INT64_MAX, &i->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &i->expires_at);
	store_row_integer(row, STORE_INVITATION_PENDING,
			  STORE_INVITATION_REVOKED, &state);
	store_row_integer(row, INT64_MIN, INT64_MAX, &i->ended_at);
	store_row_id(row, &i->account);
	i->role = (enum store_role)role;
	i->state = (enum store_invitation_state)state;
	return store_row_done(row) && len == sizeof(i->hash);
}

static enum store_next
store_invitation_take(void *ctx, struct store_row *row)
{
	struct store_invitation i = { .ended_at = 0 };

	if (!store_invitation_read(row, &i))
		return STORE_NEXT_BAD;
	*(struct store_invitation *)ctx = i;
	return STORE_NEXT_MORE;
}

enum status
store_invitation_find(struct store *s, const uint8_t hash[STORE_HASH_SIZE],
		      struct store_invitation *out, struct fault *f)
{
	const struct store_value in[] = { store_blob(hash, STORE_HASH_SIZE) };
	const struct store_sink sink = { store_invitation_take, out };

	return store_query_one(s, STORE_SQL_INVITATION_FIND, in, STORE_LEN(in),
			       &sink, "invitation", f);
}

enum status
store_invitation_get(struct store *s, const struct id *org,
		     const struct id *id, struct store_invitation *out,
		     struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_text(id->s) };
	const struct store_sink sink = { store_invitation_take, out };

	return store_query_one(s, STORE_SQL_INVITATION_GET, in, STORE_LEN(in),
			       &sink, "invitation", f);
}

enum status
store_invitation_pending(struct store *s, const char *address, int64_t now,
			 bool *out, struct fault *f)
{
	const struct store_value in[] = { store_text(address),
					  store_integer(now) };
	int64_t pending = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_INVITATION_PENDING, in,
				    STORE_LEN(in), &pending, f)) != STATUS_OK)
		return st;
	*out = pending != 0;
	return STATUS_OK;
}

enum status
store_invitation_end(struct store *s, const struct id *id,
		     enum store_invitation_state state,
		     const struct id *account, int64_t now, struct fault *f)
{
	const struct store_value in[] = {
		store_text(id->s), store_integer(state),
		store_text(account == NULL ? "" : account->s),
		store_integer(now)
	};

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	return store_change_one(s, STORE_SQL_INVITATION_END, in, STORE_LEN(in),
				STATUS_LOST,
				"the invitation has ended or expired", f);
}

struct store_invitation_walk {
	bool (*each)(void *ctx, const struct store_invitation *);
	void *ctx;
};

static enum store_next
store_invitation_step(void *ctx, struct store_row *row)
{
	const struct store_invitation_walk *w = ctx;
	struct store_invitation i = { .ended_at = 0 };

	if (!store_invitation_read(row, &i))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &i) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_invitation_list(struct store *s, const struct id *org, bool pending,
		      bool (*each)(void *ctx, const struct store_invitation *),
		      void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_integer(pending) };
	struct store_invitation_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_invitation_step, &w };

	return store_query(s, STORE_SQL_INVITATION_LIST, in, STORE_LEN(in),
			   &sink, f);
}

struct store_invitation_made {
	int64_t by_maker, by_org;
};

static enum store_next
store_invitation_take_counts(void *ctx, struct store_row *row)
{
	struct store_invitation_made n = { .by_org = 0 };

	store_row_integer(row, 0, INT64_MAX, &n.by_maker);
	store_row_integer(row, 0, INT64_MAX, &n.by_org);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_invitation_made *)ctx = n;
	return STORE_NEXT_MORE;
}

enum status
store_invitation_counts(struct store *s, const char *made_by,
			const struct id *org, int64_t since, int64_t *by_maker,
			int64_t *by_org, struct fault *f)
{
	const struct store_value in[] = { store_text(made_by),
					  store_text(org->s),
					  store_integer(since) };
	struct store_invitation_made n = { .by_org = 0 };
	const struct store_sink sink = { store_invitation_take_counts, &n };
	enum status st;

	if ((st = store_query_one(s, STORE_SQL_INVITATION_COUNTS, in,
				  STORE_LEN(in), &sink, "count", f)) !=
	    STATUS_OK)
		return st;
	*by_maker = n.by_maker;
	*by_org = n.by_org;
	return STATUS_OK;
}

static enum status
store_invitation_end_many(struct store *s, enum store_statement statement,
			  const char *whose, int64_t now, int64_t *ended,
			  struct fault *f)
{
	const struct store_value in[] = { store_text(whose),
					  store_integer(now) };
	size_t rows = 0;
	enum status st;

	if (now == 0)
		return fault(f, STATUS_INVALID, "the clock stands at zero");
	if ((st = store_change(s, statement, in, STORE_LEN(in), &rows, f)) !=
	    STATUS_OK)
		return st;
	*ended = (int64_t)rows;
	return STATUS_OK;
}

enum status
store_invitation_end_by(struct store *s, const char *made_by, int64_t now,
			int64_t *ended, struct fault *f)
{
	return store_invitation_end_many(s, STORE_SQL_INVITATION_END_BY,
					 made_by, now, ended, f);
}

enum status
store_invitation_end_all(struct store *s, const struct id *org, int64_t now,
			 int64_t *ended, struct fault *f)
{
	return store_invitation_end_many(s, STORE_SQL_INVITATION_END_ALL,
					 org->s, now, ended, f);
}
