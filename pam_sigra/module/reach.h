/* SPDX-License-Identifier: MIT */
/* The way to a verifier. */
#ifndef PAM_SIGRA_MODULE_REACH_H
#define PAM_SIGRA_MODULE_REACH_H

#include "base/fault.h"
#include "module/args.h"

/*
 * Connect to the verifier that listens.  Where none answers, and
 * the host has the rights of root, start `sigrad --once` and hand out our end
 * of its socket, close-on-exec and above descriptor 2.  Either has been
 * greeted.  The host gets no child, no signal and no descriptor from it but
 * this one; a verifier that cannot be started shows as a peer that has gone.
 */
enum status reach_verifier(const struct args *args, int *out, struct fault *f)
	MUST_USE;

#endif
