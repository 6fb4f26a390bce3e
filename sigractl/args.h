/* SPDX-License-Identifier: MIT */
/* From argv to a call: global options, the row, its options, arguments. */
#ifndef SIGRACTL_ARGS_H
#define SIGRACTL_ARGS_H

#include "sigractl/cmd.h"

/*
 * c->row stays NULL when no words were given, which is right only with one of
 * help, version and commands.  STATUS_INVALID and a sentence for everything
 * that is not as the row says.
 */
enum status args_parse(int argc, char **argv, struct cmd *c, struct fault *f)
	MUST_USE;

/* Are there as many arguments as the row wants?  args_parse() leaves this to
 * others where an ordinary user may leave his name out. */
enum status args_enough(const struct cmd *c, struct fault *f) MUST_USE;
bool args_self(const struct cmd_row *row);

/* The row whose words are exactly these (the second may be NULL). */
const struct cmd_row *args_row(const char *first, const char *second);

/* Does the row belong to this noun? */
bool args_noun(const struct cmd_row *row, const char *noun);

/* ": did you mean 'user add'?" or "". */
void args_suggest(const char *words, char *out, size_t size);

#endif
