/* SPDX-License-Identifier: MIT */
#include "sigractl/completion.h"

/*
 * What stands before the word at the cursor is walked once: options and their
 * values are passed over, the rest is the command and its arguments.  Bash
 * makes words of their own of '='.
 */
static const char completion_bash_walk[] =
	"_sigractl() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} noun= verb= option= word\n"
	"\tlocal i args=0 ended=\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $word == '=' && -n $option ]]; then\n"
	"\t\t\tcontinue\n"
	"\t\telif [[ -n $option ]]; then\n"
	"\t\t\toption=\n"
	"\t\telif [[ -z $ended && $word == -- ]]; then\n"
	"\t\t\tended=1\n"
	"\t\telif [[ -z $ended && $word == -* ]]; then\n"
	"\t\t\t_sigractl_value \"$noun $verb\" \"$word\" >/dev/null &&\n"
	"\t\t\t\toption=$word\n"
	"\t\telif [[ -z $noun && $word == help ]]; then\n"
	"\t\t\t:\n"
	"\t\telif [[ -z $noun ]]; then\n"
	"\t\t\tnoun=$word\n"
	"\t\telif [[ -z $verb && -n $(_sigractl_verbs \"$noun\") ]]; then\n"
	"\t\t\tverb=$word\n"
	"\t\telse\n"
	"\t\t\targs=$((args + 1))\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [[ $cur == '=' && -n $option ]]; then\n"
	"\t\tcur=\n"
	"\tfi\n"
	"\tif [[ -n $option ]]; then\n"
	"\t\t_sigractl_reply \"$(_sigractl_value \"$noun $verb\" "
	"\"$option\")\"\n"
	"\telif [[ -z $ended && $cur == -* ]]; then\n"
	"\t\t_sigractl_reply \"$(_sigractl_options \"$noun $verb\")\"\n"
	"\telif [[ -z $noun ]]; then\n"
	"\t\t_sigractl_reply \"$(_sigractl_verbs '')\"\n"
	"\telif [[ -z $verb && -n $(_sigractl_verbs \"$noun\") ]]; then\n"
	"\t\t_sigractl_reply \"$(_sigractl_verbs \"$noun\")\"\n"
	"\telse\n"
	"\t\t_sigractl_reply \"$(_sigractl_argument \"$noun $verb\" "
	"$args)\"\n"
	"\tfi\n"
	"}\n\n"
	"_sigractl_reply() {\n"
	"\tcase $1 in\n"
	"\tFILE) compopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	"\tDIR) compopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
	"\t*) mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\") ;;\n"
	"\tesac\n"
	"}\n\n"
	"complete -F _sigractl sigractl\n";

static void
completion_bash_kind(FILE *to, const char *value)
{
	char words[COMPLETION_TEXT];

	switch (completion_value(value, words)) {
	case COMPLETION_FILE:
		(void)fputs("echo FILE", to);
		break;
	case COMPLETION_DIR:
		(void)fputs("echo DIR", to);
		break;
	case COMPLETION_WORDS:
		(void)fprintf(to, "echo '%s'", words);
		break;
	case COMPLETION_NOTHING:
		(void)fputs(":", to);
		break;
	}
	(void)fputs(" ;;\n", to);
}

/* Of a row, as the walk has it: "user add", "init ". */
static void
completion_bash_words(FILE *to, const struct cmd_row *row)
{
	int noun = 0;

	while (row->words[noun] != ' ' && row->words[noun] != '\0')
		noun++;
	(void)fprintf(to, "%s%s", row->words,
		      row->words[noun] == '\0' ? " " : "");
}

static void
completion_bash_values(FILE *to)
{
	(void)fputs("_sigractl_value() {\n\tcase $1:$2 in\n"
		    "\t*:-c | *:--config) echo FILE ;;\n"
		    "\t*:-s | *:--store | *:--org) : ;;\n",
		    to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		for (const struct cmd_option *o = r->options;
		     o != NULL && o->name != NULL; o++) {
			if (o->value == NULL)
				continue;
			(void)fputs("\t'", to);
			completion_bash_words(to, r);
			(void)fprintf(to, ":--%s') ", o->name);
			completion_bash_kind(to, o->value);
		}
	(void)fputs("\t*) return 1 ;;\n\tesac\n}\n\n", to);
}

static void
completion_bash_options(FILE *to)
{
	(void)fputs("_sigractl_options() {\n\techo '", to);
	for (const struct cmd_option *o = completion_globals; o->name != NULL;
	     o++)
		(void)fprintf(to, "--%s ", o->name);
	(void)fputs("'\n\tcase $1 in\n\t' ') echo '--version --commands' ;;\n",
		    to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r)) {
		if (r->options == NULL)
			continue;
		(void)fputs("\t'", to);
		completion_bash_words(to, r);
		(void)fputs("') echo '", to);
		for (const struct cmd_option *o = r->options; o->name != NULL;
		     o++)
			(void)fprintf(to, "--%s ", o->name);
		(void)fputs("' ;;\n", to);
	}
	(void)fputs("\tesac\n}\n\n", to);
}

static void
completion_bash_arguments(FILE *to)
{
	char value[COMPLETION_TEXT], words[COMPLETION_TEXT];

	(void)fputs("_sigractl_argument() {\n\tcase $1:$2 in\n", to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		for (unsigned i = 0; i < r->most; i++) {
			completion_argument(r, i, value);
			if (completion_value(value, words) ==
			    COMPLETION_NOTHING)
				continue;
			(void)fputs("\t'", to);
			completion_bash_words(to, r);
			(void)fprintf(to, ":%u') ", i);
			completion_bash_kind(to, value);
		}
	(void)fputs("\tesac\n}\n\n", to);
}

void
completion_bash(FILE *to)
{
	char noun[COMPLETION_TEXT], verbs[COMPLETION_TEXT];

	(void)fputs("# bash completion of sigractl(8); made by: sigractl "
		    "completion bash\n\n"
		    "_sigractl_verbs() {\n\tcase $1 in\n\t'') echo '",
		    to);
	for (const struct cmd_row *r = NULL;
	     (r = completion_noun(r, noun, verbs)) != NULL;)
		(void)fprintf(to, "%s ", noun);
	(void)fputs("' ;;\n", to);
	for (const struct cmd_row *r = NULL;
	     (r = completion_noun(r, noun, verbs)) != NULL;)
		if (verbs[0] != '\0')
			(void)fprintf(to, "\t%s) echo '%s' ;;\n", noun, verbs);
	(void)fputs("\tesac\n}\n\n", to);
	completion_bash_values(to);
	completion_bash_options(to);
	completion_bash_arguments(to);
	(void)fputs(completion_bash_walk, to);
}
