/* SPDX-License-Identifier: MIT */
/* What the process brings along, made safe, and who it is. */
#ifndef SIGRACTL_OWNER_H
#define SIGRACTL_OWNER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"

/*
 * First thing in main(): descriptors 0-2 exist, no core, no tracing, no
 * inherited limits (as far as we may), umask 077, and of the environment only
 * what says how output looks.
 */
enum status owner_clean(struct fault *f) MUST_USE;

/* Was standard output closed, or open to be read only? */
bool owner_mute(void);

/*
 * Root becomes UID and GID, for good, with no other group, at /.  Anybody else
 * must be UID already; STATUS_DENIED otherwise.  Nothing the owner of a store
 * may not touch is opened afterwards.
 */
enum status owner_become(uid_t uid, gid_t gid, struct fault *f) MUST_USE;

#endif
