/* SPDX-License-Identifier: MIT */
/* Processes of this host, as /proc has them. */
#ifndef SIGRACTL_PROCESS_H
#define SIGRACTL_PROCESS_H

#include "base/fault.h"
#include "base/id.h"
#include "base/request.h"

struct process {
	struct request_process self;
	pid_t parent, leader; /* of its session, getsid(2) */
	int64_t terminal;     /* the device's number as stat has it; 0: none */
};

/* False when there is none of that number, or it is a zombie. */
bool process_get(pid_t pid, struct process *out);

/* Its session of the kernel's audit; -1: none. */
int64_t process_audit(pid_t pid);

/* EACH of them that is there; EACH returns false to stop. */
enum status process_each(bool (*each)(void *ctx, const struct process *),
			 void *ctx, struct fault *f) MUST_USE;

/* We, our parent, its parent; *N of at most SIZE, without process 1. */
void process_line(struct request_process *out, size_t size, size_t *n);

/* When the terminal with that number was last read from; 0: not known. */
int64_t process_terminal_used(int64_t number);

/* Seconds since this host's boot, asleep or not. */
enum status process_uptime(int64_t *out, struct fault *f) MUST_USE;

#endif
