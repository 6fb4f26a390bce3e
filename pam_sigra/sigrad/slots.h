/* SPDX-License-Identifier: MIT */
/*
 * At most K runs of Argon2 at a time on this host, over every verifier there
 * is: K files in the store's directory, one lock each, which the kernel
 * releases when its holder dies.
 */
#ifndef SIGRAD_SLOTS_H
#define SIGRAD_SLOTS_H

#include "session/session.h"

#define SLOTS_MAX 64
#define SLOTS_WAIT_SECONDS 30

struct slots {
	struct session_gate gate; /* first: the gate finds the slots by it */
	unsigned n;
	int fd[SLOTS_MAX];
	int held; /* index, or -1 */
};

/* N slots in STORE_DIR; 0: one a processor.  Before the sandbox. */
enum status slots_open(struct slots *s, const char *store_dir, unsigned n,
		       struct fault *f) MUST_USE;
void slots_close(struct slots *s);

#endif
