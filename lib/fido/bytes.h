/* SPDX-License-Identifier: MIT */
/*
 * Bytes of frames and pastes, written and read: numbers are big-endian, byte
 * strings have a 16-bit length.  What is wrong is remembered, and looked at
 * once, at the end.
 */
#ifndef FIDO_BYTES_H
#define FIDO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes_out {
	uint8_t *at; /* the caller's array */
	size_t size;
	size_t len;
	bool full; /* something did not fit */
	bool bad;  /* something may not be written */
};

struct bytes_in {
	const uint8_t *at;
	size_t left;
	bool bad; /* something was missing, or may not be */
};

void bytes_put(struct bytes_out *o, const void *p, size_t n);
/* Bad when VALUE is not in LOW..HIGH, or takes more than WIDTH bytes. */
void bytes_put_number(struct bytes_out *o, uint64_t value, size_t width,
		      uint64_t low, uint64_t high);
void bytes_put_bool(struct bytes_out *o, bool value);
/* Bad when LEN is not in LOW..HIGH. */
void bytes_put_string(struct bytes_out *o, const void *p, size_t len,
		      size_t low, size_t high);
/* S is an array of SIZE; bad when it has no NUL. */
void bytes_put_text(struct bytes_out *o, const char *s, size_t size);
/* As bytes_put_text(), and bad when not of printable ASCII. */
void bytes_put_word(struct bytes_out *o, const char *s, size_t size);

/* The likes of it backwards; what is bad reads as 0 or empty. */
const uint8_t *bytes_get(struct bytes_in *in, size_t n);
void bytes_get_copy(struct bytes_in *in, uint8_t *out, size_t n);
uint64_t bytes_get_number(struct bytes_in *in, size_t width, uint64_t low,
			  uint64_t high);
bool bytes_get_bool(struct bytes_in *in);
void bytes_get_string(struct bytes_in *in, uint8_t *out, size_t low,
		      size_t high, size_t *len);
void bytes_get_text(struct bytes_in *in, char *out, size_t size);
void bytes_get_word(struct bytes_in *in, char *out, size_t size);

#endif
