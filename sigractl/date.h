/* SPDX-License-Identifier: MIT */
/* Dates and durations as people type them. */
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

/*
 * "90s", "10m", "1h", "7d", "2w": a number of at least 1 and one unit, in
 * seconds.  STATUS_INVALID for anything else, and for less than LEAST or more
 * than MOST.  WHAT is for the sentence.
 */
enum status date_duration(const char *s, const char *what, int64_t least,
			  int64_t most, int64_t *out, struct fault *f)
	MUST_USE;

/* The same the other way, in the largest unit that fits: "7d". */
#define DATE_DURATION_SIZE 24
const char *date_duration_text(int64_t seconds, char out[DATE_DURATION_SIZE]);

#endif
