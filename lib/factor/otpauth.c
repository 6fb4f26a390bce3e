/* SPDX-License-Identifier: MIT */
#include "factor/otpauth.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/text.h"

_Static_assert(OTPAUTH_MAX < SECRET_TEXT_SIZE, "a URI fits");

#define OTPAUTH_DIGITS 6  /* where a URI does not say it */
#define OTPAUTH_PERIOD 30 /* likewise */

/* The parameters that we know. */
enum otpauth_parameter {
	OTPAUTH_SECRET = 0,
	OTPAUTH_ISSUER,
	OTPAUTH_ALGORITHM,
	OTPAUTH_DIGIT_COUNT,
	OTPAUTH_PERIOD_LENGTH,
	OTPAUTH_COUNTER,
	OTPAUTH_PARAMETERS
};
static const char *const otpauth_parameters[OTPAUTH_PARAMETERS] = {
	[OTPAUTH_SECRET] = "secret",	    [OTPAUTH_ISSUER] = "issuer",
	[OTPAUTH_ALGORITHM] = "algorithm",  [OTPAUTH_DIGIT_COUNT] = "digits",
	[OTPAUTH_PERIOD_LENGTH] = "period", [OTPAUTH_COUNTER] = "counter",
};

struct otpauth_query {
	bool has[OTPAUTH_PARAMETERS];
	struct secret_text value[OTPAUTH_PARAMETERS];
};

static void
otpauth_query_wipe(struct otpauth_query *q)
{
	crypto_wipe(q, sizeof(*q));
}

#define OTPAUTH_QUERY(name)                                                   \
	__attribute__((                                                       \
		cleanup(otpauth_query_wipe))) struct otpauth_query name = {   \
		.has = { false }                                              \
	}

/* Apps part issuer and account at the first ':', encoded or not. */
static enum status
otpauth_name_valid(const char name[OTPAUTH_NAME_SIZE], const char *what,
		   struct fault *f)
{
	size_t len = strnlen(name, OTPAUTH_NAME_SIZE);

	if (len == OTPAUTH_NAME_SIZE)
		return fault(f, STATUS_INVALID, "the %s is too long", what);
	if (!factor_text_plain(name) || strchr(name, ':') != NULL)
		return fault(f, STATUS_INVALID,
			     "the %s is no UTF-8 without control characters "
			     "and ':'",
			     what);
	if (len > 0 && (name[0] == ' ' || name[len - 1] == ' '))
		return fault(f, STATUS_INVALID,
			     "the %s begins or ends with a blank", what);
	return STATUS_OK;
}

static enum status
otpauth_key_valid(const struct secret *key, struct fault *f)
{
	if (key->len < CRYPTO_OTP_SECRET_MIN ||
	    key->len > CRYPTO_OTP_SECRET_MAX)
		return fault(f, STATUS_INVALID,
			     "the secret has less than %d or more than %d "
			     "bytes",
			     CRYPTO_OTP_SECRET_MIN, CRYPTO_OTP_SECRET_MAX);
	return STATUS_OK;
}

static enum status
otpauth_valid(const struct otpauth *o, const struct secret *key,
	      struct fault *f)
{
	struct otp_device d = o->device;
	enum status st = otpauth_key_valid(key, f);

	(void)text_copy(d.label, sizeof(d.label), "any");
	if (st == STATUS_OK)
		st = otp_device_valid(&d, f);
	if (st == STATUS_OK)
		st = otpauth_name_valid(o->issuer, "issuer", f);
	if (st == STATUS_OK)
		st = otpauth_name_valid(o->account, "account", f);
	if (st == STATUS_OK && text_empty(o->account))
		return fault(f, STATUS_INVALID, "the URI names no account");
	return st;
}

/* RFC 3986, 2.3: letters, digits and four more. */
static bool
otpauth_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static void
otpauth_encode(struct buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		buf_printf(b, otpauth_unreserved(*s) ? "%c" : "%%%02X",
			   (unsigned char)*s);
}

/* What is as usual is not said: that keeps the QR code small. */
static void
otpauth_write_device(struct buf *b, const struct otp_device *d)
{
	if (d->algorithm != CRYPTO_SHA1)
		buf_printf(b, "&algorithm=%s",
			   otp_algorithm_name(d->algorithm));
	if (d->digits != OTPAUTH_DIGITS)
		buf_printf(b, "&digits=%u", d->digits);
	if (d->kind == STORE_TOTP && d->period != OTPAUTH_PERIOD)
		buf_printf(b, "&period=%u", d->period);
	if (d->kind == STORE_HOTP)
		buf_printf(b, "&counter=%llu", (unsigned long long)d->counter);
}

enum status
otpauth_format(const struct otpauth *o, const struct secret *key,
	       struct secret *uri, struct fault *f)
{
	enum status st = otpauth_valid(o, key, f);
	struct buf b;
	SECRET(digits);
	SECRET_TEXT(secret);
	SECRET_TEXT(text);

