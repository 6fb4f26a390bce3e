/* SPDX-License-Identifier: MIT */
/* The sources from which an account got in. */
#include "store/engine.h"

enum status
store_seen_put(struct store *s, const struct id *account, const char *source,
	       int64_t now, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(source),
					  store_integer(now) };

	return store_change(s, STORE_SQL_SEEN_PUT, in, STORE_LEN(in), NULL, f);
}

struct store_seen_out {
	bool source, any;
};

static enum store_next
store_seen_take(void *ctx, struct store_row *row)
{
	struct store_seen_out seen = { .any = false };

	store_row_bool(row, &seen.source);
	store_row_bool(row, &seen.any);
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_seen_out *)ctx = seen;
	return STORE_NEXT_MORE;
}

enum status
store_seen_get(struct store *s, const struct id *account, const char *source,
	       bool *source_seen, bool *any_seen, struct fault *f)
{
	const struct store_value in[] = { store_text(account->s),
					  store_text(source) };
	struct store_seen_out seen;
	const struct store_sink sink = { store_seen_take, &seen };
	enum status st;

	if ((st = store_query_one(s, STORE_SQL_SEEN_GET, in, STORE_LEN(in),
				  &sink, "look at sources", f)) != STATUS_OK)
		return st;
	*source_seen = seen.source;
	*any_seen = seen.any;
	return STATUS_OK;
}
