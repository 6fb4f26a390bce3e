/* SPDX-License-Identifier: MIT */
/*
 * Which programs an administrator has put around a command: those in
 * hooks.d/EVENT beside the configuration.  Only root may have written them.
 */
#ifndef SIGRACTL_HOOKDIR_H
#define SIGRACTL_HOOKDIR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

#define HOOKDIR_MAX 64
#define HOOKDIR_EVENT_SIZE 80

/* "pre-user-add", of the command "user add". */
void hookdir_event(bool before, const char *words,
		   char out[HOOKDIR_EVENT_SIZE]);

struct hookdir {
	int fd;
	size_t n;
	char name[HOOKDIR_MAX][NAME_MAX + 1]; /* in their order */
};

void hookdir_close(const struct hookdir *d);
#define HOOKDIR(name)                                                         \
	__attribute__((                                                       \
		cleanup(hookdir_close))) struct hookdir name = { .fd = -1 }

/* CONFIG: the file that hooks.d lies beside.  STATUS_NOT_FOUND: there are no
 * hooks of this event; any other failure: there may be. */
enum status hookdir_open(const char *config, const char *event,
			 struct hookdir *out, struct fault *f) MUST_USE;

/* Is it one that root may run? */
enum status hookdir_check(const struct hookdir *d, const char *name,
			  struct fault *f) MUST_USE;

#endif
