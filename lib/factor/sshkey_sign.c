/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "factor/fido2_row.h"
#include "factor/sshkey_blob.h"

#define SIGN_NAMESPACE "login@sigra"
#define SIGN_NUMBER_MAX 33 /* bytes: of P-256, and a zero */

static void
sign_string(uint8_t *out, size_t *len, const void *bytes, size_t n)
{
	const uint8_t size[4] = { 0, 0, 0, (uint8_t)n };

	memcpy(out + *len, size, sizeof(size));
	if (n > 0)
		memcpy(out + *len + sizeof(size), bytes, n);
	*len += sizeof(size) + n;
}

void
sshkey_to_sign(const uint8_t hash[32], uint8_t out[SSHKEY_TO_SIGN_SIZE],
	       size_t *len)
{
	static const char magic[] = "SSHSIG";
	uint8_t message[CRYPTO_SHA256_SIZE];
	size_t n = sizeof(magic) - 1;

	crypto_sha256(hash, CRYPTO_SHA256_SIZE, message);
	memcpy(out, magic, n);
	sign_string(out, &n, SIGN_NAMESPACE, strlen(SIGN_NAMESPACE));
	sign_string(out, &n, "", 0); /* reserved */
	sign_string(out, &n, "sha256", strlen("sha256"));
	sign_string(out, &n, message, sizeof(message));
	*len = n;
}

static void
sign_der(struct sshkey_signature *out, struct sshkey_bytes number)
{
	out->bytes[out->len++] = 0x02; /* INTEGER */
	out->bytes[out->len++] = (uint8_t)number.len;
	memcpy(out->bytes + out->len, number.at, number.len);
	out->len += number.len;
}

/* An mpint has the bytes of a DER INTEGER. */
static bool
sign_ecdsa(struct sshkey_bytes bytes, struct sshkey_signature *out)
{
	struct sshkey_blob b = { .at = bytes.at, .left = bytes.len };
	struct sshkey_bytes r = sshkey_read_mpint(&b);
	struct sshkey_bytes s = sshkey_read_mpint(&b);

	if (b.bad || b.left != 0 || r.len > SIGN_NUMBER_MAX ||
	    s.len > SIGN_NUMBER_MAX)
		return false;
	out->len = 2;
	sign_der(out, r);
	sign_der(out, s);
	out->bytes[0] = 0x30; /* SEQUENCE */
	out->bytes[1] = (uint8_t)(out->len - 2);
	return true;
}

static bool
sign_raw(struct sshkey_bytes bytes, struct sshkey_signature *out)
{
	if (bytes.len == 0 || bytes.len > sizeof(out->bytes))
		return false;
	memcpy(out->bytes, bytes.at, bytes.len);
	out->len = bytes.len;
	return true;
}

bool
sshkey_signature_read(const struct sshkey *key, const uint8_t *signature,
		      size_t len, struct sshkey_signature *out)
{
	struct sshkey_blob b = { .at = signature, .left = len };
	struct sshkey_bytes type = sshkey_read_string(&b);
	struct sshkey_bytes bytes = sshkey_read_string(&b);
	const uint8_t *said = b.at;
	const struct sshkey_kind *kind;
	bool certificate;

	kind = sshkey_kind_find(key->type, strlen(key->type), &certificate);
	if (b.bad || b.left != 1 + 4 || kind == NULL || !kind->sk ||
	    !sshkey_bytes_are(type, kind->type))
		return false;
	crypto_sha256(key->application, strlen(key->application),
		      out->authdata);
	memcpy(out->authdata + CRYPTO_SHA256_SIZE, said, 1 + 4);
	return kind->family == SSHKEY_ECDSA ? sign_ecdsa(bytes, out)
					    : sign_raw(bytes, out);
}

enum status
sshkey_sk_verify(const struct factor_env *env, const struct store_ssh_key *row,
		 const uint8_t hash[32], const uint8_t *signature, size_t len,
		 struct fido2_verdict *out, struct fault *f)
{
	struct fido2_verdict v = { .refusal = FIDO2_ROW };
	uint8_t text[SSHKEY_TO_SIGN_SIZE], over[CRYPTO_SHA256_SIZE];
	struct sshkey_signature made;
	struct fido2_assertion a;
	struct sshkey key;
	size_t n;
	enum status st = sshkey_row_check(env, row, NULL);

	if (st == STATUS_OK &&
	    sshkey_blob_parse(row->blob, row->blob_len, row->type, &key,
			      NULL) != STATUS_OK)
		st = STATUS_CORRUPT;
	if (st == STATUS_OK && (!key.sk || key.certificate || row->authority))
		v.refusal = FIDO2_CREDENTIAL;
	else if (st == STATUS_OK &&
		 !sshkey_signature_read(&key, signature, len, &made))
		v.refusal = FIDO2_FORMAT;
	if (st != STATUS_OK || v.refusal != FIDO2_ROW) {
		if (st != STATUS_OK && st != STATUS_CORRUPT)
			return fault(f, st, "a key's row cannot be checked");
		*out = v;
		return STATUS_OK;
	}
	sshkey_to_sign(hash, text, &n);
	crypto_sha256(text, n, over);
	a = (struct fido2_assertion){ made.authdata, sizeof(made.authdata),
				      made.bytes, made.len };
	st = fido2_signature_check(key.application, key.algorithm, key.public,
				   key.public_len, over, false, &a, &v, f);
	if (st != STATUS_OK)
		return st;
	if (v.refusal == FIDO2_GOOD)
		v.went_back = fido2_went_back(row->sign_count, v.sign_count);
	*out = v;
	return STATUS_OK;
}
