/* SPDX-License-Identifier: MIT */
#ifndef SIGRACTL_DOCTOR_PAM_H
#define SIGRACTL_DOCTOR_PAM_H

#include "sigractl/doctor.h"

/* Each line of the service that names the module, by itself. */
void doctor_pam_lines(struct doctor *d, const struct doctor_service *v);

#endif
