/* SPDX-License-Identifier: MIT */
/* What gc does for the audit. */
#ifndef SIGRACTL_GC_AUDIT_H
#define SIGRACTL_GC_AUDIT_H

#include "sigractl/cmd.h"

/* What is older than it is to be kept goes; DRY: would.  *PRUNED counts, also
 * when it fails. */
enum status gc_audit_prune(const struct cmd *c, bool dry, int64_t *pruned,
			   struct fault *f) MUST_USE;

/* The head of the chain as a line of the system log: whatever keeps that
 * elsewhere keeps an anchor. */
enum status gc_audit_head(const struct cmd *c, struct fault *f) MUST_USE;

#endif
