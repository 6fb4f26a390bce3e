/* SPDX-License-Identifier: MIT */
#include "store/sealed.h"

#include "store/engine.h"

static const struct store_sealed_row {
	const char *name;
	enum store_statement next, put;
} store_sealed_rows[] = {
	[STORE_SEALED_PASSWORD] = { "password.sealed",
				    STORE_SQL_SEALED_PASSWORD_NEXT,
				    STORE_SQL_SEALED_PASSWORD_PUT },
	[STORE_SEALED_HISTORY] = { "password_history.sealed",
				   STORE_SQL_SEALED_HISTORY_NEXT,
				   STORE_SQL_SEALED_HISTORY_PUT },
	[STORE_SEALED_PERSON] = { "person.sealed",
				  STORE_SQL_SEALED_PERSON_NEXT,
				  STORE_SQL_SEALED_PERSON_PUT },
	[STORE_SEALED_OTP] = { "otp.sealed", STORE_SQL_SEALED_OTP_NEXT,
			       STORE_SQL_SEALED_OTP_PUT },
	[STORE_SEALED_KEY] = { "key.sealed", STORE_SQL_SEALED_KEY_NEXT,
			       STORE_SQL_SEALED_KEY_PUT },
	[STORE_SEALED_SSH_KEY] = { "ssh_key.sealed",
				   STORE_SQL_SEALED_SSH_KEY_NEXT,
				   STORE_SQL_SEALED_SSH_KEY_PUT },
	[STORE_SEALED_OUTBOX] = { "outbox.sealed",
				  STORE_SQL_SEALED_OUTBOX_NEXT,
				  STORE_SQL_SEALED_OUTBOX_PUT },
	[STORE_SEALED_WEBHOOK] = { "webhook.sealed",
				   STORE_SQL_SEALED_WEBHOOK_NEXT,
				   STORE_SQL_SEALED_WEBHOOK_PUT },
};
_Static_assert(STORE_LEN(store_sealed_rows) == STORE_SEALED_COUNT,
	       "every sealed column has its statements");

const char *
store_sealed_name(enum store_sealed which)
{
	return store_sealed_rows[which].name;
}

struct store_sealed_out {
	struct id *row;
	uint8_t *sealed;
	size_t size;
	size_t *len;
};

static enum store_next
store_sealed_take(void *ctx, struct store_row *row)
{
	const struct store_sealed_out *out = ctx;

	store_row_id(row, out->row);
	store_row_blob(row, out->sealed, out->size, out->len);
	return store_row_done(row) ? STORE_NEXT_MORE : STORE_NEXT_BAD;
}

enum status
store_sealed_next(struct store *s, enum store_sealed which,
		  const struct id *after, struct id *row, uint8_t *sealed,
		  size_t size, size_t *len, struct fault *f)
{
	const struct store_value in[] = { store_text(after->s) };
	struct store_sealed_out out = { row, sealed, size, len };
	const struct store_sink sink = { store_sealed_take, &out };

	return store_query_one(s, store_sealed_rows[which].next, in,
			       STORE_LEN(in), &sink, "sealed row", f);
}

enum status
store_sealed_put(struct store *s, enum store_sealed which,
		 const struct id *row, const uint8_t *sealed, size_t len,
		 struct fault *f)
{
	const struct store_value in[] = { store_text(row->s),
					  store_blob(sealed, len) };
	size_t rows = 0;
	enum status st;

	if ((st = store_change(s, store_sealed_rows[which].put, in,
			       STORE_LEN(in), &rows, f)) != STATUS_OK)
		return st;
	if (rows == 0)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no such sealed row");
	return STATUS_OK;
}
