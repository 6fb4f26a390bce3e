/* SPDX-License-Identifier: MIT */
#include "store/chain.h"
#include "store/engine.h"

static enum store_next
store_stump_take(void *ctx, struct store_row *row)
{
	struct store_stump stump = { .seq = 0 };

	store_row_integer(row, 1, INT64_MAX, &stump.seq);
	store_row_blob(row, stump.head, sizeof(stump.head), &stump.head_len);
	store_row_text(row, stump.key, sizeof(stump.key));
	if (!store_row_done(row))
		return STORE_NEXT_BAD;
	*(struct store_stump *)ctx = stump;
	return STORE_NEXT_MORE;
}

enum status
store_stump_get(struct store *s, const char *host, struct store_stump *out,
		struct fault *f)
{
	const struct store_value in[] = { store_text(host) };
	const struct store_sink sink = { store_stump_take, out };

	return store_query_one(s, STORE_SQL_AUDIT_STUMP_GET, in, STORE_LEN(in),
			       &sink, "stump of the audit", f);
}

enum status
store_stump_put(struct store *s, const char *host,
		const struct store_stump *stump, struct fault *f)
{
	const struct store_value in[] = {
		store_text(host),
		store_integer(stump->seq),
		store_blob(stump->head, stump->head_len),
		store_text(stump->key),
	};

	return store_change(s, STORE_SQL_AUDIT_STUMP_PUT, in, STORE_LEN(in),
			    NULL, f);
}
