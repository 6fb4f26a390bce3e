/* SPDX-License-Identifier: MIT */
#include "factor/fido2_row.h"

#include <string.h>

#include "base/buf.h"

struct parts_place {
	char ad[64];
};

static struct parts_place
parts_place(enum store_sealed which, const struct id *row)
{
	struct parts_place place;
	struct buf b;

	buf_start(&b, place.ad, sizeof(place.ad));
	buf_printf(&b, "%s:%s", store_sealed_name(which), row->s);
	return place;
}

static void
parts_add(struct fido2_parts *p, const void *bytes, size_t len)
{
	if (p->full || len > sizeof(p->at) - p->len) {
		p->full = true;
		return;
	}
	if (len > 0)
		memcpy(p->at + p->len, bytes, len);
	p->len += len;
}

void
fido2_parts_bytes(struct fido2_parts *p, const void *bytes, size_t len)
{
	uint8_t size[4];

	for (size_t i = 0; i < sizeof(size); i++)
		size[i] = (uint8_t)(len >> (24 - 8 * i));
	parts_add(p, size, sizeof(size));
	parts_add(p, bytes, len);
}

void
fido2_parts_text(struct fido2_parts *p, const char *text)
{
	fido2_parts_bytes(p, text, strlen(text));
}

void
fido2_parts_number(struct fido2_parts *p, int64_t n)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
	fido2_parts_bytes(p, bytes, sizeof(bytes));
}

enum status
fido2_parts_seal(const struct factor_env *env, enum store_sealed which,
		 const struct id *row, const struct fido2_parts *p,
		 uint8_t *sealed, size_t *sealed_len, struct fault *f)
{
	struct parts_place place = parts_place(which, row);
	uint8_t digest[CRYPTO_HASH_SIZE];

	if (p->full)
		return fault(f, STATUS_INVALID, "a key is too long");
	crypto_digest(p->at, p->len, digest);
	return crypto_seal(env->keys, place.ad, digest, sizeof(digest), sealed,
			   STORE_SEALED_SIZE, sealed_len, f);
}

enum status
fido2_parts_check(const struct factor_env *env, enum store_sealed which,
		  const struct id *row, const struct fido2_parts *p,
		  const uint8_t *sealed, size_t sealed_len, struct fault *f)
{
	struct parts_place place = parts_place(which, row);
	uint8_t digest[CRYPTO_HASH_SIZE], was[CRYPTO_HASH_SIZE];
	size_t len = 0;
	enum status st;

	if (p->full || sealed_len > STORE_SEALED_SIZE)
		return fault(f, STATUS_CORRUPT, "%s is too long", place.ad);
	crypto_digest(p->at, p->len, digest);
	st = crypto_unseal(env->keys, place.ad, sealed, sealed_len, was,
			   sizeof(was), &len, f);
	if (st != STATUS_OK || len != sizeof(was) ||
	    !crypto_equal(digest, was))
		return fault(f, STATUS_CORRUPT,
			     "%s was not sealed for this key", place.ad);
	return STATUS_OK;
}

static bool
row_sizes(const struct store_key *row)
{
	return row->credential_len >= 1 &&
	       row->credential_len <= sizeof(row->credential) &&
	       fido2_public_valid(row->algorithm, row->public_len);
}

static struct fido2_parts
row_parts(const struct store_key *row)
{
	struct fido2_parts p = { .len = 0 };

	fido2_parts_text(&p, "sigra-key-1");
	fido2_parts_text(&p, row->account.s);
	fido2_parts_text(&p, row->rp);
	fido2_parts_bytes(&p, row->credential, row->credential_len);
	fido2_parts_number(&p, row->algorithm);
	fido2_parts_bytes(&p, row->public, row->public_len);
	fido2_parts_bytes(&p, row->aaguid, sizeof(row->aaguid));
	fido2_parts_number(&p, row->flags);
	fido2_parts_number(&p, row->created_at);
	return p;
}

enum status
fido2_row_make(const struct factor_env *env, struct store_key *row,
	       struct fault *f)
{
	struct store_key made = *row;
	struct fido2_parts p;
	enum status st;

	if (!row_sizes(row))
		return fault(f, STATUS_INVALID,
			     "this is no credential of ES256, EdDSA or RS256");
	if (!fido2_rp_kept_valid(row->rp))
		return fault(f, STATUS_INVALID, "'%s' is no RP id", row->rp);
	crypto_id(env->now, &made.id);
	made.created_at = env->now;
	made.state = STORE_KEY_ACTIVE;
	p = row_parts(&made);
	st = fido2_parts_seal(env, STORE_SEALED_KEY, &made.id, &p, made.sealed,
			      &made.sealed_len, f);
	if (st == STATUS_OK)
		*row = made;
	return st;
}

enum status
fido2_row_check(const struct factor_env *env, const struct store_key *row,
		struct fault *f)
{
	struct fido2_parts p;

	if (!row_sizes(row))
		return fault(f, STATUS_CORRUPT, "key %s is none", row->id.s);
	p = row_parts(row);
	return fido2_parts_check(env, STORE_SEALED_KEY, &row->id, &p,
				 row->sealed, row->sealed_len, f);
}
