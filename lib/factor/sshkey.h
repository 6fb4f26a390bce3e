/* SPDX-License-Identifier: MIT */
/*
 * SSH public keys (RFC 4253 6.6, RFC 5656, RFC 8709, PROTOCOL.u2f and
 * PROTOCOL.certkeys of OpenSSH): their text and their bytes, strictly.  Pure
 * but for the checks, which are lib/factor/fido2.h's.
 */
#ifndef FACTOR_SSHKEY_H
#define FACTOR_SSHKEY_H

#include "factor/fido2.h"

#define SSHKEY_TEXT_SIZE 4096 /* base64 of a blob and more */
#define SSHKEY_APPLICATION_SIZE 129

struct sshkey {
	char type[STORE_SSH_TYPE_SIZE];
	uint8_t blob[STORE_SSH_BLOB_MAX];
	size_t blob_len;
	bool sk;	  /* of a security key */
	bool certificate; /* blob is a certificate; `authority` signed it */
	/* sk */
	char application[SSHKEY_APPLICATION_SIZE]; /* "ssh:" */
	int64_t algorithm;			   /* COSE -7, -8 */
	uint8_t public[STORE_PUBLIC_MAX];
	size_t public_len;
	/* certificate */
	uint8_t authority[STORE_SSH_BLOB_MAX];
	size_t authority_len;
	size_t principals;
	char principal[16][65]; /* more: the certificate is refused */
	bool user_certificate;	/* SSH2_CERT_TYPE_USER */
	uint64_t valid_after, valid_before;
};

/*
 * A blob, whole: the type inside is TYPE (NULL: any), no byte is left over,
 * points and moduli have their sizes, DSA and RSA below 2048 bits are refused.
 * STATUS_INVALID says what it is.
 */
enum status sshkey_blob_parse(const uint8_t *blob, size_t len,
			      const char *type, struct sshkey *out,
			      struct fault *f) MUST_USE;
/* "TYPE BASE64" and no more. */
enum status sshkey_pair_parse(const char *text, size_t len, struct sshkey *out,
			      struct fault *f) MUST_USE;
/* A line of a .pub file: "TYPE BASE64 [comment]"; COMMENT of SIZE gets its
 * printable part.  Private keys, options and several lines are refused, each
 * in its own words. */
enum status sshkey_line_parse(const char *text, size_t len, struct sshkey *out,
			      char *comment, size_t size, struct fault *f)
	MUST_USE;
/* "TYPE BASE64". */
enum status sshkey_text(const char *type, const uint8_t *blob, size_t len,
			char *out, size_t size, struct fault *f) MUST_USE;
/* "SHA256:..." as ssh-keygen -l; OUT of 51. */
void sshkey_fingerprint(const uint8_t *blob, size_t len, char out[51]);

/*
 * The public keys that sshd says it has seen proved: each line of
 * SSH_AUTH_INFO_0 that is "publickey TYPE BASE64" and parses; a line that is
 * longer or otherwise not whole counts nothing.  Returns how many of at most
 * MAX are in OUT.
 */
size_t sshkey_auth_info(const char *info, struct sshkey *out, size_t max);

/* Rows, as fido2_row_make() and _check(): a plain key, no certificate. */
enum status sshkey_row_make(const struct factor_env *env,
			    struct store_ssh_key *row, struct fault *f)
	MUST_USE;
enum status sshkey_row_check(const struct factor_env *env,
			     const struct store_ssh_key *row, struct fault *f)
	MUST_USE;

/*
 * Which enrolled key of the account is KEY, or signed it?  *FOUND false: none.
 * A certificate counts only by an enrolled authority, for a user, with NOW
 * inside its time, and with USER among its principals (of which it must have
 * one at least); none does while the clock is behind.  STATUS_CORRUPT: there
 * is a row, but its seal does not fit, so that it is nobody's.
 */
enum status sshkey_enrolled(const struct factor_env *env,
			    const struct id *account, const char *user,
			    const struct sshkey *key, bool *found,
			    struct store_ssh_key *row, struct fault *f)
	MUST_USE;

/*
 * What an agent is asked to sign (PROTOCOL.sshsig): namespace
 * "login@sigra", SHA-256 of the message, whose bytes are those of
 * fido2_challenge_hash().
 */
#define SSHKEY_TO_SIGN_SIZE 128
void sshkey_to_sign(const uint8_t hash[32], uint8_t out[SSHKEY_TO_SIGN_SIZE],
		    size_t *len);
/* The signature blob of an sk key as the agent gives it (type, signature,
 * flags, counter), checked by fido2_signature_check(), and against the row. */
enum status sshkey_sk_verify(const struct factor_env *env,
			     const struct store_ssh_key *row,
			     const uint8_t hash[32], const uint8_t *signature,
			     size_t len, struct fido2_verdict *out,
			     struct fault *f) MUST_USE;

extern const struct factor factor_ssh_key, factor_ssh_sk;

#endif
