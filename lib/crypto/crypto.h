/* SPDX-License-Identifier: MIT */
/*
 * What the product needs of cryptography, each by a library: libsodium
 * (XChaCha20-Poly1305, BLAKE2b, KDF, random), libsodium or libargon2 for
 * Argon2id (RFC 9106), libcrypt for imported crypt(3) strings, nettle for the
 * HMACs of one-time codes and webhooks.
 */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <sys/types.h>

#include "base/fault.h"
#include "base/id.h"
#include "base/secret.h"

#define CRYPTO_KEY_SIZE 32
#define CRYPTO_HASH_SIZE 32
#define CRYPTO_SALT_SIZE 16
#define CRYPTO_TAG_SIZE 32
#define CRYPTO_SEAL_OVERHEAD (1 + 24 + 16) /* version, nonce, tag */

/* Call once in main() before anything else here. */
enum status crypto_start(struct fault *f) MUST_USE;

/* What a subkey is for; the number is part of its derivation, never reuse. */
enum crypto_purpose {
	CRYPTO_SEAL = 1,	 /* sealed columns */
	CRYPTO_UNKNOWN_NAME = 2, /* keyed hash of names not in the store */
	CRYPTO_KEY_CHECK = 3,	 /* does this key belong to this store? */
	CRYPTO_CODE = 4,	 /* keyed hashes of backup, login, reset codes
				    and tickets */
	CRYPTO_TRUST = 5,	 /* keyed hashes of what trust is bound to */
	/* Keyed hashes of what is handed out once. */
	CRYPTO_EMAIL_CHANGE = 6,
	CRYPTO_INVITATION = 7,
	CRYPTO_IMPERSONATION = 8,
	CRYPTO_SERVICE_SECRET = 9,
	CRYPTO_TOKEN = 10,
	CRYPTO_JWT = 11,     /* seed of the key that signs JWTs */
	CRYPTO_REFRESH = 12, /* keyed hashes of refresh tokens */
};

/* The master key of a store; wiped when its scope ends. */
struct crypto_keys {
	uint8_t master[CRYPTO_KEY_SIZE];
};
void crypto_keys_wipe(struct crypto_keys *k);
#define CRYPTO_KEYS_WIPED __attribute__((cleanup(crypto_keys_wipe)))
#define CRYPTO_KEYS(name) CRYPTO_KEYS_WIPED struct crypto_keys name = { { 0 } }

/*
 * Read the key file at PATH: exactly 32 bytes, regular, one link, owned by
 * OWNER or root, no permission for group or others, its directory not
 * writable by group or others.  STATUS_UNAVAILABLE when it is missing or is
 * anything else; K is untouched then.
 */
enum status crypto_keys_load(const char *path, uid_t owner,
			     struct crypto_keys *k, struct fault *f) MUST_USE;

/*
 * Make a key file of K, 0600, owned by OWNER when we are root, synced; it is
 * whole or not there.  Statuses as crypto_keys_create().
 */
enum status crypto_keys_put(const char *path, uid_t owner,
			    const struct crypto_keys *k, struct fault *f)
	MUST_USE;

/*
 * Make a new key file (random, 0600, owned by OWNER when we are root, synced)
 * and load it.  STATUS_CONFLICT when PATH exists: it is never overwritten.
 * STATUS_DENIED when OWNER is somebody else and we are not root.
 */
enum status crypto_keys_create(const char *path, uid_t owner,
			       struct crypto_keys *k, struct fault *f)
	MUST_USE;

/*
 * The key as a line that people can write down: "SIGRA1" and groups of base32,
 * with a checksum.  Parsing takes either case, and groups apart by dashes,
 * blanks and newlines; STATUS_INVALID when it is none, or mistyped.
 */
#define CRYPTO_KEY_TEXT_LENGTH 76
void crypto_keys_text(const struct crypto_keys *k, struct secret *out);
enum status crypto_keys_parse(const struct secret *text, struct crypto_keys *k,
			      struct fault *f) MUST_USE;

/* Likewise a verification key of the audit, of CRYPTO_KEY_SIZE, and the number
 * of the row that it begins with: "SIGRA-AUDIT1", START, and groups. */
