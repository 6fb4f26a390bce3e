/* SPDX-License-Identifier: MIT */
/* What a person types, where it has to be worked out first. */
#ifndef TESTS_PAM_ANSWER_H
#define TESTS_PAM_ANSWER_H

#include <stddef.h>

/* Look at a prompt for a key and for codes that somebody would write down. */
void answer_see(const char *prompt);

/* Write ANSWER with its braces replaced to OUT; script.h says by what.  DIR is
 * where files are.  Exits with a message when that makes no sense. */
void answer_fill(const char *answer, const char *dir, char *out, size_t size);

#endif
