/* SPDX-License-Identifier: MIT */
/* Refresh tokens, and the families they are of. */
#include "store/refresh.h"

#include "store/engine.h"

/* 0 says "not yet". */
static enum status
store_refresh_clock(int64_t now, struct fault *f)
{
	return now == 0 ? fault(f, STATUS_INVALID, "the clock stands at zero")
			: STATUS_OK;
}

enum status
store_refresh_families(struct store *s, const struct id *account, int64_t now,
		       int64_t *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now) };

	return store_query_count(s, STORE_SQL_REFRESH_FAMILIES, in,
				 STORE_LEN(in), out, f);
}

/* The id of a family is that of its first. */
static enum status
store_refresh_room(struct store *s, const struct store_refresh *r,
		   struct fault *f)
{
	int64_t count = 0;
	enum status st;

	if (strcmp(r->id.s, r->family.s) != 0)
		return STATUS_OK;
	if ((st = store_refresh_families(s, &r->account, r->created_at, &count,
					 f)) != STATUS_OK)
		return st;
	return count < STORE_FAMILIES_MAX
		       ? STATUS_OK
		       : fault(f, STATUS_REFUSED,
			       "the account has %d families of refresh "
			       "tokens, which is the limit: revoke them "
			       "first (sigractl token revoke-jwt)",
			       STORE_FAMILIES_MAX);
}

enum status
store_refresh_insert(struct store *s, const struct store_refresh *r,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(r->id.s),
		store_text(r->family.s),
		store_text(r->account.s),
		store_text(r->service),
		store_blob(r->hash, sizeof(r->hash)),
		store_integer(r->epoch),
		store_integer(r->created_at),
		store_integer(r->expires_at),
		store_integer(r->spent_at),
		store_integer(r->revoked_at),
	};
	enum status st = store_refresh_room(s, r, f);

	return st != STATUS_OK ? st
			       : store_change(s, STORE_SQL_REFRESH_INSERT, in,
					      STORE_LEN(in), NULL, f);
}

/* Columns: id, family, account, service, hash, epoch, created_at, expires_at,
 * spent_at, revoked_at. */
static enum store_next
store_refresh_take(void *ctx, struct store_row *row)
{
	struct store_refresh r = { .spent_at = 0 };
	size_t len = 0;

	store_row_id(row, &r.id);
	store_row_id(row, &r.family);
	store_row_id(row, &r.account);
	store_row_text(row, r.service, sizeof(r.service));
	store_row_blob(row, r.hash, sizeof(r.hash), &len);
	store_row_integer(row, 1, INT64_MAX, &r.epoch);
	store_row_integer(row, INT64_MIN, INT64_MAX, &r.created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &r.expires_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &r.spent_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &r.revoked_at);
	if (!store_row_done(row) || len != sizeof(r.hash))
		return STORE_NEXT_BAD;
	*(struct store_refresh *)ctx = r;
	return STORE_NEXT_MORE;
}

static enum status
store_refresh_one(struct store *s, enum store_statement statement,
		  const struct store_value *by, struct store_refresh *out,
		  struct fault *f)
{
	const struct store_sink sink = { store_refresh_take, out };

	return store_query_one(s, statement, by, 1, &sink, "refresh token", f);
}

enum status
store_refresh_by_id(struct store *s, const struct id *id,
		    struct store_refresh *out, struct fault *f)
{
	const struct store_value by = store_text(id->s);

	return store_refresh_one(s, STORE_SQL_REFRESH_GET, &by, out, f);
}

enum status
store_refresh_find(struct store *s, const uint8_t hash[STORE_HASH_SIZE],
		   struct store_refresh *out, struct fault *f)
{
	const struct store_value by = store_blob(hash, STORE_HASH_SIZE);

	return store_refresh_one(s, STORE_SQL_REFRESH_FIND, &by, out, f);
}

enum status
store_refresh_spend(struct store *s, const struct id *id, int64_t now,
		    struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(now) };
	enum status st = store_refresh_clock(now, f);

	return st != STATUS_OK ? st
			       : store_change_one(
					 s, STORE_SQL_REFRESH_SPEND, in,
					 STORE_LEN(in), STATUS_LOST,
					 "the refresh token is spent, revoked "
					 "or over",
					 f);
}

enum status
store_refresh_revoke(struct store *s, const struct id *family, int64_t now,
		     struct fault *f)
{
	const struct store_value in[] = { store_text(family->s),
					  store_integer(now) };
	enum status st = store_refresh_clock(now, f);

	return st != STATUS_OK ? st
			       : store_change(s, STORE_SQL_REFRESH_REVOKE, in,
					      STORE_LEN(in), NULL, f);
}

enum status
store_refresh_revoke_all(struct store *s, const struct id *account,
			 int64_t now, int64_t *families, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_integer(now) };
	int64_t count = 0;
	enum status st;

	if ((st = store_refresh_clock(now, f)) != STATUS_OK ||
	    (st = store_refresh_families(s, account, now, &count, f)) !=
		    STATUS_OK ||
	    (st = store_change(s, STORE_SQL_REFRESH_REVOKE_ALL, in,
			       STORE_LEN(in), NULL, f)) != STATUS_OK)
		return st;
	*families = count;
	return STATUS_OK;
}
