/* SPDX-License-Identifier: MIT */
/* The one place that knows libfido2.  Within lib/factor only. */
#ifndef FACTOR_FIDO2_LIBRARY_H
#define FACTOR_FIDO2_LIBRARY_H

#include "factor/fido2.h"

/* COSE (RFC 8152, RFC 8812). */
#define FIDO2_ES256 (-7)
#define FIDO2_EDDSA (-8)
#define FIDO2_RS256 (-257)

/* The most that a signature has: 2048 bits of RSA. */
#define FIDO2_SIGNATURE_MAX 256

struct fido2_known {
	int64_t algorithm;
	const char *public; /* hex */
	const char *signature;
};
#define FIDO2_KNOWN_COUNT 3
extern const struct fido2_known fido2_known[FIDO2_KNOWN_COUNT];
extern const char fido2_known_rp[], fido2_known_authdata[], fido2_known_hash[];

/* What is to be checked.  PUBLIC has the size of its algorithm, and AUTHDATA
 * is FIDO2_AUTHDATA_SIZE without extensions: the caller has looked. */
struct fido2_claim {
	const char *rp;
	int64_t algorithm;
	const uint8_t *public;
	size_t public_len;
	const uint8_t *hash; /* 32 bytes */
	bool uv;
	const struct fido2_assertion *assertion;
};

/* Loads the library where that has not been done.  STATUS_CORRUPT when PUBLIC
 * is no point or modulus. */
enum status fido2_library_verify(const struct fido2_claim *claim, bool *right,
				 struct fault *f) MUST_USE;

#endif
