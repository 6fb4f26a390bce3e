/* SPDX-License-Identifier: MIT */
/* What a child may still do: compute, and talk over what is open. */
#ifndef FIDO_SANDBOX_H
#define FIDO_SANDBOX_H

#include "base/fault.h"

/* Once, where files may still be opened: have libfido2 and what it stands on
 * read whatever they read at their first use. */
void sandbox_prepare(void);

/*
 * Limit memory, processor time and descriptors, become nobody when root, and
 * close the call filter: no files, sockets, programs or signals, and no new
 * code; who tries is killed.  SECONDS: when the kernel is to end it anyway.
 */
enum status sandbox_shut(unsigned seconds, struct fault *f) MUST_USE;

#endif
