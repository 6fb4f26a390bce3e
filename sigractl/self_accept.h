/* SPDX-License-Identifier: MIT */
/* An ordinary user accepts an invitation; the verifier takes its code. */
#ifndef SIGRACTL_SELF_ACCEPT_H
#define SIGRACTL_SELF_ACCEPT_H

#include "sigractl/cmd.h"

/* Prove who it is, then give the code, on the terminal.  STATUS_DENIED: it was
 * not proved, there is no such invitation for him, or the rules say no. */
enum status self_accept(const struct cmd *c, struct fault *f) MUST_USE;

#endif
