/* SPDX-License-Identifier: MIT */
/* What text may be; for this room only. */
#ifndef FACTOR_TEXT_H
#define FACTOR_TEXT_H

#include <stdbool.h>

/* Is it UTF-8 without control characters? */
bool factor_text_plain(const char *s);

#endif
