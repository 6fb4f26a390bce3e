/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "sigractl/completion.h"

#define ZSH_QUOTE "'\\''"
#define ZSH_COLON "\\:"

/* The same walk as in bash, with what each thing means beside it. */
static const char completion_zsh_walk[] =
	"_sigractl() {\n"
	"\tlocal noun= verb= option= word kind\n"
	"\tlocal -i i args=0 ended=0\n"
	"\tlocal -a reply words_here\n"
	"\tfor ((i = 2; i < CURRENT; i++)); do\n"
	"\t\tword=${words[i]}\n"
	"\t\tif [[ -n $option ]]; then\n"
	"\t\t\toption=\n"
	"\t\telif ((!ended)) && [[ $word == -- ]]; then\n"
	"\t\t\tended=1\n"
	"\t\telif ((!ended)) && [[ $word == -* ]]; then\n"
	"\t\t\t_sigractl_value \"$noun $verb\" \"$word\" && option=$word\n"
	"\t\telif [[ -z $noun && $word == help ]]; then\n"
	"\t\t\t:\n"
	"\t\telif [[ -z $noun ]]; then\n"
	"\t\t\tnoun=$word\n"
	"\t\telif [[ -z $verb ]] && _sigractl_verbs \"$noun\"; then\n"
	"\t\t\tverb=$word\n"
	"\t\telse\n"
	"\t\t\targs+=1\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tword=${words[CURRENT]}\n"
	"\tif [[ -z $option && $ended == 0 && $word == --*=* ]] &&\n"
	"\t\t_sigractl_value \"$noun $verb\" \"${word%%=*}\"; then\n"
	"\t\tcompset -P '*='\n"
	"\t\t_sigractl_reply value\n"
	"\telif [[ -n $option ]]; then\n"
	"\t\t_sigractl_value \"$noun $verb\" \"$option\"\n"
	"\t\t_sigractl_reply value\n"
	"\telif ((!ended)) && [[ $word == -* ]]; then\n"
	"\t\t_sigractl_options \"$noun $verb\"\n"
	"\t\t_describe -o option reply\n"
	"\telif [[ -z $noun ]]; then\n"
	"\t\t_sigractl_verbs ''\n"
	"\t\t_describe command reply\n"
	"\telif [[ -z $verb ]] && _sigractl_verbs \"$noun\"; then\n"
	"\t\t_describe command reply\n"
	"\telif _sigractl_argument \"$noun $verb\" $args; then\n"
	"\t\t_sigractl_reply argument\n"
	"\tfi\n"
	"}\n\n"
	"_sigractl_reply() {\n"
	"\tcase $kind in\n"
	"\tFILE) _files ;;\n"
	"\tDIR) _files -/ ;;\n"
	"\tWORDS) compadd -a words_here ;;\n"
	"\t*) _message $1 ;;\n"
	"\tesac\n"
	"}\n\n"
	"_sigractl \"$@\"\n";

static void
completion_zsh_kind(FILE *to, const char *value)
{
	static const char *const kinds[] = {
		[COMPLETION_NOTHING] = "NOTHING",
		[COMPLETION_WORDS] = "WORDS",
		[COMPLETION_FILE] = "FILE",
		[COMPLETION_DIR] = "DIR",
	};
	char words[COMPLETION_TEXT];
	enum completion_kind kind = completion_value(value, words);

	(void)fprintf(to, "kind=%s words_here=(%s) ;;\n", kinds[kind], words);
}

static void
completion_zsh_words(FILE *to, const struct cmd_row *row)
{
	(void)fprintf(to, "\t'%s%s", row->words,
		      strchr(row->words, ' ') == NULL ? " " : "");
}

static void
completion_zsh_pair(FILE *to, const char *before, const char *word,
		    const char *help)
{
	(void)fprintf(to, "\t\t%s%s:", before, word);
	completion_quote(to, help, ZSH_QUOTE, ZSH_COLON);
	(void)fputc('\n', to);
}

static void
completion_zsh_verbs(FILE *to)
{
	char noun[COMPLETION_TEXT], verbs[COMPLETION_TEXT];

	(void)fputs("_sigractl_verbs() {\n\tcase $1 in\n\t'') reply=(\n", to);
	for (const struct cmd_row *r = NULL;
	     (r = completion_noun(r, noun, verbs)) != NULL;)
		completion_zsh_pair(to, "", noun,
				    verbs[0] == '\0' ? r->help : verbs);
	(void)fputs("\t\t) ;;\n", to);
	for (const struct cmd_row *r = NULL;
	     (r = completion_noun(r, noun, verbs)) != NULL;) {
		if (verbs[0] == '\0')
			continue;
		(void)fprintf(to, "\t%s) reply=(\n", noun);
		for (const struct cmd_row *s = cmd_row_next(NULL); s != NULL;
		     s = cmd_row_next(s))
			if (strncmp(s->words, noun, strlen(noun)) == 0 &&
			    s->words[strlen(noun)] == ' ')
				completion_zsh_pair(
					to, "", s->words + strlen(noun) + 1,
					s->help);
		(void)fputs("\t\t) ;;\n", to);
	}
	(void)fputs("\t*) return 1 ;;\n\tesac\n}\n\n", to);
}

static void
completion_zsh_values(FILE *to)
{
	(void)fputs("_sigractl_value() {\n\tcase $1:$2 in\n"
		    "\t*:-c | *:--config) kind=FILE words_here=() ;;\n"
		    "\t*:-s | *:--store | *:--org) kind=NOTHING words_here=() "
		    ";;\n",
		    to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		for (const struct cmd_option *o = r->options;
		     o != NULL && o->name != NULL; o++) {
			if (o->value == NULL)
				continue;
			completion_zsh_words(to, r);
			(void)fprintf(to, ":--%s') ", o->name);
			completion_zsh_kind(to, o->value);
		}
	(void)fputs("\t*) return 1 ;;\n\tesac\n}\n\n", to);
}

static void
completion_zsh_options(FILE *to)
{
	(void)fputs("_sigractl_options() {\n\treply=(\n", to);
	for (const struct cmd_option *o = completion_globals; o->name != NULL;
	     o++)
		completion_zsh_pair(to, "--", o->name, o->help);
	(void)fputs("\t)\n\tcase $1 in\n\t' ') reply+=(--version --commands) "
		    ";;\n",
		    to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r)) {
		if (r->options == NULL)
			continue;
		completion_zsh_words(to, r);
		(void)fputs("') reply+=(\n", to);
		for (const struct cmd_option *o = r->options; o->name != NULL;
		     o++)
			completion_zsh_pair(to, "--", o->name, o->help);
		(void)fputs("\t\t) ;;\n", to);
	}
	(void)fputs("\tesac\n}\n\n", to);
}

static void
completion_zsh_arguments(FILE *to)
{
	char value[COMPLETION_TEXT];

	(void)fputs("_sigractl_argument() {\n\tcase $1:$2 in\n", to);
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		for (unsigned i = 0; i < r->most; i++) {
			completion_argument(r, i, value);
			completion_zsh_words(to, r);
			(void)fprintf(to, ":%u') ", i);
			completion_zsh_kind(to, value);
		}
	(void)fputs("\t*) return 1 ;;\n\tesac\n}\n\n", to);
}

void
completion_zsh(FILE *to)
{
	(void)fputs("#compdef sigractl\n"
		    "# zsh completion of sigractl(8); made by: sigractl "
		    "completion zsh\n\n",
		    to);
	completion_zsh_verbs(to);
	completion_zsh_values(to);
	completion_zsh_options(to);
	completion_zsh_arguments(to);
	(void)fputs(completion_zsh_walk, to);
}