	if (st != STATUS_OK)
		return st;
	crypto_secret_base32(key, &digits);
	if (!secret_string(&digits, secret.s, sizeof(secret.s)))
		return fault(f, STATUS_INVALID, "the secret is too long");
	buf_start(&b, text.s, OTPAUTH_MAX + 1);
	buf_printf(&b, "otpauth://%s/", otp_kind_name(o->device.kind));
	if (!text_empty(o->issuer)) {
		otpauth_encode(&b, o->issuer);
		buf_text(&b, ":");
	}
	otpauth_encode(&b, o->account);
	buf_text(&b, "?secret=");
	buf_text(&b, secret.s);
	if (!text_empty(o->issuer)) {
		buf_text(&b, "&issuer=");
		otpauth_encode(&b, o->issuer);
	}
	otpauth_write_device(&b, &o->device);
	if (b.full)
		return fault(f, STATUS_INVALID,
			     "the URI would be longer than %d bytes",
			     OTPAUTH_MAX);
	return secret_set(uri, text.s, b.len, f);
}

static int
otpauth_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* False: a '%' without two digits, or one that stands for NUL. */
static bool
otpauth_decode(const char *s, size_t len, struct secret_text *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high, low;

		if (s[i] != '%') {
			out->s[n++] = s[i];
			continue;
		}
		if (len - i < 3 || (high = otpauth_hex(s[i + 1])) < 0 ||
		    (low = otpauth_hex(s[i + 2])) < 0 || high + low == 0)
			return false;
		out->s[n++] = (char)(high << 4 | low);
		i += 2;
	}
	out->s[n] = '\0';
	return true;
}

/* One NAME=VALUE of LEN bytes. */
static enum status
otpauth_take(const char *s, size_t len, struct otpauth_query *q,
	     struct fault *f)
{
	const char *equals = memchr(s, '=', len);
	size_t name = equals != NULL ? (size_t)(equals - s) : len;
	size_t skip = equals != NULL ? name + 1 : len;

	for (unsigned i = 0; i < OTPAUTH_PARAMETERS; i++) {
		if (strlen(otpauth_parameters[i]) != name ||
		    memcmp(otpauth_parameters[i], s, name) != 0)
			continue;
		if (q->has[i])
			return fault(f, STATUS_INVALID,
				     "'%s' stands in the URI twice",
				     otpauth_parameters[i]);
		q->has[i] = true;
		if (!otpauth_decode(s + skip, len - skip, &q->value[i]))
			return fault(f, STATUS_INVALID,
				     "'%s' of the URI has a '%%' without two "
				     "digits behind it",
				     otpauth_parameters[i]);
	}
	return STATUS_OK;
}

static enum status
otpauth_split(const char *s, struct otpauth_query *q, struct fault *f)
{
	enum status st = STATUS_OK;

	while (st == STATUS_OK && *s != '\0') {
		size_t len = strcspn(s, "&");

		st = otpauth_take(s, len, q, f);
		s += len + (s[len] == '&');
	}
	return st;
}

/* LEN bytes, without the blanks at both ends. */
static enum status
otpauth_name(const char *s, size_t len, const char *what,
	     char out[OTPAUTH_NAME_SIZE], struct fault *f)
{
	while (len > 0 && s[0] == ' ') {
		s++;
		len--;
	}
	while (len > 0 && s[len - 1] == ' ')
		len--;
	if (len >= OTPAUTH_NAME_SIZE)
		return fault(f, STATUS_INVALID, "the %s is too long", what);
	memcpy(out, s, len);
	out[len] = '\0';
	return otpauth_name_valid(out, what, f);
}

/* [ISSUER ":"] ACCOUNT, LEN bytes as they stand in the URI.  An issuer in a
 * parameter of its own comes first. */
static enum status
otpauth_names(const char *s, size_t len, const struct otpauth_query *q,
	      struct otpauth *o, struct fault *f)
{
	const char *issuer = q->value[OTPAUTH_ISSUER].s, *account;
	size_t issuer_len = strlen(issuer);
	enum status st;
	SECRET_TEXT(label);

	if (!otpauth_decode(s, len, &label))
		return fault(f, STATUS_INVALID,
			     "the label of the URI has a '%%' without two "
			     "digits behind it");
	account = strchr(label.s, ':');
	if (account != NULL && issuer_len == 0) {
		issuer = label.s;
		issuer_len = (size_t)(account - label.s);
	}
	account = account != NULL ? account + 1 : label.s;
	st = otpauth_name(issuer, issuer_len, "issuer", o->issuer, f);
	if (st == STATUS_OK)
		st = otpauth_name(account, strlen(account), "account",
				  o->account, f);
	if (st == STATUS_OK &&
	    !text_copy(o->device.label, sizeof(o->device.label), o->account))
		return fault(f, STATUS_INVALID,
			     "the account is longer than a label may be, %d "
			     "bytes",
			     STORE_LABEL_SIZE - 1);
	return st;
}

