/* SPDX-License-Identifier: MIT */
/* What a login puts into the PAM environment of its session. */
#ifndef PAM_SIGRA_MODULE_ENVIRONMENT_H
#define PAM_SIGRA_MODULE_ENVIRONMENT_H

#include <security/pam_modules.h>

#include "base/export.h"
#include "base/fault.h"

/*
 * Remove what is there under the names that are ours to give (SIGRA_ORG,
 * SIGRA_ROLE, SIGRA_IMPERSONATOR, SIGRA_ATTR_...), whoever put it there: a
 * file of the person's own may fill that environment.
 */
void environment_clear(pam_handle_t *pamh);

enum status environment_set(pam_handle_t *pamh, const struct exports *e,
			    struct fault *f) MUST_USE;

#endif
