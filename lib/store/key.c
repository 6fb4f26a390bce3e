/* SPDX-License-Identifier: MIT */
#include "store/key.h"

#include "store/engine.h"

static const char store_key_none[] = "there is no such security key";

enum status
store_key_insert(struct store *s, const struct store_key *k, struct fault *f)
{
	const struct store_value in[] = {
		store_text(k->id.s),
		store_text(k->account.s),
		store_text(k->label),
		store_text(k->rp),
		store_blob(k->credential, k->credential_len),
		store_integer(k->algorithm),
		store_blob(k->public, k->public_len),
		store_blob(k->aaguid, sizeof(k->aaguid)),
		store_text(k->transports),
		store_integer(k->flags),
		store_integer(k->state),
		store_integer(k->sign_count),
		store_blob(k->sealed, k->sealed_len),
		store_integer(k->created_at),
		store_integer(k->used_at),
	};
	int64_t count = 0;
	enum status st;

	/* In the transaction that inserts, so two cannot both be the last. */
	if ((st = store_query_count(s, STORE_SQL_KEY_COUNT, &in[1], 1, &count,
				    f)) != STATUS_OK)
		return st;
	if (count >= STORE_KEYS_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account has %d security keys at most",
			     STORE_KEYS_MAX);
	return store_change(s, STORE_SQL_KEY_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

/* Columns: id, account, label, rp, credential, algorithm, public, aaguid,
 * transports, flags, state, sign_count, sealed, created_at, used_at. */
static bool
store_key_read(struct store_row *row, struct store_key *k)
{
	int64_t flags = 0, state = 0;
	size_t aaguid_len = 0;

	store_row_id(row, &k->id);
	store_row_id(row, &k->account);
	store_row_text(row, k->label, sizeof(k->label));
	store_row_text(row, k->rp, sizeof(k->rp));
	store_row_blob(row, k->credential, sizeof(k->credential),
		       &k->credential_len);
	store_row_integer(row, INT32_MIN, INT32_MAX, &k->algorithm);
	store_row_blob(row, k->public, sizeof(k->public), &k->public_len);
	store_row_blob(row, k->aaguid, sizeof(k->aaguid), &aaguid_len);
	store_row_text(row, k->transports, sizeof(k->transports));
	store_row_integer(row, 0, UINT32_MAX, &flags);
	store_row_integer(row, STORE_KEY_ACTIVE, STORE_KEY_REVOKED, &state);
	store_row_integer(row, 0, UINT32_MAX, &k->sign_count);
	store_row_blob(row, k->sealed, sizeof(k->sealed), &k->sealed_len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &k->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &k->used_at);
	k->flags = (uint32_t)flags;
	k->state = (enum store_key_state)state;
	return store_row_done(row) && aaguid_len == sizeof(k->aaguid);
}

struct store_key_walk {
	bool (*each)(void *ctx, const struct store_key *);
	void *ctx;
};

static enum store_next
store_key_step(void *ctx, struct store_row *row)
{
	const struct store_key_walk *w = ctx;
	struct store_key k = { .sign_count = 0 };

	if (!store_key_read(row, &k))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &k) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_key_list(struct store *s, const struct id *account,
	       bool (*each)(void *ctx, const struct store_key *), void *ctx,
	       struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_key_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_key_step, &w };

	return store_query(s, STORE_SQL_KEY_LIST, in, STORE_LEN(in), &sink, f);
}

static enum store_next
store_key_take(void *ctx, struct store_row *row)
{
	struct store_key k = { .sign_count = 0 };

	if (!store_key_read(row, &k))
		return STORE_NEXT_BAD;
	*(struct store_key *)ctx = k;
	return STORE_NEXT_MORE;
}

enum status
store_key_get(struct store *s, const struct id *account, const char *label,
	      struct store_key *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(label) };
	const struct store_sink sink = { store_key_take, out };

	return store_query_one(s, STORE_SQL_KEY_GET, in, STORE_LEN(in), &sink,
			       "security key", f);
}

enum status
store_key_find(struct store *s, const struct id *account,
	       const uint8_t *credential, size_t len, struct store_key *out,
	       struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_blob(credential, len) };
	const struct store_sink sink = { store_key_take, out };

	return store_query_one(s, STORE_SQL_KEY_FIND, in, STORE_LEN(in), &sink,
			       "security key", f);
}

enum status
store_key_used(struct store *s, const struct id *id, int64_t count,
	       bool anyhow, int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(count),
					  store_integer(anyhow),
					  store_integer(now) };

	return store_change_one(s, STORE_SQL_KEY_USED, in, STORE_LEN(in),
				STATUS_LOST,
				"the counter of the security key is behind, "
				"or the key gone",
				f);
}

enum status
store_key_state(struct store *s, const struct id *id,
		enum store_key_state state, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(state) };

	return store_change_one(s, STORE_SQL_KEY_STATE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_key_none, f);
}

enum status
store_key_rename(struct store *s, const struct id *id, const char *label,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_text(label) };

	return store_change_one(s, STORE_SQL_KEY_RENAME, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_key_none, f);
}

enum status
store_key_delete(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_change_one(s, STORE_SQL_KEY_DELETE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_key_none, f);
}

enum status
store_key_delete_all(struct store *s, const struct id *account,
		     struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	enum status st;

	if ((st = store_change(s, STORE_SQL_KEY_DELETE_ALL, in, STORE_LEN(in),
			       NULL, f)) == STATUS_OK)
		st = store_change(s, STORE_SQL_SSH_KEY_DELETE_ALL, in,
				  STORE_LEN(in), NULL, f);
	if (st != STATUS_OK)
		store_doom(s);
	return st;
}

enum status
store_key_any(struct store *s, bool *out, struct fault *f)
{
	int64_t any = 0;
	enum status st;

	if ((st = store_query_count(s, STORE_SQL_KEY_ANY, NULL, 0, &any, f)) !=
	    STATUS_OK)
		return st;
	*out = any != 0;
	return STATUS_OK;
}
