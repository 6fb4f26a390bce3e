/* SPDX-License-Identifier: MIT */
#include "factor/otp.h"

#include <stdio.h>

#include "base/text.h"
#include "kit.h"
#include "test.h"

static const struct otp_device time_device = { .kind = STORE_TOTP,
					       .label = "phone",
					       .algorithm = CRYPTO_SHA256,
					       .digits = 8,
					       .period = 60 };
static const struct otp_device counter_device = { .kind = STORE_HOTP,
						  .label = "token",
						  .algorithm = CRYPTO_SHA1,
						  .digits = 7,
						  .counter = 12 };

static enum status
make(const struct otp_device *d, const struct secret *key, int64_t moved,
     struct store_otp *row)
{
	struct fault f = { .text = "" };
	enum status st;

	st = otp_row_make(&kit.env, &kit.ann, d, key, moved, row, &f);
	CHECK_EQ(f.text[0] != '\0', st != STATUS_OK);
	return st;
}

/* All that a row is made of comes back, and no key stands in it. */
static void
there_and_back(void)
{
	static const size_t lengths[] = { CRYPTO_OTP_SECRET_MIN, 20, 64,
					  CRYPTO_OTP_SECRET_MAX };
	struct fault f = { .text = "" };
	struct store_otp row;
	struct otp_device d;
	SECRET(key);
	SECRET(back);

	for (size_t i = 0; i < 4; i++) {
		crypto_secret_random(&key, lengths[i]);
		CHECK_EQ(make(&time_device, &key, 77, &row), STATUS_OK);
		CHECK(memmem(row.sealed, row.sealed_len, key.b, 8) == NULL);
		CHECK_OK(otp_row_key(&kit.env, &row, &back, &f), &f);
		CHECK(secret_equal(&key, &back));
	}
	CHECK_STR(row.account.s, kit.ann.s);
	CHECK_EQ(strlen(row.id.s), ID_LENGTH);
	CHECK_EQ(row.moved, 77);
	CHECK_EQ(row.state, STORE_OTP_ACTIVE);
	CHECK_EQ(row.created_at, KIT_NOW);
	CHECK_EQ(row.used_at, 0);
	otp_row_device(&row, &d);
	CHECK_STR(d.label, "phone");
	CHECK(d.kind == STORE_TOTP && d.algorithm == CRYPTO_SHA256 &&
	      d.digits == 8 && d.period == 60 && d.counter == 0);
	CHECK_EQ(make(&counter_device, &key, 13, &row), STATUS_OK);
	otp_row_device(&row, &d);
	CHECK(d.kind == STORE_HOTP && d.algorithm == CRYPTO_SHA1 &&
	      d.digits == 7 && d.period == 0 && d.counter == 13);
	CHECK_OK(otp_device_valid(&d, &f), &f);
}

static void
bounds(void)
{
	struct otp_device d = time_device;
	struct store_otp row = { .moved = -5 };
	SECRET(key);

	crypto_secret_random(&key, CRYPTO_OTP_SECRET_MIN - 1);
	CHECK_EQ(make(&d, &key, 0, &row), STATUS_INVALID);
	crypto_secret_random(&key, CRYPTO_OTP_SECRET_MAX + 1);
	CHECK_EQ(make(&d, &key, 0, &row), STATUS_INVALID);
	crypto_secret_random(&key, SECRET_SIZE);
	CHECK_EQ(make(&d, &key, 0, &row), STATUS_INVALID);
	kit_key(&key);
	CHECK_EQ(make(&d, &key, -1, &row), STATUS_INVALID);
	CHECK_EQ(make(&d, &key, INT64_MAX, &row), STATUS_INVALID);
	d.label[0] = '\0';
	CHECK_EQ(make(&d, &key, 0, &row), STATUS_INVALID);
	d = time_device;
	d.digits = 9;
	CHECK_EQ(make(&d, &key, 0, &row), STATUS_INVALID);
	CHECK_EQ(row.moved, -5);
}

