/* SPDX-License-Identifier: MIT */
/* An ordinary user's own device, as the verifier has it enrolled. */
#ifndef SIGRACTL_SELF_ENROLL_H
#define SIGRACTL_SELF_ENROLL_H

#include "sigractl/cmd.h"

/* Prove who it is, then do as `enroll totp` does, on the terminal.
 * STATUS_DENIED: it was not proved, or the rules say no. */
enum status self_enroll(const struct cmd *c, struct fault *f) MUST_USE;

#endif
