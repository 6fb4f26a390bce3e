/* SPDX-License-Identifier: MIT */
/*
 * Is it a code of this key?  Every code of the window is computed and compared
 * in constant time, and of several that are the same the last one counts: then
 * the same digits are never good a second time.
 *
 * Nothing is learned of a device whose clock is wrong: the window stays one
 * step to either side, however often the codes came from its edge.
 */
#include "factor/otp.h"
#include "factor/text.h"

_Static_assert(OTP_ANSWER_MAX < SECRET_TEXT_SIZE, "an answer fits");

struct otp_code {
	char s[CRYPTO_OTP_DIGITS_MAX + 1];
};

static void
otp_code_wipe(struct otp_code *c)
{
	crypto_wipe(c, sizeof(*c));
}

#define OTP_CODE(name)                                                        \
	__attribute__((                                                       \
		cleanup(otp_code_wipe))) struct otp_code name = { .s = "" }

bool
otp_answer_read(const struct secret *answer, struct secret *digits)
{
	size_t n = 0;
	SECRET_TEXT(text);
	SECRET_TEXT(kept);

	if (answer->len > OTP_ANSWER_MAX ||
	    !secret_string(answer, text.s, sizeof(text.s)))
		return false;
	for (const char *p = text.s; *p != '\0'; p++) {
		if (*p == ' ' || *p == '\t')
			continue;
		if (*p < '0' || *p > '9')
			return false;
		kept.s[n++] = *p;
	}
	if (n < CRYPTO_OTP_DIGITS_MIN || n > CRYPTO_OTP_DIGITS_MAX)
		return false;
	return secret_set(digits, kept.s, n, NULL) == STATUS_OK;
}

/* The last of the N counters from FIRST on whose code is DIGITS; *FOUND
 * and *AT are left alone when there is none. */
static enum status
otp_search(const struct otp_device *d, const struct secret *key,
	   const struct secret *digits, int64_t first, int64_t n, bool *found,
	   int64_t *at, struct fault *f)
{
	enum status st;
	OTP_CODE(code);

	for (int64_t i = first; i < first + n; i++) {
		st = crypto_hotp(key, d->algorithm, (uint64_t)i, d->digits,
				 code.s, f);
		if (st != STATUS_OK)
			return st;
		if (!secret_is(digits, code.s, d->digits))
			continue;
		*found = true;
		*at = i;
	}
	return STATUS_OK;
}

/* Whoever counts beyond it would wrap around. */
static bool
otp_counter_sane(int64_t moved)
{
	return moved >= 0 && moved < INT64_MAX - OTP_RESYNC_AHEAD - 1;
}

static enum status
otp_match_time(const struct otp_device *d, const struct secret *key,
	       int64_t moved, int64_t now, const struct secret *digits,
	       struct otp_match *out, struct fault *f)
{
	struct otp_match match = { .result = FACTOR_WRONG };
	int64_t first, n = 2 * OTP_WINDOW + 1;
	bool found = false;
	enum status st;

	if (d->period == 0)
		return fault(f, STATUS_INVALID, "the device has no period");
	/* No clock says so: before 1970, or where the steps end. */
	if (now < (int64_t)d->period * OTP_WINDOW ||
	    now > INT64_MAX - (int64_t)d->period * n) {
		*out = match;
		return STATUS_OK;
	}
	first = now / d->period - OTP_WINDOW;
	st = otp_search(d, key, digits, first, n, &found, &match.at, f);
	if (st != STATUS_OK)
		return st;
	if (found)
		match.result = match.at > moved ? FACTOR_RIGHT : FACTOR_SPENT;
	*out = match;
	return STATUS_OK;
}

/* The code that was accepted last is no guess: who lost a race typed it. */
static enum status
otp_match_counter(const struct otp_device *d, const struct secret *key,
		  int64_t moved, const struct secret *digits,
		  struct otp_match *out, struct fault *f)
{
	struct otp_match match = { .result = FACTOR_WRONG };
	bool found = false, spent = false;
	int64_t last = moved;
	enum status st = STATUS_OK;

	if (d->kind != STORE_HOTP || !otp_counter_sane(moved))
		return fault(f, STATUS_INVALID,
			     "the device has no counter that could be");
	if (moved > 0)
		st = otp_search(d, key, digits, moved - 1, 1, &spent, &last,
				f);
	if (st == STATUS_OK)
		st = otp_search(d, key, digits, moved, OTP_LOOK_AHEAD + 1,
				&found, &match.at, f);
	if (st != STATUS_OK)
		return st;
	if (found) {
		match.result = FACTOR_RIGHT;
	} else if (spent) {
		match.result = FACTOR_SPENT;
		match.at = last;
	}
	*out = match;
	return STATUS_OK;
}

enum status
otp_match(const struct otp_device *d, const struct secret *key, int64_t moved,
	  int64_t now, const struct secret *answer, struct otp_match *out,
	  struct fault *f)
{
	SECRET(digits);

	if (!otp_answer_read(answer, &digits) || digits.len != d->digits) {
		*out = (struct otp_match){ .result = FACTOR_WRONG };
		return STATUS_OK;
	}
	if (d->kind == STORE_TOTP)
		return otp_match_time(d, key, moved, now, &digits, out, f);
	return otp_match_counter(d, key, moved, &digits, out, f);
}

enum status
otp_resync(const struct otp_device *d, const struct secret *key, int64_t moved,
	   const struct secret *first, const struct secret *second,
	   int64_t *counter, struct fault *f)
{
	bool one = false, two = false, found = false;
	int64_t at = 0, last = 0;
	enum status st;
	SECRET(a);
	SECRET(b);

	if (d->kind != STORE_HOTP || !otp_counter_sane(moved))
		return fault(f, STATUS_INVALID,
			     "only codes by counter fall out of step");
	if (!otp_answer_read(first, &a) || !otp_answer_read(second, &b) ||
	    a.len != d->digits || b.len != d->digits)
		return fault(f, STATUS_REFUSED,
			     "this device makes codes of %u digits",
			     d->digits);
	for (int64_t i = moved; i < moved + OTP_RESYNC_AHEAD; i++) {
		one = two = false;
		st = otp_search(d, key, &a, i, 1, &one, &at, f);
		if (st == STATUS_OK)
			st = otp_search(d, key, &b, i + 1, 1, &two, &at, f);
		if (st != STATUS_OK)
			return st;
		if (!one || !two)
			continue;
		found = true;
		last = i + 1;
	}
	if (!found)
		return fault(f, STATUS_REFUSED,
			     "these are not two codes in a row of this "
			     "device, among its next %d",
			     OTP_RESYNC_AHEAD);
	*counter = last;
	return STATUS_OK;
}
