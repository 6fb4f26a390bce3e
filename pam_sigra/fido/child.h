/* SPDX-License-Identifier: MIT */
/* A process for each key, in which its bytes are parsed. */
#ifndef FIDO_CHILD_H
#define FIDO_CHILD_H

#include <sys/types.h>

#include "fido/fido.h"

struct child {
	pid_t pid; /* 0: none */
	int fd;	   /* our end of its socket, CLOEXEC */
};

/* Start one for the open NODE, or for FIDO_PARSE without any: -1.  SECONDS:
 * when it is over at the latest. */
enum status child_start(const struct fido_request *request, int node,
			unsigned seconds, struct child *out, struct fault *f)
	MUST_USE;

/* Tell it to end, and have it gone: children first hear of it all, then are
 * waited for, then killed. */
void child_leave(struct child *c);
/* Has it gone by itself? */
bool child_gone(struct child *c);
void child_end(struct child *c);

#endif