void crypto_audit_text(const struct secret *key, int64_t start,
		       struct secret *out);
enum status crypto_audit_parse(const struct secret *text, struct secret *key,
			       int64_t *start, struct fault *f) MUST_USE;

/*
 * Seal LEN bytes: XChaCha20-Poly1305 with a fresh nonce.  AD names the place,
 * "table.column:row", so that ciphertexts cannot be swapped.  *OUT_LEN is LEN
 * + CRYPTO_SEAL_OVERHEAD; STATUS_INVALID when SIZE is smaller.
 */
enum status crypto_seal(const struct crypto_keys *k, const char *ad,
			const void *plain, size_t len, uint8_t *out,
			size_t size, size_t *out_len, struct fault *f)
	MUST_USE;

/* STATUS_CORRUPT when the bytes, the place or the key are not the ones;
 * STATUS_INVALID when the plain text is longer than SIZE. */
enum status crypto_unseal(const struct crypto_keys *k, const char *ad,
			  const uint8_t *sealed, size_t len, void *out,
			  size_t size, size_t *out_len, struct fault *f)
	MUST_USE;

/* BLAKE2b-256 under the subkey of PURPOSE. */
void crypto_keyed_hash(const struct crypto_keys *k,
		       enum crypto_purpose purpose, const void *bytes,
		       size_t len, uint8_t out[CRYPTO_HASH_SIZE]);

/* BLAKE2b-256 without a key: the digest of an Argon2id tag. */
void crypto_digest(const void *bytes, size_t len,
		   uint8_t out[CRYPTO_HASH_SIZE]);

/* SHA-256 (FIPS 180-4): what FIDO2 and SSH put into signatures and names. */
#define CRYPTO_SHA256_SIZE 32
void crypto_sha256(const void *bytes, size_t len,
		   uint8_t out[CRYPTO_SHA256_SIZE]);

/* SHA-1 of a secret: what lists of breached passwords hold, and no more. */
#define CRYPTO_SHA1_SIZE 20
void crypto_secret_sha1(const struct secret *s, uint8_t out[CRYPTO_SHA1_SIZE]);

/* Constant time, fixed size. */
bool crypto_equal(const uint8_t a[CRYPTO_HASH_SIZE],
		  const uint8_t b[CRYPTO_HASH_SIZE]);

void crypto_wipe(void *p, size_t len);

/* Argon2id costs. */
struct crypto_argon2 {
	uint32_t memory_kib;
	uint32_t passes;
	uint32_t lanes;
};
#define CRYPTO_ARGON2_MEMORY_MIN 8192 /* KiB; less is not verified */
#define CRYPTO_ARGON2_MEMORY_MAX (4U * 1024 * 1024)
#define CRYPTO_ARGON2_PASSES_MAX 64
#define CRYPTO_ARGON2_LANES_MAX 16

/* Are the costs between floor and ceiling? */
bool crypto_argon2_sane(const struct crypto_argon2 *cost);

/* STATUS_REFUSED when the costs are outside floor and ceiling above;
 * STATUS_UNAVAILABLE when memory is short.  lanes == 1 runs in libsodium,
 * more in libargon2; both give the RFC 9106 tag. */
enum status crypto_argon2id(const struct secret *password,
			    const uint8_t salt[CRYPTO_SALT_SIZE],
			    const struct crypto_argon2 *cost,
			    uint8_t tag[CRYPTO_TAG_SIZE], struct fault *f)
	MUST_USE;

/*
 * Verify an imported crypt(3) string: $2b$ (cost 4-16), $5$ and $6$ (at most
 * 1,000,000 rounds) or $y$ (at most 256 MiB) only; STATUS_REFUSED for any
 * other.  Of a long password bcrypt knows the first 72 bytes, as everywhere.
 */
enum status crypto_crypt_verify(const struct secret *password,
				const char *setting, bool *right,
				struct fault *f) MUST_USE;

/* Is this a whole crypt(3) string of a kind that crypto_crypt_verify takes? */
bool crypto_crypt_known(const char *setting);

