/* SPDX-License-Identifier: MIT */
/* What logind knows of sessions, by libsystemd, where there is one. */
#ifndef SIGRAD_LOGIND_H
#define SIGRAD_LOGIND_H

#include "base/fault.h"
#include "sigrad/seat.h"

/* Load the library, because a sandbox will not let it later.  Any number of
 * times.  STATUS_UNAVAILABLE: it is not installed, and logind says nothing. */
enum status logind_load(struct fault *f) MUST_USE;

/* Fill in what stands behind facts->unit. */
void logind_ask(struct seat_facts *facts);

#endif
