/* SPDX-License-Identifier: MIT */
#include "fido/bytes.h"

#include <string.h>

void
bytes_put(struct bytes_out *o, const void *p, size_t n)
{
	if (n > o->size - o->len) {
		o->full = true;
		return;
	}
	if (n > 0)
		memcpy(o->at + o->len, p, n);
	o->len += n;
}

void
bytes_put_number(struct bytes_out *o, uint64_t value, size_t width,
		 uint64_t low, uint64_t high)
{
	uint8_t bytes[8];

	if (value < low || value > high ||
	    (width < sizeof(bytes) && value >> (8 * width) != 0)) {
		o->bad = true;
		return;
	}
	for (size_t i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	bytes_put(o, bytes, width);
}

void
bytes_put_bool(struct bytes_out *o, bool value)
{
	bytes_put_number(o, value ? 1 : 0, 1, 0, 1);
}

void
bytes_put_string(struct bytes_out *o, const void *p, size_t len, size_t low,
		 size_t high)
{
	if (len < low || len > high) {
		o->bad = true;
		return;
	}
	bytes_put_number(o, len, 2, 0, UINT16_MAX);
	bytes_put(o, p, len);
}

void
bytes_put_text(struct bytes_out *o, const char *s, size_t size)
{
	bytes_put_string(o, s, strnlen(s, size), 0, size - 1);
}

static bool
bytes_printable(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			return false;
	return true;
}

void
bytes_put_word(struct bytes_out *o, const char *s, size_t size)
{
	o->bad = o->bad ||
		 !bytes_printable((const uint8_t *)s, strnlen(s, size));
	bytes_put_text(o, s, size);
}

const uint8_t *
bytes_get(struct bytes_in *in, size_t n)
{
	const uint8_t *p = in->at;

	if (in->bad || n > in->left) {
		in->bad = true;
		return NULL;
	}
	in->at += n;
	in->left -= n;
	return p;
}

void
bytes_get_copy(struct bytes_in *in, uint8_t *out, size_t n)
{
	const uint8_t *p = bytes_get(in, n);

	if (p != NULL && n > 0)
		memcpy(out, p, n);
}

uint64_t
bytes_get_number(struct bytes_in *in, size_t width, uint64_t low,
		 uint64_t high)
{
	const uint8_t *p = bytes_get(in, width);
	uint64_t value = 0;

	if (p == NULL)
		return 0;
	for (size_t i = 0; i < width; i++)
		value = value << 8 | p[i];
	if (value >= low && value <= high)
		return value;
	in->bad = true;
	return 0;
}

bool
bytes_get_bool(struct bytes_in *in)
{
	return bytes_get_number(in, 1, 0, 1) == 1;
}

void
bytes_get_string(struct bytes_in *in, uint8_t *out, size_t low, size_t high,
		 size_t *len)
{
	size_t n = (size_t)bytes_get_number(in, 2, low, high);

	bytes_get_copy(in, out, n);
	*len = in->bad ? 0 : n;
}

void
bytes_get_text(struct bytes_in *in, char *out, size_t size)
{
	size_t n = (size_t)bytes_get_number(in, 2, 0, size - 1);
	const uint8_t *p = bytes_get(in, n);

	if (p == NULL || memchr(p, 0, n) != NULL) {
		in->bad = true;
		return;
	}
	memcpy(out, p, n);
	out[n] = '\0';
}

void
bytes_get_word(struct bytes_in *in, char *out, size_t size)
{
	bytes_get_text(in, out, size);
	if (!in->bad && !bytes_printable((const uint8_t *)out, strlen(out)))
		in->bad = true;
}
