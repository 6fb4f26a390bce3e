/* SPDX-License-Identifier: MIT */
/* A QR code on this terminal, drawn so that it scans. */
#ifndef SIGRACTL_PICTURE_H
#define SIGRACTL_PICTURE_H

#include <stdbool.h>

#include "base/fault.h"

struct picture_way {
	bool invert; /* where no colours are used: the terminal shows dark text
			on a light ground */
	const char *above;   /* a line over the code, if there is one; NULL */
	unsigned below;	     /* how many lines the caller writes under it */
	const char *instead; /* what else a person can do: "use --png FILE" */
};

/*
 * Draw TEXT on standard output: half blocks where the locale is UTF-8, ASCII
 * elsewhere; on a terminal black on white whatever its colours are, unless
 * NO_COLOR is set or TERM is dumb.  A code that is wider than the terminal is
 * left out with a warning (*SHOWN); the caller shows TEXT in words as well.
 * Where the terminal has few lines the quiet zone is smaller; has it too few
 * for all, a warning comes first.  Past stdio, whose buffers nobody wipes.
 */
enum status picture_show(const char *text, const struct picture_way *way,
			 bool *shown, struct fault *f) MUST_USE;

#endif
