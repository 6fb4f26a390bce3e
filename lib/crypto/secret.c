/* SPDX-License-Identifier: MIT */
/* Cryptography of secrets, for rooms that may not look into one. */
#include "crypto/crypto.h"

#include <string.h>

#include "base/text.h"

/* The most whose base32 fits into a secret. */
#define SECRET_BASE32_MAX (SECRET_SIZE / 8 * 5)
_Static_assert(TEXT_BASE32_SIZE(SECRET_BASE32_MAX) <= SECRET_SIZE + 1,
	       "the digits fit");
_Static_assert(SECRET_BASE32_MAX >= CRYPTO_OTP_SECRET_MAX, "any key fits");

struct secret_digits {
	char s[SECRET_SIZE + 1];
};

static void
secret_digits_wipe(struct secret_digits *d)
{
	crypto_wipe(d, sizeof(*d));
}

#define SECRET_DIGITS(name)                                                   \
	__attribute__((cleanup(                                               \
		secret_digits_wipe))) struct secret_digits name = { .s = "" }

void
crypto_secret_hash(const struct crypto_keys *k, enum crypto_purpose purpose,
		   const struct secret *s, uint8_t out[CRYPTO_HASH_SIZE])
{
	crypto_keyed_hash(k, purpose, s->b, s->len, out);
}

void
crypto_secret_random(struct secret *out, size_t len)
{
	secret_wipe(out);
	if (len > sizeof(out->b))
		return;
	crypto_random(out->b, len);
	out->len = len;
}

enum status
crypto_secret_seal(const struct crypto_keys *k, const char *ad,
		   const struct secret *plain, uint8_t *out, size_t size,
		   size_t *out_len, struct fault *f)
{
	return crypto_seal(k, ad, plain->b, plain->len, out, size, out_len, f);
}

enum status
crypto_secret_unseal(const struct crypto_keys *k, const char *ad,
		     const uint8_t *sealed, size_t len, struct secret *out,
		     struct fault *f)
{
	enum status st;
	SECRET(plain);

	st = crypto_unseal(k, ad, sealed, len, plain.b, sizeof(plain.b),
			   &plain.len, f);
	if (st == STATUS_OK)
		secret_copy(out, &plain);
	return st;
}

void
crypto_secret_base32(const struct secret *s, struct secret *out)
{
	size_t len = s->len;
	SECRET_DIGITS(d);

	if (len <= SECRET_BASE32_MAX)
		text_base32(s->b, len, d.s);
	else
		len = 0;
	status_ignore(secret_set(out, d.s, TEXT_BASE32_SIZE(len) - 1, NULL),
		      "it fits");
}

static enum status
secret_base32_bad(struct fault *f)
{
	return fault(f, STATUS_INVALID,
		     "that is no base32: letters, and digits 2 to 7");
}

/* The digits alone: blanks, dashes, and padding at the end, are dropped. */
static bool
secret_digits_take(const struct secret *text, struct secret_digits *d,
		   size_t *len)
{
	size_t n = 0, padding = 0;

	for (size_t i = 0; i < text->len; i++) {
		uint8_t c = text->b[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n' ||
		    c == '-')
			continue;
		if (c == '=')
			padding++;
		else if (c == '\0' || padding > 0)
			return false;
		else
			d->s[n++] = (char)c;
	}
	d->s[n] = '\0';
	*len = n;
	return padding <= 6;
}

/*
 * Letters picked at random instead of being made of bytes leave bits over
 * that are no byte.  Every app drops them, so they are dropped here: the last
 * letter becomes the one that says nothing else.
 */
static bool
secret_digits_trim(struct secret_digits *d, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned over = (unsigned)(n * 5 % 8), value;
	char c;

	if (over >= 5)
		return false;
	if (over == 0)
		return true;
	c = d->s[n - 1];
	if (c >= '2' && c <= '7')
		value = (unsigned)(c - '2') + 26;
	else if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		value = ((unsigned)c & 31) - 1;
	else
		return false;
	d->s[n - 1] = digits[value >> over << over];
	return true;
}

enum status
crypto_secret_unbase32(const struct secret *text, struct secret *out,
		       struct fault *f)
{
	size_t n;
	SECRET_DIGITS(d);
	SECRET(made);

	if (!secret_digits_take(text, &d, &n) || !secret_digits_trim(&d, n))
		return secret_base32_bad(f);
	made.len = n * 5 / 8;
	if (!text_unbase32(d.s, made.b, made.len))
		return secret_base32_bad(f);
	secret_copy(out, &made);
	return STATUS_OK;
}

void
crypto_secret_base64(const struct secret *s, enum crypto_base64 variant,
		     const char *prefix, struct secret *out)
{
	size_t head = strlen(prefix);
	SECRET_DIGITS(d);

	secret_wipe(out);
	if (head >= sizeof(d.s) ||
	    !crypto_base64_format(s->b, s->len, variant, d.s + head,
				  sizeof(d.s) - head))
		return;
	memcpy(d.s, prefix, head);
	status_ignore(secret_set(out, d.s, strlen(d.s), NULL), "or empty");
}