static enum status
otpauth_number(const struct otpauth_query *q, enum otpauth_parameter which,
	       int64_t low, int64_t high, int64_t usual, int64_t *out,
	       struct fault *f)
{
	*out = usual;
	if (q->has[which] && !text_number(q->value[which].s, low, high, out))
		return fault(f, STATUS_INVALID,
			     "'%s' of the URI is no number from %lld to %lld",
			     otpauth_parameters[which], (long long)low,
			     (long long)high);
	return STATUS_OK;
}

/* A period says nothing where codes go by counter, and a counter nothing
 * where they go by time. */
static enum status
otpauth_device(const struct otpauth_query *q, struct otp_device *d,
	       struct fault *f)
{
	int64_t digits = 0, period = 0, counter = 0;
	enum status st;

	d->algorithm = CRYPTO_SHA1;
	if (q->has[OTPAUTH_ALGORITHM] &&
	    !otp_algorithm_parse(q->value[OTPAUTH_ALGORITHM].s, &d->algorithm))
		return fault(f, STATUS_INVALID,
			     "'algorithm' of the URI is none of SHA1, SHA256 "
			     "and SHA512");
	if (d->kind == STORE_HOTP && !q->has[OTPAUTH_COUNTER])
		return fault(f, STATUS_INVALID,
			     "the URI of a hotp device has no 'counter'");
	st = otpauth_number(q, OTPAUTH_DIGIT_COUNT, CRYPTO_OTP_DIGITS_MIN,
			    CRYPTO_OTP_DIGITS_MAX, OTPAUTH_DIGITS, &digits, f);
	if (st == STATUS_OK && d->kind == STORE_TOTP)
		st = otpauth_number(q, OTPAUTH_PERIOD_LENGTH, OTP_PERIOD_MIN,
				    OTP_PERIOD_MAX, OTPAUTH_PERIOD, &period,
				    f);
	if (st == STATUS_OK && d->kind == STORE_HOTP)
		st = otpauth_number(q, OTPAUTH_COUNTER, 0, OTP_COUNTER_MAX, 0,
				    &counter, f);
	if (st != STATUS_OK)
		return st;
	d->digits = (unsigned)digits;
	d->period = (unsigned)period;
	d->counter = (uint64_t)counter;
	return otp_device_valid(d, f);
}

static enum status
otpauth_secret(const struct otpauth_query *q, struct secret *key,
	       struct fault *f)
{
	const char *s = q->value[OTPAUTH_SECRET].s;
	enum status st;
	SECRET(text);

	if (text_empty(s))
		return fault(f, STATUS_INVALID, "the URI has no 'secret'");
	st = secret_set(&text, s, strlen(s), f);
	if (st == STATUS_OK)
		st = crypto_secret_unbase32(&text, key, f);
	return st == STATUS_OK ? otpauth_key_valid(key, f) : st;
}

/* The part behind "otpauth://TYPE/", or NULL. */
static const char *
otpauth_begin(const char *s, enum store_otp_kind *kind)
{
	static const struct {
		const char *text;
		enum store_otp_kind kind;
	} begins[] = { { "otpauth://totp/", STORE_TOTP },
		       { "otpauth://hotp/", STORE_HOTP } };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t n = 0;

		while (begins[i].text[n] != '\0' &&
		       (s[n] == begins[i].text[n] ||
			(s[n] >= 'A' && s[n] <= 'Z' &&
			 s[n] - 'A' + 'a' == begins[i].text[n])))
			n++;
		if (begins[i].text[n] != '\0')
			continue;
		*kind = begins[i].kind;
		return s + n;
	}
	return NULL;
}

enum status
otpauth_parse(const struct secret *uri, struct otpauth *out,
	      struct secret *key, struct fault *f)
{
	struct otpauth o = { .issuer = "" };
	const char *label;
	enum status st;
	size_t len;
	SECRET_TEXT(text);
	OTPAUTH_QUERY(q);
	SECRET(made);

	if (uri->len > OTPAUTH_MAX ||
	    !secret_string(uri, text.s, sizeof(text.s)) ||
	    !factor_text_plain(text.s) || strchr(text.s, '#') != NULL)
		return fault(f, STATUS_INVALID,
			     "an otpauth URI is one line of at most %d bytes, "
			     "without '#'",
			     OTPAUTH_MAX);
	if ((label = otpauth_begin(text.s, &o.device.kind)) == NULL)
		return fault(f, STATUS_INVALID,
			     "that does not begin with otpauth://totp/ or "
			     "otpauth://hotp/");
	len = strcspn(label, "?");
	st = otpauth_split(label + len + (label[len] == '?'), &q, f);
	if (st == STATUS_OK)
		st = otpauth_names(label, len, &q, &o, f);
	if (st == STATUS_OK)
		st = otpauth_secret(&q, &made, f);
	if (st == STATUS_OK)
		st = otpauth_device(&q, &o.device, f);
	if (st != STATUS_OK)
		return st;
	*out = o;
	secret_copy(key, &made);
	return STATUS_OK;
}
