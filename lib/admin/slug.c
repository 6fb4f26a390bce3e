/* SPDX-License-Identifier: MIT */
/* What an organization may be called in commands, rules and environments. */
#include <string.h>

#include "admin/org.h"
#include "base/buf.h"

#define SLUG_LEAST 3

/* What somebody might take for a part of Sigra or of the host, for everybody
 * or for nobody.  sigractl(8) lists them. */
static const char *const slug_reserved[] = {
	"admin",  "administrator", "all",    "anonymous", "any",   "api",
	"audit",  "auth",	   "daemon", "default",	  "group", "guest",
	"help",	  "host",	   "login",  "nobody",	  "none",  "org",
	"owner",  "policy",	   "root",   "self",	  "sigra", "sudo",
	"system", "user",
};

static bool
slug_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
slug_letter_or_digit(char c)
{
	return slug_letter(c) || (c >= '0' && c <= '9');
}

static bool
slug_formed(const char *slug, size_t len)
{
	if (len < SLUG_LEAST || len >= STORE_SLUG_SIZE ||
	    !slug_letter(slug[0]) || !slug_letter_or_digit(slug[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!slug_letter_or_digit(slug[i]) && slug[i] != '-')
			return false;
	return true;
}

enum status
admin_slug_valid(const char *slug, struct fault *f)
{
	if (!slug_formed(slug, strlen(slug)))
		return fault(f, STATUS_INVALID,
			     "'%s' is no slug: %d to %d of a-z, 0-9 and '-', "
			     "a letter first, no '-' last",
			     slug, SLUG_LEAST, STORE_SLUG_SIZE - 1);
	for (size_t i = 0;
	     i < sizeof(slug_reserved) / sizeof(slug_reserved[0]); i++)
		if (strcmp(slug, slug_reserved[i]) == 0)
			return fault(f, STATUS_INVALID,
				     "the slug '%s' is reserved: choose "
				     "another one",
				     slug);
	return STATUS_OK;
}

/* What is left of a login name, with a letter first and no '-' last. */
static void
slug_bare(const char *name, char out[STORE_SLUG_SIZE])
{
	size_t n = 0;

	for (const char *p = name; *p != '\0'; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;

		if (n == 0 && !slug_letter(c))
			continue;
		out[n++] = slug_letter_or_digit(c) ? c : '-';
	}
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
}

void
admin_slug_personal(const char *name, unsigned attempt,
		    char out[STORE_SLUG_SIZE])
{
	char bare[STORE_SLUG_SIZE];
	struct buf b;

	_Static_assert(STORE_NAME_SIZE + 16 < STORE_SLUG_SIZE,
		       "a login name and an ending are a slug");
	slug_bare(name, bare);
	buf_start(&b, out, STORE_SLUG_SIZE);
	buf_text(&b, bare[0] == '\0' ? "personal" : bare);
	if (attempt > 0)
		buf_text(&b, "-org");
	if (attempt > 1)
		buf_printf(&b, "-%u", attempt);
}
