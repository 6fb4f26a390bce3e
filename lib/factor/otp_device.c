/* SPDX-License-Identifier: MIT */
/* What a device may be, and the words for it. */
#include <string.h>

#include "base/buf.h"
#include "factor/otp.h"
#include "factor/text.h"

#define OTP_KEY_GROUP 4 /* letters that stand together */

/* The words of the "Key Uri Format". */
static const struct {
	enum crypto_otp_algorithm algorithm;
	const char *name;
	size_t key; /* bytes of a new key: the digest's, as in RFC 6238 */
} otp_algorithms[] = {
	{ CRYPTO_SHA1, "SHA1", 20 },
	{ CRYPTO_SHA256, "SHA256", 32 },
	{ CRYPTO_SHA512, "SHA512", 64 },
};
#define OTP_ALGORITHMS (sizeof(otp_algorithms) / sizeof(otp_algorithms[0]))

const char *
otp_algorithm_name(enum crypto_otp_algorithm a)
{
	for (size_t i = 0; i < OTP_ALGORITHMS; i++)
		if (otp_algorithms[i].algorithm == a)
			return otp_algorithms[i].name;
	return "unknown";
}

/* Is S this word in capitals, in either case of A to Z? */
static bool
otp_word_is(const char *s, const char *word)
{
	for (; *s != '\0' && *word != '\0'; s++, word++)
		if (*s != *word && !(*s >= 'a' && *s - 'a' + 'A' == *word))
			return false;
	return *s == *word;
}

bool
otp_algorithm_parse(const char *s, enum crypto_otp_algorithm *out)
{
	for (size_t i = 0; i < OTP_ALGORITHMS; i++) {
		if (!otp_word_is(s, otp_algorithms[i].name))
			continue;
		*out = otp_algorithms[i].algorithm;
		return true;
	}
	return false;
}

const char *
otp_kind_name(enum store_otp_kind kind)
{
	switch (kind) {
	case STORE_TOTP:
		return "totp";
	case STORE_HOTP:
		return "hotp";
	}
	return "unknown";
}

void
otp_key_make(enum crypto_otp_algorithm algorithm, struct secret *out)
{
	size_t len = 0;

	for (size_t i = 0; i < OTP_ALGORITHMS; i++)
		if (otp_algorithms[i].algorithm == algorithm)
			len = otp_algorithms[i].key;
	crypto_secret_random(out, len);
}

enum status
otp_key_text(const struct secret *key, struct secret *out, struct fault *f)
{
	struct buf b;
	SECRET(letters);
	SECRET_TEXT(text);
	SECRET_TEXT(groups);

	crypto_secret_base32(key, &letters);
	buf_start(&b, groups.s, sizeof(groups.s));
	if (!secret_string(&letters, text.s, sizeof(text.s)))
		return fault(f, STATUS_INVALID, "the key is too long");
	for (const char *p = text.s; *p != '\0';
	     p += strnlen(p, OTP_KEY_GROUP))
		buf_printf(&b, "%s%.*s", p == text.s ? "" : " ", OTP_KEY_GROUP,
			   p);
	return secret_set(out, groups.s, b.len, f);
}

enum status
otp_label_valid(const char label[STORE_LABEL_SIZE], struct fault *f)
{
	size_t len = strnlen(label, STORE_LABEL_SIZE);

	if (len == 0 || len == STORE_LABEL_SIZE)
		return fault(f, STATUS_INVALID, "a label has 1 to %d bytes",
			     STORE_LABEL_SIZE - 1);
	if (!factor_text_plain(label))
		return fault(f, STATUS_INVALID,
			     "a label is UTF-8 without control characters");
	if (label[0] == ' ' || label[len - 1] == ' ')
		return fault(f, STATUS_INVALID,
			     "a label neither begins nor ends with a blank");
	if (strchr(label, ':') != NULL)
		return fault(f, STATUS_INVALID, "a label has no ':' in it");
	return STATUS_OK;
}

static enum status
otp_kind_valid(const struct otp_device *d, struct fault *f)
{
	switch (d->kind) {
	case STORE_TOTP:
		if (d->period < OTP_PERIOD_MIN || d->period > OTP_PERIOD_MAX)
			return fault(f, STATUS_INVALID,
				     "a time code is good for %d to %d "
				     "seconds",
				     OTP_PERIOD_MIN, OTP_PERIOD_MAX);
		if (d->counter != 0)
			return fault(f, STATUS_INVALID,
				     "time codes have no counter");
		return STATUS_OK;
	case STORE_HOTP:
		if (d->period != 0)
			return fault(f, STATUS_INVALID,
				     "codes by counter have no period");
		if (d->counter > OTP_COUNTER_MAX)
			return fault(f, STATUS_INVALID,
				     "the counter is too great");
		return STATUS_OK;
	}
	return fault(f, STATUS_INVALID, "a device is totp or hotp");
}

enum status
otp_device_valid(const struct otp_device *d, struct fault *f)
{
	enum status st = otp_label_valid(d->label, f);

	if (st != STATUS_OK)
		return st;
	if (d->algorithm < CRYPTO_SHA1 || d->algorithm > CRYPTO_SHA512)
		return fault(f, STATUS_INVALID,
			     "the algorithm is SHA1, SHA256 or SHA512");
	if (d->digits < CRYPTO_OTP_DIGITS_MIN ||
	    d->digits > CRYPTO_OTP_DIGITS_MAX)
		return fault(f, STATUS_INVALID, "a code has %d to %d digits",
			     CRYPTO_OTP_DIGITS_MIN, CRYPTO_OTP_DIGITS_MAX);
	return otp_kind_valid(d, f);
}
