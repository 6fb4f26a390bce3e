/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const script_names[SCRIPT_PARTS] = {
	[SCRIPT_SETUP] = "[setup]",	[SCRIPT_VERIFIER] = "[verifier]",
	[SCRIPT_OPTIONS] = "[options]", [SCRIPT_STACK] = "[stack]",
	[SCRIPT_CALL] = "[call]",	[SCRIPT_PROMPTS] = "[prompts]",
	[SCRIPT_ENV] = "[env]",		[SCRIPT_LOG] = "[log]",
	[SCRIPT_SAW] = "[saw]",		[SCRIPT_CHECK] = "[check]",
};

/* One word between @s; false when there is none of that name. */
static bool
script_word_put(const char *name, size_t len, const struct script_word *words,
		char **at, char *end)
{
	size_t n;

	for (; words->name != NULL; words++) {
		if (strlen(words->name) != len ||
		    strncmp(words->name, name, len) != 0)
			continue;
		n = strlen(words->value);
		if (n >= (size_t)(end - *at))
			errx(2, "line is too long");
		memcpy(*at, words->value, n);
		*at += n;
		return true;
	}
	if (len < 2 || name[0] != 'x' ||
	    strspn(name + 1, "0123456789") != len - 1)
		return false;
	n = (size_t)atoi(name + 1);
	if (n >= (size_t)(end - *at))
		errx(2, "line is too long");
	memset(*at, 'x', n);
	*at += n;
	return true;
}

void
script_expand(const char *line, const struct script_word *words, char *out,
	      size_t size)
{
	char *at = out, *end = out + size;

	while (*line != '\0') {
		const char *close =
			*line == '@' ? strchr(line + 1, '@') : NULL;

		if (close != NULL &&
		    script_word_put(line + 1, (size_t)(close - line - 1),
				    words, &at, end)) {
			line = close + 1;
			continue;
		}
		if (at + 1 >= end)
			errx(2, "line is too long");
		*at++ = *line++;
	}
	*at = '\0';
}

void
script_newlines(char *s)
{
	char *out = s;

	while (*s != '\0') {
		bool line = s[0] == '\\' && s[1] == 'n';

		*out++ = line ? '\n' : *s;
		s += line ? 2 : 1;
	}
	*out = '\0';
}

bool
script_split(char *line, char **name, char **value)
{
	char *at = strstr(line, " =");

	if (at == NULL)
		return false;
	*at = '\0';
	*name = line;
	*value = at + 2 + (at[2] == ' ' ? 1 : 0);
	return true;
}

static struct script_section *
script_part(struct script *s, const char *line)
{
	for (size_t i = 0; i < SCRIPT_PARTS; i++) {
		if (strcmp(line, script_names[i]) == 0) {
			s->part[i].present = true;
			return &s->part[i];
		}
	}
	errx(2, "unknown section %s", line);
}

void
script_read(const char *path, const struct script_word *words,
	    struct script *out)
{
	struct script_section *section = NULL;
	static char raw[4096], line[SCRIPT_LINE];
	FILE *f = fopen(path, "re");

	if (f == NULL)
		err(2, "%s", path);
	memset(out, 0, sizeof(*out));
	while (fgets(raw, sizeof(raw), f) != NULL) {
		raw[strcspn(raw, "\n")] = '\0';
		if (raw[0] == '\0' || raw[0] == '#')
			continue;
		if (raw[0] == '[') {
			section = script_part(out, raw);
			continue;
		}
		if (section == NULL || section->n == SCRIPT_LINES)
			errx(2, "%s: no room for: %s", path, raw);
		script_expand(raw, words, line, sizeof(line));
		if ((section->line[section->n++] = strdup(line)) == NULL)
			err(2, "strdup");
	}
	fclose(f);
}

void
script_free(struct script *s)
{
	for (size_t i = 0; i < SCRIPT_PARTS; i++) {
		for (size_t k = 0; k < s->part[i].n; k++)
			free(s->part[i].line[k]);
	}
}
