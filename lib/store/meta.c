/* SPDX-License-Identifier: MIT */
#include "store/engine.h"

struct store_meta_out {
	char *out;
	size_t size;
};

static enum store_next
store_meta_take(void *ctx, struct store_row *row)
{
	const struct store_meta_out *m = ctx;

	store_row_text(row, m->out, m->size);
	return store_row_done(row) ? STORE_NEXT_MORE : STORE_NEXT_BAD;
}

enum status
store_meta_get(struct store *s, const char *key, char *out, size_t size,
	       struct fault *f)
{
	const struct store_value in[] = { store_text(key) };
	struct store_meta_out m = { .out = out, .size = size };
	const struct store_sink sink = { store_meta_take, &m };

	return store_query_one(s, STORE_SQL_META_GET, in, STORE_LEN(in), &sink,
			       "fact about the store", f);
}

enum status
store_meta_put(struct store *s, const char *key, const char *value,
	       struct fault *f)
{
	const struct store_value in[] = { store_text(key), store_text(value) };

	return store_change(s, STORE_SQL_META_PUT, in, STORE_LEN(in), NULL, f);
}
