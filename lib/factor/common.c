/* SPDX-License-Identifier: MIT */
#include "factor/common.h"

#include <stdlib.h>
#include <string.h>

void
factor_lower(char *s)
{
	for (; *s != '\0'; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s - 'A' + 'a');
}

static int
factor_common_order(const void *key, const void *row)
{
	return strcmp(key, row);
}

bool
factor_common(const char *lowered)
{
	return bsearch(lowered, factor_common_words, factor_common_count,
		       sizeof(factor_common_words[0]),
		       factor_common_order) != NULL;
}
