/* SPDX-License-Identifier: MIT */
/* The host's place among processes, as /proc has it. */
#ifndef PAM_SIGRA_MODULE_PROCESS_H
#define PAM_SIGRA_MODULE_PROCESS_H

#include "base/request.h"

/*
 * Fill in the request's pid, pid_start, leader and ancestors.  What cannot be
 * read is unknown, and proves nothing: without /proc, or with that of another
 * pid namespace, it is all but the pid.  Of a host without the rights of root
 * nobody would believe it, and its sandbox may forbid the looking.
 */
void process_facts(struct request *r);

#endif
