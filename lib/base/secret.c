/* SPDX-License-Identifier: MIT */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

void
secret_wipe(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

enum status
secret_set(struct secret *s, const void *p, size_t len, struct fault *f)
{
	if (len > sizeof(s->b))
		return fault(f, STATUS_INVALID, "answer is too long");
	secret_wipe(s);
	if (len > 0)
		memcpy(s->b, p, len);
	s->len = len;
	return STATUS_OK;
}

enum status
secret_take(struct secret *s, char *resp, size_t max, struct fault *f)
{
	enum status st;
	size_t len;

	if (resp == NULL)
		return fault(f, STATUS_CANCELLED, "no answer was given");
	len = strlen(resp);
	if (len > max)
		st = fault(f, STATUS_INVALID, "answer is too long");
	else
		st = secret_set(s, resp, len, f);
	explicit_bzero(resp, len);
	free(resp);
	return st;
}

void
secret_copy(struct secret *to, const struct secret *from)
{
	memcpy(to, from, sizeof(*to));
}

bool
secret_is(const struct secret *s, const void *p, size_t len)
{
	const uint8_t *q = p;
	uint8_t differ = 0;

	if (s->len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differ |= (uint8_t)(s->b[i] ^ q[i]);
	return differ == 0;
}

bool
secret_equal(const struct secret *a, const struct secret *b)
{
	return secret_is(a, b->b, b->len);
}

bool
secret_begins(const struct secret *s, const void *p, size_t len)
{
	return s->len >= len && memcmp(s->b, p, len) == 0;
}

bool
secret_is_yes(const struct secret *s)
{
	static const char *const words[] = { "y", "Y", "yes", "Yes", "YES" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (secret_is(s, words[i], strlen(words[i])))
			return true;
	return false;
}

bool
secret_has_byte(const struct secret *s, uint8_t c)
{
	return memchr(s->b, c, s->len) != NULL;
}

long
secret_code_points(const struct secret *s)
{
	return text_code_points(s->b, s->len);
}

bool
secret_string(const struct secret *s, char *out, size_t size)
{
	if (s->len >= size || secret_has_byte(s, 0))
		return false;
	memcpy(out, s->b, s->len);
	out[s->len] = '\0';
	return true;
}

bool
secret_bytes(const struct secret *s, void *out, size_t len)
{
	if (s->len != len)
		return false;
	memcpy(out, s->b, len);
	return true;
}

void
secret_text_wipe(struct secret_text *t)
{
	explicit_bzero(t, sizeof(*t));
}
