/* SPDX-License-Identifier: MIT */
/* The bytes of a sigra.conf, apart from the file they came from. */
#ifndef CONFIG_PARSE_H
#define CONFIG_PARSE_H

#include <stddef.h>

#include "config/config.h"

/*
 * Parse LEN bytes of INI over the defaults.  NAME stands in the sentences
 * only.  Stops at the first line that is not as sigra.conf(5) says, with
 * STATUS_INVALID and the line's number; *C is untouched then.
 */
enum status config_parse(const char *name, const char *bytes, size_t len,
			 struct config *c, struct fault *f) MUST_USE;

#endif
