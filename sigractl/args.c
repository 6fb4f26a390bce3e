/* SPDX-License-Identifier: MIT */
#include "sigractl/args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define ARGS_WORDS_SIZE 64
#define ARGS_GLOBALS (sizeof(args_globals) / sizeof(args_globals[0]))
/* getopt_long() hands these back; a row's options follow. */
enum args_code {
	ARGS_CONFIG = 256,
	ARGS_STORE,
	ARGS_ORG,
	ARGS_JSON,
	ARGS_HELP,
	ARGS_VERSION,
	ARGS_COMMANDS,
	ARGS_ROW,
};

static const struct option args_globals[] = {
	{ "config", required_argument, NULL, ARGS_CONFIG },
	{ "store", required_argument, NULL, ARGS_STORE },
	{ "org", required_argument, NULL, ARGS_ORG },
	{ "json", no_argument, NULL, ARGS_JSON },
	{ "help", no_argument, NULL, ARGS_HELP },
	{ "version", no_argument, NULL, ARGS_VERSION },
	{ "commands", no_argument, NULL, ARGS_COMMANDS },
};

const struct cmd_row *
args_row(const char *first, const char *second)
{
	char words[ARGS_WORDS_SIZE];
	int n = snprintf(words, sizeof(words), "%s%s%s", first,
			 second == NULL ? "" : " ",
			 second == NULL ? "" : second);

	if (n < 0 || (size_t)n >= sizeof(words))
		return NULL;
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		if (strcmp(r->words, words) == 0)
			return r;
	return NULL;
}

bool
args_noun(const struct cmd_row *row, const char *noun)
{
	size_t len = strlen(noun);

	return strncmp(row->words, noun, len) == 0 &&
	       (row->words[len] == ' ' || row->words[len] == '\0');
}

static size_t
args_least(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many letters to add, drop or change (Levenshtein). */
static size_t
args_distance(const char *a, const char *b)
{
	size_t row[ARGS_WORDS_SIZE], n = strlen(b);

	if (n >= ARGS_WORDS_SIZE || strlen(a) >= ARGS_WORDS_SIZE)
		return ARGS_WORDS_SIZE;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] = args_least(row[j] + 1, row[j - 1] + 1,
					    corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[n];
}

void
args_suggest(const char *words, char *out, size_t size)
{
	const char *near = NULL;
	size_t best = 4;

	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r)) {
		size_t d = args_distance(words, r->words);

		if (d < best) {
			best = d;
			near = r->words;
		}
	}
	out[0] = '\0';
	if (near != NULL)
		(void)snprintf(out, size, " (did you mean '%s'?)", near);
}

static enum status
args_unknown_option(const struct cmd *c, const char *given, struct fault *f)
{
	const char *near = NULL, *words = c->row == NULL ? "" : c->row->words;
	char name[ARGS_WORDS_SIZE];
	size_t best = 4;

	(void)snprintf(name, sizeof(name), "%s", given + strspn(given, "-"));
	name[strcspn(name, "=")] = '\0';
	if (c->row != NULL && c->row->options != NULL)
		for (const struct cmd_option *o = c->row->options;
		     o->name != NULL; o++) {
			size_t d = args_distance(name, o->name);

			if (d < best) {
				best = d;
				near = o->name;
			}
		}
	return fault(f, STATUS_INVALID,
		     "unknown or ambiguous option '%s'%s%s%s; see sigractl "
		     "help%s%s",
		     given, near == NULL ? "" : " (did you mean '--",
		     near == NULL ? "" : near, near == NULL ? "" : "'?)",
		     words[0] == '\0' ? "" : " ", words);
}

static enum status
args_once(const char **to, const char *name, const char *value,
	  struct fault *f)
{
	if (*to != NULL)
		return fault(f, STATUS_INVALID, "--%s is given twice", name);
	*to = value;
	return STATUS_OK;
}

/* May it be given several times? */
static bool
args_many(const struct cmd_option *o)
{
	size_t len = o->value == NULL ? 0 : strlen(o->value);

	return len > 3 && strcmp(o->value + len - 3, "...") == 0;
}

/* One of the row's. */
static enum status
args_own(struct cmd *c, unsigned i, const char *value, struct fault *f)
{
	const struct cmd_option *o = &c->row->options[i];

	if (!args_many(o) || c->option[i] == NULL)
		return args_once(&c->option[i], o->name, value, f);
	if (c->agains == CMD_AGAIN_MAX)
		return fault(f, STATUS_INVALID,
			     "--%s is given too many times: put commas "
			     "between its values",
			     o->name);
	c->again[c->agains++] = (struct cmd_again){ i, value };
	return STATUS_OK;
}

static enum status
args_take(struct cmd *c, int code, const char *value, struct fault *f)
{
	switch (code) {
	case ARGS_CONFIG:
	case 'c':
		return args_once(&c->config_path, "config", value, f);
	case ARGS_STORE:
	case 's':
		return args_once(&c->where, "store", value, f);
	case ARGS_ORG:
		return args_once(&c->org, "org", value, f);
	case ARGS_JSON:
		c->json = true;
		return STATUS_OK;
	case ARGS_HELP:
	case 'h':
		c->help = true;
		return STATUS_OK;
	case ARGS_VERSION:
		c->version = true;
		return STATUS_OK;
	case ARGS_COMMANDS:
		c->commands = true;
		return STATUS_OK;
	default:
		break;
	}
	return args_own(c, (unsigned)(code - ARGS_ROW),
			value == NULL ? "" : value, f);
}

/* Global options and, once the row is known, its own. */
static void
args_table(const struct cmd_row *row,
	   struct option out[ARGS_GLOBALS + CMD_OPTIONS_MAX + 1])
{
	const struct cmd_option *o = row == NULL ? NULL : row->options;
	size_t n = 0;

