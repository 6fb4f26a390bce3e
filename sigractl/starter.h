/* SPDX-License-Identifier: MIT */
/*
 * Programs that have to be started with rights which we give up: a child that
 * keeps them, and can do nothing but start this one program.
 */
#ifndef SIGRACTL_STARTER_H
#define SIGRACTL_STARTER_H

#include <sys/types.h>

#include "base/fault.h"

struct starter {
	int talk;
	pid_t pid;
};

/* Ends it; programs that run go on, until their sockets are closed. */
void starter_end(struct starter *s);
#define STARTER(name)                                                         \
	__attribute__((cleanup(starter_end))) struct starter name = {         \
		.talk = -1, .pid = -1                                         \
	}

/* NAME of the directory DIR; before owner_become().  STATUS_UNAVAILABLE when
 * it is not there, or cannot be run. */
enum status starter_begin(const char *dir, const char *name,
			  struct starter *out, struct fault *f) MUST_USE;

/* Start one more; *OUT is a packet socket, whose other end is its descriptor
 * 0. */
enum status starter_start(const struct starter *s, int *out, struct fault *f)
	MUST_USE;

#endif
