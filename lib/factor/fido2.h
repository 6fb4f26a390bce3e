/* SPDX-License-Identifier: MIT */
/*
 * Security keys: the one check of every assertion, whatever way it came
 * (WebAuthn 2, 7.2; CTAP 2.1, 6.2), and the rows that keys are kept in.
 * libfido2 is loaded at the first use: a login without a key pays nothing.
 */
#ifndef FACTOR_FIDO2_H
#define FACTOR_FIDO2_H

#include "factor/factor.h"
#include "store/key.h"

#define FIDO2_CHALLENGE_SIZE 32
#define FIDO2_CHALLENGE_SECONDS 60 /* from the moment a key was asked ... */
#define FIDO2_AUTHDATA_SIZE                                                   \
	37 /* without extensions, which we never ask for:                     \
	      longer or shorter is refused */

/* What a challenge is bound to.  What is signed is the SHA-256 of
 * "sigra-assert-1", the fresh bytes and these, each behind its length; but for
 * made_at, which whoever answers is not told. */
struct fido2_challenge {
	uint8_t random[FIDO2_CHALLENGE_SIZE];
	char user[257];
	char service[65];
	char host[256];
	struct id attempt; /* made with the challenge */
	int64_t made_at;
};
void fido2_challenge_make(const char *user, const char *service,
			  const char *host, int64_t now,
			  struct fido2_challenge *out);
void fido2_challenge_hash(const struct fido2_challenge *c, uint8_t out[32]);

enum fido2_refusal {
	FIDO2_REFUSED = 0,  /* the machine did not work */
	FIDO2_FORMAT,	    /* not 37 bytes, or flags that must not be there */
	FIDO2_EXPIRED,	    /* the challenge is older than its time */
	FIDO2_CREDENTIAL,   /* none of this account's, or revoked */
	FIDO2_RP,	    /* RP id hash of another relying party */
	FIDO2_PRESENCE,	    /* not touched (UP) */
	FIDO2_VERIFICATION, /* user not verified (UV) where policy asks */
	FIDO2_SIGNATURE,    /* by another key, or over something else */
	FIDO2_ROW,	    /* the row's seal does not fit: not our key */
	FIDO2_GOOD = 0xca,
};
const char *fido2_refusal_name(enum fido2_refusal r);

/* An assertion as a key made it; nothing in it is believed. */
struct fido2_assertion {
	const uint8_t *authdata;
	size_t authdata_len;
	const uint8_t *signature;
	size_t signature_len;
};

struct fido2_verdict {
	enum fido2_refusal refusal; /* `== FIDO2_GOOD` */
	bool verified;		    /* UV was set */
	bool went_back;		    /* the counter is not above the stored
				       one, and not both are zero */
	int64_t sign_count;
};

/*
 * The one check (invariant 24): KEY is the row the assertion claims; HASH what
 * was to be signed; UV: verification is required.  Used for security keys at
 * the machine, pasted answers, and sk keys of an SSH agent (whose application
 * is the RP id).  A status but OK means that nothing is known.
 */
enum status fido2_verify(const struct factor_env *env,
			 const struct store_key *key, const uint8_t hash[32],
			 bool uv, const struct fido2_assertion *assertion,
			 struct fido2_verdict *out, struct fault *f) MUST_USE;

/* The same without a row's seal: RP, COSE algorithm and public key as stored.
 */
enum status fido2_signature_check(const char *rp, int64_t algorithm,
				  const uint8_t *public, size_t public_len,
				  const uint8_t hash[32], bool uv,
				  const struct fido2_assertion *assertion,
				  struct fido2_verdict *out, struct fault *f)
	MUST_USE;

/* Load libfido2 now, because a sandbox will not let it later.  Any number of
 * times. STATUS_UNAVAILABLE when it is not installed. */
enum status fido2_library_load(struct fault *f) MUST_USE;

/* Fill in id, sealed, created_at and state of a new row whose public parts
 * stand.  STATUS_INVALID when they are none. */
enum status fido2_row_make(const struct factor_env *env, struct store_key *row,
			   struct fault *f) MUST_USE;
/* STATUS_CORRUPT when the seal does not fit the row. */
enum status fido2_row_check(const struct factor_env *env,
			    const struct store_key *row, struct fault *f)
	MUST_USE;

/* What a good assertion leaves behind: the outcome that settle() writes. */
void fido2_outcome(const struct store_key *key, const struct fido2_verdict *v,
		   struct factor_outcome *out);

/* "ES256", "EdDSA", "RS256" (2048 bits, the public key modulus and 3 bytes of
 * exponent), or "?". */
const char *fido2_algorithm_name(int64_t cose);
/* A model's name by its AAGUID, for display only; NULL: not known.  TEXT is
 * the UUID form, 36 characters. */
const char *fido2_model(const uint8_t aaguid[STORE_AAGUID_SIZE]);
void fido2_aaguid_text(const uint8_t aaguid[STORE_AAGUID_SIZE], char out[37]);
bool fido2_aaguid_parse(const char *text, uint8_t out[STORE_AAGUID_SIZE]);

/* A domain (RFC 1034, lower case, no port), 1 to 128 bytes. */
bool fido2_rp_valid(const char *rp);
/* That, or what another program had keys made for ("pam://host"): 1 to 128
 * characters of ASCII without blanks.  For imported keys only. */
bool fido2_rp_kept_valid(const char *rp);

extern const struct factor factor_fido2;

#endif
