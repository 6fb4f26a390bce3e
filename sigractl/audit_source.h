/* SPDX-License-Identifier: MIT */
/* Where the rows come from that audit verify looks at. */
#ifndef SIGRACTL_AUDIT_SOURCE_H
#define SIGRACTL_AUDIT_SOURCE_H

#include "audit/verify.h"
#include "sigractl/cmd.h"

/* The open store of C: its chains, the chain's file, and every row twice, a
 * page at a time, so that nobody waits for us. */
enum status audit_source_store(const struct cmd *c, struct verify *v,
			       struct fault *f) MUST_USE;

/* The lines of an export; NAME is for sentences. */
enum status audit_source_file(int fd, const char *name, struct verify *v,
			      struct fault *f) MUST_USE;

#endif
