/* SPDX-License-Identifier: MIT */
/* A program of somebody else's, run with a clean slate and a time limit. */
#ifndef SIGRACTL_PROGRAM_H
#define SIGRACTL_PROGRAM_H

#include <stddef.h>

#include "base/fault.h"

struct program {
	const char *path;	 /* absolute */
	const char *const *argv; /* ended by a NULL */
	const char *const *env;	 /* likewise; all of it */
	const void *input;	 /* its standard input, LEN bytes */
	size_t len;
	unsigned seconds; /* then it is killed, with all of its session */
};

/*
 * OUT (SIZE bytes): what it wrote to standard output and error, cut, with a
 * NUL.  *CODE: its exit status, or 128 and the signal.  STATUS_UNAVAILABLE
 * when it cannot be started; STATUS_BUSY when its time was over.
 */
enum status program_run(const struct program *p, char *out, size_t size,
			int *code, struct fault *f) MUST_USE;

#endif
