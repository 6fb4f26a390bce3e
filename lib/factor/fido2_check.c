/* SPDX-License-Identifier: MIT */
/*
 * The one check of every assertion.  What the bytes say of themselves is
 * looked at here first: 37 of them, no extensions and no attested data, so
 * that libfido2 is given nothing that it would have to parse.
 */
#include <string.h>

#include "factor/fido2_library.h"
#include "factor/fido2_row.h"

#define CHECK_FLAG_UP 0x01
#define CHECK_FLAG_UV 0x04
#define CHECK_FLAG_AT 0x40 /* attested credential data follow */
#define CHECK_FLAG_ED 0x80 /* extensions follow */

_Static_assert(CRYPTO_SHA256_SIZE == CRYPTO_HASH_SIZE, "comparable");
_Static_assert(CRYPTO_SHA256_SIZE + 1 + 4 == FIDO2_AUTHDATA_SIZE,
	       "RP id hash, flags, counter");

static const struct check_sizes {
	int64_t algorithm;
	size_t public;	  /* x and y; a point; modulus and exponent */
	size_t low, high; /* of a signature */
} check_sizes[] = {
	{ FIDO2_ES256, 64, 8, 72 }, /* DER of two numbers */
	{ FIDO2_EDDSA, 32, 64, 64 },
	{ FIDO2_RS256, 259, 256, FIDO2_SIGNATURE_MAX },
};

static const struct check_sizes *
check_sizes_of(int64_t algorithm)
{
	const size_t n = sizeof(check_sizes) / sizeof(check_sizes[0]);

	for (size_t i = 0; i < n; i++)
		if (check_sizes[i].algorithm == algorithm)
			return &check_sizes[i];
	return NULL;
}

bool
fido2_public_valid(int64_t algorithm, size_t public_len)
{
	const struct check_sizes *sizes = check_sizes_of(algorithm);

	return sizes != NULL && public_len == sizes->public;
}

const char *
fido2_refusal_name(enum fido2_refusal r)
{
	switch (r) {
	case FIDO2_FORMAT:
		return "format";
	case FIDO2_EXPIRED:
		return "expired";
	case FIDO2_CREDENTIAL:
		return "credential";
	case FIDO2_RP:
		return "relying_party";
	case FIDO2_PRESENCE:
		return "presence";
	case FIDO2_VERIFICATION:
		return "verification";
	case FIDO2_SIGNATURE:
		return "signature";
	case FIDO2_ROW:
		return "row";
	case FIDO2_GOOD:
		return "good";
	case FIDO2_REFUSED:
		break;
	}
	return "refused";
}

/* What must be right before the signature is worth a look; FIDO2_GOOD when it
 * is. */
static enum fido2_refusal
check_words(const struct fido2_claim *c)
{
	const struct fido2_assertion *a = c->assertion;
	const struct check_sizes *sizes = check_sizes_of(c->algorithm);
	uint8_t rp[CRYPTO_SHA256_SIZE], flags;

	if (a->authdata == NULL || a->authdata_len != FIDO2_AUTHDATA_SIZE)
		return FIDO2_FORMAT;
	flags = a->authdata[CRYPTO_SHA256_SIZE];
	if ((flags & (CHECK_FLAG_AT | CHECK_FLAG_ED)) != 0)
		return FIDO2_FORMAT;
	crypto_sha256(c->rp, strlen(c->rp), rp);
	if (!crypto_equal(rp, a->authdata))
		return FIDO2_RP;
	if ((flags & CHECK_FLAG_UP) == 0)
		return FIDO2_PRESENCE;
	if (c->uv && (flags & CHECK_FLAG_UV) == 0)
		return FIDO2_VERIFICATION;
	if (a->signature == NULL || a->signature_len < sizes->low ||
	    a->signature_len > sizes->high)
		return FIDO2_SIGNATURE;
	return FIDO2_GOOD;
}

static int64_t
check_counter(const uint8_t *authdata)
{
	const uint8_t *at = authdata + CRYPTO_SHA256_SIZE + 1;
	int64_t n = 0;

	for (size_t i = 0; i < 4; i++)
		n = n << 8 | at[i];
	return n;
}

enum status
fido2_signature_check(const char *rp, int64_t algorithm, const uint8_t *public,
		      size_t public_len, const uint8_t hash[32], bool uv,
		      const struct fido2_assertion *assertion,
		      struct fido2_verdict *out, struct fault *f)
{
	const struct fido2_claim c = {
		.rp = rp,
		.algorithm = algorithm,
		.public = public,
		.public_len = public_len,
		.hash = hash,
		.uv = uv,
		.assertion = assertion,
	};
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	bool right = false;
	enum status st;

	if (!fido2_public_valid(algorithm, public_len))
		return fault(f, STATUS_CORRUPT, "a public key is none");
	v.refusal = check_words(&c);
	if (v.refusal == FIDO2_GOOD) {
		v.refusal = FIDO2_SIGNATURE;
		st = fido2_library_verify(&c, &right, f);
		if (st != STATUS_OK)
			return st;
	}
	if (right) {
		v.refusal = FIDO2_GOOD;
		v.verified = (assertion->authdata[CRYPTO_SHA256_SIZE] &
			      CHECK_FLAG_UV) != 0;
		v.sign_count = check_counter(assertion->authdata);
	}
	*out = v;
	return STATUS_OK;
}

bool
fido2_went_back(int64_t stored, int64_t count)
{
	return count <= stored && (count != 0 || stored != 0);
}

enum status
fido2_verify(const struct factor_env *env, const struct store_key *key,
	     const uint8_t hash[32], bool uv,
	     const struct fido2_assertion *assertion,
	     struct fido2_verdict *out, struct fault *f)
{
	struct fido2_verdict v = { .refusal = FIDO2_ROW };
	enum status st = fido2_row_check(env, key, NULL);

	if (st == STATUS_CORRUPT) {
		*out = v;
		return STATUS_OK;
	}
	if (st != STATUS_OK)
		return fault(f, st, "a key's row cannot be checked");
	if (key->state != STORE_KEY_ACTIVE) {
		v.refusal = FIDO2_CREDENTIAL;
		*out = v;
		return STATUS_OK;
	}
	st = fido2_signature_check(key->rp, key->algorithm, key->public,
				   key->public_len, hash, uv, assertion, &v,
				   f);
	if (st != STATUS_OK)
		return st;
	if (v.refusal == FIDO2_GOOD)
		v.went_back = fido2_went_back(key->sign_count, v.sign_count);
	*out = v;
	return STATUS_OK;
}

void
fido2_outcome(const struct store_key *key, const struct fido2_verdict *v,
	      struct factor_outcome *out)
{
	*out = (struct factor_outcome){ .result = FACTOR_WRONG };
	if (v->refusal != FIDO2_GOOD)
		return;
	out->result = FACTOR_RIGHT;
	out->way = v->verified ? "fido2_uv" : "fido2";
	out->row = key->id;
	out->at = v->sign_count;
	out->weak = !v->verified;
	out->went_back = v->went_back;
}
