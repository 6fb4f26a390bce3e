/* SPDX-License-Identifier: MIT */
/* What the commands about accounts share. */
#ifndef SIGRACTL_USER_H
#define SIGRACTL_USER_H

#include "sigractl/cmd.h"

#define USER_DONE_SIZE 384 /* the line that says what was done */

/* Whoever shuts root out says so.  WHAT is done to the account NAME. */
enum status user_root_spare(const struct cmd *c, const char *name,
			    const char *what, struct fault *f) MUST_USE;

#endif
