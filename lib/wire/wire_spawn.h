/* SPDX-License-Identifier: MIT */
/*
 * Programs that are started from inside somebody else's process, which must
 * feel nothing of it: no child, no SIGCHLD, no descriptor but the one handed
 * out, no signal disposition or mask changed.
 */
#ifndef WIRE_WIRE_SPAWN_H
#define WIRE_WIRE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"

struct wire_program {
	const char *path; /* absolute */
	const char *const *argv;
	uid_t uid; /* real, effective and saved */
	gid_t gid;
	bool regroup; /* with these supplementary groups; else as is */
	const gid_t *groups;
	size_t groups_n;
};

/*
 * Start it with one end of a packet socket as descriptor 0 and /dev/null as 1
 * and 2, nothing else open, no environment, all signals at their default and
 * unblocked, in / and a session of its own.  *OUT is our end, close-on-exec
 * and above 2.  What cannot be started shows as a peer that has gone.
 */
enum status wire_spawn(const struct wire_program *program, int *out,
		       struct fault *f) MUST_USE;

#endif
