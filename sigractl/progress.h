/* SPDX-License-Identifier: MIT */
/* How far something that takes its time has come, for a person who waits. */
#ifndef SIGRACTL_PROGRESS_H
#define SIGRACTL_PROGRESS_H

#include <stdint.h>
#include <time.h>

struct progress {
	struct timespec begun;
	int seen; /* what stands there; -1: nothing */
};

void progress_begin(struct progress *p);
/* "57 %" on standard error, when that is a terminal and a second is over. */
void progress_say(struct progress *p, int64_t done, int64_t total);
/* Takes it away again. */
void progress_end(struct progress *p);

#endif
