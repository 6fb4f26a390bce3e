/* SPDX-License-Identifier: MIT */
/* What an agent signs, and what it gives back. */
#include "factor/sshkey.h"

#include <openssl/sha.h>

#include "base/text.h"
#include "kit.h"
#include "softkey.h"
#include "sshkey_samples.h"
#include "test.h"

#define ED "sk-ssh-ed25519@openssh.com"
#define EC "sk-ecdsa-sha2-nistp256@openssh.com"

static const uint8_t hash[32] = { 4, 5, 6 };

struct blob {
	uint8_t at[600];
	size_t len;
};

static void
add(struct blob *b, const void *bytes, size_t len)
{
	const uint8_t size[4] = { 0, 0, (uint8_t)(len >> 8), (uint8_t)len };

	memcpy(b->at + b->len, size, sizeof(size));
	memcpy(b->at + b->len + sizeof(size), bytes, len);
	b->len += sizeof(size) + len;
}

/* The bytes are those of ssh-keygen -Y sign -n login@sigra. */
static void
to_sign(void)
{
	uint8_t message[32], text[SSHKEY_TO_SIGN_SIZE], signature[64];
	struct fault f = { .text = "" };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct sshkey key;
	EVP_PKEY *pkey;
	size_t len = 0;

	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	sshkey_to_sign(message, text, &len);
	kit_need(sshkey_line_parse(sample_ed25519, strlen(sample_ed25519),
				   &key, NULL, 0, &f),
		 &f);
	CHECK(text_unhex(sample_sshsig, signature, sizeof(signature)));
	pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
					   key.blob + key.blob_len - 32, 32);
	CHECK(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1);
	CHECK(EVP_DigestVerify(ctx, signature, sizeof(signature), text, len) ==
	      1);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
}

static void
row_of(const struct softkey *key, const char *application,
       struct store_ssh_key *row)
{
	const bool ec = key->algorithm == -7;
	uint8_t point[65] = { 4 };
	struct fault f = { .text = "" };
	struct blob b = { .len = 0 };

	memcpy(point + 1, key->public, key->public_len);
	add(&b, ec ? EC : ED, strlen(ec ? EC : ED));
	if (ec)
		add(&b, "nistp256", 8);
	add(&b, ec ? point : key->public, ec ? 65 : 32);
	add(&b, application, strlen(application));
	*row = (struct store_ssh_key){ .account = kit.ann, .blob_len = b.len };
	memcpy(row->type, ec ? EC : ED, strlen(ec ? EC : ED) + 1);
	memcpy(row->blob, b.at, b.len);
	kit_need(sshkey_row_make(&kit.env, row, &f), &f);
}

/* Of DER: both numbers, as mpints. */
static void
mpints(const struct softkey_assertion *made, struct blob *out)
{
	const uint8_t *r = made->signature + 2, *s = r + 2 + r[1];

	add(out, r + 2, r[1]);
	add(out, s + 2, s[1]);
}

struct made {
	const char *application, *type;
	uint8_t flags;
	uint32_t count;
};

/* As an agent would, with a key of software. */
static struct blob
signature(const struct softkey *key, const struct made *m,
	  const uint8_t over[32])
{
	uint8_t text[SSHKEY_TO_SIGN_SIZE], digest[32];
	struct softkey_assertion made;
	struct blob out = { .len = 0 }, numbers = { .len = 0 };
	size_t len;

	sshkey_to_sign(over, text, &len);
	SHA256(text, len, digest);
	softkey_assert(key, m->application, m->flags, m->count, digest, &made);
	add(&out, m->type, strlen(m->type));
	if (key->algorithm == -7) {
		mpints(&made, &numbers);
		add(&out, numbers.at, numbers.len);
	} else {
		add(&out, made.signature, made.signature_len);
	}
	memcpy(out.at + out.len, made.authdata + 32, 5);
	out.len += 5;
	return out;
}

static struct fido2_verdict
verify(const struct store_ssh_key *row, const uint8_t *bytes, size_t len)
{
	struct fido2_verdict v = { .refusal = FIDO2_REFUSED };
	struct fault f = { .text = "" };

	kit_need(sshkey_sk_verify(&kit.env, row, hash, bytes, len, &v, &f),
		 &f);
	return v;
}

static enum fido2_refusal
refusal(const struct store_ssh_key *row, const struct blob *b)
{
	return verify(row, b->at, b->len).refusal;
}

static void
good(const struct softkey *key, const struct made *as)
{
	struct store_ssh_key row, bad;
	struct fido2_verdict v;
	struct made m = *as;
	struct blob b;

	row_of(key, "ssh:", &row);
	b = signature(key, &m, hash);
	v = verify(&row, b.at, b.len);
	CHECK(v.refusal == FIDO2_GOOD && !v.verified && !v.went_back &&
	      v.sign_count == 7);
	row.sign_count = 7;
	CHECK(verify(&row, b.at, b.len).went_back);
	row.sign_count = 6;
	CHECK(!verify(&row, b.at, b.len).went_back);
	m.flags = SOFTKEY_UP | SOFTKEY_UV;
	b = signature(key, &m, hash);
	CHECK(verify(&row, b.at, b.len).verified);
	bad = row;
	bad.account = kit.bob;
	CHECK_EQ(refusal(&bad, &b), FIDO2_ROW);
	bad = row;
	bad.blob[bad.blob_len - 1] ^= 1;
	CHECK_EQ(refusal(&bad, &b), FIDO2_ROW);
}

