/* SPDX-License-Identifier: MIT */
#include "factor/sshkey_blob.h"

#include <string.h>

static const uint8_t *
blob_take(struct sshkey_blob *b, size_t len)
{
	const uint8_t *at = b->at;

	if (b->bad || len > b->left) {
		b->bad = true;
		return NULL;
	}
	b->at += len;
	b->left -= len;
	return at;
}

uint64_t
sshkey_read_number(struct sshkey_blob *b, size_t bytes)
{
	const uint8_t *at = blob_take(b, bytes);
	uint64_t n = 0;

	for (size_t i = 0; at != NULL && i < bytes; i++)
		n = n << 8 | at[i];
	return n;
}

struct sshkey_bytes
sshkey_read_string(struct sshkey_blob *b)
{
	struct sshkey_bytes s = { .len = (size_t)sshkey_read_number(b, 4) };

	s.at = blob_take(b, s.len);
	if (s.at == NULL)
		s.len = 0;
	return s;
}

struct sshkey_bytes
sshkey_read_mpint(struct sshkey_blob *b)
{
	struct sshkey_bytes s = sshkey_read_string(b);

	if (s.len == 0 || s.at[0] >= 0x80 ||
	    (s.at[0] == 0 && (s.len == 1 || s.at[1] < 0x80))) {
		b->bad = true;
		s.len = 0;
	}
	return s;
}

void
sshkey_read_text(struct sshkey_blob *b, char *out, size_t size)
{
	struct sshkey_bytes s = sshkey_read_string(b);

	if (b->bad || s.len >= size || memchr(s.at, '\0', s.len) != NULL) {
		b->bad = true;
		out[0] = '\0';
		return;
	}
	memcpy(out, s.at, s.len);
	out[s.len] = '\0';
}

bool
sshkey_bytes_are(struct sshkey_bytes s, const char *text)
{
	return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}