	/* Of two of one name getopt takes the first: the row's own. */
	for (size_t i = 0; o != NULL && o[i].name != NULL; i++)
		out[n++] = (struct option){
			.name = o[i].name,
			.has_arg = o[i].value == NULL ? no_argument
						      : required_argument,
			.val = ARGS_ROW + (int)i,
		};
	memcpy(&out[n], args_globals, sizeof(args_globals));
	n += ARGS_GLOBALS;
	out[n] = (struct option){ .name = NULL };
}

static enum status
args_operand(struct cmd *c, const char *value, struct fault *f)
{
	if (c->args >= c->row->most)
		return fault(
			f, STATUS_INVALID,
			"'%s' is one argument too many; see sigractl help "
			"%s",
			value, c->row->words);
	c->arg[c->args++] = value;
	return STATUS_OK;
}

/* What does away with a question, or with something, is not abbreviated:
 * "--y" may be a slip. */
static enum status
args_whole(const struct cmd *c, int code, const char *given, struct fault *f)
{
	static const char *const whole[] = { "yes", "force", "now", "kill" };
	const char *name;

	if (code < ARGS_ROW)
		return STATUS_OK;
	name = c->row->options[code - ARGS_ROW].name;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strcmp(name, whole[i]) == 0 &&
		    strcmp(given + strspn(given, "-"), name) != 0)
			return fault(f, STATUS_INVALID,
				     "'%s' has to be written in full: --%s",
				     given, name);
	return STATUS_OK;
}

/*
 * One run of getopt over argv; ORDER is "+" to stop at the first operand or
 * "-" to be given operands as they come: both keep POSIXLY_CORRECT out of it.
 */
static enum status
args_run(int argc, char **argv, char order, struct cmd *c, struct fault *f)
{
	struct option table[ARGS_GLOBALS + CMD_OPTIONS_MAX + 1];
	const char letters[] = { order, ':', 'c', ':', 's', ':', 'h', '\0' };

	args_table(c->row, table);
	optind = 0;
	opterr = 0;
	for (;;) {
		int code = getopt_long(argc, argv, letters, table, NULL);
		enum status st;

		if (code == -1)
			return STATUS_OK;
		if (code == ':')
			return fault(f, STATUS_INVALID,
				     "option '%s' needs a value",
				     argv[optind - 1]);
		if (code == '?')
			return args_unknown_option(c, argv[optind - 1], f);
		st = args_whole(c, code, argv[optind - 1], f);
		if (st == STATUS_OK)
			st = code == 1 ? args_operand(c, optarg, f)
				       : args_take(c, code, optarg, f);
		if (st != STATUS_OK)
			return st;
	}
}

/* Which row do the words at argv[0] name, and how many are they? */
static enum status
args_find(int argc, char **argv, struct cmd *c, int *words, struct fault *f)
{
	char near[2 * ARGS_WORDS_SIZE], all[2 * ARGS_WORDS_SIZE];
	const char *second = argc > 1 && argv[1][0] != '-' ? argv[1] : NULL;

	/* "notify" is a command, and "notify list" another. */
	c->row = second != NULL ? args_row(argv[0], second) : NULL;
	*words = 2;
	if (c->row == NULL) {
		c->row = args_row(argv[0], NULL);
		*words = 1;
	}
	if (c->row != NULL)
		return STATUS_OK;
	(void)snprintf(all, sizeof(all), "%s%s%s", argv[0],
		       second == NULL ? "" : " ",
		       second == NULL ? "" : second);
	args_suggest(all, near, sizeof(near));
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r)) {
		if (!args_noun(r, argv[0]))
			continue;
		if (second == NULL)
			return fault(f, STATUS_INVALID,
				     "'%s' is not a whole command; see "
				     "sigractl help %s",
				     argv[0], argv[0]);
		return fault(f, STATUS_INVALID,
			     "there is no command '%s'%s; see sigractl help "
			     "%s",
			     all, near, argv[0]);
	}
	return fault(f, STATUS_INVALID,
		     "there is no command '%s'%s; see sigractl help", all,
		     near);
}

bool
args_self(const struct cmd_row *row)
{
	return row->access == CMD_READ_SELF || row->access == CMD_WRITE_SELF ||
	       row->access == CMD_STEPS_SELF;
}

enum status
args_enough(const struct cmd *c, struct fault *f)
{
	if (c->args >= c->row->least)
		return STATUS_OK;
	if (args_self(c->row))
		return fault(f, STATUS_INVALID,
			     "say who is meant: sigractl %s NAME",
			     c->row->words);
	return fault(f, STATUS_INVALID, "too few arguments: sigractl %s %s",
		     c->row->words, c->row->args);
}

enum status
args_parse(int argc, char **argv, struct cmd *c, struct fault *f)
{
	enum status st;
	int words;

	if ((st = args_run(argc, argv, '+', c, f)) != STATUS_OK ||
	    optind >= argc)
		return st;
	argc -= optind;
	argv += optind;
	if ((st = args_find(argc, argv, c, &words, f)) != STATUS_OK)
		return st;
	/* getopt skips argv[0]: the last word stands in its place. */
	st = args_run(argc - words + 1, argv + words - 1, '-', c, f);
	/* Behind "--" getopt hands nothing over. */
	for (int i = optind; st == STATUS_OK && i < argc - words + 1; i++)
		st = args_operand(c, argv[words - 1 + i], f);
	if (st != STATUS_OK || c->help || c->version || c->commands)
		return st;
	return args_self(c->row) ? STATUS_OK : args_enough(c, f);
}
