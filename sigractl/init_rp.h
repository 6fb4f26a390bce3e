/* SPDX-License-Identifier: MIT */
#ifndef SIGRACTL_INIT_RP_H
#define SIGRACTL_INIT_RP_H

#include "sigractl/cmd.h"
#include "store/key.h"

/*
 * The RP id of a new store: what --rp-id says, else the domain that this host
 * is in, else its own name.  "" when that is none either.  *WHY is what to
 * warn of, or NULL.  A trial looks nothing up.  STATUS_INVALID: --rp-id.
 */
enum status init_rp(const struct cmd *c, char out[STORE_RP_SIZE],
		    const char **why, struct fault *f) MUST_USE;

#endif
