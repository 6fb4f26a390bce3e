/* SPDX-License-Identifier: MIT */
/* One delivery, made: by sendmail, by a command, by sigra-post. */
#ifndef SIGRACTL_DELIVER_H
#define SIGRACTL_DELIVER_H

#include "admin/notify.h"
#include "sigractl/cmd.h"

#define DELIVER_WHY_SIZE 256

/*
 * Nothing of the store is held meanwhile.  WHY: "" when it is made, else what
 * went wrong, for the delivery's row.  A status but OK is of the store.
 */
enum status deliver_make(struct cmd *c, const struct store_delivery *d,
			 const char *libexec, char why[DELIVER_WHY_SIZE],
			 struct fault *f) MUST_USE;

/* No command is set, or a path. */
bool deliver_has_command(const struct cmd *c);

#endif
