/* SPDX-License-Identifier: MIT */
#include "factor/sshkey.h"

#include <string.h>

#include "base/text.h"
#include "factor/fido2_library.h"
#include "factor/sshkey_blob.h"

#define SSHKEY_RSA_BITS_MIN 2048
#define SSHKEY_RSA_BITS_MAX 16384
#define SSHKEY_EXPONENT_MAX 9 /* bytes: 64 bits, and a zero */

#define CERT "-cert-v01@openssh.com"
static const struct sshkey_kind sshkey_kinds[] = {
	{ "ssh-ed25519", "ssh-ed25519" CERT, SSHKEY_ED25519, NULL, 32, false },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" CERT, SSHKEY_ECDSA,
	  "nistp256", 65, false },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" CERT, SSHKEY_ECDSA,
	  "nistp384", 97, false },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" CERT, SSHKEY_ECDSA,
	  "nistp521", 133, false },
	{ "ssh-rsa", "ssh-rsa" CERT, SSHKEY_RSA, NULL, 0, false },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519" CERT, SSHKEY_ED25519,
	  NULL, 32, true },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256" CERT,
	  SSHKEY_ECDSA, "nistp256", 65, true },
};
#undef CERT

const struct sshkey_kind *
sshkey_kind_find(const char *type, size_t len, bool *certificate)
{
	const size_t n = sizeof(sshkey_kinds) / sizeof(sshkey_kinds[0]);
	const struct sshkey_bytes name = { (const uint8_t *)type, len };

	for (size_t i = 0; i < n; i++) {
		*certificate =
			sshkey_bytes_are(name, sshkey_kinds[i].certificate);
		if (*certificate ||
		    sshkey_bytes_are(name, sshkey_kinds[i].type))
			return &sshkey_kinds[i];
	}
	return NULL;
}

/* Of a number as sshkey_read_mpint() gives it. */
static size_t
sshkey_bits(struct sshkey_bytes n)
{
	const size_t first = n.at[0] == 0 ? 1 : 0;
	size_t bits = (n.len - first) * 8;

	for (unsigned bit = 0x80; (n.at[first] & bit) == 0; bit >>= 1)
		bits--;
	return bits;
}

static void
sshkey_read_rsa(struct sshkey_blob *b)
{
	struct sshkey_bytes e = sshkey_read_mpint(b);
	struct sshkey_bytes n = sshkey_read_mpint(b);

	if (b->bad)
		return;
	if (e.len > SSHKEY_EXPONENT_MAX || (e.at[e.len - 1] & 1) == 0 ||
	    (e.len == 1 && e.at[0] < 3) || (n.at[n.len - 1] & 1) == 0 ||
	    sshkey_bits(n) < SSHKEY_RSA_BITS_MIN ||
	    sshkey_bits(n) > SSHKEY_RSA_BITS_MAX)
		b->bad = true;
}

/* FIDO2 has a point without the byte that says it is not compressed. */
static void
sshkey_read_sk(struct sshkey_blob *b, const struct sshkey_kind *kind,
	       struct sshkey_bytes point, struct sshkey *out)
{
	const size_t skip = kind->family == SSHKEY_ECDSA ? 1 : 0;

	sshkey_read_text(b, out->application, sizeof(out->application));
	if (b->bad || !fido2_rp_kept_valid(out->application)) {
		b->bad = true;
		return;
	}
	out->sk = true;
	out->algorithm =
		kind->family == SSHKEY_ECDSA ? FIDO2_ES256 : FIDO2_EDDSA;
	out->public_len = point.len - skip;
	memcpy(out->public, point.at + skip, out->public_len);
}

void
sshkey_read_public(struct sshkey_blob *b, const struct sshkey_kind *kind,
		   struct sshkey *out)
{
	struct sshkey_bytes point;

	if (kind->family == SSHKEY_RSA) {
		sshkey_read_rsa(b);
		return;
	}
	if (kind->curve != NULL &&
	    !sshkey_bytes_are(sshkey_read_string(b), kind->curve))
		b->bad = true;
	point = sshkey_read_string(b);
	if (b->bad || point.len != kind->point ||
	    (kind->family == SSHKEY_ECDSA && point.at[0] != 0x04)) {
		b->bad = true;
		return;
	}
	if (kind->sk)
		sshkey_read_sk(b, kind, point, out);
}

/* What people have, and what is to be said of it. */
static enum status
sshkey_unknown(const char *type, size_t len, struct fault *f)
{
	if (len >= 7 && memcmp(type, "ssh-dss", 7) == 0)
		return fault(f, STATUS_INVALID,
			     "DSA keys are refused: they are too weak");
	return fault(f, STATUS_INVALID, "'%.*s' is no type of key that counts",
		     len > 64 ? 64 : (int)len, type);
}

static enum status
sshkey_shape(const struct sshkey_kind *kind, bool certificate, struct fault *f)
{
	if (certificate)
		return fault(f, STATUS_INVALID,
			     "this is no whole certificate of a user or host, "
			     "or one with options or more names than count");
	if (kind->family == SSHKEY_RSA)
		return fault(f, STATUS_INVALID,
			     "this RSA key is not whole, or too short or "
			     "long: %d to %d bits are wanted",
			     SSHKEY_RSA_BITS_MIN, SSHKEY_RSA_BITS_MAX);
	return fault(f, STATUS_INVALID, "this is no whole key of type %s",
		     kind->type);
}

enum status
sshkey_blob_parse(const uint8_t *blob, size_t len, const char *type,
		  struct sshkey *out, struct fault *f)
{
	struct sshkey key = { .blob_len = len };
	struct sshkey_blob b = { .at = blob, .left = len };
	const struct sshkey_kind *kind;
	struct sshkey_bytes name;

	if (len > sizeof(key.blob))
		return fault(f, STATUS_INVALID, "a key has at most %d bytes",
			     STORE_SSH_BLOB_MAX);
	name = sshkey_read_string(&b);
	if (b.bad || name.len == 0)
		return fault(f, STATUS_INVALID, "this is no SSH public key");
	kind = sshkey_kind_find((const char *)name.at, name.len,
				&key.certificate);
	if (kind == NULL)
		return sshkey_unknown((const char *)name.at, name.len, f);
	if (type != NULL && !sshkey_bytes_are(name, type))
		return fault(f, STATUS_INVALID,
			     "the key is of another type than it says");
	if (key.certificate)
		(void)sshkey_read_string(&b); /* the nonce */
	sshkey_read_public(&b, kind, &key);
	if (key.certificate)
		sshkey_read_certificate(&b, &key);
	if (b.bad || b.left != 0)
		return sshkey_shape(kind, key.certificate, f);
	(void)text_copy(key.type, sizeof(key.type),
			key.certificate ? kind->certificate : kind->type);
	memcpy(key.blob, blob, len);
	*out = key;
	return STATUS_OK;
}
