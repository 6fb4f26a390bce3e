/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C while a device is waited for means "not with this device", not the
 * end of the program we are in.  SIGINT is blocked in this thread meanwhile;
 * one that the terminal has sent is taken, any other stays pending for the
 * host.  Its dispositions are not looked at.
 */
#ifndef WIRE_WIRE_INTERRUPT_H
#define WIRE_WIRE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

struct wire_interrupt {
	sigset_t before; /* the thread's mask */
	int fd;		 /* readable while a SIGINT may be pending; -1: not
			    watched */
	bool foreign;	 /* one that is not ours to take is pending */
	bool taken;
};

/* Where it cannot be watched (a sandbox, no descriptor left) nothing is
 * changed, and Ctrl-C is the host's. */
void wire_interrupt_begin(struct wire_interrupt *i);
void wire_interrupt_end(struct wire_interrupt *i);

/* Has the person interrupted?  Once so, always so. */
bool wire_interrupt_taken(struct wire_interrupt *i);

/* The host's mask, for the time of a prompt, and ours again. */
void wire_interrupt_pause(const struct wire_interrupt *i);
void wire_interrupt_resume(const struct wire_interrupt *i);

#endif
