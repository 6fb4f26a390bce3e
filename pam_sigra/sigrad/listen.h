/* SPDX-License-Identifier: MIT */
/* The socket that logins come to. */
#ifndef SIGRAD_LISTEN_H
#define SIGRAD_LISTEN_H

#include <stdbool.h>

#include "base/fault.h"

/* Did a service manager pass a socket as descriptor 3 (sd_listen_fds(3))?
 * Asks the environment, so before host_reset(). */
bool listen_inherited(void);

/* Keep descriptor 3 as 0, where host_reset() spares it. */
enum status listen_keep(struct fault *f) MUST_USE;

/*
 * Make the socket at PATH, mode 0666, in a directory that is made (0755) when
 * it is absent.  A socket that nobody listens on is replaced, and one whose
 * listener is dead; STATUS_CONFLICT when somebody listens.
 */
enum status listen_make(const char *path, int *out, struct fault *f) MUST_USE;

#endif
