/* SPDX-License-Identifier: MIT */
#include "sigractl/out.h"

#include <errno.h>
#include <langinfo.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sigractl/fold.h"

#define OUT_SIZE 4096
#define OUT_WIDTH 79
#define OUT_LABEL 14

static bool out_broken;

static void
out_print(FILE *to, const char *before, const char *text)
{
	char safe[OUT_SIZE];

	text_encode(text, strlen(text), safe, sizeof(safe));
	(void)fprintf(to, "%s%s\n", before, safe);
}

void
out_line(const char *fmt, ...)
{
	char text[OUT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_print(stdout, "", text);
}

void
out_field(const char *label, const char *fmt, ...)
{
	char text[OUT_SIZE], before[OUT_LABEL + 24];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)snprintf(before, sizeof(before), "%s:%*s", label,
		       OUT_LABEL - (int)strlen(label), "");
	out_print(stdout, before, text);
}

/* A fault's sentence is escaped already. */
void
out_error(const char *text)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "sigractl: %s\n", text);
}

void
out_warning(const char *text)
{
	(void)fflush(stdout);
	out_print(stderr, "sigractl: warning: ", text);
}

void
out_folded(const char *words, int indent)
{
	const int width = OUT_WIDTH - indent;

	while (*words != '\0') {
		int len = (int)strlen(words), cut = width;

		if (len > width) {
			while (cut > 0 && words[cut - 1] != ',' &&
			       words[cut] != ' ')
				cut--;
			len = cut > 0 ? cut : width;
		}
		(void)printf("%*s%.*s\n", indent, "", len, words);
		words += len;
		words += strspn(words, " ");
	}
}

void
out_text(const char *text, int indent)
{
	char safe[OUT_SIZE];

	text_encode(text, strlen(text), safe, sizeof(safe));
	out_folded(safe, indent);
}

enum status
out_finish(struct fault *f)
{
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return fault_errno(f, errno,
				   "cannot write to standard output (what was "
				   "asked for has been done)");
	return STATUS_OK;
}

void
out_table_start(struct out_table *t, const struct out_column *columns,
		size_t n)
{
	static const int flags[] = { [OUT_TEXT] = 0,
				     [OUT_SAFE] = 0,
				     [OUT_FREE] = SCOLS_FL_TRUNC,
				     [OUT_CUT] = SCOLS_FL_TRUNC,
				     [OUT_FOLD] = 0,
				     [OUT_COUNT] = SCOLS_FL_RIGHT };

	*t = (struct out_table){ .t = scols_new_table(),
				 .columns = columns,
				 .n = n };
	if (t->t == NULL) {
		t->broken = true;
		return;
	}
	/* Cells are escaped already. */
	if (scols_table_enable_noencoding(t->t, 1) != 0)
		t->broken = true;
	for (size_t i = 0; i < n; i++) {
		int how = flags[columns[i].kind];
		double hint = (how & SCOLS_FL_TRUNC) != 0 ? 0.1 : 0;

		if (scols_table_new_column(t->t, columns[i].name, hint, how) ==
		    NULL)
			t->broken = true;
	}
}

/* Where characters are of another set than ours, libsmartcols counts them for
 * ever: a byte that is none alone is escaped as one. */
static void
out_ascii(const char *text, char *out, size_t size)
{
	struct buf b;

	buf_start(&b, out, size);
	for (; *text != '\0'; text++) {
		char one[8] = { *text, '\0' };

		if ((unsigned char)*text > 0x7f)
			text_encode(text, 1, one, sizeof(one));
		buf_text(&b, one);
	}
}

void
out_table_row(struct out_table *t, const char *const *cells, size_t n)
{
	struct libscols_line *line;
	const bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	char safe[OUT_SIZE], plain[OUT_SIZE];

	if (t->broken)
		return;
	line = scols_table_new_line(t->t, NULL);
	t->broken = line == NULL;
	t->rows++;
	for (size_t i = 0; i < n && !t->broken; i++) {
		const char *cell = text_empty(cells[i]) ? "-" : cells[i];

		if (t->columns[i].kind != OUT_SAFE) {
			text_encode(cell, strlen(cell), safe, sizeof(safe));
			cell = safe;
		}
		if (!utf8) {
			out_ascii(cell, plain, sizeof(plain));
			cell = plain;
		}
		t->broken = scols_line_set_data(line, i, cell) != 0;
	}
}

static void
out_table_print(struct out_table *t)
{
	if (isatty(STDOUT_FILENO))
		fold_table(t, scols_table_get_termwidth(t->t));
	if (!t->broken)
		t->broken = scols_print_table(t->t) != 0;
}

enum status
out_table_end(struct out_table *t, const char *none, struct fault *f)
{
	if (none != NULL && !t->broken && t->rows == 0)
		out_line("%s", none);
	else if (none != NULL && !t->broken)
		out_table_print(t);
	scols_unref_table(t->t);
	t->t = NULL;
	if (t->broken)
		return fault(f, STATUS_SYSTEM, "cannot print the table");
	return STATUS_OK;
}

void
out_put(json_t *object, const char *key, json_t *j)
{
	if (json_object_set_new(object, key, j) != 0)
		out_broken = true;
}

void
out_push(json_t *array, json_t *j)
{
	if (json_array_append_new(array, j) != 0)
		out_broken = true;
}

json_t *
out_string(const char *s)
{
	char safe[OUT_SIZE];

	if (text_empty(s))
		return json_null();
	if (text_code_points(s, strlen(s)) >= 0 && strchr(s, 0x7f) == NULL)
		return json_string(s);
	text_encode(s, strlen(s), safe, sizeof(safe));
	return json_string(safe);
}

json_t *
out_time(int64_t at)
{
	char text[TEXT_TIME_SIZE];

	if (at == 0)
		return json_null();
	text_time(at, text);
	return json_string(text);
}

enum status
out_json(const json_t *j, struct fault *f)
{
	if (j == NULL || out_broken ||
	    json_dumpf(j, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) != 0)
		return fault(f, STATUS_SYSTEM, "cannot write JSON");
	(void)putchar('\n');
	return STATUS_OK;
}

const char *
out_when(int64_t at, char *out)
{
	if (at == 0)
		memcpy(out, "-", 2);
	else
		text_time(at, out);
	return out;
}
