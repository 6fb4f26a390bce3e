/* SPDX-License-Identifier: MIT */
/*
 * How long somebody who knows how people choose would guess at a password, by
 * zxcvbn.  It rejects nothing: it is for whoever looks for a better one.
 */
#ifndef SIGRACTL_STRENGTH_H
#define SIGRACTL_STRENGTH_H

#include "base/secret.h"
#include "factor/words.h"

#define STRENGTH_HINTS_MAX 8

struct strength {
	int score; /* 0: some thousand guesses; 4: ten thousand million */
	double guesses_log10;
	size_t hints;
	const char *hint[STRENGTH_HINTS_MAX];
};

/* The library's own copy of its findings holds no part of the password, but
 * where it saw what. */
struct strength strength_of(const struct secret *password,
			    const struct words *words);

#endif
