/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "wire/wire.h"

void
wire_message_wipe(struct wire_message *m)
{
	explicit_bzero(m, sizeof(*m));
}

enum status
wire_message_new(struct wire_message **out, struct fault *f)
{
	*out = calloc(1, sizeof(**out));
	return *out == NULL ? fault(f, STATUS_SYSTEM, "out of memory")
			    : STATUS_OK;
}

void
wire_message_free(struct wire_message **m)
{
	if (*m != NULL)
		wire_message_wipe(*m);
	free(*m);
	*m = NULL;
}

bool
wire_row_put(struct wire_row *row, const char *key, const char *value)
{
	struct wire_pair *p = &row->pair[row->n];

	if (row->n == WIRE_PAIRS_MAX ||
	    !text_copy(p->key, sizeof(p->key), key) ||
	    !text_copy(p->value, sizeof(p->value), value))
		return false;
	row->n++;
	return true;
}

const char *
wire_row_get(const struct wire_row *row, const char *key)
{
	for (size_t i = 0; i < row->n; i++)
		if (strcmp(row->pair[i].key, key) == 0)
			return row->pair[i].value;
	return "";
}

/* "KEY" and a number; false when that is too long for a key. */
static bool
wire_row_part(const char *key, unsigned n, char *out)
{
	struct buf b;

	buf_start(&b, out, WIRE_KEY_SIZE);
	buf_printf(&b, "%s%u", key, n);
	return !b.full;
}

bool
wire_row_put_long(struct wire_row *row, const char *key, const char *text)
{
	char name[WIRE_KEY_SIZE], part[WIRE_VALUE_SIZE];
	size_t left = strlen(text);

	for (unsigned n = 0; left > 0; n++) {
		size_t len = left < sizeof(part) ? left : sizeof(part) - 1;

		memcpy(part, text, len);
		part[len] = '\0';
		if (!wire_row_part(key, n, name) ||
		    !wire_row_put(row, name, part))
			return false;
		text += len;
		left -= len;
	}
	return true;
}

bool
wire_row_get_long(const struct wire_row *row, const char *key, char *out,
		  size_t size)
{
	char name[WIRE_KEY_SIZE];
	size_t at = 0;

	for (unsigned n = 0; n < row->n; n++) {
		const char *part;

		if (!wire_row_part(key, n, name))
			return false;
		part = wire_row_get(row, name);
		if (*part == '\0')
			break;
		if (!text_copy(out + at, size - at, part))
			return false;
		at += strlen(part);
	}
	out[at] = '\0';
	return true;
}
