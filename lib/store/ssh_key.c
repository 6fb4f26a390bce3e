/* SPDX-License-Identifier: MIT */
#include "store/key.h"

#include "store/engine.h"

static const char store_ssh_key_none[] = "there is no such SSH key";

enum status
store_ssh_key_insert(struct store *s, const struct store_ssh_key *k,
		     struct fault *f)
{
	const struct store_value in[] = {
		store_text(k->id.s),
		store_text(k->account.s),
		store_text(k->label),
		store_text(k->type),
		store_blob(k->blob, k->blob_len),
		store_integer(k->authority),
		store_integer(k->sign_count),
		store_blob(k->sealed, k->sealed_len),
		store_integer(k->created_at),
		store_integer(k->used_at),
	};
	int64_t count = 0;
	enum status st;

	/* In the transaction that inserts, so two cannot both be the last. */
	if ((st = store_query_count(s, STORE_SQL_SSH_KEY_COUNT, &in[1], 1,
				    &count, f)) != STATUS_OK)
		return st;
	if (count >= STORE_KEYS_MAX)
		return fault(f, STATUS_REFUSED,
			     "an account has %d SSH keys at most",
			     STORE_KEYS_MAX);
	return store_change(s, STORE_SQL_SSH_KEY_INSERT, in, STORE_LEN(in),
			    NULL, f);
}

/* Columns: id, account, label, type, blob, authority, sign_count, sealed,
 * created_at, used_at. */
static bool
store_ssh_key_read(struct store_row *row, struct store_ssh_key *k)
{
	store_row_id(row, &k->id);
	store_row_id(row, &k->account);
	store_row_text(row, k->label, sizeof(k->label));
	store_row_text(row, k->type, sizeof(k->type));
	store_row_blob(row, k->blob, sizeof(k->blob), &k->blob_len);
	store_row_bool(row, &k->authority);
	store_row_integer(row, 0, UINT32_MAX, &k->sign_count);
	store_row_blob(row, k->sealed, sizeof(k->sealed), &k->sealed_len);
	store_row_integer(row, INT64_MIN, INT64_MAX, &k->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &k->used_at);
	return store_row_done(row);
}

struct store_ssh_key_walk {
	bool (*each)(void *ctx, const struct store_ssh_key *);
	void *ctx;
};

static enum store_next
store_ssh_key_step(void *ctx, struct store_row *row)
{
	const struct store_ssh_key_walk *w = ctx;
	struct store_ssh_key k = { .sign_count = 0 };

	if (!store_ssh_key_read(row, &k))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &k) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_ssh_key_list(struct store *s, const struct id *account,
		   bool (*each)(void *ctx, const struct store_ssh_key *),
		   void *ctx, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_ssh_key_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_ssh_key_step, &w };

	return store_query(s, STORE_SQL_SSH_KEY_LIST, in, STORE_LEN(in), &sink,
			   f);
}

static enum store_next
store_ssh_key_take(void *ctx, struct store_row *row)
{
	struct store_ssh_key k = { .sign_count = 0 };

	if (!store_ssh_key_read(row, &k))
		return STORE_NEXT_BAD;
	*(struct store_ssh_key *)ctx = k;
	return STORE_NEXT_MORE;
}

enum status
store_ssh_key_get(struct store *s, const struct id *account, const char *label,
		  struct store_ssh_key *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(label) };
	const struct store_sink sink = { store_ssh_key_take, out };

	return store_query_one(s, STORE_SQL_SSH_KEY_GET, in, STORE_LEN(in),
			       &sink, "SSH key", f);
}

enum status
store_ssh_key_find(struct store *s, const struct id *account,
		   const uint8_t *blob, size_t len, struct store_ssh_key *out,
		   struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_blob(blob, len) };
	const struct store_sink sink = { store_ssh_key_take, out };

	return store_query_one(s, STORE_SQL_SSH_KEY_FIND, in, STORE_LEN(in),
			       &sink, "SSH key", f);
}

enum status
store_ssh_key_used(struct store *s, const struct id *id, int64_t count,
		   bool anyhow, int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(count),
					  store_integer(anyhow),
					  store_integer(now) };

	return store_change_one(s, STORE_SQL_SSH_KEY_USED, in, STORE_LEN(in),
				STATUS_LOST,
				"the counter of the SSH key is behind, or "
				"the key gone",
				f);
}

enum status
store_ssh_key_rename(struct store *s, const struct id *id, const char *label,
		     struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_text(label) };

	return store_change_one(s, STORE_SQL_SSH_KEY_RENAME, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_ssh_key_none, f);
}

enum status
store_ssh_key_delete(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_change_one(s, STORE_SQL_SSH_KEY_DELETE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, store_ssh_key_none, f);
}