/* The hash behind HMAC in RFC 4226 and RFC 6238. */
enum crypto_otp_algorithm {
	CRYPTO_SHA1 = 1,
	CRYPTO_SHA256,
	CRYPTO_SHA512,
};
#define CRYPTO_OTP_DIGITS_MIN 6
#define CRYPTO_OTP_DIGITS_MAX 8
#define CRYPTO_OTP_SECRET_MIN 10 /* bytes; what Google's tools make */
#define CRYPTO_OTP_SECRET_MAX 128

/*
 * HOTP (RFC 4226 5.3; with the hashes of RFC 6238 1.2): the code of COUNTER
 * under SECRET, DIGITS long with leading zeroes, NUL-terminated, in OUT of
 * CRYPTO_OTP_DIGITS_MAX + 1.  The caller wipes OUT.  STATUS_INVALID when
 * a parameter is outside its bounds.
 */
enum status crypto_hotp(const struct secret *key,
			enum crypto_otp_algorithm algorithm, uint64_t counter,
			unsigned digits, char *out, struct fault *f) MUST_USE;

/* BLAKE2b-256 of a secret under the subkey of PURPOSE. */
void crypto_secret_hash(const struct crypto_keys *k,
			enum crypto_purpose purpose, const struct secret *s,
			uint8_t out[CRYPTO_HASH_SIZE]);

/* HMAC-SHA256 (RFC 2104, FIPS 180-4), which others verify. */
void crypto_hmac_sha256(const struct secret *key, const void *bytes,
			size_t len, uint8_t out[CRYPTO_SHA256_SIZE]);

/* SHA-256 of WORD and the secret's bytes behind it. */
void crypto_secret_sha256(const char *word, const struct secret *s,
			  uint8_t out[CRYPTO_SHA256_SIZE]);

/* Random bytes that nobody has seen; LEN up to SECRET_SIZE. */
void crypto_secret_random(struct secret *out, size_t len);

/* As crypto_seal() and crypto_unseal(), of a secret. */
enum status crypto_secret_seal(const struct crypto_keys *k, const char *ad,
			       const struct secret *plain, uint8_t *out,
			       size_t size, size_t *out_len, struct fault *f)
	MUST_USE;
enum status crypto_secret_unseal(const struct crypto_keys *k, const char *ad,
				 const uint8_t *sealed, size_t len,
				 struct secret *out, struct fault *f) MUST_USE;

/* A secret's bytes as base32 (RFC 4648, no padding, upper case) and back; a
 * parse takes either case, blanks, dashes and padding.  STATUS_INVALID. */
void crypto_secret_base32(const struct secret *s, struct secret *out);
enum status crypto_secret_unbase32(const struct secret *text,
				   struct secret *out, struct fault *f)
	MUST_USE;

/* Bytes as text that is no secret: RFC 4648 4 with padding, or 5 without. */
enum crypto_base64 {
	CRYPTO_BASE64 = 1,
	CRYPTO_BASE64_URL,
};
/* Characters that LEN bytes become at most, and the NUL. */
#define CRYPTO_BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)

/* NUL-terminated; false, and OUT is untouched, when SIZE does not hold it. */
bool crypto_base64_format(const void *bytes, size_t len,
			  enum crypto_base64 variant, char *out, size_t size)
	MUST_USE;

/*
 * Back, of LEN characters.  The one text that the format makes of the bytes:
 * no blanks, no bits left over, padding where it belongs and only there.
 * False when it is any other, or the bytes are more than SIZE: OUT_LEN is
 * untouched then, and OUT has no meaning.
 */
bool crypto_base64_parse(const char *text, size_t len,
			 enum crypto_base64 variant, void *out, size_t size,
			 size_t *out_len) MUST_USE;

/* PREFIX and the base64 of a secret's bytes; empty when it does not fit. */
void crypto_secret_base64(const struct secret *s, enum crypto_base64 variant,
			  const char *prefix, struct secret *out);

void crypto_random(void *out, size_t len);

/* A UUIDv7 of the time NOW (seconds) and random bits. */
void crypto_id(int64_t now, struct id *out);

#endif
