/* SPDX-License-Identifier: MIT */
/* A row's columns into C, believing nothing: the file may be anybody's. */
#include <string.h>

#include "store/engine.h"

static const struct store_value *
store_row_next(struct store_row *r, enum store_type type)
{
	const struct store_value *v;

	if (r->bad || r->at >= r->columns) {
		r->bad = true;
		return NULL;
	}
	v = &r->column[r->at++];
	if (v->type != type) {
		r->bad = true;
		return NULL;
	}
	return v;
}

void
store_row_integer(struct store_row *r, int64_t low, int64_t high, int64_t *out)
{
	const struct store_value *v = store_row_next(r, STORE_INTEGER);

	if (v == NULL)
		return;
	if (v->n < low || v->n > high) {
		r->bad = true;
		return;
	}
	*out = v->n;
}

void
store_row_bool(struct store_row *r, bool *out)
{
	int64_t n = 0;

	store_row_integer(r, 0, 1, &n);
	if (!r->bad)
		*out = n == 1;
}

void
store_row_text(struct store_row *r, char *out, size_t size)
{
	const struct store_value *v = store_row_next(r, STORE_TEXT);

	if (v == NULL)
		return;
	if (v->len >= size || memchr(v->bytes, '\0', v->len) != NULL) {
		r->bad = true;
		return;
	}
	memcpy(out, v->bytes, v->len);
	out[v->len] = '\0';
}

void
store_row_id(struct store_row *r, struct id *out)
{
	store_row_text(r, out->s, sizeof(out->s));
}

void
store_row_blob(struct store_row *r, uint8_t *out, size_t size, size_t *len)
{
	const struct store_value *v = store_row_next(r, STORE_BLOB);

	if (v == NULL)
		return;
	if (v->len > size) {
		r->bad = true;
		return;
	}
	if (v->len > 0)
		memcpy(out, v->bytes, v->len);
	*len = v->len;
}

bool
store_row_done(const struct store_row *r)
{
	return !r->bad && r->at == r->columns;
}
