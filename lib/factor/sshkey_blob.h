/* SPDX-License-Identifier: MIT */
/*
 * The bytes of SSH's formats (RFC 4251, 5), and its kinds of keys.  A read
 * that does not fit marks the blob bad; ask once, at the end.  Within
 * lib/factor only, and for files that lib/import reads.
 */
#ifndef FACTOR_SSHKEY_BLOB_H
#define FACTOR_SSHKEY_BLOB_H

#include "factor/sshkey.h"

struct sshkey_bytes {
	const uint8_t *at;
	size_t len;
};

struct sshkey_blob {
	const uint8_t *at;
	size_t left;
	bool bad;
};

uint64_t sshkey_read_number(struct sshkey_blob *b, size_t bytes);
struct sshkey_bytes sshkey_read_string(struct sshkey_blob *b);
/* Positive, not zero, no byte more than it needs; with the zero before a high
 * bit. */
struct sshkey_bytes sshkey_read_mpint(struct sshkey_blob *b);
/* Text without NUL, of less than SIZE bytes. */
void sshkey_read_text(struct sshkey_blob *b, char *out, size_t size);
bool sshkey_bytes_are(struct sshkey_bytes s, const char *text);

enum sshkey_family { SSHKEY_ED25519 = 1, SSHKEY_ECDSA, SSHKEY_RSA };
struct sshkey_kind {
	const char *type, *certificate;
	enum sshkey_family family;
	const char *curve; /* SSHKEY_ECDSA */
	size_t point;	   /* bytes of a public key but RSA's */
	bool sk;
};
/* *CERTIFICATE: the type is that of certificates.  NULL: none that counts. */
const struct sshkey_kind *sshkey_kind_find(const char *type, size_t len,
					   bool *certificate);

/* What stands behind the type in a key, and behind the nonce in a certificate;
 * then the rest of a certificate. */
void sshkey_read_public(struct sshkey_blob *b, const struct sshkey_kind *kind,
			struct sshkey *out);
void sshkey_read_certificate(struct sshkey_blob *b, struct sshkey *out);

/* A signature by an sk key, taken apart: the bytes for libfido2, which wants
 * ECDSA's in DER; and authenticator data, made of the application, flags and
 * counter.  False when it is none. */
struct sshkey_signature {
	uint8_t authdata[FIDO2_AUTHDATA_SIZE];
	uint8_t bytes[80];
	size_t len;
};
bool sshkey_signature_read(const struct sshkey *key, const uint8_t *signature,
			   size_t len, struct sshkey_signature *out);

/* ssh-key's and ssh-sk's: the row of the outcome was used. */
enum status sshkey_settle(const struct factor_env *env,
			  const struct id *account,
			  const struct factor_outcome *outcome,
			  struct fault *f) MUST_USE;

#endif
