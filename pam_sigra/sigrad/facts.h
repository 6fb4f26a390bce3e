/* SPDX-License-Identifier: MIT */
/* The facts that seat_judge() wants, fetched when they are wanted. */
#ifndef SIGRAD_FACTS_H
#define SIGRAD_FACTS_H

#include "sigrad/seat.h"

#define FACTS_PROC "/proc"

/*
 * Of process PID, by the files below PROC, and by logind where it was loaded
 * (sigrad/logind.h).  rhost, tty and root are the caller's to fill in.
 */
void facts_collect(const char *proc, pid_t pid, struct seat_facts *out);

#endif
