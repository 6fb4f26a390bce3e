/* SPDX-License-Identifier: MIT */
#include "import/oath.h"

#include <string.h>

#include "base/text.h"
#include "import/text.h"

#define OATH_COUNTER_MAX (INT64_C(1) << 40)
#define OATH_TIME_LENGTH 20 /* "2026-01-31T23:59:59L" */
#define OATH_AHEAD 20	    /* steps; pam_oath takes 5 unless told otherwise */

/* The types that liboath knows. */
static const struct {
	const char *name;
	unsigned digits, period;
} oath_types[] = {
	{ "HOTP", 6, 0 },	 { "HOTP/E", 6, 0 },
	{ "HOTP/E/6", 6, 0 },	 { "HOTP/E/7", 7, 0 },
	{ "HOTP/E/8", 8, 0 },	 { "HOTP/T30", 6, 30 },
	{ "HOTP/T30/6", 6, 30 }, { "HOTP/T30/7", 7, 30 },
	{ "HOTP/T30/8", 8, 30 }, { "HOTP/T60", 6, 60 },
	{ "HOTP/T60/6", 6, 60 }, { "HOTP/T60/7", 7, 60 },
	{ "HOTP/T60/8", 8, 60 },
};

static bool
oath_type(const struct import_text *word, struct otp_device *d)
{
	for (size_t i = 0; i < sizeof(oath_types) / sizeof(oath_types[0]);
	     i++) {
		if (!import_is(word, oath_types[i].name))
			continue;
		d->kind = oath_types[i].period == 0 ? STORE_HOTP : STORE_TOTP;
		d->algorithm = CRYPTO_SHA1;
		d->digits = oath_types[i].digits;
		d->period = oath_types[i].period;
		return true;
	}
	return false;
}

struct oath_key_text {
	char hex[2 * CRYPTO_OTP_SECRET_MAX + 1];
	uint8_t bytes[CRYPTO_OTP_SECRET_MAX];
};

static void
oath_key_text_wipe(struct oath_key_text *t)
{
	crypto_wipe(t, sizeof(*t));
}

#define OATH_KEY(name)                                                        \
	__attribute__((                                                       \
		cleanup(oath_key_text_wipe))) struct oath_key_text name = {   \
		.hex = ""                                                     \
	}

static enum status
oath_key(const struct import_text *word, struct secret *key, struct fault *f)
{
	size_t n = word->len / 2;
	OATH_KEY(t);

	if (n < CRYPTO_OTP_SECRET_MIN || n > CRYPTO_OTP_SECRET_MAX)
		return fault(f, STATUS_INVALID,
			     "its key has %zu bytes: %d to %d are taken", n,
			     CRYPTO_OTP_SECRET_MIN, CRYPTO_OTP_SECRET_MAX);
	if (word->len % 2 != 0 || !import_copy(word, t.hex, sizeof(t.hex)) ||
	    !text_unhex(t.hex, t.bytes, n))
		return fault(f, STATUS_INVALID, "its key is not in hex");
	return secret_set(key, t.bytes, n, f);
}

static int64_t
oath_part(const char *s, size_t at, size_t len)
{
	int64_t n = 0;

	for (size_t i = at; i < at + len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		n = 10 * n + (s[i] - '0');
	}
	return n;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar: years are counted
 * from March, so that the leap day is the last of its year. */
static int64_t
oath_days(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

/* As if it were UTC. */
static bool
oath_time(const struct import_text *word, int64_t *out)
{
	char s[OATH_TIME_LENGTH + 1];
	int64_t year, month, day, hour, minute, second;

	if (word->len != OATH_TIME_LENGTH ||
	    !import_copy(word, s, sizeof(s)) || s[4] != '-' || s[7] != '-' ||
	    s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'L')
		return false;
	year = oath_part(s, 0, 4);
	month = oath_part(s, 5, 2);
	day = oath_part(s, 8, 2);
	hour = oath_part(s, 11, 2);
	minute = oath_part(s, 14, 2);
	second = oath_part(s, 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 ||
	    hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 60)
		return false;
	*out = oath_days(year, month, day) * 86400 + hour * 3600 +
	       minute * 60 + second;
	return true;
}

/* The counter is the one of the last code, where there was one already. */
static enum status
oath_state(struct import_text *rest, struct import_oath *o, struct fault *f)
{
	struct import_text word;
	int64_t counter = 0;
	bool last = false;

	if (import_word(rest, &word) &&
	    !import_number(&word, 0, OATH_COUNTER_MAX, &counter))
		return fault(f, STATUS_INVALID, "its counter is no number");
	if (import_word(rest, &word)) {
		last = true;
		if (!import_digits(&word) ||
		    !import_copy(&word, o->last, sizeof(o->last)))
			return fault(f, STATUS_INVALID,
				     "its last code is none");
	}
	if (import_word(rest, &word) && !oath_time(&word, &o->last_local))
		return fault(f, STATUS_INVALID, "its last time is none");
	if (import_word(rest, &word))
		return fault(f, STATUS_INVALID, "it has too many words");
	if (o->device.kind == STORE_HOTP) {
		o->last_local = 0;
		o->moved = counter + last;
		o->device.counter = (uint64_t)o->moved;
	}
	return STATUS_OK;
}

enum status
import_oath(const char *line, size_t len, struct import_oath *out,
	    struct secret *key, struct fault *f)
{
	struct import_text rest = { .at = line, .len = len }, type, user, pin;
	struct import_text word;
	struct import_oath made = { .moved = 0 };
	enum status st;
	SECRET(read);

	out->user[0] = '\0';
	if (!import_word(&rest, &type) || type.at[0] == '#')
		return STATUS_NOT_FOUND;
	if (!import_word(&rest, &user) || !import_word(&rest, &pin) ||
	    !import_word(&rest, &word))
		return fault(f, STATUS_INVALID,
			     "it is no line of type, user, PIN and key");
	if (!import_copy(&user, made.user, sizeof(made.user)))
		return fault(f, STATUS_INVALID, "its user is none");
	(void)text_copy(out->user, sizeof(out->user), made.user);
	if (!oath_type(&type, &made.device))
		return fault(f, STATUS_INVALID,
			     "its type is none that pam_oath knows");
	if (!import_is(&pin, "-") && !import_is(&pin, "+"))
		return fault(f, STATUS_INVALID,
			     "a PIN belongs to it, which would be asked no "
			     "more: make a new device");
	if ((st = oath_key(&word, &read, f)) != STATUS_OK ||
	    (st = oath_state(&rest, &made, f)) != STATUS_OK)
		return st;
	*out = made;
	secret_copy(key, &read);
	return STATUS_OK;
}

int64_t
import_oath_step(const struct import_oath *o, const struct secret *key,
		 int64_t at)
{
	int64_t step =
		o->device.period == 0 || at < 0 ? 0 : at / o->device.period;
	char code[CRYPTO_OTP_DIGITS_MAX + 1] = "";
	int64_t found = step;

	for (int64_t s = step + OATH_AHEAD; s > step; s--) {
		if (crypto_hotp(key, o->device.algorithm, (uint64_t)s,
				o->device.digits, code, NULL) != STATUS_OK ||
		    strcmp(code, o->last) != 0)
			continue;
		found = s;
		break;
	}
	crypto_wipe(code, sizeof(code));
	return found;
}
