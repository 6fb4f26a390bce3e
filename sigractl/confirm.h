/* SPDX-License-Identifier: MIT */
/* What cannot be taken back is typed once more. */
#ifndef SIGRACTL_CONFIRM_H
#define SIGRACTL_CONFIRM_H

#include "base/fault.h"

/* Ask for NAME, which is a WHAT ("name"), on the terminal, behind ABOUT: lines
 * that say what it will do, escaped already, or "".  STATUS_CANCELLED:
 * something else was typed; STATUS_INVALID: nobody is there, so --yes it is.
 */
enum status confirm_delete(const char *what, const char *name,
			   const char *about, struct fault *f) MUST_USE;

#endif
