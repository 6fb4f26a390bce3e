/* SPDX-License-Identifier: MIT */
#include "import/shadow.h"

#include <string.h>

#include "base/text.h"
#include "import/text.h"

#define SHADOW_FIELDS 9
#define SHADOW_SETTING_SIZE 384 /* as CRYPT_OUTPUT_SIZE */
#define SHADOW_DAYS_MAX 99999999

enum shadow_field {
	SHADOW_NAME,
	SHADOW_PASSWORD,
	SHADOW_CHANGED,
	SHADOW_MIN,
	SHADOW_MAX,
	SHADOW_WARN,
	SHADOW_INACTIVE,
	SHADOW_EXPIRES,
};

struct shadow_text {
	char s[SHADOW_SETTING_SIZE];
};

static void
shadow_text_wipe(struct shadow_text *t)
{
	crypto_wipe(t, sizeof(*t));
}

#define SHADOW_TEXT(name)                                                     \
	__attribute__((cleanup(                                               \
		shadow_text_wipe))) struct shadow_text name = { .s = "" }

/* An empty field is unset, and so is -1, which chage(1) writes. */
static bool
shadow_days(const struct import_text *field, int64_t *out)
{
	*out = IMPORT_SHADOW_UNSET;
	return field->len == 0 || import_is(field, "-1") ||
	       import_number(field, 0, SHADOW_DAYS_MAX, out);
}

static enum status
shadow_setting(const struct import_text *field, struct secret *out,
	       struct fault *f)
{
	SHADOW_TEXT(t);

	if (field->len == 0)
		return fault(f, STATUS_INVALID,
			     "it has no password at all, which would let "
			     "anybody in");
	if (field->at[0] == '!' || field->at[0] == '*')
		return fault(f, STATUS_INVALID, "it is locked (%c)",
			     field->at[0]);
	if (import_is(field, "x"))
		return fault(f, STATUS_INVALID,
			     "its password is elsewhere (x)");
	if (!import_copy(field, t.s, sizeof(t.s)) || !crypto_crypt_known(t.s))
		return fault(f, STATUS_INVALID,
			     "its password is of a kind that is not taken: "
			     "$2b$, $5$, $6$ and $y$ are");
	return secret_set(out, t.s, field->len, f);
}

static bool
shadow_numbers(const struct import_text *field, struct import_shadow *out)
{
	int64_t ignored;

	return shadow_days(&field[SHADOW_CHANGED], &out->changed) &&
	       shadow_days(&field[SHADOW_MIN], &ignored) &&
	       shadow_days(&field[SHADOW_MAX], &out->max) &&
	       shadow_days(&field[SHADOW_WARN], &ignored) &&
	       shadow_days(&field[SHADOW_INACTIVE], &out->inactive) &&
	       shadow_days(&field[SHADOW_EXPIRES], &out->expires);
}

enum status
import_shadow(const char *line, size_t len, struct import_shadow *out,
	      struct secret *setting, struct fault *f)
{
	struct import_text rest = { .at = line, .len = len };
	struct import_text field[SHADOW_FIELDS], more;
	struct import_shadow made = { .changed = IMPORT_SHADOW_UNSET };
	enum status st;
	size_t n = 0;
	SECRET(read);

	out->user[0] = '\0';
	if (len == 0 || line[0] == '#')
		return STATUS_NOT_FOUND;
	while (n < SHADOW_FIELDS && import_field(&rest, ':', &field[n]))
		n++;
	if (n != SHADOW_FIELDS || import_field(&rest, ':', &more))
		return fault(f, STATUS_INVALID,
			     "it does not have the nine fields of shadow(5)");
	if (field[SHADOW_NAME].len == 0 ||
	    !import_copy(&field[SHADOW_NAME], made.user, sizeof(made.user)))
		return fault(f, STATUS_INVALID, "its name is none");
	(void)text_copy(out->user, sizeof(out->user), made.user);
	if ((st = shadow_setting(&field[SHADOW_PASSWORD], &read, f)) !=
	    STATUS_OK)
		return st;
	if (!shadow_numbers(field, &made))
		return fault(f, STATUS_INVALID, "one of its days is none");
	*out = made;
	secret_copy(setting, &read);
	return STATUS_OK;
}

enum import_age
import_shadow_age(const struct import_shadow *s, int64_t today)
{
	int64_t old = today - s->changed;

	if (s->changed == 0)
		return IMPORT_AGED;
	if (s->changed == IMPORT_SHADOW_UNSET ||
	    s->max == IMPORT_SHADOW_UNSET || old <= s->max)
		return IMPORT_FRESH;
	if (s->inactive != IMPORT_SHADOW_UNSET && old > s->max + s->inactive)
		return IMPORT_TOO_OLD;
	return IMPORT_AGED;
}
