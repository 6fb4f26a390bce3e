/* SPDX-License-Identifier: MIT */
/*
 * A key on paper: 32 bytes and 3 of a checksum are 56 digits of base32, in 14
 * groups.  With the word before them they are as much as a QR code of version
 * 3 holds (4, of the audit's), which is small enough for any terminal.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "crypto/crypto.h"

#define KEYTEXT_WORD "SIGRA1"
#define KEYTEXT_WORD_LENGTH (sizeof(KEYTEXT_WORD) - 1)
#define KEYTEXT_AUDIT "SIGRA-AUDIT1"
#define KEYTEXT_WORD_SIZE 40 /* with the number of a row */
#define KEYTEXT_SUM 3
#define KEYTEXT_GROUP 4
#define KEYTEXT_DIGITS 56

/* Of a key, on its way to text or back. */
struct keytext {
	char word[KEYTEXT_WORD_SIZE]; /* what it begins with */
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

/* Over the word, too: one key is not to be taken for another. */
static void
keytext_sum(const struct keytext *t, uint8_t out[KEYTEXT_SUM])
{
	uint8_t b[KEYTEXT_WORD_SIZE + CRYPTO_KEY_SIZE];
	uint8_t hash[CRYPTO_HASH_SIZE];
	size_t n = strlen(t->word);

	memcpy(b, t->word, n);
	memcpy(b + n, t->bytes, CRYPTO_KEY_SIZE);
	crypto_digest(b, n + CRYPTO_KEY_SIZE, hash);
	memcpy(out, hash, KEYTEXT_SUM);
	crypto_wipe(b, sizeof(b));
	crypto_wipe(hash, sizeof(hash));
}

/* Word and key are there. */
static void
keytext_put(struct keytext *t, struct secret *out)
{
	size_t n = strlen(t->word);

	keytext_sum(t, t->bytes + CRYPTO_KEY_SIZE);
	text_base32(t->bytes, sizeof(t->bytes), t->digits);
	memcpy(out->b, t->word, n);
	for (size_t i = 0; i < KEYTEXT_DIGITS; i++) {
		if (i % KEYTEXT_GROUP == 0)
			out->b[n++] = '-';
		out->b[n++] = (uint8_t)t->digits[i];
	}
	out->len = n;
}

static bool
keytext_gap(uint8_t c)
{
	return c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * The last KEYTEXT_DIGITS of what is no gap are the key's, what is before
 * them goes to WORD without gaps.  False when it is too short or too long.
 */
static bool
keytext_split(const struct secret *text, char *word, struct keytext *t)
{
	size_t all = 0, n = 0, in_word;

	for (size_t i = 0; i < text->len; i++)
		all += !keytext_gap(text->b[i]);
	if (all < KEYTEXT_DIGITS || all - KEYTEXT_DIGITS >= KEYTEXT_WORD_SIZE)
		return false;
	in_word = all - KEYTEXT_DIGITS;
	for (size_t i = 0; i < text->len; i++) {
		uint8_t c = text->b[i];

		if (keytext_gap(c))
			continue;
		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		if (n < in_word)
			word[n] = (char)c;
		else
			t->digits[n - in_word] = (char)c;
		n++;
	}
	word[in_word] = '\0';
	t->digits[KEYTEXT_DIGITS] = '\0';
	return true;
}

/* Is the sum that of word and key? */
static enum status
keytext_judge(const struct keytext *t, struct fault *f)
{
	uint8_t sum[KEYTEXT_SUM];

	keytext_sum(t, sum);
	if (memcmp(sum, t->bytes + CRYPTO_KEY_SIZE, sizeof(sum)) != 0)
		return fault(f, STATUS_INVALID,
			     "the key is mistyped: its checksum is wrong");
	return STATUS_OK;
}

void
crypto_keys_text(const struct crypto_keys *k, struct secret *out)
{
	KEYTEXT(t);

	(void)text_copy(t.word, sizeof(t.word), KEYTEXT_WORD);
	memcpy(t.bytes, k->master, CRYPTO_KEY_SIZE);
	keytext_put(&t, out);
}

enum status
crypto_keys_parse(const struct secret *text, struct crypto_keys *k,
		  struct fault *f)
{
	enum status st;
	KEYTEXT(t);

	if (!keytext_split(text, t.word, &t) ||
	    strcmp(t.word, KEYTEXT_WORD) != 0 ||
	    !text_unbase32(t.digits, t.bytes, sizeof(t.bytes)))
		return fault(f, STATUS_INVALID,
			     "that is no key as 'sigractl key export' writes "
			     "it: " KEYTEXT_WORD " and %d groups of %d "
			     "letters and digits 2 to 7",
			     KEYTEXT_DIGITS / KEYTEXT_GROUP, KEYTEXT_GROUP);
	if ((st = keytext_judge(&t, f)) == STATUS_OK)
		memcpy(k->master, t.bytes, CRYPTO_KEY_SIZE);
	return st;
}

static void
keytext_audit_word(int64_t start, struct keytext *t)
{
	struct buf b;

	buf_start(&b, t->word, sizeof(t->word));
	buf_printf(&b, KEYTEXT_AUDIT "-%lld", (long long)start);
}

void
crypto_audit_text(const struct secret *key, int64_t start, struct secret *out)
{
	KEYTEXT(t);

	keytext_audit_word(start, &t);
	memcpy(t.bytes, key->b, CRYPTO_KEY_SIZE);
	keytext_put(&t, out);
}

enum status
crypto_audit_parse(const struct secret *text, struct secret *key,
		   int64_t *start, struct fault *f)
{
	static const char begins[] = "SIGRAAUDIT1"; /* without its gap */
	char word[KEYTEXT_WORD_SIZE];
	enum status st;
	int64_t n = 0;
	KEYTEXT(t);

	if (!keytext_split(text, word, &t) ||
	    strncmp(word, begins, sizeof(begins) - 1) != 0 ||
	    !text_number(word + sizeof(begins) - 1, 1, INT64_MAX, &n) ||
	    !text_unbase32(t.digits, t.bytes, sizeof(t.bytes)))
		return fault(f, STATUS_INVALID,
			     "that is no key as 'sigractl audit init-key' "
			     "shows it: " KEYTEXT_AUDIT ", a number and %d "
			     "groups of %d letters and digits 2 to 7",
			     KEYTEXT_DIGITS / KEYTEXT_GROUP, KEYTEXT_GROUP);
	keytext_audit_word(n, &t);
	if ((st = keytext_judge(&t, f)) != STATUS_OK ||
	    (st = secret_set(key, t.bytes, CRYPTO_KEY_SIZE, f)) != STATUS_OK)
		return st;
	*start = n;
	return STATUS_OK;
}
