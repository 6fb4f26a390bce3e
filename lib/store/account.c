/* SPDX-License-Identifier: MIT */
#include "store/engine.h"
#include "store/people.h"

/* Columns: id, name, email, state, reason, created_at, updated_at,
 * expires_at, delete_at, must_change, epoch, version, kind, org, strategy,
 * email_at. */
static bool
store_account_read(struct store_row *row, struct store_account *a)
{
	int64_t state = 0, kind = 0, strategy = 0;

	store_row_id(row, &a->id);
	store_row_text(row, a->name, sizeof(a->name));
	store_row_text(row, a->email, sizeof(a->email));
	store_row_integer(row, STORE_ACTIVE, STORE_DELETED, &state);
	store_row_text(row, a->reason, sizeof(a->reason));
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->updated_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->expires_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->delete_at);
	store_row_bool(row, &a->must_change);
	store_row_integer(row, 1, INT64_MAX, &a->epoch);
	store_row_integer(row, 1, INT64_MAX, &a->version);
	store_row_integer(row, STORE_PERSON, STORE_SERVICE, &kind);
	store_row_id(row, &a->org);
	store_row_integer(row, STORE_SOFT, STORE_ANONYMIZE, &strategy);
	store_row_integer(row, INT64_MIN, INT64_MAX, &a->email_at);
	a->state = (enum store_account_state)state;
	a->kind = (enum store_account_kind)kind;
	a->strategy = (enum store_strategy)strategy;
	return store_row_done(row);
}

static enum store_next
store_account_take(void *ctx, struct store_row *row)
{
	struct store_account a = { .version = 0 };

	if (!store_account_read(row, &a))
		return STORE_NEXT_BAD;
	*(struct store_account *)ctx = a;
	return STORE_NEXT_MORE;
}

enum status
store_account_insert(struct store *s, const struct store_account *a,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(a->id.s),	      store_text(a->name),
		store_text(a->email),	      store_integer(a->state),
		store_text(a->reason),	      store_integer(a->created_at),
		store_integer(a->updated_at), store_integer(a->expires_at),
		store_integer(a->delete_at),  store_integer(a->must_change),
		store_integer(a->epoch),      store_integer(a->version),
		store_integer(a->kind),	      store_text(a->org.s),
		store_integer(a->strategy),   store_integer(a->email_at),
	};

	return store_change(s, STORE_SQL_ACCOUNT_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

enum status
store_account_by_name(struct store *s, const char *name,
		      struct store_account *out, struct fault *f)
{
	const struct store_value in[] = { store_text(name) };
	const struct store_sink sink = { store_account_take, out };

	return store_query_one(s, STORE_SQL_ACCOUNT_BY_NAME, in, STORE_LEN(in),
			       &sink, "account", f);
}

enum status
store_account_gone(struct store *s, const char *name,
		   struct store_account *out, struct fault *f)
{
	const struct store_value in[] = { store_text(name) };
	const struct store_sink sink = { store_account_take, out };

	return store_query_one(s, STORE_SQL_ACCOUNT_GONE, in, STORE_LEN(in),
			       &sink, "account", f);
}

enum status
store_account_by_id(struct store *s, const struct id *id,
		    struct store_account *out, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };
	const struct store_sink sink = { store_account_take, out };

	return store_query_one(s, STORE_SQL_ACCOUNT_BY_ID, in, STORE_LEN(in),
			       &sink, "account", f);
}

enum status
store_account_update(struct store *s, const struct store_account *a,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(a->id.s),	       store_text(a->name),
		store_text(a->email),	       store_integer(a->state),
		store_text(a->reason),	       store_integer(a->updated_at),
		store_integer(a->expires_at),  store_integer(a->delete_at),
		store_integer(a->must_change), store_integer(a->epoch),
		store_integer(a->version),     store_integer(a->strategy),
		store_integer(a->email_at),
	};
	struct store_account now;
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, STORE_SQL_ACCOUNT_UPDATE, in, STORE_LEN(in),
			       &rows, f)) != STATUS_OK)
		return st;
	if (rows == 1)
		return STATUS_OK;
	if ((st = store_account_by_id(s, &a->id, &now, f)) != STATUS_OK)
		return st;
	return fault(f, STATUS_LOST,
		     "the account was changed meanwhile: read it again");
}

struct store_account_walk {
	bool (*each)(void *ctx, const struct store_account *);
	void *ctx;
};

static enum store_next
store_account_step(void *ctx, struct store_row *row)
{
	const struct store_account_walk *w = ctx;
	struct store_account a = { .version = 0 };

	if (!store_account_read(row, &a))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &a) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

/* The accounts of a list that one value picks. */
static enum status
store_account_each(struct store *s, enum store_statement statement,
		   struct store_value in,
		   bool (*each)(void *ctx, const struct store_account *),
		   void *ctx, struct fault *f)
{
	struct store_account_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_account_step, &w };

	return store_query(s, statement, &in, 1, &sink, f);
}

enum status
store_account_list(struct store *s, const char *after,
		   bool (*each)(void *ctx, const struct store_account *),
		   void *ctx, struct fault *f)
{
	return store_account_each(s, STORE_SQL_ACCOUNT_LIST, store_text(after),
				  each, ctx, f);
}

enum status
store_account_due(struct store *s, int64_t now,
		  bool (*each)(void *ctx, const struct store_account *),
		  void *ctx, struct fault *f)
{
	return store_account_each(s, STORE_SQL_ACCOUNT_DUE, store_integer(now),
				  each, ctx, f);
}

enum status
store_service_list(struct store *s, const struct id *org,
		   bool (*each)(void *ctx, const struct store_account *),
		   void *ctx, struct fault *f)
{
	return store_account_each(s, STORE_SQL_SERVICE_LIST,
				  store_text(org->s), each, ctx, f);
}

enum status
store_person_put(struct store *s, const struct id *account,
		 const uint8_t *sealed, size_t len, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_blob(sealed, len) };

	return store_change(s, STORE_SQL_PERSON_PUT, in, STORE_LEN(in), NULL,
			    f);
}

struct store_person_out {
	uint8_t *sealed;
	size_t size;
	size_t *len;
};

static enum store_next
store_person_take(void *ctx, struct store_row *row)
{
	const struct store_person_out *p = ctx;

	store_row_blob(row, p->sealed, p->size, p->len);
	return store_row_done(row) ? STORE_NEXT_MORE : STORE_NEXT_BAD;
}

enum status
store_person_get(struct store *s, const struct id *account, uint8_t *sealed,
		 size_t size, size_t *len, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_person_out p = { sealed, size, len };
	const struct store_sink sink = { store_person_take, &p };

	return store_query_one(s, STORE_SQL_PERSON_GET, in, STORE_LEN(in),
			       &sink, "person", f);
}
