/* SPDX-License-Identifier: MIT */
/*
 * inih splits lines, strips comments and trims; what it would forgive (lines
 * that go on, names without a value, junk behind a section, unknown or
 * repeated names) is refused here, because an option that is misread in
 * silence is a login limit that is not there.
 */
#include "config/parse.h"

#include <assert.h>
#include <ini.h>
#include <string.h>

#include "base/text.h"

/* One option: where its value goes, and what it may be. */
struct config_row {
	const char *section, *name;
	size_t at;   /* offset in struct config */
	size_t size; /* of a text; 0: a number, or yes or no */
	int64_t low, high;
	bool flag;
};

static const struct config_row config_rows[] = {
#define TEXT(section, name, size, value)                                      \
	{                                                                     \
		#section, #name, offsetof(struct config, section##_##name),   \
		size,	  0,	 0,                                           \
		false                                                         \
	},
#define NUMBER(section, name, low, high, value)                               \
	{ #section, #name, offsetof(struct config, section##_##name), 0, low, \
	  high,	    false },
#define FLAG(section, name, value)                                            \
	{ #section, #name, offsetof(struct config, section##_##name), 0, 0,   \
	  0,	    true },
#include "config/options.def"
#undef TEXT
#undef NUMBER
#undef FLAG
};

#define CONFIG_ROWS (sizeof(config_rows) / sizeof(config_rows[0]))
static_assert(CONFIG_ROWS <= 64, "config_text.seen has a bit a row");

/* The text being read, and how far. */
struct config_text {
	const char *name;
	const char *bytes;
	size_t len, at;
	int line;
	struct config c;
	uint64_t seen;
	enum status st;
	struct fault *f;
};

static const char *
config_skip_blanks(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return s;
}

/* "[name]", then nothing but blanks or a comment. */
static enum status
config_section_check(const struct config_text *t, const char *line)
{
	const char *end = strchr(line, ']'), *rest;
	size_t len;

	if (end == NULL)
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: no ']' ends the section's name",
			     t->name, t->line);
	rest = config_skip_blanks(end + 1);
	if (*rest != '\n' && (*rest != ';' || rest == end + 1))
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: remove what stands behind ']'",
			     t->name, t->line);
	len = (size_t)(end - line - 1);
	for (size_t i = 0; i < CONFIG_ROWS; i++) {
		const char *known = config_rows[i].section;

		if (strlen(known) == len && memcmp(known, line + 1, len) == 0)
			return STATUS_OK;
	}
	return fault(t->f, STATUS_INVALID,
		     "%s: line %d: unknown section [%.*s]", t->name, t->line,
		     (int)len, line + 1);
}

/* LINE ends in its only newline; a NUL may stand anywhere before it. */
static enum status
config_line_check(const struct config_text *t, const char *line)
{
	const char *start = config_skip_blanks(line), *sign;

	for (const char *p = line; *p != '\n'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return fault(t->f, STATUS_INVALID,
				     "%s: line %d: remove the control byte "
				     "0x%02x",
				     t->name, t->line,
				     (unsigned)(unsigned char)*p);
	if (*start == '\n' || *start == '#' || *start == ';')
		return STATUS_OK;
	if (start != line)
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: remove the blanks before it; a "
			     "value cannot go on",
			     t->name, t->line);
	if (*line == '[')
		return config_section_check(t, line);
	/* inih would take ':' too. */
	sign = strpbrk(line, "=:");
	if (*line < 'a' || *line > 'z' || sign == NULL || *sign != '=')
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: expected 'name = value'", t->name,
			     t->line);
	return STATUS_OK;
}

/* ini_reader: the next line, or NULL at the end and after a fault. */
static char *
config_line_read(char *line, int size, void *stream)
{
	struct config_text *t = stream;
	const char *from = t->bytes + t->at;
	size_t left = t->len - t->at, len;
	const char *end;

	if (t->st != STATUS_OK || left == 0 || size < 2)
		return NULL;
	t->line++;
	end = memchr(from, '\n', left);
	len = end == NULL ? left : (size_t)(end - from);
	if (len > (size_t)size - 2) {
		t->st = fault(t->f, STATUS_INVALID,
			      "%s: line %d: longer than %d bytes", t->name,
			      t->line, size - 2);
		return NULL;
	}
	t->at += len + (end != NULL);
	memcpy(line, from, len);
	memcpy(line + len, "\n", 2);
	t->st = config_line_check(t, line);
	return t->st == STATUS_OK ? line : NULL;
}

static enum status
config_flag_set(struct config_text *t, const struct config_row *row,
		const char *value)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: %s.%s must be yes or no", t->name,
			     t->line, row->section, row->name);
	memcpy((char *)&t->c + row->at, &yes, sizeof(yes));
	return STATUS_OK;
}

static enum status
config_value_set(struct config_text *t, const struct config_row *row,
		 const char *value)
{
	char *to = (char *)&t->c + row->at;
	int64_t n;

	if (row->flag)
		return config_flag_set(t, row, value);
	if (row->size == 0 && text_number(value, row->low, row->high, &n)) {
		memcpy(to, &n, sizeof(n));
		return STATUS_OK;
	}
	if (row->size == 0)
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: %s.%s must be a number from %lld "
			     "to %lld",
			     t->name, t->line, row->section, row->name,
			     (long long)row->low, (long long)row->high);
	if (text_empty(value))
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: %s.%s has no value; remove the "
			     "line to have the default",
			     t->name, t->line, row->section, row->name);
	if (!text_copy(to, row->size, value))
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: %s.%s is longer than %zu bytes",
			     t->name, t->line, row->section, row->name,
			     row->size - 1);
	return STATUS_OK;
}

static enum status
config_option_set(struct config_text *t, const char *section, const char *name,
		  const char *value)
{
	for (size_t i = 0; i < CONFIG_ROWS; i++) {
		const struct config_row *row = &config_rows[i];

		if (strcmp(row->section, section) != 0 ||
		    strcmp(row->name, name) != 0)
			continue;
		if ((t->seen >> i & 1) != 0)
			return fault(t->f, STATUS_INVALID,
				     "%s: line %d: %s.%s stands here a second "
				     "time",
				     t->name, t->line, section, name);
		t->seen |= UINT64_C(1) << i;
		return config_value_set(t, row, value);
	}
	if (text_empty(section))
		return fault(t->f, STATUS_INVALID,
			     "%s: line %d: '%s' stands before any [section]",
			     t->name, t->line, name);
	return fault(t->f, STATUS_INVALID,
		     "%s: line %d: unknown option '%s' in [%s]", t->name,
		     t->line, name, section);
}

/* ini_handler: 1 is success. */
static int
config_option_read(void *user, const char *section, const char *name,
		   const char *value)
{
	struct config_text *t = user;

	if (t->st == STATUS_OK)
		t->st = config_option_set(t, section, name, value);
	return t->st == STATUS_OK;
}

enum status
config_parse(const char *name, const char *bytes, size_t len, struct config *c,
	     struct fault *f)
{
	struct config_text t = {
		.name = name,
		.bytes = bytes,
		.len = len,
		.f = f,
	};
	int bad;

	config_defaults(&t.c);
	bad = ini_parse_stream(config_line_read, &t, config_option_read, &t);
	if (t.st != STATUS_OK)
		return t.st;
	if (bad > 0)
		return fault(f, STATUS_INVALID,
			     "%s: line %d: expected 'name = value'", name,
			     bad);
	if (bad < 0)
		return fault(f, STATUS_SYSTEM, "%s: out of memory", name);
	*c = t.c;
	return STATUS_OK;
}
