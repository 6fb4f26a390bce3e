/* SPDX-License-Identifier: MIT */
#include "admin/name.h"

#include <regex.h>
#include <string.h>

#include "base/text.h"

#define NAME_PLAIN_MAX 255

bool
admin_text_plain(const char *s)
{
	char bare[NAME_PLAIN_MAX + 1] = "", seen[4 * NAME_PLAIN_MAX + 1];

	/* A backslash is the one thing that is escaped and yet harmless. */
	for (size_t i = 0; s[i] != '\0'; i++) {
		if (i >= NAME_PLAIN_MAX)
			return false;
		bare[i] = s[i];
		if (s[i] == '\\')
			bare[i] = '-';
	}
	text_encode(bare, strlen(bare), seen, sizeof(seen));
	return strcmp(bare, seen) == 0;
}

/* Whatever the expression says: these break passwd(5), logs and paths, or
 * nobody can see what they are.  NAME is shorter than STORE_NAME_SIZE. */
static bool
admin_name_unsafe(const char *name)
{
	for (size_t i = 0; name[i] != '\0'; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == ':' ||
		    name[i] == '/')
			return true;
	return !admin_text_plain(name);
}

enum status
admin_name_valid(const struct config *c, const char *name, struct fault *f)
{
	regex_t re;
	int no;

	if (name[0] == '\0')
		return fault(f, STATUS_INVALID, "the name is empty");
	if (strlen(name) >= STORE_NAME_SIZE)
		return fault(f, STATUS_INVALID,
			     "the name is longer than %d bytes",
			     STORE_NAME_SIZE - 1);
	if (admin_name_unsafe(name))
		return fault(f, STATUS_INVALID,
			     "the name '%s' holds a blank, ':', '/' or what "
			     "nobody can see",
			     name);
	if (regcomp(&re, c->account_name_regex, REG_EXTENDED | REG_NOSUB) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "account.name_regex in sigra.conf is no regular "
			     "expression: %s",
			     c->account_name_regex);
	no = regexec(&re, name, 0, NULL, 0);
	regfree(&re);
	if (no != 0)
		return fault(f, STATUS_INVALID,
			     "the name '%s' does not match %s "
			     "(account.name_regex)",
			     name, c->account_name_regex);
	return STATUS_OK;
}

static bool
admin_email_sane(const char *s)
{
	const char *at = strchr(s, '@'), *end = s + strlen(s);

	if (at == NULL || at == s || strchr(at + 1, '@') != NULL ||
	    at[1] == '\0' || at[1] == '.' || end[-1] == '.')
		return false;
	/* To a mailer several of these would be several addresses, or a
	 * program. */
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f ||
		    strchr(",;<>()|\"", *p) != NULL)
			return false;
	return text_code_points(s, strlen(s)) > 0;
}

enum status
admin_email_clean(const char *email, char out[STORE_EMAIL_SIZE],
		  struct fault *f)
{
	char clean[STORE_EMAIL_SIZE] = "";
	size_t len;

	if (email != NULL) {
		email += strspn(email, " \t\r\n");
		len = strlen(email);
		while (len > 0 && strchr(" \t\r\n", email[len - 1]) != NULL)
			len--;
		if (len >= sizeof(clean))
			return fault(f, STATUS_INVALID,
				     "the address is longer than %zu bytes",
				     sizeof(clean) - 1);
		memcpy(clean, email, len);
		clean[len] = '\0';
	}
	for (char *p = clean; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	if (clean[0] != '\0' && !admin_email_sane(clean))
		return fault(f, STATUS_INVALID,
			     "'%s' is no address of the form name@host",
			     clean);
	memcpy(out, clean, sizeof(clean));
	return STATUS_OK;
}
