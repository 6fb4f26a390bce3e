/* SPDX-License-Identifier: MIT */
#include "wire/wire_bytes.h"

#include <string.h>

#include "wire/wire.h"

void
wire_put_bytes(struct wire_out *o, const void *p, size_t n)
{
	if (n > WIRE_MESSAGE_MAX - o->len) {
		o->full = true;
		return;
	}
	if (n > 0)
		memcpy(o->at + o->len, p, n);
	o->len += n;
}

void
wire_put_number(struct wire_out *o, uint64_t value, size_t width)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	wire_put_bytes(o, bytes, width);
}

void
wire_put_string(struct wire_out *o, const char *s)
{
	size_t len = strlen(s);

	wire_put_number(o, len, 2);
	wire_put_bytes(o, s, len);
}

uint64_t
wire_get_number(struct wire_in *in, size_t width)
{
	uint64_t value = 0;

	if (in->left < width) {
		in->bad = true;
		in->left = 0;
		return 0;
	}
	for (size_t i = 0; i < width; i++)
		value = value << 8 | in->at[i];
	in->at += width;
	in->left -= width;
	return value;
}

const uint8_t *
wire_get_blob(struct wire_in *in, size_t max, size_t *len)
{
	size_t n = (size_t)wire_get_number(in, 2);
	const uint8_t *p = in->at;

	if (in->bad || n > max || n > in->left) {
		in->bad = true;
		return NULL;
	}
	in->at += n;
	in->left -= n;
	*len = n;
	return p;
}

const uint8_t *
wire_get_bytes(struct wire_in *in, size_t max, size_t *len)
{
	size_t n = 0;
	const uint8_t *p = wire_get_blob(in, max, &n);

	if (p != NULL && n > 0 && memchr(p, 0, n) != NULL) {
		in->bad = true;
		return NULL;
	}
	*len = n;
	return p;
}

void
wire_get_string(struct wire_in *in, char *out, size_t size)
{
	size_t len = 0;
	const uint8_t *p = wire_get_bytes(in, size - 1, &len);

	if (p != NULL)
		memcpy(out, p, len);
	out[len] = '\0';
}

bool
wire_get_bool(struct wire_in *in)
{
	uint64_t value = wire_get_number(in, 1);

	in->bad = in->bad || value > 1;
	return value == 1;
}
