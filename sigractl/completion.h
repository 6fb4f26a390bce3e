/* SPDX-License-Identifier: MIT */
/*
 * Completion scripts, made from the table of commands.  An upper-case value
 * is a placeholder, what ends in FILE or PATH for files, DIR for directories;
 * words in lower case, separated by '|', are values to choose from.
 */
#ifndef SIGRACTL_COMPLETION_H
#define SIGRACTL_COMPLETION_H

#include <stdio.h>

#include "sigractl/cmd.h"

void completion_bash(FILE *to);
void completion_zsh(FILE *to);
void completion_fish(FILE *to);

/* --- what the three have in common --- */

#define COMPLETION_TEXT 512

enum completion_kind {
	COMPLETION_NOTHING, /* names, numbers: not for us to know */
	COMPLETION_WORDS,
	COMPLETION_FILE,
	COMPLETION_DIR,
};

/* Of a placeholder; WORDS (of COMPLETION_TEXT) separated by blanks. */
enum completion_kind completion_value(const char *value, char *words);

/* The placeholder of argument AT (0, 1 ...), "" when there is none. */
void completion_argument(const struct cmd_row *row, unsigned at, char *out);

/* The options of every command, ended like a row's. */
extern const struct cmd_option completion_globals[];

/* The first row of each noun in turn; NULL after the last.  NOUN and, unless
 * the row is a noun by itself, VERBS of COMPLETION_TEXT. */
const struct cmd_row *completion_noun(const struct cmd_row *after, char *noun,
				      char *verbs);

/* Print TEXT between single quotes, each of its own as REPLACED; a colon, too,
 * when COLON is not NULL. */
void completion_quote(FILE *to, const char *text, const char *replaced,
		      const char *colon);

#endif
