/* SPDX-License-Identifier: MIT */
#include "factor/fido2.h"

#include "kit.h"
#include "softkey.h"
#include "test.h"

#define RP "example.org"

static const uint8_t hash[32] = { 1, 2, 3 };
static unsigned told;
static const int algorithms[] = { -7, -8, -257 };

static enum fido2_refusal
check_with(const struct softkey *key, const uint8_t *over, bool uv,
	   const struct softkey_assertion *made)
{
	const struct fido2_assertion a = { made->authdata, made->authdata_len,
					   made->signature,
					   made->signature_len };
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	struct fault f = { .text = "" };

	kit_need(fido2_signature_check(RP, key->algorithm, key->public,
				       key->public_len, over, uv, &a, &v, &f),
		 &f);
	/* Nothing is told of what did not prove itself. */
	if (v.refusal != FIDO2_GOOD)
		told += v.verified || v.sign_count != 0 || v.went_back;
	return v.refusal;
}

static enum fido2_refusal
check(const struct softkey *key, bool uv, const struct softkey_assertion *made)
{
	return check_with(key, hash, uv, made);
}

static void
flags(const struct softkey *key)
{
	struct softkey_assertion made;

	softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_GOOD);
	CHECK_EQ(check(key, true, &made), FIDO2_VERIFICATION);
	softkey_assert(key, RP, SOFTKEY_UP | SOFTKEY_UV, 7, hash, &made);
	CHECK_EQ(check(key, true, &made), FIDO2_GOOD);
	CHECK_EQ(check(key, false, &made), FIDO2_GOOD);
	softkey_assert(key, RP, SOFTKEY_UV, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_PRESENCE);
	softkey_assert(key, RP, 0, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_PRESENCE);
	softkey_assert(key, RP, SOFTKEY_UP | SOFTKEY_AT, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_FORMAT);
	softkey_assert(key, RP, SOFTKEY_UP | SOFTKEY_ED, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_FORMAT);
}

static void
lengths(const struct softkey *key)
{
	struct softkey_assertion made;
	unsigned passed = 0;

	/* Well signed, but of another length. */
	for (size_t len = 0; len <= sizeof(made.authdata); len++) {
		softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
		made.authdata_len = len;
		softkey_sign(key, hash, &made);
		passed += check(key, false, &made) !=
			  (len == FIDO2_AUTHDATA_SIZE ? FIDO2_GOOD
						      : FIDO2_FORMAT);
	}
	CHECK_EQ(passed, 0);
	softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
	for (size_t len = made.signature_len; len-- > 0;) {
		made.signature_len = len;
		passed += check(key, false, &made) != FIDO2_SIGNATURE;
	}
	softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
	while (made.signature_len < sizeof(made.signature)) {
		made.signature[made.signature_len++] = 0;
		passed += check(key, false, &made) != FIDO2_SIGNATURE;
	}
	CHECK_EQ(passed, 0);
}

