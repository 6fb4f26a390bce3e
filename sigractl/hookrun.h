/* SPDX-License-Identifier: MIT */
/*
 * Hooks are root's, and whoever works on the store is not root any more: a
 * child that is begun before runs them, and nothing else.
 */
#ifndef SIGRACTL_HOOKRUN_H
#define SIGRACTL_HOOKRUN_H

#include "sigractl/child.h"
#include "sigractl/hookdir.h"

#define HOOKRUN_SECONDS 5
#define HOOKRUN_JSON_SIZE 8192
#define HOOKRUN_NAME_SIZE (HOOKDIR_EVENT_SIZE + NAME_MAX + 2)
#define HOOKRUN_SAID_SIZE 4096 /* of what one says; the rest is dropped */

struct hookrun_of {
	const char *config;
	const char *command; /* "user add" */
};

/* How one did. */
struct hookrun_told {
	bool failed;
	char name[HOOKRUN_NAME_SIZE]; /* "pre-user-add/10-check" */
	char why[FAULT_TEXT_SIZE];
	char said[HOOKRUN_SAID_SIZE];
};

/* Before ground_become(). */
enum status hookrun_begin(const struct hookrun_of *of, struct child *out,
			  struct fault *f) MUST_USE;

/*
 * Run all that are around it on this side, with JSON (NUL-terminated) on
 * standard input; behind one that fails, none that would be before it.
 */
enum status hookrun_ask(const struct child *c, bool before, const char *json,
			void (*each)(void *ctx, const struct hookrun_told *),
			void *ctx, struct fault *f) MUST_USE;

#endif
