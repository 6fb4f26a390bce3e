/* SPDX-License-Identifier: MIT */
/* Work that root hands to a child which gives root up. */
#ifndef SIGRACTL_CHILD_H
#define SIGRACTL_CHILD_H

#include <stddef.h>

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

/* Ctrl-C and its like wait until what is whole or nothing is done. */
void child_signals_hold(void);
void child_signals_free(void);

#endif