static void
refused(const struct softkey *key, const struct made *as)
{
	static const uint8_t other[32] = { 9 };
	struct store_ssh_key row;
	struct softkey another;
	struct made m = *as;
	struct blob b;

	row_of(key, "ssh:", &row);
	m.flags = 0;
	b = signature(key, &m, hash);
	CHECK_EQ(refusal(&row, &b), FIDO2_PRESENCE);
	m.flags = SOFTKEY_UP | SOFTKEY_ED;
	b = signature(key, &m, hash);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	m = *as;
	m.application = "ssh:other";
	b = signature(key, &m, hash);
	CHECK_EQ(refusal(&row, &b), FIDO2_SIGNATURE);
	b = signature(key, as, other);
	CHECK_EQ(refusal(&row, &b), FIDO2_SIGNATURE);
	softkey_make(&another, key->algorithm);
	b = signature(&another, as, hash);
	CHECK_EQ(refusal(&row, &b), FIDO2_SIGNATURE);
	softkey_free(&another);
	m = *as;
	m.type = "ssh-ed25519";
	b = signature(key, &m, hash);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	m.type = key->algorithm == -7 ? ED : EC;
	b = signature(key, &m, hash);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
}

static void
torn(const struct softkey *key, const struct made *as)
{
	struct store_ssh_key row;
	struct blob b = signature(key, as, hash), flipped;
	unsigned passed = 0;

	row_of(key, "ssh:", &row);
	for (size_t len = 0; len < b.len; len++)
		passed += verify(&row, b.at, len).refusal != FIDO2_FORMAT;
	for (size_t len = b.len + 1; len < b.len + 20; len++)
		passed += verify(&row, b.at, len).refusal != FIDO2_FORMAT;
	for (size_t bit = 0; bit < b.len * 8; bit++) {
		flipped = b;
		flipped.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		passed +=
			verify(&row, flipped.at, b.len).refusal == FIDO2_GOOD;
	}
	CHECK_EQ(passed, 0);
	CHECK_EQ(refusal(&row, &b), FIDO2_GOOD);
}

static struct blob
numbers(const void *r, size_t r_len, const void *s, size_t s_len)
{
	struct blob out = { .len = 0 }, inner = { .len = 0 };

	add(&out, EC, strlen(EC));
	add(&inner, r, r_len);
	add(&inner, s, s_len);
	add(&out, inner.at, inner.len);
	memcpy(out.at + out.len, "\001\0\0\0\007", 5);
	out.len += 5;
	return out;
}

/* Numbers as RFC 4251 has them, and no others. */
static void
strict_numbers(const struct softkey *key)
{
	struct store_ssh_key row;
	struct blob b;
	uint8_t big[34] = { 0x7f };

	row_of(key, "ssh:", &row);
	b = numbers("\001", 1, "\001", 1);
	CHECK_EQ(refusal(&row, &b), FIDO2_SIGNATURE);
	b = numbers("\0\200", 2, "\001", 1);
	CHECK_EQ(refusal(&row, &b), FIDO2_SIGNATURE);
	b = numbers(big, 33, big, 33);
	CHECK_EQ(refusal(&row, &b), FIDO2_SIGNATURE);
	b = numbers(big, 34, big, 33);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	b = numbers("\001", 1, big, 34);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	b = numbers("\0\001", 2, "\001", 1);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	b = numbers("\200", 1, "\001", 1);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	b = numbers("\0", 1, "\001", 1);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
	b = numbers("", 0, "\001", 1);
	CHECK_EQ(refusal(&row, &b), FIDO2_FORMAT);
}

/* Rows that sign nothing through an agent. */
static void
other_rows(const struct softkey *key, const struct made *as)
{
	struct blob b = signature(key, as, hash);
	struct fault f = { .text = "" };
	struct store_ssh_key row;
	struct sshkey plain;

	row_of(key, "ssh:", &row);
	row.authority = true;
	kit_need(sshkey_row_make(&kit.env, &row, &f), &f);
	CHECK_EQ(refusal(&row, &b), FIDO2_CREDENTIAL);
	kit_need(sshkey_line_parse(sample_ed25519, strlen(sample_ed25519),
				   &plain, NULL, 0, &f),
		 &f);
	row.authority = false;
	memcpy(row.type, plain.type, sizeof(row.type));
	memcpy(row.blob, plain.blob, plain.blob_len);
	row.blob_len = plain.blob_len;
	kit_need(sshkey_row_make(&kit.env, &row, &f), &f);
	CHECK_EQ(refusal(&row, &b), FIDO2_CREDENTIAL);
}

int
main(void)
{
	static const struct made as[] = { { "ssh:", ED, SOFTKEY_UP, 7 },
					  { "ssh:", EC, SOFTKEY_UP, 7 } };

	kit_start();
	to_sign();
	for (int i = 0; i < 2; i++) {
		struct softkey key;

		softkey_make(&key, i == 0 ? -8 : -7);
		good(&key, &as[i]);
		refused(&key, &as[i]);
		torn(&key, &as[i]);
		other_rows(&key, &as[i]);
		if (i == 1)
			strict_numbers(&key);
		softkey_free(&key);
	}
	kit_end();
	return test_done();
}
