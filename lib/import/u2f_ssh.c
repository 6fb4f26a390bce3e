/* SPDX-License-Identifier: MIT */
/*
 * PROTOCOL.key of OpenSSH, of a security key: the private half is the key
 * handle, which pam_u2f takes for its own.
 */
#include <string.h>

#include "factor/sshkey_blob.h"
#include "import/u2f.h"

#define U2F_SSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define U2F_SSH_END "-----END OPENSSH PRIVATE KEY-----"
#define U2F_SSH_MAGIC "openssh-key-v1" /* with its NUL */
#define U2F_SSH_MAX 8192	       /* bytes; a key has some hundreds */
#define U2F_SSH_PIN 0x04
#define U2F_SSH_RESIDENT 0x20

/* The base64 of all lines between the first and the last, put together. */
struct u2f_ssh_text {
	char s[CRYPTO_BASE64_SIZE(U2F_SSH_MAX)];
	size_t len;
};

static enum status
u2f_ssh_gather(const char *bytes, size_t len, struct u2f_ssh_text *out,
	       struct fault *f)
{
	struct import_text rest = { .at = bytes, .len = len }, line;
	bool begun = false, ended = false;

	while (import_line(&rest, &line)) {
		if (line.len == 0)
			continue;
		if (!begun) {
			begun = import_is(&line, U2F_SSH_BEGIN);
			if (!begun)
				return fault(f, STATUS_INVALID,
					     "it is no private key in the "
					     "format of OpenSSH");
			continue;
		}
		if (ended)
			return fault(f, STATUS_INVALID,
				     "something stands behind the key");
		ended = import_is(&line, U2F_SSH_END);
		if (ended)
			continue;
		if (line.len >= sizeof(out->s) - out->len)
			return fault(f, STATUS_INVALID, "it is too long");
		memcpy(out->s + out->len, line.at, line.len);
		out->len += line.len;
	}
	return ended ? STATUS_OK
		     : fault(f, STATUS_INVALID, "its end is missing");
}

static enum status
u2f_ssh_broken(struct fault *f)
{
	return fault(f, STATUS_INVALID,
		     "it is no whole private key of OpenSSH");
}

/* What stands before the two halves. */
static enum status
u2f_ssh_head(struct sshkey_blob *b, struct fault *f)
{
	const size_t magic = sizeof(U2F_SSH_MAGIC);
	struct sshkey_bytes cipher;

	if (b->left < magic || memcmp(b->at, U2F_SSH_MAGIC, magic) != 0)
		return u2f_ssh_broken(f);
	b->at += magic;
	b->left -= magic;
	cipher = sshkey_read_string(b);
	if (!b->bad && !sshkey_bytes_are(cipher, "none"))
		return fault(f, STATUS_INVALID,
			     "it has a passphrase: take that off from a copy "
			     "(ssh-keygen -p), or give the public key to "
			     "sigractl enroll ssh-key");
	(void)sshkey_read_string(b);
	(void)sshkey_read_string(b);
	if (sshkey_read_number(b, 4) != 1 || b->bad)
		return u2f_ssh_broken(f);
	return STATUS_OK;
}

/* The public half stands in front of it once more. */
static enum status
u2f_ssh_private(struct sshkey_bytes public, struct sshkey_bytes private,
		struct import_u2f *out, struct fault *f)
{
	struct sshkey_blob b = { .at = private.at, .left = private.len };
	struct sshkey_bytes handle, reserved;
	uint64_t check = sshkey_read_number(&b, 4), flags;

	if (sshkey_read_number(&b, 4) != check || b.bad ||
	    b.left < public.len || memcmp(b.at, public.at, public.len) != 0)
		return u2f_ssh_broken(f);
	b.at += public.len;
	b.left -= public.len;
	flags = sshkey_read_number(&b, 1);
	handle = sshkey_read_string(&b);
	reserved = sshkey_read_string(&b);
	(void)sshkey_read_string(&b);
	for (size_t i = 0; !b.bad && i < b.left; i++)
		b.bad = b.at[i] != i + 1;
	if (b.bad || reserved.len > 0 || handle.len == 0 ||
	    handle.len > sizeof(out->credential))
		return u2f_ssh_broken(f);
	memcpy(out->credential, handle.at, handle.len);
	out->credential_len = handle.len;
	out->verification = (flags & U2F_SSH_PIN) != 0;
	out->resident = (flags & U2F_SSH_RESIDENT) != 0;
	return STATUS_OK;
}

static enum status
u2f_ssh_public(struct sshkey_bytes blob, struct import_u2f *out,
	       struct fault *f)
{
	struct sshkey key;
	enum status st;

	st = sshkey_blob_parse(blob.at, blob.len, NULL, &key, f);
	if (st != STATUS_OK)
		return st;
	if (!key.sk || key.certificate)
		return fault(f, STATUS_INVALID,
			     "it is no key of a security key, and a private "
			     "key has no business here: give its public key "
			     "to sigractl enroll ssh-key");
	out->algorithm = key.algorithm;
	memcpy(out->public, key.public, key.public_len);
	out->public_len = key.public_len;
	memcpy(out->application, key.application, sizeof(out->application));
	return STATUS_OK;
}

enum status
import_u2f_ssh(const char *bytes, size_t len, struct import_u2f *out,
	       struct fault *f)
{
	struct import_u2f made = { .old = false };
	struct u2f_ssh_text text = { .len = 0 };
	struct sshkey_bytes public, private;
	uint8_t whole[U2F_SSH_MAX];
	struct sshkey_blob b = { .at = whole };
	enum status st;

	if ((st = u2f_ssh_gather(bytes, len, &text, f)) != STATUS_OK)
		return st;
	if (!crypto_base64_parse(text.s, text.len, CRYPTO_BASE64, whole,
				 sizeof(whole), &b.left))
		st = u2f_ssh_broken(f);
	if (st == STATUS_OK)
		st = u2f_ssh_head(&b, f);
	public = sshkey_read_string(&b);
	private = sshkey_read_string(&b);
	if (st == STATUS_OK && (b.bad || b.left > 0))
		st = u2f_ssh_broken(f);
	if (st == STATUS_OK)
		st = u2f_ssh_public(public, &made, f);
	if (st == STATUS_OK)
		st = u2f_ssh_private(public, private, &made, f);
	/* Whatever private key somebody gave us by mistake. */
	crypto_wipe(whole, sizeof(whole));
	crypto_wipe(&text, sizeof(text));
	if (st == STATUS_OK)
		*out = made;
	return st;
}
