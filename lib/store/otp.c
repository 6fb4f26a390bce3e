/* SPDX-License-Identifier: MIT */
#include "store/otp.h"

#include "store/engine.h"

enum status
store_otp_insert(struct store *s, const struct store_otp *d, struct fault *f)
{
	const struct store_value in[] = {
		store_text(d->id.s),
		store_text(d->account.s),
		store_integer(d->kind),
		store_text(d->label),
		store_integer(d->algorithm),
		store_integer(d->digits),
		store_integer(d->period),
		store_blob(d->sealed, d->sealed_len),
		store_integer(d->state),
		store_integer(d->moved),
		store_integer(d->created_at),
		store_integer(d->used_at),
	};

	return store_change(s, STORE_SQL_OTP_INSERT, in, STORE_LEN(in), NULL,
			    f);
}

/* Columns: id, account, kind, label, algorithm, digits, period, sealed,
 * state, moved, created_at, used_at. */
static bool
store_otp_read(struct store_row *row, struct store_otp *d)
{
	int64_t kind = 0, state = 0;

	store_row_id(row, &d->id);
	store_row_id(row, &d->account);
	store_row_integer(row, STORE_TOTP, STORE_HOTP, &kind);
	store_row_text(row, d->label, sizeof(d->label));
	store_row_integer(row, 1, 3, &d->algorithm);
	store_row_integer(row, 6, 8, &d->digits);
	/* Others divide by it. */
	store_row_integer(row, kind == STORE_TOTP ? 1 : 0,
			  kind == STORE_TOTP ? INT64_MAX : 0, &d->period);
	store_row_blob(row, d->sealed, sizeof(d->sealed), &d->sealed_len);
	store_row_integer(row, STORE_OTP_ACTIVE, STORE_OTP_RESYNC, &state);
	store_row_integer(row, 0, INT64_MAX, &d->moved);
	store_row_integer(row, INT64_MIN, INT64_MAX, &d->created_at);
	store_row_integer(row, INT64_MIN, INT64_MAX, &d->used_at);
	d->kind = (enum store_otp_kind)kind;
	d->state = (enum store_otp_state)state;
	return store_row_done(row);
}

struct store_otp_walk {
	bool (*each)(void *ctx, const struct store_otp *);
	void *ctx;
};

static enum store_next
store_otp_step(void *ctx, struct store_row *row)
{
	const struct store_otp_walk *w = ctx;
	struct store_otp d = { .moved = 0 };

	if (!store_otp_read(row, &d))
		return STORE_NEXT_BAD;
	return w->each(w->ctx, &d) ? STORE_NEXT_MORE : STORE_NEXT_STOP;
}

enum status
store_otp_list(struct store *s, const struct id *account,
	       bool (*each)(void *ctx, const struct store_otp *), void *ctx,
	       struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };
	struct store_otp_walk w = { .each = each, .ctx = ctx };
	const struct store_sink sink = { store_otp_step, &w };

	return store_query(s, STORE_SQL_OTP_LIST, in, STORE_LEN(in), &sink, f);
}

static enum store_next
store_otp_take(void *ctx, struct store_row *row)
{
	struct store_otp d = { .moved = 0 };

	if (!store_otp_read(row, &d))
		return STORE_NEXT_BAD;
	*(struct store_otp *)ctx = d;
	return STORE_NEXT_MORE;
}

enum status
store_otp_get(struct store *s, const struct id *account, const char *label,
	      struct store_otp *out, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(label) };
	const struct store_sink sink = { store_otp_take, out };

	return store_query_one(s, STORE_SQL_OTP_GET, in, STORE_LEN(in), &sink,
			       "device", f);
}

enum status
store_otp_spend(struct store *s, const struct id *id, int64_t at, int64_t now,
		struct fault *f)
{
	const struct store_value in[] = { store_text(id->s), store_integer(at),
					  store_integer(now) };

	return store_change_one(s, STORE_SQL_OTP_SPEND, in, STORE_LEN(in),
				STATUS_LOST,
				"the code is spent, or its device gone", f);
}

enum status
store_otp_resync(struct store *s, const struct id *id, int64_t counter,
		 int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_integer(counter),
					  store_integer(now) };

	return store_change_one(s, STORE_SQL_OTP_RESYNC, in, STORE_LEN(in),
				STATUS_LOST,
				"the code is spent, or its device gone", f);
}

enum status
store_otp_rename(struct store *s, const struct id *id, const char *label,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(id->s),
					  store_text(label) };

	return store_change_one(s, STORE_SQL_OTP_RENAME, in, STORE_LEN(in),
				STATUS_NOT_FOUND, "there is no such device",
				f);
}

enum status
store_otp_delete(struct store *s, const struct id *id, struct fault *f)
{
	const struct store_value in[] = { store_text(id->s) };

	return store_change_one(s, STORE_SQL_OTP_DELETE, in, STORE_LEN(in),
				STATUS_NOT_FOUND, "there is no such device",
				f);
}

enum status
store_otp_delete_all(struct store *s, const struct id *account,
		     struct fault *f)
{
	const struct store_value in[] = { store_text(account->s) };

	return store_change(s, STORE_SQL_OTP_DELETE_ALL, in, STORE_LEN(in),
			    NULL, f);
}
