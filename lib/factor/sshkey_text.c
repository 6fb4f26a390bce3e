/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "factor/sshkey_blob.h"

/* A line of text, as two or three words. */
struct text_words {
	const char *type, *base64, *rest;
	size_t type_len, base64_len, rest_len;
};

static size_t
text_word(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != ' ' && text[n] != '\t')
		n++;
	return n;
}

/* False when there is no second word. */
static bool
text_split(const char *text, size_t len, struct text_words *out)
{
	*out = (struct text_words){ .type = text,
				    .type_len = text_word(text, len) };
	if (out->type_len == 0 || out->type_len == len)
		return false;
	text += out->type_len + 1;
	len -= out->type_len + 1;
	out->base64 = text;
	out->base64_len = text_word(text, len);
	if (out->base64_len < len) {
		out->rest = text + out->base64_len + 1;
		out->rest_len = len - out->base64_len - 1;
	}
	return out->base64_len > 0;
}

static enum status
text_parse(const struct text_words *words, struct sshkey *out, struct fault *f)
{
	char type[STORE_SSH_TYPE_SIZE];
	uint8_t blob[STORE_SSH_BLOB_MAX];
	size_t len = 0;

	if (words->type_len >= sizeof(type))
		return fault(f, STATUS_INVALID, "this is no SSH public key");
	memcpy(type, words->type, words->type_len);
	type[words->type_len] = '\0';
	if (!crypto_base64_parse(words->base64, words->base64_len,
				 CRYPTO_BASE64, blob, sizeof(blob), &len))
		return fault(f, STATUS_INVALID,
			     "the key is no base64, or not whole, or longer "
			     "than %d bytes",
			     STORE_SSH_BLOB_MAX);
	return sshkey_blob_parse(blob, len, type, out, f);
}

enum status
sshkey_pair_parse(const char *text, size_t len, struct sshkey *out,
		  struct fault *f)
{
	struct text_words words;

	if (len >= SSHKEY_TEXT_SIZE || memchr(text, '\t', len) != NULL ||
	    !text_split(text, len, &words) || words.rest != NULL)
		return fault(f, STATUS_INVALID,
			     "a key is written as TYPE BASE64");
	return text_parse(&words, out, f);
}

static bool
text_has(const char *text, size_t len, const char *part)
{
	return memmem(text, len, part, strlen(part)) != NULL;
}

/* Files that are taken for public keys, and what they are. */
static enum status
text_other(const char *text, size_t len, struct fault *f)
{
	if (text_has(text, len, "PRIVATE KEY") ||
	    text_has(text, len, "PuTTY-User-Key-File"))
		return fault(f, STATUS_INVALID,
			     "this is a private key, which nobody else may "
			     "have: give the public one, in its .pub file");
	if (text_has(text, len, "---- BEGIN") ||
	    text_has(text, len, "-----BEGIN"))
		return fault(f, STATUS_INVALID,
			     "this is a key in another format: convert it "
			     "with ssh-keygen -i");
	if (memchr(text, '\n', len) != NULL || memchr(text, '\r', len) != NULL)
		return fault(f, STATUS_INVALID,
			     "there are several lines: give one key");
	if (memchr(text, '\0', len) != NULL)
		return fault(f, STATUS_INVALID, "this is no text");
	return STATUS_OK;
}

/* Does a type of key stand later in the line than at its beginning? */
static bool
text_options(const char *text, size_t len)
{
	bool certificate, later = false;

	while (len > 0) {
		size_t n = text_word(text, len);

		if (sshkey_kind_find(text, n, &certificate) != NULL)
			return later;
		later = true;
		n += n < len ? 1 : 0;
		text += n;
		len -= n;
	}
	return false;
}

/* As many whole characters as fit, without those that text_encode() would have
 * to escape, and blanks at the ends. */
static void
text_comment(const char *from, size_t len, char *out, size_t size)
{
	char encoded[8];
	size_t used = 0;

	for (size_t i = 0, n; i < len; i += n) {
		for (n = 1; n < 4 && i + n < len &&
			    ((uint8_t)from[i + n] & 0xc0) == 0x80;)
			n++;
		if (text_code_points(from + i, n) != 1)
			continue;
		text_encode(from + i, n, encoded, sizeof(encoded));
		if (strlen(encoded) != n || memcmp(encoded, from + i, n) != 0)
			continue;
		if (used == 0 && from[i] == ' ')
			continue;
		if (used + n >= size)
			break;
		memcpy(out + used, from + i, n);
		used += n;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	out[used] = '\0';
}

enum status
sshkey_line_parse(const char *text, size_t len, struct sshkey *out,
		  char *comment, size_t size, struct fault *f)
{
	struct text_words words;
	enum status st;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if ((st = text_other(text, len, f)) != STATUS_OK)
		return st;
	if (text_options(text, len))
		return fault(f, STATUS_INVALID,
			     "options before a key are not for here: give the "
			     "key alone");
	if (!text_split(text, len, &words))
		return fault(f, STATUS_INVALID,
			     "a key is written as TYPE BASE64, and maybe a "
			     "comment");
	if ((st = text_parse(&words, out, f)) != STATUS_OK)
		return st;
	if (size > 0)
		text_comment(words.rest, words.rest_len, comment, size);
	return STATUS_OK;
}

enum status
sshkey_text(const char *type, const uint8_t *blob, size_t len, char *out,
	    size_t size, struct fault *f)
{
	char base64[CRYPTO_BASE64_SIZE(STORE_SSH_BLOB_MAX)];

	if (len > STORE_SSH_BLOB_MAX ||
	    !crypto_base64_format(blob, len, CRYPTO_BASE64, base64,
				  sizeof(base64)) ||
	    strlen(type) + 1 + strlen(base64) >= size)
		return fault(f, STATUS_INVALID, "the key is too long");
	memcpy(out, type, strlen(type));
	out[strlen(type)] = ' ';
	memcpy(out + strlen(type) + 1, base64, strlen(base64) + 1);
	return STATUS_OK;
}

void
sshkey_fingerprint(const uint8_t *blob, size_t len, char out[51])
{
	char base64[CRYPTO_BASE64_SIZE(CRYPTO_SHA256_SIZE)] = "";
	uint8_t hash[CRYPTO_SHA256_SIZE];
	struct buf b;

	crypto_sha256(blob, len, hash);
	if (!crypto_base64_format(hash, sizeof(hash), CRYPTO_BASE64, base64,
				  sizeof(base64)))
		base64[0] = '\0';
	base64[strcspn(base64, "=")] = '\0';
	buf_start(&b, out, 51);
	buf_printf(&b, "SHA256:%s", base64);
}

size_t
sshkey_auth_info(const char *info, struct sshkey *out, size_t max)
{
	static const char method[] = "publickey ";
	const size_t skip = sizeof(method) - 1;
	size_t n = 0;

	while (n < max && *info != '\0') {
		const size_t len = strcspn(info, "\n");

		if (len > skip && memcmp(info, method, skip) == 0 &&
		    sshkey_pair_parse(info + skip, len - skip, &out[n],
				      NULL) == STATUS_OK)
			n++;
		info += len;
		info += *info == '\n' ? 1 : 0;
	}
	return n;
}
