/* SPDX-License-Identifier: MIT */
/*
 * Lines and words of a file that is not ours.  Nothing is copied, nothing is
 * written to, any byte may occur.
 */
#ifndef IMPORT_TEXT_H
#define IMPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct import_text {
	const char *at;
	size_t len;
};

/* The next line of *REST, without its end and blanks around it; false behind
 * the last. */
bool import_line(struct import_text *rest, struct import_text *line);

/* The next word of *REST, by blanks apart; false when there is none. */
bool import_word(struct import_text *rest, struct import_text *word);

/* What stands before the next SEPARATOR, which may be nothing; false when the
 * last one was taken. */
bool import_field(struct import_text *rest, char separator,
		  struct import_text *field);

bool import_is(const struct import_text *t, const char *s);
bool import_begins(const struct import_text *t, const char *s);

/* As a string; false when it does not fit SIZE bytes or holds a NUL. */
bool import_copy(const struct import_text *t, char *out, size_t size);

/* Digits alone, leading zeroes as well. */
bool import_digits(const struct import_text *t);

/* As text_number(), and leading zeroes are taken. */
bool import_number(const struct import_text *t, int64_t low, int64_t high,
		   int64_t *out);

#endif
