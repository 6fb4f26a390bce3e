/* SPDX-License-Identifier: MIT */
#include "fido/parse.h"

#include <fido.h>
#include <string.h>

#include "crypto/crypto.h"

#define PARSE_UP 0x01 /* flags of authenticator data (WebAuthn 2, 6.1) */
#define PARSE_UV 0x04
#define PARSE_AT 0x40
#define PARSE_FLAGS 32 /* where they stand, behind the RP id's hash */

static const int parse_algorithms[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };

/* id-fido-gen-ce-aaguid (WebAuthn 2, 8.2.1) as it stands in a certificate,
 * and the two octet strings that the AAGUID is in. */
static const uint8_t parse_model_oid[] = { 0x06, 0x0b, 0x2b, 0x06, 0x01,
					   0x04, 0x01, 0x82, 0xe5, 0x1c,
					   0x01, 0x01, 0x04 };
static const uint8_t parse_model_head[] = { 0x04, 0x12, 0x04, 0x10 };

static fido_cred_t *
parse_as(const struct fido_request *q, int algorithm)
{
	fido_cred_t *cred = fido_cred_new();
	int r = cred == NULL ? FIDO_ERR_INTERNAL
			     : fido_cred_set_type(cred, algorithm);

	if (r == FIDO_OK)
		r = fido_cred_set_authdata_raw(cred, q->authdata,
					       q->authdata_len);
	if (r == FIDO_OK)
		r = fido_cred_set_clientdata_hash(cred, q->hash,
						  sizeof(q->hash));
	if (r == FIDO_OK)
		r = fido_cred_set_rp(cred, q->rp, NULL);
	if (r == FIDO_OK && q->uv == FIDO_UV_REQUIRED)
		r = fido_cred_set_uv(cred, FIDO_OPT_TRUE);
	if (r != FIDO_OK)
		fido_cred_free(&cred);
	return cred;
}

/* What needs no signature: whose it is, and what was done for it. */
static bool
parse_ours(const struct fido_request *q)
{
	uint8_t want[CRYPTO_SHA256_SIZE];
	uint8_t flags;

	if (q->authdata_len <= PARSE_FLAGS)
		return false;
	crypto_sha256(q->rp, strlen(q->rp), want);
	flags = q->authdata[PARSE_FLAGS];
	return memcmp(q->authdata, want, sizeof(want)) == 0 &&
	       (flags & PARSE_UP) != 0 && (flags & PARSE_AT) != 0 &&
	       (q->uv != FIDO_UV_REQUIRED || (flags & PARSE_UV) != 0);
}

/* libfido2 leaves the certificate's model to us.  Where there is one, it has
 * to be the authenticator data's. */
static bool
parse_model_fits(const fido_cred_t *cred)
{
	const uint8_t *at = fido_cred_x5c_ptr(cred);
	size_t left = fido_cred_x5c_len(cred);
	const uint8_t *found;

	found = at == NULL ? NULL
			   : memmem(at, left, parse_model_oid,
				    sizeof(parse_model_oid));
	if (found == NULL)
		return true;
	found += sizeof(parse_model_oid);
	left -= (size_t)(found - at);
	return left >= sizeof(parse_model_head) + 16 &&
	       memcmp(found, parse_model_head, sizeof(parse_model_head)) ==
		       0 &&
	       fido_cred_aaguid_len(cred) == 16 &&
	       memcmp(found + sizeof(parse_model_head),
		      fido_cred_aaguid_ptr(cred), 16) == 0;
}

static enum fido_end
parse_attestation(const struct fido_request *q, fido_cred_t *cred,
		  bool *attested)
{
	bool packed = strcmp(q->format, "packed") == 0;

	*attested = false;
	if (strcmp(q->format, "none") == 0)
		return q->attestation ? FIDO_ATTESTATION : FIDO_DONE;
	if (!packed && strcmp(q->format, "fido-u2f") != 0)
		return FIDO_UNSUPPORTED;
	if (fido_cred_set_fmt(cred, q->format) != FIDO_OK ||
	    fido_cred_set_attstmt(cred, q->statement, q->statement_len) !=
		    FIDO_OK)
		return FIDO_ATTESTATION;
	if (fido_cred_x5c_len(cred) == 0)
		return packed && !q->attestation &&
				       fido_cred_verify_self(cred) == FIDO_OK
			       ? FIDO_DONE
			       : FIDO_ATTESTATION;
	if (fido_cred_verify(cred) != FIDO_OK ||
	    (packed && !parse_model_fits(cred)))
		return FIDO_ATTESTATION;
	*attested = true;
	return FIDO_DONE;
}

static bool
parse_copy(const uint8_t *from, size_t n, uint8_t *to, size_t size,
	   size_t *len)
{
	if (from == NULL || n == 0 || n > size)
		return false;
	memcpy(to, from, n);
	*len = n;
	return true;
}

static enum fido_end
parse_take(const fido_cred_t *cred, int algorithm, struct fido_reply *out)
{
	if (!parse_copy(fido_cred_id_ptr(cred), fido_cred_id_len(cred),
			out->id, sizeof(out->id), &out->id_len) ||
	    !parse_copy(fido_cred_pubkey_ptr(cred), fido_cred_pubkey_len(cred),
			out->public, sizeof(out->public), &out->public_len) ||
	    fido_cred_aaguid_len(cred) != sizeof(out->aaguid))
		return FIDO_BROKEN;
	memcpy(out->aaguid, fido_cred_aaguid_ptr(cred), sizeof(out->aaguid));
	out->algorithm = algorithm;
	out->uv = (fido_cred_flags(cred) & PARSE_UV) != 0;
	out->sign_count = fido_cred_sigcount(cred);
	return FIDO_DONE;
}

enum fido_end
parse_credential(const struct fido_request *q, struct fido_reply *out)
{
	fido_cred_t *cred = NULL;
	int algorithm = 0;
	enum fido_end end;

	if (!parse_ours(q))
		return FIDO_BROKEN;
	/* libfido2 wants to be told what it is to find. */
	for (size_t i = 0;
	     cred == NULL &&
	     i < sizeof(parse_algorithms) / sizeof(parse_algorithms[0]);
	     i++) {
		algorithm = parse_algorithms[i];
		cred = parse_as(q, algorithm);
	}
	if (cred == NULL)
		return FIDO_BROKEN;
	end = parse_attestation(q, cred, &out->attested);
	if (end == FIDO_DONE)
		end = parse_take(cred, algorithm, out);
	fido_cred_free(&cred);
	return end;
}
