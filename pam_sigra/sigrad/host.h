/* SPDX-License-Identifier: MIT */
/*
 * What a verifier inherits from whoever started it, undone: it may be a child
 * of any program on the host, with that program's signals, limits, groups,
 * descriptors and environment.
 */
#ifndef SIGRAD_HOST_H
#define SIGRAD_HOST_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"
#include "base/id.h"

/* Before anything else is opened: environment, descriptors above 2, signals,
 * umask, working directory, limits, core dumps, cgroup and priority.  GUEST: 1
 * and 2 are some host's, and are cut off. */
enum status host_reset(bool guest, struct fault *f) MUST_USE;

/* Become the owner of the store, for good. */
enum status host_become(uid_t uid, gid_t gid, struct fault *f) MUST_USE;

/* The name of this machine. */
enum status host_name(char *out, size_t size, struct fault *f) MUST_USE;

#endif
