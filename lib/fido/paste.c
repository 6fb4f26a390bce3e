/* SPDX-License-Identifier: MIT */
#include "fido/paste.h"

#include <string.h>

#include "base/text.h"
#include "crypto/crypto.h"
#include "fido/bytes.h"

#define PASTE_VERSION 1
#define PASTE_CHALLENGE "sigra-challenge:"
#define PASTE_ANSWER "sigra-answer:"
#define PASTE_SUM_SIZE 4
/* What PASTE_CHALLENGE_SIZE characters can stand for, and a bit. */
#define PASTE_BYTES_MAX (PASTE_CHALLENGE_SIZE / 4 * 3)

/* Of the word, too: an answer is no challenge. */
static void
paste_sum(const char *word, const uint8_t *bytes, size_t len,
	  uint8_t sum[PASTE_SUM_SIZE])
{
	uint8_t both[32 + PASTE_BYTES_MAX], digest[CRYPTO_HASH_SIZE];
	size_t n = strlen(word);

	memcpy(both, word, n);
	memcpy(both + n, bytes, len);
	crypto_digest(both, n + len, digest);
	memcpy(sum, digest, PASTE_SUM_SIZE);
}

static enum status
paste_format(const char *word, struct bytes_out *o, char *out, size_t size,
	     struct fault *f)
{
	uint8_t sum[PASTE_SUM_SIZE];
	size_t n = strlen(word);

	if (o->bad)
		return fault(f, STATUS_INVALID, "nothing that can be pasted");
	paste_sum(word, o->at, o->len, sum);
	bytes_put(o, sum, sizeof(sum));
	if (o->full || size <= n ||
	    !crypto_base64_format(o->at, o->len, CRYPTO_BASE64_URL, out + n,
				  size - n))
		return fault(f, STATUS_INVALID, "too long for one line");
	memcpy(out, word, n);
	return STATUS_OK;
}

/* The bytes behind the word, whole, of this version, without the sum. */
static enum status
paste_open(const char *word, const char *text, size_t len, uint8_t *bytes,
	   struct bytes_in *in, struct fault *f)
{
	uint8_t sum[PASTE_SUM_SIZE];
	size_t n = strlen(word), got = 0;

	if (len < n || memcmp(text, word, n) != 0)
		return fault(f, STATUS_INVALID, "it does not begin with %s",
			     word);
	if (!crypto_base64_parse(text + n, len - n, CRYPTO_BASE64_URL, bytes,
				 PASTE_BYTES_MAX, &got) ||
	    got <= sizeof(sum))
		return fault(f, STATUS_INVALID, "it was not copied whole");
	got -= sizeof(sum);
	paste_sum(word, bytes, got, sum);
	if (memcmp(sum, bytes + got, sizeof(sum)) != 0)
		return fault(f, STATUS_INVALID, "it was not copied whole");
	if (bytes[0] != PASTE_VERSION)
		return fault(f, STATUS_INVALID,
			     "it is of version %u, and "
			     "this program knows %u",
			     bytes[0], PASTE_VERSION);
	*in = (struct bytes_in){ .at = bytes + 1, .left = got - 1 };
	return STATUS_OK;
}

/* Blanks and line ends around it, and those that a terminal put in. */
static bool
paste_join(const char *text, size_t len, char *out, size_t size, size_t *n)
{
	size_t w = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\0' && strchr(" \t\r\n", text[i]) != NULL)
			continue;
		if (w == size)
			return false;
		out[w++] = text[i];
	}
	*n = w;
	return true;
}

enum status
paste_challenge_format(const struct paste_challenge *c, char *out, size_t size,
		       struct fault *f)
{
	uint8_t bytes[PASTE_BYTES_MAX];
	struct bytes_out o = { .at = bytes, .size = sizeof(bytes) };

