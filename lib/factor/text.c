/* SPDX-License-Identifier: MIT */
#include "factor/text.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* C0, DEL, and C1 as UTF-8 has them. */
bool
factor_text_plain(const char *s)
{
	for (const uint8_t *p = (const uint8_t *)s; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f ||
		    (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f))
			return false;
	return text_code_points(s, strlen(s)) >= 0;
}
