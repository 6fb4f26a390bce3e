/* SPDX-License-Identifier: MIT */
/* logind, where there is one. */
#ifndef SIGRACTL_LOGIND_H
#define SIGRACTL_LOGIND_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Have it end its session ID, if that was opened by process LEADER: su gets to
 * know the id of the login around it, which is not meant.  False when it did
 * not: no such id, no logind, no libsystemd.
 */
bool logind_terminate(const char *id, pid_t leader);

#endif
