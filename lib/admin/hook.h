/* SPDX-License-Identifier: MIT */
/* What the audit keeps of programs that an administrator has put around a
 * command. */
#ifndef ADMIN_HOOK_H
#define ADMIN_HOOK_H

#include "admin/admin.h"

struct admin_hook {
	bool before;	     /* it has refused the command; else it failed
				behind one that was done */
	const char *command; /* "user add" */
	const char *name;    /* "pre-user-add/10-check" */
	const char *why;
	const struct id *target; /* an account or organization; NULL: none */
};

/* "hook.refused" or "hook.failed". */
enum status admin_hook_failed(const struct admin *a,
			      const struct admin_hook *h, struct fault *f)
	MUST_USE;

#endif
