/* SPDX-License-Identifier: MIT */
/*
 * Certificates (PROTOCOL.certkeys of OpenSSH).  Only sshd has verified the
 * authority's signature; here is read who the authority is and whom it names.
 */
#include <string.h>

#include "factor/sshkey_blob.h"

#define CERT_USER 1
#define CERT_HOST 2
#define CERT_PRINCIPALS (sizeof(((struct sshkey *)0)->principal) / 65)

/* Names and values.  An option that is critical and not known is a reason to
 * refuse; sshd has kept the known ones. */
static void
cert_options(struct sshkey_blob *b, bool critical)
{
	struct sshkey_bytes all = sshkey_read_string(b);
	struct sshkey_blob list = { .at = all.at, .left = all.len };

	while (!list.bad && list.left > 0) {
		struct sshkey_bytes name = sshkey_read_string(&list);

		(void)sshkey_read_string(&list);
		if (critical && !sshkey_bytes_are(name, "force-command") &&
		    !sshkey_bytes_are(name, "source-address") &&
		    !sshkey_bytes_are(name, "verify-required"))
			list.bad = true;
	}
	b->bad = b->bad || list.bad;
}

static void
cert_principals(struct sshkey_blob *b, struct sshkey *out)
{
	struct sshkey_bytes all = sshkey_read_string(b);
	struct sshkey_blob list = { .at = all.at, .left = all.len };

	while (!list.bad && list.left > 0) {
		char *name = out->principal[out->principals];

		sshkey_read_text(&list, name, sizeof(out->principal[0]));
		if (name[0] == '\0')
			list.bad = true;
		else if (++out->principals == CERT_PRINCIPALS)
			list.bad = list.bad || list.left > 0;
	}
	b->bad = b->bad || list.bad;
}

/* A plain key: authorities are no certificates themselves. */
static void
cert_authority(struct sshkey_blob *b, struct sshkey *out)
{
	struct sshkey_bytes key = sshkey_read_string(b);
	struct sshkey_blob inner = { .at = key.at, .left = key.len };
	struct sshkey_bytes name = sshkey_read_string(&inner);
	const struct sshkey_kind *kind = NULL;
	struct sshkey ignored = { .blob_len = 0 };
	bool certificate = false;

	if (!inner.bad && key.len <= sizeof(out->authority))
		kind = sshkey_kind_find((const char *)name.at, name.len,
					&certificate);
	if (kind == NULL || certificate) {
		b->bad = true;
		return;
	}
	sshkey_read_public(&inner, kind, &ignored);
	if (inner.bad || inner.left != 0) {
		b->bad = true;
		return;
	}
	memcpy(out->authority, key.at, key.len);
	out->authority_len = key.len;
}

void
sshkey_read_certificate(struct sshkey_blob *b, struct sshkey *out)
{
	uint64_t type;

	(void)sshkey_read_number(b, 8); /* serial */
	type = sshkey_read_number(b, 4);
	(void)sshkey_read_string(b); /* key id */
	cert_principals(b, out);
	out->valid_after = sshkey_read_number(b, 8);
	out->valid_before = sshkey_read_number(b, 8);
	cert_options(b, true);
	cert_options(b, false);	     /* extensions */
	(void)sshkey_read_string(b); /* reserved */
	cert_authority(b, out);
	if (sshkey_read_string(b).len == 0 ||
	    (type != CERT_USER && type != CERT_HOST))
		b->bad = true;
	out->user_certificate = type == CERT_USER;
}
