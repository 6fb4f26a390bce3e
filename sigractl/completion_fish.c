/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sigractl/completion.h"

#define FISH_QUOTE "\\'"

/* The words of the command line without options and their values. */
static const char completion_fish_walk[] =
	"function __sigractl_words\n"
	"\tset -l skip 0\n"
	"\tfor word in (commandline -opc)[2..-1]\n"
	"\t\tif test $skip = 1\n"
	"\t\t\tset skip 0\n"
	"\t\telse if contains -- $word $__sigractl_valued\n"
	"\t\t\tset skip 1\n"
	"\t\telse if not string match -q -- '-*' $word\n"
	"\t\t\techo $word\n"
	"\t\tend\n"
	"\tend\n"
	"end\n\n"
	"# Do the words begin with these?  N: and are there N behind them?\n"
	"function __sigractl_in\n"
	"\tset -l words (__sigractl_words)\n"
	"\tset -l n (count $argv)\n"
	"\tset -q words[1]; and test $words[1] = help; "
	"and set -e words[1]\n"
	"\ttest $n = 0; and return 0\n"
	"\ttest (count $words) -ge $n; or return 1\n"
	"\ttest \"$words[1..$n]\" = \"$argv\"\n"
	"end\n\n"
	"function __sigractl_at --argument-names n\n"
	"\tset -l words (__sigractl_words)\n"
	"\tset -q words[1]; and test $words[1] = help; "
	"and set -e words[1]\n"
	"\t__sigractl_in $argv[2..-1]; or return 1\n"
	"\ttest (count $words) = (math $n + (count $argv) - 1)\n"
	"end\n\n"
	"complete -c sigractl -f\n";

/* Options whose values are passed over; a name means the same everywhere. */
static void
completion_fish_valued(FILE *to)
{
	(void)fputs("set -g __sigractl_valued -c --config -s --store --org",
		    to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		for (const struct cmd_option *o = r->options;
		     o != NULL && o->name != NULL; o++)
			if (o->value != NULL)
				(void)fprintf(to, " --%s", o->name);
	(void)fputs("\n\n", to);
}

static void
completion_fish_help(FILE *to, const char *help)
{
	(void)fputs(" -d ", to);
	completion_quote(to, help, FISH_QUOTE, NULL);
	(void)fputc('\n', to);
}

static void
completion_fish_value(FILE *to, const char *value)
{
	char words[COMPLETION_TEXT];

	switch (completion_value(value, words)) {
	case COMPLETION_FILE:
		(void)fputs(" -r -F", to);
		break;
	case COMPLETION_DIR:
		(void)fputs(" -x -a '(__fish_complete_directories)'", to);
		break;
	case COMPLETION_WORDS:
		(void)fprintf(to, " -x -a '%s'", words);
		break;
	case COMPLETION_NOTHING:
		(void)fputs(" -x", to);
		break;
	}
}

static void
completion_fish_globals(FILE *to)
{
	for (const struct cmd_option *o = completion_globals; o->name != NULL;
	     o++) {
		(void)fprintf(to, "complete -c sigractl -l %s", o->name);
		if (strchr("csh", o->name[0]) != NULL)
			(void)fprintf(to, " -s %c", o->name[0]);
		if (o->value != NULL)
			completion_fish_value(to, o->value);
		completion_fish_help(to, o->help);
	}
	(void)fputs("complete -c sigractl -n '__sigractl_at 0' -l version\n"
		    "complete -c sigractl -n '__sigractl_at 0' -l commands\n",
		    to);
}

static void
completion_fish_row(FILE *to, const struct cmd_row *r)
{
	char value[COMPLETION_TEXT], words[COMPLETION_TEXT];
	const char *verb = strchr(r->words, ' ');

	if (verb != NULL) {
		(void)fprintf(to,
			      "complete -c sigractl -n '__sigractl_at 0 %.*s' "
			      "-a %s",
			      (int)(verb - r->words), r->words, verb + 1);
		completion_fish_help(to, r->help);
	}
	for (const struct cmd_option *o = r->options;
	     o != NULL && o->name != NULL; o++) {
		(void)fprintf(to,
			      "complete -c sigractl -n '__sigractl_in %s' "
			      "-l %s",
			      r->words, o->name);
		if (o->value != NULL)
			completion_fish_value(to, o->value);
		completion_fish_help(to, o->help);
	}
	for (unsigned i = 0; i < r->most; i++) {
		completion_argument(r, i, value);
		if (completion_value(value, words) == COMPLETION_NOTHING)
			continue;
		(void)fprintf(to,
			      "complete -c sigractl -n '__sigractl_at %u "
			      "%s'",
			      i, r->words);
		completion_fish_value(to, value);
		(void)fputc('\n', to);
	}
}

void
completion_fish(FILE *to)
{
	char noun[COMPLETION_TEXT], verbs[COMPLETION_TEXT];

	(void)fputs("# fish completion of sigractl(8); made by: sigractl "
		    "completion fish\n\n",
		    to);
	completion_fish_valued(to);
	(void)fputs(completion_fish_walk, to);
	completion_fish_globals(to);
	for (const struct cmd_row *r = NULL;
	     (r = completion_noun(r, noun, verbs)) != NULL;) {
		(void)fprintf(to,
			      "complete -c sigractl -n '__sigractl_at 0' "
			      "-a %s",
			      noun);
		completion_fish_help(to, verbs[0] == '\0' ? r->help : verbs);
	}
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		completion_fish_row(to, r);
}
