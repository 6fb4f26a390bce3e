/* SPDX-License-Identifier: MIT */
#include "rule/list.h"

#include <string.h>

static bool
rule_split(const char **list, char separator, struct rule_item *out)
{
	const char *at = *list, *end;
	size_t len;

	if (at == NULL)
		return false;
	end = strchr(at, separator);
	len = end != NULL ? (size_t)(end - at) : strlen(at);
	*list = end != NULL ? end + 1 : NULL;
	/* Longer than any item may be: nothing that matches or parses. */
	if (len >= sizeof(out->s))
		len = 0;
	memcpy(out->s, at, len);
	out->s[len] = '\0';
	return true;
}

bool
rule_item_next(const char **list, struct rule_item *out)
{
	return rule_split(list, ',', out);
}

static bool
rule_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
rule_word_next(const char **list, char separator, struct rule_item *out)
{
	size_t start = 0, end;

	if (!rule_split(list, separator, out))
		return false;
	end = strlen(out->s);
	while (rule_blank(out->s[start]))
		start++;
	while (end > start && rule_blank(out->s[end - 1]))
		end--;
	memmove(out->s, out->s + start, end - start);
	out->s[end - start] = '\0';
	return true;
}

bool
rule_is_glob(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}
