/* SPDX-License-Identifier: MIT */
#include "factor/fido2.h"

#include "kit.h"
#include "store/sealed.h"
#include "test.h"

static struct store_key
plain(void)
{
	struct store_key row = { .account = kit.ann,
				 .label = "blue",
				 .rp = "example.org",
				 .credential = { 1, 2, 3, 4 },
				 .credential_len = 4,
				 .algorithm = -8,
				 .public = { 5, 6, 7 },
				 .public_len = 32,
				 .aaguid = { 8, 9 },
				 .transports = "usb",
				 .flags = STORE_KEY_RESIDENT };

	return row;
}

static void
made(void)
{
	struct fault f = { .text = "" };
	struct store_key row = plain();

	CHECK_OK(fido2_row_make(&kit.env, &row, &f), &f);
	CHECK_EQ(strlen(row.id.s), ID_LENGTH);
	CHECK_EQ(row.created_at, KIT_NOW);
	CHECK_EQ(row.state, STORE_KEY_ACTIVE);
	CHECK_EQ(row.sealed_len, CRYPTO_HASH_SIZE + CRYPTO_SEAL_OVERHEAD);
	CHECK_OK(fido2_row_check(&kit.env, &row, &f), &f);
	/* What may change. */
	row.sign_count = 12;
	row.used_at = KIT_NOW;
	row.state = STORE_KEY_REVOKED;
	row.label[0] = 'g';
	CHECK_OK(fido2_row_check(&kit.env, &row, &f), &f);
	/* The longest that there is. */
	row = plain();
	row.algorithm = -257;
	row.public_len = 259;
	row.credential_len = STORE_CREDENTIAL_MAX;
	memset(row.rp, 'a', sizeof(row.rp) - 1);
	CHECK_OK(fido2_row_make(&kit.env, &row, &f), &f);
	CHECK_OK(fido2_row_check(&kit.env, &row, &f), &f);
}

static void
refused(struct store_key row)
{
	struct store_key same = row;
	struct fault f = { .text = "" };

	CHECK_EQ(fido2_row_make(&kit.env, &row, &f), STATUS_INVALID);
	CHECK(f.text[0] != '\0');
	CHECK_EQ(memcmp(&row, &same, sizeof(row)), 0);
}

static void
bounds(void)
{
	struct store_key row = plain();

	row.credential_len = 0;
	refused(row);
	row.credential_len = STORE_CREDENTIAL_MAX + 1;
	refused(row);
	row = plain();
	row.public_len = 64;
	refused(row);
	row = plain();
	row.algorithm = -35;
	refused(row);
	row = plain();
	row.rp[0] = '\0';
	refused(row);
	row = plain();
	row.rp[2] = ' ';
	refused(row);
	row = plain();
	memset(row.rp, 'a', sizeof(row.rp));
	refused(row);
}

static void
spoiled(const struct store_key *row)
{
	struct fault f = { .text = "" };

	CHECK_EQ(fido2_row_check(&kit.env, row, &f), STATUS_CORRUPT);
}

/* Every part of a row is sealed. */
static void
altered(void)
{
	struct store_key row = plain(), bad;
	struct fault f = { .text = "" };

	CHECK_OK(fido2_row_make(&kit.env, &row, &f), &f);
	bad = row;
	bad.account = kit.bob;
	spoiled(&bad);
	bad = row;
	bad.rp[0] = 'E';
	spoiled(&bad);
	bad = row;
	bad.credential[3] ^= 1;
	spoiled(&bad);
	bad = row;
	bad.credential_len--;
	spoiled(&bad);
	bad = row;
	bad.algorithm = -7;
	spoiled(&bad);
	bad = row;
	bad.public[31] ^= 1;
	spoiled(&bad);
	bad = row;
	bad.public_len = 64;
	spoiled(&bad);
	bad = row;
	bad.aaguid[15] = 1;
	spoiled(&bad);
	bad = row;
	bad.flags |= STORE_KEY_ATTESTED;
	spoiled(&bad);
	bad = row;
	bad.created_at++;
	spoiled(&bad);
	/* A byte over the edge of two parts. */
	bad = row;
	bad.rp[strlen(bad.rp) - 1] = '\0';
	memmove(bad.credential + 1, bad.credential, 4);
	bad.credential[0] = 'g';
	bad.credential_len = 5;
	spoiled(&bad);
}

/* Another row's seal, another key, and what is no seal. */
static void
foreign(void)
{
	struct store_key row = plain(), other, bad;
	struct fault f = { .text = "" };
	unsigned passed = 0;

	CHECK_OK(fido2_row_make(&kit.env, &row, &f), &f);
	other = plain();
	CHECK_OK(fido2_row_make(&kit.env, &other, &f), &f);
	bad = row;
	memcpy(bad.sealed, other.sealed, sizeof(bad.sealed));
	spoiled(&bad);
	bad = row;
	bad.id = other.id;
	spoiled(&bad);
	for (bad = row, bad.sealed_len = 0; bad.sealed_len < row.sealed_len;
	     bad.sealed_len++)
		passed +=
			fido2_row_check(&kit.env, &bad, &f) != STATUS_CORRUPT;
	bad.sealed_len = STORE_SEALED_SIZE + 1;
	passed += fido2_row_check(&kit.env, &bad, &f) != STATUS_CORRUPT;
	bad = row;
	bad.credential_len = SIZE_MAX;
	passed += fido2_row_check(&kit.env, &bad, &f) != STATUS_CORRUPT;
	kit.keys.master[0] ^= 1;
	passed += fido2_row_check(&kit.env, &row, &f) != STATUS_CORRUPT;
	kit.keys.master[0] ^= 1;
	CHECK_EQ(passed, 0);
	CHECK_OK(fido2_row_check(&kit.env, &row, &f), &f);
}

/* The place is the one by which a change of the key finds it. */
static void
place(void)
{
	struct store_key row = plain();
	struct fault f = { .text = "" };
	uint8_t digest[CRYPTO_HASH_SIZE];
	char ad[64] = "key.sealed:";
	size_t len = 0;

	CHECK_OK(fido2_row_make(&kit.env, &row, &f), &f);
	(void)strcat(ad, row.id.s);
	CHECK_STR(store_sealed_name(STORE_SEALED_KEY), "key.sealed");
	CHECK_OK(crypto_unseal(&kit.keys, ad, row.sealed, row.sealed_len,
			       digest, sizeof(digest), &len, &f),
		 &f);
	CHECK_EQ(len, sizeof(digest));
}

int
main(void)
{
	kit_start();
	made();
	bounds();
	altered();
	foreign();
	place();
	kit_end();
	return test_done();
}