	bytes_put_number(&o, PASTE_VERSION, 1, 0, UINT8_MAX);
	bytes_put(&o, c->random, sizeof(c->random));
	bytes_put_text(&o, c->user, sizeof(c->user));
	bytes_put_text(&o, c->service, sizeof(c->service));
	bytes_put_text(&o, c->host, sizeof(c->host));
	bytes_put_word(&o, c->attempt, sizeof(c->attempt));
	bytes_put_number(&o, c->uv, 1, FIDO_UV_PREFERRED, FIDO_UV_DISCOURAGED);
	bytes_put_number(&o, c->entries, 1, 1, FIDO_KEYS_MAX);
	for (size_t i = 0; !o.bad && i < c->entries; i++) {
		const struct fido_entry *e = &c->entry[i];

		bytes_put_word(&o, e->rp, sizeof(e->rp));
		bytes_put_string(&o, e->id, e->id_len, 1, sizeof(e->id));
	}
	return paste_format(PASTE_CHALLENGE, &o, out, size, f);
}

static void
paste_get_challenge(struct bytes_in *in, struct paste_challenge *c)
{
	bytes_get_copy(in, c->random, sizeof(c->random));
	bytes_get_text(in, c->user, sizeof(c->user));
	bytes_get_text(in, c->service, sizeof(c->service));
	bytes_get_text(in, c->host, sizeof(c->host));
	bytes_get_word(in, c->attempt, sizeof(c->attempt));
	c->uv = (enum fido_uv)bytes_get_number(in, 1, FIDO_UV_PREFERRED,
					       FIDO_UV_DISCOURAGED);
	c->entries = (size_t)bytes_get_number(in, 1, 1, FIDO_KEYS_MAX);
	for (size_t i = 0; i < c->entries; i++) {
		struct fido_entry *e = &c->entry[i];

		bytes_get_word(in, e->rp, sizeof(e->rp));
		bytes_get_string(in, e->id, 1, sizeof(e->id), &e->id_len);
	}
}

enum status
paste_challenge_parse(const char *text, size_t len,
		      struct paste_challenge *out, struct fault *f)
{
	char joined[PASTE_CHALLENGE_SIZE - 1];
	uint8_t bytes[PASTE_BYTES_MAX];
	struct paste_challenge c = { .entries = 0 };
	struct bytes_in in;
	enum status st;
	size_t n = 0;

	if (!paste_join(text, len, joined, sizeof(joined), &n))
		return fault(f, STATUS_INVALID, "it is too long");
	if ((st = paste_open(PASTE_CHALLENGE, joined, n, bytes, &in, f)) !=
	    STATUS_OK)
		return st;
	paste_get_challenge(&in, &c);
	if (in.bad || in.left > 0)
		return fault(f, STATUS_INVALID, "it is no challenge of ours");
	*out = c;
	return STATUS_OK;
}

enum status
paste_answer_format(const struct paste_answer *a, char *out, size_t size,
		    struct fault *f)
{
	uint8_t bytes[PASTE_ANSWER_SIZE];
	struct bytes_out o = { .at = bytes, .size = sizeof(bytes) };

	bytes_put_number(&o, PASTE_VERSION, 1, 0, UINT8_MAX);
	bytes_put_number(&o, a->entry, 1, 0, FIDO_KEYS_MAX - 1);
	bytes_put(&o, a->authdata, sizeof(a->authdata));
	bytes_put_string(&o, a->signature, a->signature_len, 1,
			 sizeof(a->signature));
	return paste_format(PASTE_ANSWER, &o, out, size, f);
}

enum status
paste_answer_parse(const struct secret *text, struct paste_answer *out,
		   struct fault *f)
{
	char joined[PASTE_ANSWER_SIZE - 1];
	uint8_t bytes[PASTE_BYTES_MAX];
	struct paste_answer a = { .entry = 0 };
	struct bytes_in in;
	enum status st;
	size_t n = 0;
	SECRET_TEXT(plain);

	if (!secret_string(text, plain.s, sizeof(plain.s)) ||
	    !paste_join(plain.s, strlen(plain.s), joined, sizeof(joined), &n))
		return fault(f, STATUS_INVALID, "it is no text of one line");
	if ((st = paste_open(PASTE_ANSWER, joined, n, bytes, &in, f)) !=
	    STATUS_OK)
		return st;
	a.entry = (size_t)bytes_get_number(&in, 1, 0, FIDO_KEYS_MAX - 1);
	bytes_get_copy(&in, a.authdata, sizeof(a.authdata));
	bytes_get_string(&in, a.signature, 1, sizeof(a.signature),
			 &a.signature_len);
	if (in.bad || in.left > 0)
		return fault(f, STATUS_INVALID, "it is no answer of ours");
	*out = a;
	return STATUS_OK;
}
