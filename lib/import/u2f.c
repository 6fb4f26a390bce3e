/* SPDX-License-Identifier: MIT */
#include "import/u2f.h"

#include <string.h>

#include "base/text.h"

#define U2F_POINT_SIZE 65 /* of P-256, with the byte that says how */
#define U2F_POINT_PLAIN 0x04

/* COSE (RFC 8152, RFC 8812), and what libfido2 makes of a public key. */
static const struct {
	const char *name;
	int64_t algorithm;
	size_t public_len;
} u2f_types[] = {
	{ "es256", -7, 64 },
	{ "eddsa", -8, 32 },
	{ "rs256", -257, 259 },
};

enum import_u2f_kind
import_u2f_kind(const char *bytes, size_t len)
{
	static const char *const public[] = { "sk-", "ssh-", "ecdsa-sha2-" };
	struct import_text rest = { .at = bytes, .len = len }, line;
	bool more;

	do
		more = import_line(&rest, &line);
	while (more && line.len == 0);
	if (!more)
		return IMPORT_U2F_MAPPING;
	if (import_begins(&line, "-----BEGIN "))
		return IMPORT_U2F_SSH;
	/* Of a mapping a user would be called so. */
	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++)
		if (import_begins(&line, public[i]) &&
		    memchr(line.at, ' ', line.len) != NULL)
			return IMPORT_U2F_PUBLIC;
	return IMPORT_U2F_MAPPING;
}

enum status
import_u2f_line(const struct import_text *line, char user[USER_MAX + 1],
		struct import_text *rest, struct fault *f)
{
	struct import_text more = *line, name;

	user[0] = '\0';
	if (line->len == 0 || line->at[0] == '#')
		return STATUS_NOT_FOUND;
	if (!import_field(&more, ':', &name) || more.at == NULL)
		return fault(f, STATUS_INVALID,
			     "it is no line of a user and his keys");
	if (name.len == 0)
		return fault(f, STATUS_INVALID,
			     "it names no user: it belongs behind the line of "
			     "one");
	if (!import_copy(&name, user, USER_MAX + 1))
		return fault(f, STATUS_INVALID, "its user is none");
	*rest = more;
	return STATUS_OK;
}

bool
import_u2f_next(struct import_text *rest, struct import_text *credential)
{
	/* Two colons in a row, or one at the end, are none. */
	while (import_field(rest, ':', credential))
		if (credential->len > 0)
			return true;
	return false;
}

/* What a later version says differently is refused, not guessed at. */
static enum status
u2f_options(struct import_text options, struct import_u2f *out,
	    struct fault *f)
{
	struct import_text word;

	if (options.len == 0)
		return STATUS_OK;
	if (!import_field(&options, '+', &word) || word.len > 0)
		return fault(f, STATUS_INVALID, "its options are none");
	while (import_field(&options, '+', &word)) {
		if (import_is(&word, "verification") ||
		    import_is(&word, "pin"))
			out->verification = true;
		else if (!import_is(&word, "presence"))
			return fault(f, STATUS_INVALID,
				     "it has an option that is not known "
				     "here: '%.*s'",
				     (int)(word.len > 32 ? 32 : word.len),
				     word.at);
	}
	return STATUS_OK;
}

static enum status
u2f_handle(const struct import_text *handle, struct import_u2f *out,
	   struct fault *f)
{
	if (import_is(handle, "*"))
		return fault(f, STATUS_INVALID,
			     "the key alone knows this credential (pamu2fcfg "
			     "-r), and the file does not say its id: enroll "
			     "the key anew by sigractl enroll key");
	if ((crypto_base64_parse(handle->at, handle->len, CRYPTO_BASE64,
				 out->credential, sizeof(out->credential),
				 &out->credential_len) ||
	     (out->old &&
	      crypto_base64_parse(handle->at, handle->len, CRYPTO_BASE64_URL,
				  out->credential, sizeof(out->credential),
				  &out->credential_len))) &&
	    out->credential_len > 0)
		return STATUS_OK;
	return fault(f, STATUS_INVALID,
		     "its key handle is none of 1 to %d bytes in base64",
		     STORE_CREDENTIAL_MAX);
}

/* A point without the byte that says it is not compressed. */
static bool
u2f_point(const uint8_t point[U2F_POINT_SIZE], struct import_u2f *out)
{
	if (point[0] != U2F_POINT_PLAIN)
		return false;
	out->public_len = U2F_POINT_SIZE - 1;
	memcpy(out->public, point + 1, out->public_len);
	return true;
}

static enum status
u2f_key_old(const struct import_text *key, struct import_u2f *out,
	    struct fault *f)
{
	char hex[2 * U2F_POINT_SIZE + 1];
	uint8_t point[U2F_POINT_SIZE];

	out->algorithm = u2f_types[0].algorithm;
	if (import_copy(key, hex, sizeof(hex)) &&
	    text_unhex(hex, point, sizeof(point)) && u2f_point(point, out))
		return STATUS_OK;
	return fault(f, STATUS_INVALID,
		     "its public key is no point of P-256 in hex");
}

static enum status
u2f_key(const struct import_text *key, const struct import_text *type,
	struct import_u2f *out, struct fault *f)
{
	uint8_t bytes[STORE_PUBLIC_MAX];
	size_t i = 0, len = 0;

	while (i < sizeof(u2f_types) / sizeof(u2f_types[0]) &&
	       !import_is(type, u2f_types[i].name))
		i++;
	if (i == sizeof(u2f_types) / sizeof(u2f_types[0]))
		return fault(f, STATUS_INVALID,
			     "its type is not es256, eddsa or rs256");
	out->algorithm = u2f_types[i].algorithm;
	if (!crypto_base64_parse(key->at, key->len, CRYPTO_BASE64, bytes,
				 sizeof(bytes), &len))
		return fault(f, STATUS_INVALID,
			     "its public key is not in base64");
	if (i == 0 && len == U2F_POINT_SIZE && u2f_point(bytes, out))
		return STATUS_OK;
	if (len != u2f_types[i].public_len)
		return fault(f, STATUS_INVALID,
			     "its public key has %zu bytes, and one of %s has "
			     "%zu",
			     len, u2f_types[i].name, u2f_types[i].public_len);
	memcpy(out->public, bytes, len);
	out->public_len = len;
	return STATUS_OK;
}

enum status
import_u2f(const struct import_text *credential, struct import_u2f *out,
	   struct fault *f)
{
	struct import_text rest = *credential, field[4];
	struct import_u2f made = { .old = false };
	enum status st;
	size_t n = 0;

	while (n < 4 && import_field(&rest, ',', &field[n]))
		n++;
	if (n < 2 || rest.at != NULL)
		return fault(f, STATUS_INVALID,
			     "it is no key handle, public key, type and "
			     "options");
	made.old = n == 2;
	if ((st = u2f_handle(&field[0], &made, f)) != STATUS_OK)
		return st;
	st = made.old ? u2f_key_old(&field[1], &made, f)
		      : u2f_key(&field[1], &field[2], &made, f);
	if (st == STATUS_OK && n == 4)
		st = u2f_options(field[3], &made, f);
	if (st == STATUS_OK)
		*out = made;
	return st;
}
