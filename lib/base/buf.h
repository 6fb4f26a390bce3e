/* SPDX-License-Identifier: MIT */
/*
 * Text built up in a caller's array.  An append that does not fit leaves the
 * text as it was and marks the buf full; check once, at the end.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *at;    /* the caller's array, always NUL-terminated */
	size_t size; /* its bytes, the NUL's included */
	size_t len;  /* without the NUL */
	bool full;   /* something did not fit */
};

void buf_start(struct buf *b, char *array, size_t size);

void buf_text(struct buf *b, const char *s);

void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A value from outside, through text_encode(), in double quotes; a double
 * quote inside comes out as \x22.  For log lines. */
void buf_quoted(struct buf *b, const char *s);

#endif
