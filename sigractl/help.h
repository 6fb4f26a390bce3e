/* SPDX-License-Identifier: MIT */
/* Everything that is read from the table of commands. */
#ifndef SIGRACTL_HELP_H
#define SIGRACTL_HELP_H

#include <stdio.h>

#include "sigractl/cmd.h"

/* A few lines, for whoever typed nothing. */
void help_usage(FILE *to);
/* All commands; NOUN NULL, or only its. */
void help_table(const char *noun);
void help_row(const struct cmd_row *row);
/* Each row's words, a line each. */
void help_commands(void);

#endif
