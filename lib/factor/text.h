/* SPDX-License-Identifier: MIT */
/* Text that must not outlive its scope; for this room only. */
#ifndef FACTOR_TEXT_H
#define FACTOR_TEXT_H

#include <stdbool.h>

/* The longest is an otpauth URI. */
#define FACTOR_TEXT_SIZE 1025

struct factor_text {
	char s[FACTOR_TEXT_SIZE];
};
void factor_text_wipe(struct factor_text *t);
#define FACTOR_TEXT(name)                                                     \
	__attribute__((cleanup(                                               \
		factor_text_wipe))) struct factor_text name = { .s = "" }

/* Is it UTF-8 without control characters? */
bool factor_text_plain(const char *s);

#endif
