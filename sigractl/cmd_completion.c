/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "sigractl/args.h"
#include "sigractl/completion.h"
#include "sigractl/out.h"

const struct cmd_option completion_globals[] = {
	{ "config", "FILE", "use this configuration" },
	{ "store", "STORE", "use this store" },
	{ "org", "SLUG", "only this organization" },
	{ "json", NULL, "print JSON" },
	{ "help", NULL, "say what the command does" },
	{ .name = NULL },
};

static bool
completion_ends(const char *value, const char *end)
{
	size_t len = strlen(value), n = strlen(end);

	return len >= n && strcmp(value + len - n, end) == 0;
}

enum completion_kind
completion_value(const char *value, char *words)
{
	struct buf b;

	buf_start(&b, words, COMPLETION_TEXT);
	if (completion_ends(value, "FILE") || completion_ends(value, "PATH"))
		return COMPLETION_FILE;
	if (strcmp(value, "DIR") == 0)
		return COMPLETION_DIR;
	while (*value != '\0') {
		size_t len = strcspn(value, "|");

		if (islower((unsigned char)value[0]))
			buf_printf(&b, "%s%.*s", b.len == 0 ? "" : " ",
				   (int)len, value);
		value += len;
		value += strspn(value, "|");
	}
	return b.len == 0 ? COMPLETION_NOTHING : COMPLETION_WORDS;
}

void
completion_argument(const struct cmd_row *row, unsigned at, char *out)
{
	const char *rest = row->args;
	struct buf b;

	buf_start(&b, out, COMPLETION_TEXT);
	for (; at > 0 && *rest != '\0'; at--) {
		rest += strcspn(rest, " ");
		rest += strspn(rest, " ");
	}
	rest += strspn(rest, "[");
	buf_printf(&b, "%.*s", (int)strcspn(rest, " ]"), rest);
}

/* Has an earlier row this noun? */
static bool
completion_known(const struct cmd_row *row, const char *noun)
{
	for (const struct cmd_row *r = cmd_row_next(NULL); r != row;
	     r = cmd_row_next(r))
		if (args_noun(r, noun))
			return true;
	return false;
}

const struct cmd_row *
completion_noun(const struct cmd_row *after, char *noun, char *verbs)
{
	const struct cmd_row *r = cmd_row_next(after);
	struct buf n, v;

	for (; r != NULL; r = cmd_row_next(r)) {
		size_t len = strcspn(r->words, " ");

		buf_start(&n, noun, COMPLETION_TEXT);
		buf_printf(&n, "%.*s", (int)len, r->words);
		if (!completion_known(r, noun))
			break;
	}
	if (r == NULL)
		return NULL;
	buf_start(&v, verbs, COMPLETION_TEXT);
	for (const struct cmd_row *s = r; s != NULL; s = cmd_row_next(s))
		if (args_noun(s, noun) && strchr(s->words, ' ') != NULL)
			buf_printf(&v, "%s%s", v.len == 0 ? "" : " ",
				   strchr(s->words, ' ') + 1);
	return r;
}

void
completion_quote(FILE *to, const char *text, const char *replaced,
		 const char *colon)
{
	(void)fputc('\'', to);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			(void)fputs(replaced, to);
		else if (*text == ':' && colon != NULL)
			(void)fputs(colon, to);
		else
			(void)fputc(*text, to);
	}
	(void)fputc('\'', to);
}

static enum status
completion_json(const char *shell, void (*make)(FILE *), struct fault *f)
{
	AUTO_JSON *j = json_object();
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	if (to == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	make(to);
	if (fclose(to) != 0)
		return fault(f, STATUS_SYSTEM, "out of memory");
	out_put(j, "shell", json_string(shell));
	out_put(j, "script", json_string(text));
	return out_json(j, f);
}

enum status
cmd_completion(struct cmd *c, struct fault *f)
{
	static const struct {
		const char *shell;
		void (*make)(FILE *);
	} all[] = {
		{ "bash", completion_bash },
		{ "zsh", completion_zsh },
		{ "fish", completion_fish },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(c->arg[0], all[i].shell) != 0)
			continue;
		if (c->json)
			return completion_json(all[i].shell, all[i].make, f);
		all[i].make(stdout);
		return STATUS_OK;
	}
	return fault(f, STATUS_INVALID,
		     "there is no completion for '%s': bash, zsh or fish",
		     c->arg[0]);
}
