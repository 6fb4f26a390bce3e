/* SPDX-License-Identifier: MIT */
/* Within lib/wire: numbers and strings of a message. */
#ifndef WIRE_WIRE_BYTES_H
#define WIRE_WIRE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes being written; full when something did not fit. */
struct wire_out {
	uint8_t *at;
	size_t len;
	bool full;
};

/* Bytes being read; bad when something was missing or did not fit. */
struct wire_in {
	const uint8_t *at;
	size_t left;
	bool bad;
};

void wire_put_bytes(struct wire_out *o, const void *p, size_t n);
void wire_put_number(struct wire_out *o, uint64_t value, size_t width);
void wire_put_string(struct wire_out *o, const char *s);

uint64_t wire_get_number(struct wire_in *in, size_t width);
/* Bytes behind their length, where they lie; NULL when they are not all
 * there. */
const uint8_t *wire_get_blob(struct wire_in *in, size_t max, size_t *len);
/* The same, and none of them is zero. */
const uint8_t *wire_get_bytes(struct wire_in *in, size_t max, size_t *len);
void wire_get_string(struct wire_in *in, char *out, size_t size);
/* Yes or no: any other number is neither. */
bool wire_get_bool(struct wire_in *in);

#endif
