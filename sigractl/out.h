/* SPDX-License-Identifier: MIT */
/*
 * Everything that goes to standard output: lines, tables, JSON.  Bytes from
 * outside are escaped here, so that no command has to think of it.  Nothing
 * is printed in colour.
 */
#ifndef SIGRACTL_OUT_H
#define SIGRACTL_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"

/* Is this locale's terminal one for UTF-8? */
bool out_utf8(void);

/* TEXT that is escaped already; where the locale is not UTF-8, all that is not
 * ASCII is, too: a byte of a letter may be a control character there. */
void out_plain(const char *text, char *out, size_t size);

/* The same of TEXT from outside, which is escaped first. */
void out_safe(const char *text, char *out, size_t size);

/* One line; the format's values are escaped, the format is not. */
void out_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* "Label:      value", aligned. */
void out_field(const char *label, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* To standard error: "sigractl: text". */
void out_error(const char *text);
void out_warning(const char *text);

/* WORDS folded at blanks and commas to 79 columns, each line indented. */
void out_folded(const char *words, int indent);

/* The same of TEXT from outside, which is escaped. */
void out_text(const char *text, int indent);

/* Flush; STATUS_SYSTEM when something could not be written. */
enum status out_finish(struct fault *f) MUST_USE;

/*
 * Before something is made that is shown once: STATUS_INVALID when standard
 * output cannot be written at all.  If that fails later, also because nobody
 * reads it, the fault says the sentence given here: what to do about the loss.
 */
enum status out_once(struct fault *f, const char *fmt, ...)
	__attribute__((format(printf, 2, 3))) MUST_USE;

/* LEN bytes as they are, past stdio, whose buffers nobody wipes. */
enum status out_secret(const char *text, size_t len, struct fault *f) MUST_USE;

/* --- tables --- */

enum out_column_kind {
	OUT_TEXT,  /* as wide as it is */
	OUT_SAFE,  /* likewise, and escaped already */
	OUT_FREE,  /* cut where the terminal is too narrow */
	OUT_CUT,   /* likewise, but never left out */
	OUT_FOLD,  /* on several lines there, word by word */
	OUT_COUNT, /* a number, to the right */
};

struct out_column {
	const char *name;
	enum out_column_kind kind;
};

struct libscols_table;
struct out_table {
	struct libscols_table *t;
	const struct out_column *columns;
	size_t n;
	bool broken;
	size_t rows;
};
/* COLUMNS stay the caller's until the end. */
void out_table_start(struct out_table *t, const struct out_column *columns,
		     size_t n);
/* N cells; NULL and "" are empty. */
void out_table_row(struct out_table *t, const char *const *cells, size_t n);
/* Print, and free; NONE is said of a table without rows, and NULL: only
 * free. */
enum status out_table_end(struct out_table *t, const char *none,
			  struct fault *f) MUST_USE;

/* --- JSON --- */

static inline void
out_json_free(json_t **j)
{
	json_decref(*j);
}
#define AUTO_JSON __attribute__((cleanup(out_json_free))) json_t

/* Each takes over the reference to J; memory running out is remembered until
 * out_json(). */
void out_put(json_t *object, const char *key, json_t *j);
void out_push(json_t *array, json_t *j);
/* Empty: null.  Bytes that are no UTF-8 are escaped. */
json_t *out_string(const char *s);
/* 0: null; otherwise RFC 3339. */
json_t *out_time(int64_t at);
/* ASCII without a control byte but the newlines that FLAGS (JSON_INDENT())
 * ask for; to be freed.  NULL: memory ran out. */
char *out_json_text(const json_t *j, size_t flags);
/* Print; an ASCII document of several lines. */
enum status out_json(const json_t *j, struct fault *f) MUST_USE;

/* "2026-01-31T23:59:59Z", or "-" for 0; OUT of TEXT_TIME_SIZE. */
const char *out_when(int64_t at, char *out);

#endif
