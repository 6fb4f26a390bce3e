/* SPDX-License-Identifier: MIT */
#include "sigractl/out.h"

#include <errno.h>
#include <langinfo.h>
#include <libsmartcols.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "sigractl/fold.h"
#include "sigractl/owner.h"

#define OUT_SIZE 4096
#define OUT_WIDTH 79
#define OUT_LABEL 14

static bool out_broken;
static char out_lost[FAULT_TEXT_SIZE]; /* of out_once(); or empty */

bool
out_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

void
out_plain(const char *text, char *out, size_t size)
{
	const bool utf8 = out_utf8();
	struct buf b;

	buf_start(&b, out, size);
	for (; *text != '\0' && !b.full; text++) {
		char one[8] = { *text, '\0' };

		/* A byte that is none alone is escaped as one. */
		if (!utf8 && (unsigned char)*text > 0x7f)
			text_encode(text, 1, one, sizeof(one));
		buf_text(&b, one);
	}
}

void
out_safe(const char *text, char *out, size_t size)
{
	char safe[OUT_SIZE];

	text_encode(text, strlen(text), safe, sizeof(safe));
	out_plain(safe, out, size);
}

static void
out_print(FILE *to, const char *before, const char *text)
{
	char safe[OUT_SIZE];

	out_safe(text, safe, sizeof(safe));
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
	char plain[OUT_SIZE];

	(void)fflush(stdout);
	out_plain(text, plain, sizeof(plain));
	(void)fprintf(stderr, "sigractl: %s\n", plain);
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

	out_safe(text, safe, sizeof(safe));
	out_folded(safe, indent);
}

/* --- what is shown once --- */

enum status
out_once(struct fault *f, const char *fmt, ...)
{
	va_list ap;

	if (owner_mute())
		return fault(f, STATUS_INVALID,
			     "what this makes is shown once, and standard "
			     "output cannot be written: nothing was done");
	va_start(ap, fmt);
	(void)vsnprintf(out_lost, sizeof(out_lost), fmt, ap);
	va_end(ap);
	/* Whoever reads no more has to be told, too. */
	(void)signal(SIGPIPE, SIG_IGN);
	return STATUS_OK;
}

static enum status
out_failed(int err, struct fault *f)
{
	return fault_errno(f, err, "cannot write to standard output (%s)",
			   out_lost[0] == '\0'
				   ? "what was asked for has been done"
				   : out_lost);
}

enum status
out_finish(struct fault *f)
{
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return out_failed(errno, f);
	return STATUS_OK;
}

enum status
out_secret(const char *text, size_t len, struct fault *f)
{
	enum status st = out_finish(f);

	if (st != STATUS_OK)
		return st;
	if (file_write(STDOUT_FILENO, text, len, NULL) != STATUS_OK)
		return out_failed(errno, f);
	return STATUS_OK;
}

/* --- tables --- */

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

void
out_table_row(struct out_table *t, const char *const *cells, size_t n)
{
	struct libscols_line *line;
	char safe[OUT_SIZE];

	if (t->broken)
		return;
	line = scols_table_new_line(t->t, NULL);
	t->broken = line == NULL;
	t->rows++;
	for (size_t i = 0; i < n && !t->broken; i++) {
		const char *cell = text_empty(cells[i]) ? "-" : cells[i];

		/* Where characters are of another set than ours, libsmartcols
		 * counts them for ever. */
		if (t->columns[i].kind == OUT_SAFE)
			out_plain(cell, safe, sizeof(safe));
		else
			out_safe(cell, safe, sizeof(safe));
		t->broken = scols_line_set_data(line, i, safe) != 0;
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

/* DEL is the one control character that jansson leaves as it is. */
char *
out_json_text(const json_t *j, size_t flags)
{
	static const char del[] = "\\u007f";
	char *text = json_dumps(j, flags | JSON_ENSURE_ASCII), *out, *to;
	size_t found = 0;

	if (text == NULL || strchr(text, 0x7f) == NULL)
		return text;
	for (const char *p = text; *p != '\0'; p++)
		found += *p == 0x7f;
	out = malloc(strlen(text) + found * (sizeof(del) - 2) + 1);
	to = out;
	for (const char *p = text; out != NULL && *p != '\0'; p++)
		if (*p == 0x7f)
			to = stpcpy(to, del);
		else
			*to++ = *p;
	if (out != NULL)
		*to = '\0';
	free(text);
	return out;
}

enum status
out_json(const json_t *j, struct fault *f)
{
	AUTO_FREE char *text = NULL;

	if (j != NULL && !out_broken)
		text = out_json_text(j, JSON_INDENT(2));
	if (text == NULL)
		return fault(f, STATUS_SYSTEM, "cannot write JSON");
	if (puts(text) < 0)
		return out_failed(errno, f);
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
