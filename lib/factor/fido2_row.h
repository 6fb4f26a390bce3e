/* SPDX-License-Identifier: MIT */
/*
 * What a row of a key is sealed with: a digest of what must not change, each
 * part behind its length, so that no two rows have the same bytes.  Within
 * lib/factor only.
 */
#ifndef FACTOR_FIDO2_ROW_H
#define FACTOR_FIDO2_ROW_H

#include "factor/fido2.h"
#include "store/sealed.h"

#define FIDO2_PARTS_SIZE 3072
struct fido2_parts {
	uint8_t at[FIDO2_PARTS_SIZE];
	size_t len;
	bool full; /* something did not fit */
};
void fido2_parts_bytes(struct fido2_parts *p, const void *bytes, size_t len);
void fido2_parts_text(struct fido2_parts *p, const char *text);
void fido2_parts_number(struct fido2_parts *p, int64_t n);

/* Seal the digest of P into SEALED of STORE_SEALED_SIZE, for a row of WHICH
 * column; and look whether it is the one that is sealed there. */
enum status fido2_parts_seal(const struct factor_env *env,
			     enum store_sealed which, const struct id *row,
			     const struct fido2_parts *p, uint8_t *sealed,
			     size_t *sealed_len, struct fault *f) MUST_USE;
enum status fido2_parts_check(const struct factor_env *env,
			      enum store_sealed which, const struct id *row,
			      const struct fido2_parts *p,
			      const uint8_t *sealed, size_t sealed_len,
			      struct fault *f) MUST_USE;

/* Is this the size of a public key of the algorithm? */
bool fido2_public_valid(int64_t algorithm, size_t public_len);

/* Is COUNT not above what is stored?  A key without a counter has zero. */
bool fido2_went_back(int64_t stored, int64_t count);

#endif
