/* SPDX-License-Identifier: MIT */
#include "store/org_row.h"

static const char store_member_none[] = "there is no such member";

enum status
store_member_insert(struct store *s, const struct store_member *m,
		    struct fault *f)
{
	const struct store_value in[] = {
		store_text(m->org.s),	   store_text(m->account.s),
		store_integer(m->role),	   store_integer(m->joined_at),
		store_integer(m->used_at),
	};

	return store_change(s, STORE_SQL_MEMBER_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: org, account, role, joined_at, used_at. */
static void
store_member_columns(struct store_row *row, struct store_member *m)
{
	int64_t role = 0;

	store_row_id(row, &m->org);
	store_row_id(row, &m->account);
	store_row_integer(row, STORE_ROLE_OWNER, STORE_ROLE_MEMBER, &role);
	store_row_integer(row, INT64_MIN, INT64_MAX, &m->joined_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &m->used_at);
	m->role = (enum store_role)role;
}

static enum store_next
store_member_take(void *ctx, struct store_row *row)
{
	struct store_member m = { .used_at = 0 };

	store_member_columns(row, &m);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_member *)ctx = m;
	return STORE_NEXT_MORE;
}

enum status
store_member_get(struct store *s, const struct id *org,
		 const struct id *account, struct store_member *out,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_text(account->s) };
	const struct store_sink sink = { store_member_take, out };

	return store_query_one(s, STORE_SQL_MEMBER_GET, in, STORE_LEN(in),
			       &sink, "member", f);
}

enum status
store_member_role(struct store *s, const struct id *org,
		  const struct id *account, enum store_role role,
		  struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_text(account->s),
					  store_integer(role) };

	return store_change_one(s, STORE_SQL_MEMBER_ROLE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_member_none, f);
}

enum status
store_member_used(struct store *s, const struct id *org,
		  const struct id *account, int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_text(account->s),
					  store_integer(now) };

	return store_change_one(s, STORE_SQL_MEMBER_USED, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_member_none, f);
}

enum status
store_member_delete(struct store *s, const struct id *org,
		    const struct id *account, struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_text(account->s) };

	return store_change_one(s, STORE_SQL_MEMBER_DELETE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_member_none, f);
}

enum status
store_member_owners(struct store *s, const struct id *org, int64_t *out,
		    struct fault *f)
{
	const struct store_value in[] = { store_text(org->s) };

	return store_query_count(s, STORE_SQL_MEMBER_OWNERS, in, STORE_LEN(in),
				 out, f);
}

enum status
store_member_count(struct store *s, const struct id *org, int64_t *out,
		   struct fault *f)
{
	const struct store_value in[] = { store_text(org->s) };

	return store_query_count(s, STORE_SQL_MEMBER_COUNT, in, STORE_LEN(in),
				 out, f);
}

struct store_member_walk {
	bool (*each)(void *ctx, const struct store_member *, const char *name);
	void *ctx;
};

static enum store_next
store_member_step(void *ctx, struct store_row *row)
{
	const struct store_member_walk *w = ctx;
	struct store_member m = { .used_at = 0 };
	char name[STORE_NAME_SIZE];

	store_member_columns(row, &m);
	store_row_text(row, name, sizeof(name));
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &m, name) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_member_list(struct store *s, const struct id *org, const char *after,
		  bool (*each)(void *ctx, const struct store_member *,
			       const char *name),
		  void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(org->s),
					  store_text(after) };
	struct store_member_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_member_step, &w };

	return store_query(s, STORE_SQL_MEMBER_LIST, in, STORE_LEN(in), &sink,
			   f);
}

struct store_member_of_walk {
	bool (*each)(void *ctx, const struct store_member *,
		     const struct store_org *);
	void *ctx;
};

static enum store_next
store_member_of_step(void *ctx, struct store_row *row)
{
	const struct store_member_of_walk *w = ctx;
	struct store_member m = { .used_at = 0 };
	struct store_org o = { .version = 0 };

	store_member_columns(row, &m);
	store_org_columns(row, &o);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &m, &o) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_member_of(struct store *s, const struct id *account,
		bool (*each)(void *ctx, const struct store_member *,
			     const struct store_org *),
		void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_member_of_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_member_of_step, &w };

	return store_query(s, STORE_SQL_MEMBER_OF, in, STORE_LEN(in), &sink,
			   f);
}
