/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void
buf_start(struct buf *b, char *array, size_t size)
{
	*b = (struct buf){ .at = array, .size = size };
	if (size > 0)
		array[0] = '\0';
}

void
buf_text(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	if (b->len + n >= b->size) {
		b->full = true;
		return;
	}
	memcpy(b->at + b->len, s, n + 1);
	b->len += n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	size_t left = b->size - b->len;
	va_list ap;
	int n;

	if (left == 0) {
		b->full = true;
		return;
	}
	va_start(ap, fmt);
	n = vsnprintf(b->at + b->len, left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= left) {
		b->at[b->len] = '\0';
		b->full = true;
		return;
	}
	b->len += (size_t)n;
}

void
buf_quoted(struct buf *b, const char *s)
{
	char safe[1024];

	text_encode(s, strlen(s), safe, sizeof(safe));
	buf_text(b, "\"");
	for (const char *p = safe; *p != '\0'; p++) {
		char one[2] = { *p, '\0' };

		buf_text(b, *p == '"' ? "\\x22" : one);
	}
	buf_text(b, "\"");
}
