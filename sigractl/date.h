/* SPDX-License-Identifier: MIT */
/* Dates as people type them. */
#ifndef SIGRACTL_DATE_H
#define SIGRACTL_DATE_H

#include <stdint.h>

#include "base/fault.h"

/*
 * "2026-01-31", the beginning of that day in UTC, or RFC 3339 in UTC,
 * "2026-01-31T23:59:59Z".  STATUS_INVALID for anything else, a day that the
 * month does not have included.  WHAT is for the sentence.
 */
enum status date_parse(const char *s, const char *what, int64_t *out,
		       struct fault *f) MUST_USE;

#endif
