/* SPDX-License-Identifier: MIT */
#include "sigractl/date.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

/* LEN digits at S, leading zeroes allowed. */
static int
date_digits(const char *s, size_t len)
{
	int n = 0;

	for (size_t i = 0; i < len; i++)
		n = n * 10 + (s[i] - '0');
	return n;
}

/* Does S look like PATTERN, in which 0 stands for any digit? */
static bool
date_looks(const char *s, const char *pattern)
{
	for (; *pattern != '\0'; s++, pattern++)
		if (*pattern == '0' ? *s < '0' || *s > '9' : *s != *pattern)
			return false;
	return *s == '\0';
}

enum status
date_parse(const char *s, const char *what, int64_t *out, struct fault *f)
{
	bool day = date_looks(s, "0000-00-00");
	struct tm tm = { .tm_isdst = 0 }, again;
	time_t t;

	if (!day && !date_looks(s, "0000-00-00T00:00:00Z"))
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is no date like 2026-01-31 or "
			     "2026-01-31T23:59:59Z",
			     what, s);
	tm.tm_year = date_digits(s, 4) - 1900;
	tm.tm_mon = date_digits(s + 5, 2) - 1;
	tm.tm_mday = date_digits(s + 8, 2);
	if (!day) {
		tm.tm_hour = date_digits(s + 11, 2);
		tm.tm_min = date_digits(s + 14, 2);
		tm.tm_sec = date_digits(s + 17, 2);
	}
	again = tm;
	/* timegm() carries 31 February over into March. */
	t = timegm(&again);
	if (again.tm_year != tm.tm_year || again.tm_mon != tm.tm_mon ||
	    again.tm_mday != tm.tm_mday || again.tm_hour != tm.tm_hour ||
	    again.tm_min != tm.tm_min || again.tm_sec != tm.tm_sec || t <= 0)
		return fault(f, STATUS_INVALID,
			     "%s: there is no such time as '%s' (after 1970)",
			     what, s);
	*out = t;
	return STATUS_OK;
}

static const struct date_unit {
	char letter;
	int64_t seconds;
} date_units[] = {
	{ 'w', 7 * 86400 }, { 'd', 86400 }, { 'h', 3600 },
	{ 'm', 60 },	    { 's', 1 },
};
#define DATE_UNITS (sizeof(date_units) / sizeof(date_units[0]))

/* 0: it is none. */
static int64_t
date_seconds(const char *s)
{
	size_t len = strlen(s);
	char digits[16];
	int64_t n;

	if (len < 2 || len > sizeof(digits))
		return 0;
	memcpy(digits, s, len - 1);
	digits[len - 1] = '\0';
	for (size_t i = 0; i < DATE_UNITS; i++)
		if (s[len - 1] == date_units[i].letter &&
		    text_number(digits, 1, INT64_MAX / date_units[i].seconds,
				&n))
			return n * date_units[i].seconds;
	return 0;
}

const char *
date_duration_text(int64_t seconds, char out[DATE_DURATION_SIZE])
{
	/* Weeks are for typing: seven days are said as such. */
	const struct date_unit *unit = &date_units[DATE_UNITS - 1];

	for (size_t i = DATE_UNITS - 1; i > 0 && seconds > 0; i--)
		if (seconds % date_units[i].seconds == 0)
			unit = &date_units[i];
	(void)snprintf(out, DATE_DURATION_SIZE, "%lld%c",
		       (long long)(seconds / unit->seconds), unit->letter);
	return out;
}

enum status
date_duration(const char *s, const char *what, int64_t least, int64_t most,
	      int64_t *out, struct fault *f)
{
	char from[DATE_DURATION_SIZE], to[DATE_DURATION_SIZE];
	int64_t n = date_seconds(s);

	if (n == 0)
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is no duration like 90s, 10m, 1h or "
			     "7d",
			     what, s);
	if (n < least || n > most)
		return fault(f, STATUS_INVALID,
			     "%s: '%s' is not between %s and %s", what, s,
			     date_duration_text(least, from),
			     date_duration_text(most, to));
	*out = n;
	return STATUS_OK;
}
