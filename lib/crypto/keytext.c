/* SPDX-License-Identifier: MIT */
/*
 * A key on paper: 32 bytes and 3 of a checksum are 56 digits of base32, in 14
 * groups.  With the word before them they are as much as a QR code of version
 * 3 holds, which is small enough for any terminal.
 */
#include <string.h>

#include "base/text.h"
#include "crypto/crypto.h"

#define KEYTEXT_WORD "SIGRA1"
#define KEYTEXT_WORD_LENGTH (sizeof(KEYTEXT_WORD) - 1)
#define KEYTEXT_SUM 3
#define KEYTEXT_GROUP 4
#define KEYTEXT_DIGITS 56

/* Of a key, on its way to text or back. */
struct keytext {
	uint8_t bytes[CRYPTO_KEY_SIZE + KEYTEXT_SUM];
	char digits[TEXT_BASE32_SIZE(CRYPTO_KEY_SIZE + KEYTEXT_SUM)];
};

static void
keytext_wipe(struct keytext *t)
{
	crypto_wipe(t, sizeof(*t));
}

#define KEYTEXT(name)                                                         \
	__attribute__((cleanup(                                               \
		keytext_wipe))) struct keytext name = { .digits = "" }

_Static_assert(sizeof(((struct keytext *)NULL)->digits) == KEYTEXT_DIGITS + 1,
	       "the digits are whole groups");
_Static_assert(KEYTEXT_WORD_LENGTH + KEYTEXT_DIGITS +
			       KEYTEXT_DIGITS / KEYTEXT_GROUP ==
		       CRYPTO_KEY_TEXT_LENGTH,
	       "the length that crypto.h tells");

static void
keytext_sum(const uint8_t key[CRYPTO_KEY_SIZE], uint8_t out[KEYTEXT_SUM])
{
	uint8_t b[KEYTEXT_WORD_LENGTH + CRYPTO_KEY_SIZE];
	uint8_t hash[CRYPTO_HASH_SIZE];

	memcpy(b, KEYTEXT_WORD, KEYTEXT_WORD_LENGTH);
	memcpy(b + KEYTEXT_WORD_LENGTH, key, CRYPTO_KEY_SIZE);
	crypto_digest(b, sizeof(b), hash);
	memcpy(out, hash, KEYTEXT_SUM);
	crypto_wipe(b, sizeof(b));
	crypto_wipe(hash, sizeof(hash));
}

void
crypto_keys_text(const struct crypto_keys *k, struct secret *out)
{
	size_t n = KEYTEXT_WORD_LENGTH;
	KEYTEXT(t);

	memcpy(t.bytes, k->master, CRYPTO_KEY_SIZE);
	keytext_sum(k->master, t.bytes + CRYPTO_KEY_SIZE);
	text_base32(t.bytes, sizeof(t.bytes), t.digits);
	memcpy(out->b, KEYTEXT_WORD, KEYTEXT_WORD_LENGTH);
	for (size_t i = 0; i < KEYTEXT_DIGITS; i++) {
		if (i % KEYTEXT_GROUP == 0)
			out->b[n++] = '-';
		out->b[n++] = (uint8_t)t.digits[i];
	}
	out->len = n;
}

/* Without what stands between the groups; false when there is too much. */
static bool
keytext_digits(const struct secret *text, struct keytext *t)
{
	static const char word[] = KEYTEXT_WORD;
	size_t in_word = 0, n = 0;

	for (size_t i = 0; i < text->len; i++) {
		uint8_t c = text->b[i];

		if (c == '-' || c == ' ' || c == '\t' || c == '\r' ||
		    c == '\n')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		if (in_word < KEYTEXT_WORD_LENGTH) {
			if (c != (uint8_t)word[in_word++])
				return false;
			continue;
		}
		if (n == KEYTEXT_DIGITS)
			return false;
		t->digits[n++] = (char)c;
	}
	t->digits[n] = '\0';
	return in_word == KEYTEXT_WORD_LENGTH;
}

enum status
crypto_keys_parse(const struct secret *text, struct crypto_keys *k,
		  struct fault *f)
{
	uint8_t sum[KEYTEXT_SUM];
	KEYTEXT(t);

	if (!keytext_digits(text, &t) ||
	    !text_unbase32(t.digits, t.bytes, sizeof(t.bytes)))
		return fault(f, STATUS_INVALID,
			     "that is no key as 'sigractl key export' writes "
			     "it: " KEYTEXT_WORD " and %d groups of %d "
			     "letters and digits 2 to 7",
			     KEYTEXT_DIGITS / KEYTEXT_GROUP, KEYTEXT_GROUP);
	keytext_sum(t.bytes, sum);
	if (memcmp(sum, t.bytes + CRYPTO_KEY_SIZE, sizeof(sum)) != 0)
		return fault(f, STATUS_INVALID,
			     "the key is mistyped: its checksum is wrong");
	memcpy(k->master, t.bytes, CRYPTO_KEY_SIZE);
	return STATUS_OK;
}