/* Another row's, another account's, another key's, or altered. */
static void
foreign(void)
{
	struct fault f = { .text = "" };
	struct store_otp row, moved;
	unsigned passed = 0;
	size_t len;
	SECRET(key);
	SECRET(back);

	kit_key(&key);
	kit_answer(&back, "before");
	CHECK_EQ(make(&time_device, &key, 0, &row), STATUS_OK);
	moved = row;
	moved.account = kit.bob;
	CHECK_EQ(otp_row_key(&kit.env, &moved, &back, &f), STATUS_CORRUPT);
	moved = row;
	moved.account.s[0] = '\0';
	CHECK_EQ(otp_row_key(&kit.env, &moved, &back, &f), STATUS_CORRUPT);
	moved = row;
	crypto_id(KIT_NOW, &moved.id);
	CHECK_EQ(otp_row_key(&kit.env, &moved, &back, &f), STATUS_CORRUPT);
	moved = row;
	for (size_t i = 0; i < row.sealed_len; i++) {
		moved.sealed[i] ^= 4;
		passed += otp_row_key(&kit.env, &moved, &back, &f) !=
			  STATUS_CORRUPT;
		moved.sealed[i] ^= 4;
	}
	for (moved.sealed_len = 0; moved.sealed_len < row.sealed_len;
	     moved.sealed_len++)
		passed += otp_row_key(&kit.env, &moved, &back, &f) !=
			  STATUS_CORRUPT;
	moved.sealed_len = STORE_SEALED_SIZE + 1;
	passed += otp_row_key(&kit.env, &moved, &back, &f) != STATUS_CORRUPT;
	kit.keys.master[0] ^= 1;
	passed += otp_row_key(&kit.env, &row, &back, &f) != STATUS_CORRUPT;
	kit.keys.master[0] ^= 1;
	CHECK_EQ(passed, 0);
	/* Sealed by our key, but no key of a device. */
	for (int i = 0; i < 3; i++) {
		static const char *const what[] = { "", "MZXW6", "0189" };
		char text[64], ad[64];

		(void)snprintf(text, sizeof(text), "%s:%s", kit.ann.s,
			       what[i]);
		(void)snprintf(ad, sizeof(ad), "otp.sealed:%s", row.id.s);
		CHECK_OK(crypto_seal(&kit.keys, ad, text, strlen(text),
				     moved.sealed, sizeof(moved.sealed), &len,
				     &f),
			 &f);
		moved.sealed_len = len;
		CHECK_EQ(otp_row_key(&kit.env, &moved, &back, &f),
			 STATUS_CORRUPT);
	}
	CHECK(secret_is(&back, "before", 6));
}

static enum status
add(const struct id *account, const char *label, const struct secret *key)
{
	struct otp_device d = time_device;
	struct fault f = { .text = "" };
	struct store_otp row;
	enum status st;
	STORE_TXN(txn);

	CHECK(text_copy(d.label, sizeof(d.label), label));
	CHECK_OK(otp_row_make(&kit.env, account, &d, key, 0, &row, &f), &f);
	CHECK_OK(store_begin(kit.env.store, &txn, &f), &f);
	st = otp_row_add(&kit.env, &row, &f);
	if (st == STATUS_OK)
		CHECK_OK(store_commit(&txn, &f), &f);
	test_note("%s", f.text);
	return st;
}

static void
added(void)
{
	struct store_otp row;
	struct fault f = { .text = "" };
	char label[16];
	SECRET(key);
	SECRET(first);

	kit_no_devices(&kit.ann);
	crypto_secret_random(&first, 20);
	CHECK_EQ(add(&kit.ann, "d0", &first), STATUS_OK);
	crypto_secret_random(&key, 20);
	CHECK_EQ(add(&kit.ann, "d0", &key), STATUS_CONFLICT);
	/* A key in two devices would make every code good twice. */
	CHECK_EQ(add(&kit.ann, "again", &first), STATUS_REFUSED);
	CHECK_EQ(add(&kit.bob, "d0", &first), STATUS_OK);
	for (int i = 1; i < OTP_DEVICES_MAX; i++) {
		(void)snprintf(label, sizeof(label), "d%d", i);
		crypto_secret_random(&key, 20);
		CHECK_EQ(add(&kit.ann, label, &key), STATUS_OK);
	}
	crypto_secret_random(&key, 20);
	CHECK_EQ(add(&kit.ann, "one too many", &key), STATUS_REFUSED);
	CHECK_EQ(add(&kit.bob, "d1", &key), STATUS_OK);
	CHECK_EQ(store_otp_get(kit.env.store, &kit.ann, "one too many", &row,
			       &f),
		 STATUS_NOT_FOUND);
	CHECK_OK(store_otp_get(kit.env.store, &kit.ann, "d9", &row, &f), &f);
	/* A transaction is the caller's. */
	CHECK_EQ(make(&counter_device, &first, 12, &row), STATUS_OK);
	row.account = kit.bob;
	CHECK_EQ(otp_row_add(&kit.env, &row, &f), STATUS_CORRUPT);
	kit_no_devices(&kit.ann);
	CHECK_EQ(make(&counter_device, &first, 12, &row), STATUS_OK);
	CHECK_EQ(otp_row_add(&kit.env, &row, &f), STATUS_CONFLICT);
}

int
main(void)
{
	kit_start();
	there_and_back();
	bounds();
	foreign();
	added();
	kit_end();
	return test_done();
}
