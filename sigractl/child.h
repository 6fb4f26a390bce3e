/* SPDX-License-Identifier: MIT */
/* Work that root hands to a child which gives root up. */
#ifndef SIGRACTL_CHILD_H
#define SIGRACTL_CHILD_H

#include <stddef.h>
#include <sys/types.h>

#include "base/fault.h"

#define CHILD_RESULT_MAX 1024

/*
 * Run WORK in a child and wait for it.  RESULT (SIZE bytes, may be NULL and 0)
 * is memory that WORK changes; only those changes reach the caller, and only
 * when it worked.  WORK's status; STATUS_IN_DOUBT when the child died.
 */
enum status child_run(enum status (*work)(void *ctx, struct fault *f),
		      void *ctx, void *result, size_t size, struct fault *f)
	MUST_USE;

/* One that stays who we are now, for what has to be asked of him later. */
struct child {
	int talk;  /* our end of a socket that keeps messages whole */
	pid_t pid; /* 0: there is none */
};
#define CHILD_TALK 3 /* its end */

/*
 * SERVE runs in the child, with nothing of who called: no file but CHILD_TALK,
 * no terminal, no signal that is meant for others.  It returns once the other
 * end is closed, which child_end() does and waits.
 */
enum status child_begin(void (*serve)(const void *ctx), const void *ctx,
			struct child *out, struct fault *f) MUST_USE;
void child_end(struct child *c);

/* Ctrl-C and its like wait until what is whole or nothing is done. */
void child_signals_hold(void);
void child_signals_free(void);

#endif
