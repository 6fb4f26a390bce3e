/* SPDX-License-Identifier: MIT */
#include "import/text.h"

#include <string.h>

#include "base/text.h"

static bool
import_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
import_trim(struct import_text *t)
{
	while (t->len > 0 && import_blank(t->at[0])) {
		t->at++;
		t->len--;
	}
	while (t->len > 0 && import_blank(t->at[t->len - 1]))
		t->len--;
}

/* LEN bytes of *REST, and what separates them from the others. */
static void
import_take(struct import_text *rest, size_t len, struct import_text *out)
{
	size_t gone = len < rest->len ? len + 1 : len;

	*out = (struct import_text){ .at = rest->at, .len = len };
	rest->at += gone;
	rest->len -= gone;
}

static size_t
import_until(const struct import_text *t, char c)
{
	const char *end = memchr(t->at, c, t->len);

	return end == NULL ? t->len : (size_t)(end - t->at);
}

bool
import_line(struct import_text *rest, struct import_text *line)
{
	if (rest->len == 0)
		return false;
	import_take(rest, import_until(rest, '\n'), line);
	import_trim(line);
	return true;
}

bool
import_word(struct import_text *rest, struct import_text *word)
{
	size_t n = 0;

	import_trim(rest);
	if (rest->len == 0)
		return false;
	while (n < rest->len && !import_blank(rest->at[n]))
		n++;
	import_take(rest, n, word);
	return true;
}

bool
import_field(struct import_text *rest, char separator,
	     struct import_text *field)
{
	size_t n;

	if (rest->at == NULL)
		return false;
	n = import_until(rest, separator);
	if (n < rest->len) {
		import_take(rest, n, field);
		return true;
	}
	*field = *rest;
	*rest = (struct import_text){ .at = NULL };
	return true;
}

bool
import_is(const struct import_text *t, const char *s)
{
	return t->len == strlen(s) && memcmp(t->at, s, t->len) == 0;
}

bool
import_begins(const struct import_text *t, const char *s)
{
	size_t n = strlen(s);

	return t->len >= n && memcmp(t->at, s, n) == 0;
}

bool
import_copy(const struct import_text *t, char *out, size_t size)
{
	if (t->len >= size || memchr(t->at, '\0', t->len) != NULL)
		return false;
	memcpy(out, t->at, t->len);
	out[t->len] = '\0';
	return true;
}

bool
import_digits(const struct import_text *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->at[i] < '0' || t->at[i] > '9')
			return false;
	return t->len > 0;
}

bool
import_number(const struct import_text *t, int64_t low, int64_t high,
	      int64_t *out)
{
	struct import_text bare = *t;
	char digits[24];

	if (!import_digits(t))
		return false;
	while (bare.len > 1 && bare.at[0] == '0') {
		bare.at++;
		bare.len--;
	}
	return import_copy(&bare, digits, sizeof(digits)) &&
	       text_number(digits, low, high, out);
}