static void
flipped(const struct softkey *key)
{
	struct softkey_assertion made;
	unsigned passed = 0;

	softkey_assert(key, RP, SOFTKEY_UP | SOFTKEY_UV, 7, hash, &made);
	for (size_t bit = 0; bit < made.authdata_len * 8; bit++) {
		made.authdata[bit / 8] ^= (uint8_t)(1 << bit % 8);
		passed += check(key, true, &made) == FIDO2_GOOD;
		made.authdata[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < made.signature_len * 8; bit++) {
		made.signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		passed += check(key, true, &made) != FIDO2_SIGNATURE;
		made.signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_EQ(passed, 0);
	CHECK_EQ(check(key, true, &made), FIDO2_GOOD);
}

static void
others(const struct softkey *key)
{
	static const uint8_t other[32] = { 1, 2, 4 };
	struct softkey_assertion made, more;
	struct softkey another;

	softkey_assert(key, "example.com", SOFTKEY_UP, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_RP);
	softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
	CHECK_EQ(check_with(key, other, false, &made), FIDO2_SIGNATURE);
	/* A counter that was signed is not another's. */
	softkey_assert(key, RP, SOFTKEY_UP, 8, hash, &more);
	memcpy(made.authdata, more.authdata, sizeof(made.authdata));
	CHECK_EQ(check(key, false, &made), FIDO2_SIGNATURE);
	softkey_make(&another, key->algorithm);
	softkey_assert(&another, RP, SOFTKEY_UP, 7, hash, &made);
	CHECK_EQ(check(key, false, &made), FIDO2_SIGNATURE);
	CHECK_EQ(check(&another, false, &made), FIDO2_GOOD);
	softkey_free(&another);
}

/* A public key that is none says that a row is broken, not who signed. */
static void
publics(const struct softkey *key)
{
	struct fido2_verdict v = { .refusal = FIDO2_PRESENCE };
	struct fault f = { .text = "" };
	struct softkey_assertion made;
	struct fido2_assertion a;
	uint8_t wrong[64] = { 5 };

	softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
	a = (struct fido2_assertion){ made.authdata, made.authdata_len,
				      made.signature, made.signature_len };
	CHECK_EQ(fido2_signature_check(RP, key->algorithm, key->public,
				       key->public_len - 1, hash, false, &a,
				       &v, &f),
		 STATUS_CORRUPT);
	CHECK_EQ(fido2_signature_check(RP, key->algorithm, key->public,
				       key->public_len + 1, hash, false, &a,
				       &v, &f),
		 STATUS_CORRUPT);
	CHECK_EQ(fido2_signature_check(RP, -35, key->public, key->public_len,
				       hash, false, &a, &v, &f),
		 STATUS_CORRUPT);
	CHECK_EQ(fido2_signature_check(RP, 0, key->public, 0, hash, false, &a,
				       &v, &f),
		 STATUS_CORRUPT);
	if (key->algorithm == -7) /* no point of the curve */
		CHECK_EQ(fido2_signature_check(RP, -7, wrong, sizeof(wrong),
					       hash, false, &a, &v, &f),
			 STATUS_CORRUPT);
	CHECK_EQ(v.refusal, FIDO2_PRESENCE);
}

static void
row_of(const struct softkey *key, struct store_key *row)
{
	struct fault f = { .text = "" };

	*row = (struct store_key){ .account = kit.ann,
				   .rp = RP,
				   .credential = { 9, 8, 7 },
				   .credential_len = 3,
				   .algorithm = key->algorithm,
				   .public_len = key->public_len };
	memcpy(row->public, key->public, key->public_len);
	kit_need(fido2_row_make(&kit.env, row, &f), &f);
}

static struct fido2_verdict
verify(const struct store_key *row, bool uv,
       const struct softkey_assertion *made)
{
	const struct fido2_assertion a = { made->authdata, made->authdata_len,
					   made->signature,
					   made->signature_len };
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	struct fault f = { .text = "" };

	CHECK_OK(fido2_verify(&kit.env, row, hash, uv, &a, &v, &f), &f);
	return v;
}

static void
counters(const struct softkey *key)
{
	static const struct {
		int64_t stored;
		uint32_t count;
		bool back;
	} rows[] = {
		{ 0, 0, false },
		{ 0, 1, false },
		{ 5, 6, false },
		{ 5, 5, true },
		{ 5, 4, true },
		{ 5, 0, true },
		{ 1, 0, true },
		{ 5, UINT32_MAX, false },
		{ 1, 1, true },
		{ UINT32_MAX, 3, true },
		{ UINT32_MAX, UINT32_MAX, true },
	};
	struct softkey_assertion made;
	struct fido2_verdict v;
	struct store_key row;

	row_of(key, &row);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		row.sign_count = rows[i].stored;
		softkey_assert(key, RP, SOFTKEY_UP, rows[i].count, hash,
			       &made);
		v = verify(&row, false, &made);
		CHECK_EQ(v.refusal, FIDO2_GOOD);
		CHECK_EQ(v.went_back, rows[i].back);
		CHECK_EQ(v.sign_count, rows[i].count);
	}
}

static void
verified(const struct softkey *key)
{
	struct softkey_assertion made;
	struct factor_outcome out;
	struct fido2_verdict v;
	struct store_key row, moved;

	row_of(key, &row);
	softkey_assert(key, RP, SOFTKEY_UP, 7, hash, &made);
	v = verify(&row, false, &made);
	CHECK(v.refusal == FIDO2_GOOD && !v.verified && v.sign_count == 7);
	fido2_outcome(&row, &v, &out);
	CHECK(out.result == FACTOR_RIGHT && out.weak && !out.went_back &&
	      out.at == 7 && !out.ssh);
	CHECK_STR(out.way, "fido2");
	CHECK_STR(out.row.s, row.id.s);
	CHECK_EQ(verify(&row, true, &made).refusal, FIDO2_VERIFICATION);
	softkey_assert(key, RP, SOFTKEY_UP | SOFTKEY_UV, 7, hash, &made);
	row.sign_count = 7;
	v = verify(&row, true, &made);
	CHECK(v.refusal == FIDO2_GOOD && v.verified && v.went_back);
	fido2_outcome(&row, &v, &out);
	CHECK(out.result == FACTOR_RIGHT && !out.weak && out.went_back);
	CHECK_STR(out.way, "fido2_uv");
	/* Another account's, a revoked one, and one that somebody wrote. */
	moved = row;
	moved.account = kit.bob;
	v = verify(&moved, true, &made);
	CHECK_EQ(v.refusal, FIDO2_ROW);
	fido2_outcome(&moved, &v, &out);
	CHECK(out.result == FACTOR_WRONG && out.way == NULL);
	moved = row;
	moved.state = STORE_KEY_REVOKED;
	CHECK_EQ(verify(&moved, true, &made).refusal, FIDO2_CREDENTIAL);
	moved.state = (enum store_key_state)0;
	CHECK_EQ(verify(&moved, true, &made).refusal, FIDO2_CREDENTIAL);
	moved = row;
	moved.public[3] ^= 1;
	CHECK_EQ(verify(&moved, true, &made).refusal, FIDO2_ROW);
}

/* What pam_u2f had made: the RP is a string like any other, and U2F's
 * authenticator data have the same 37 bytes. */
static void
foreign_rp(const struct softkey *key)
{
	static const char rp[] = "pam://Host.Example.org";
	struct fault f = { .text = "" };
	struct softkey_assertion made;
	struct store_key row;

	row_of(key, &row);
	(void)memcpy(row.rp, rp, sizeof(rp));
	row.flags = STORE_KEY_U2F;
	CHECK_OK(fido2_row_make(&kit.env, &row, &f), &f);
	softkey_assert(key, rp, SOFTKEY_UP, 1, hash, &made);
	CHECK_EQ(verify(&row, false, &made).refusal, FIDO2_GOOD);
	CHECK_EQ(verify(&row, true, &made).refusal, FIDO2_VERIFICATION);
	softkey_assert(key, "pam://host.example.org", SOFTKEY_UP, 1, hash,
		       &made);
	CHECK_EQ(verify(&row, false, &made).refusal, FIDO2_RP);
}

static void
names(void)
{
	static const struct {
		enum fido2_refusal refusal;
		const char *name;
	} rows[] = { { FIDO2_REFUSED, "refused" },
		     { FIDO2_FORMAT, "format" },
		     { FIDO2_EXPIRED, "expired" },
		     { FIDO2_CREDENTIAL, "credential" },
		     { FIDO2_RP, "relying_party" },
		     { FIDO2_PRESENCE, "presence" },
		     { FIDO2_VERIFICATION, "verification" },
		     { FIDO2_SIGNATURE, "signature" },
		     { FIDO2_ROW, "row" },
		     { FIDO2_GOOD, "good" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK_STR(fido2_refusal_name(rows[i].refusal), rows[i].name);
}

int
main(void)
{
	kit_start();
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]);
	     i++) {
		struct softkey key;

		softkey_make(&key, algorithms[i]);
		flags(&key);
		lengths(&key);
		flipped(&key);
		others(&key);
		publics(&key);
		counters(&key);
		verified(&key);
		foreign_rp(&key);
		softkey_free(&key);
	}
	CHECK_EQ(told, 0);
	names();
	kit_end();
	return test_done();
}
