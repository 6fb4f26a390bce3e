/* SPDX-License-Identifier: MIT */
/*
 * Who is at the keyboard: the kernel's login uid first.  What sudo says
 * counts only for root, and only where the kernel says nothing; where the two
 * differ the kernel is believed and both are audited.
 */
#ifndef SIGRACTL_ACTOR_H
#define SIGRACTL_ACTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"

#define ACTOR_TEXT_SIZE 24

struct actor {
	char text[ACTOR_TEXT_SIZE];	/* "uid:1000" or "system" */
	char loginuid[ACTOR_TEXT_SIZE]; /* both, or neither: they differ */
	char sudo_uid[ACTOR_TEXT_SIZE];
	bool delegated; /* root only by way of sudo */
	int64_t person; /* the uid of whoever has become root; -1: nobody,
			   or it does not say */
	int64_t also;	/* sudo's caller, where the kernel names somebody else
			   as person; or -1 */
	uid_t files;	/* as whom its file arguments are opened: sudo's
			   caller, or else who we are */
};

/* SUDO_UID: the variable's value, or NULL. */
enum status actor_find(const char *sudo_uid, struct actor *out,
		       struct fault *f) MUST_USE;

#endif
