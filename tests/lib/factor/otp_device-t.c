/* SPDX-License-Identifier: MIT */
#include "factor/otp.h"

#include "base/text.h"
#include "test.h"

static const struct otp_device time_device = { .kind = STORE_TOTP,
					       .label = "phone",
					       .algorithm = CRYPTO_SHA1,
					       .digits = 6,
					       .period = 30 };
static const struct otp_device counter_device = { .kind = STORE_HOTP,
						  .label = "token",
						  .algorithm = CRYPTO_SHA1,
						  .digits = 6 };

static enum status
valid(const struct otp_device *d)
{
	struct fault f = { .text = "" };
	enum status st = otp_device_valid(d, &f);

	CHECK_EQ(f.text[0] != '\0', st != STATUS_OK);
	return st;
}

static enum status
label(const char *s)
{
	struct otp_device d = time_device;

	CHECK(text_copy(d.label, sizeof(d.label), s));
	test_note("label '%s'", s);
	return valid(&d);
}

static void
labels(void)
{
	static const char *const good[] = {
		"a",
		"my phone",
		"Anna's Telefon, \xc3\xa4lter",
		"\xf0\x9f\x94\x91",
		"&?%#/=+",
		("0123456789012345678901234567890123456789012345678901234567"
		 "890123"),
	};
	static const char *const bad[] = {
		"",	    " a",   "a ",	    " ",
		"a:b",	    "a\nb", "a\tb",	    "a\x7f",
		"a\x1b[m",  "\xc3", "a\xc2\x85z",   "a\xc2\x9f",
		"\xc0\x80", "\xff", "\xed\xa0\x80", "\x01",
	};
	struct otp_device d = time_device;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_EQ(label(good[i]), STATUS_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_EQ(label(bad[i]), STATUS_INVALID);
	/* A no-break space is no control character. */
	CHECK_EQ(label("a\xc2\xa0z"), STATUS_OK);
	memset(d.label, 'x', sizeof(d.label));
	CHECK_EQ(valid(&d), STATUS_INVALID);
}

static void
numbers(void)
{
	struct otp_device d;

	for (unsigned i = 0; i < 300; i++) {
		d = time_device;
		d.period = i;
		CHECK_EQ(valid(&d),
			 i >= 15 && i <= 120 ? STATUS_OK : STATUS_INVALID);
		d = counter_device;
		d.period = i;
		CHECK_EQ(valid(&d), i == 0 ? STATUS_OK : STATUS_INVALID);
	}
	for (unsigned i = 0; i < 12; i++) {
		d = time_device;
		d.digits = i;
		CHECK_EQ(valid(&d),
			 i >= 6 && i <= 8 ? STATUS_OK : STATUS_INVALID);
		d = time_device;
		d.algorithm = (enum crypto_otp_algorithm)i;
		CHECK_EQ(valid(&d),
			 i >= 1 && i <= 3 ? STATUS_OK : STATUS_INVALID);
		d = i == STORE_HOTP ? counter_device : time_device;
		d.kind = (enum store_otp_kind)i;
		CHECK_EQ(valid(&d), i == STORE_TOTP || i == STORE_HOTP
					    ? STATUS_OK
					    : STATUS_INVALID);
	}
	d = time_device;
	d.counter = 1;
	CHECK_EQ(valid(&d), STATUS_INVALID);
	d = counter_device;
	d.counter = OTP_COUNTER_MAX;
	CHECK_EQ(valid(&d), STATUS_OK);
	d.counter++;
	CHECK_EQ(valid(&d), STATUS_INVALID);
	d.counter = UINT64_MAX;
	CHECK_EQ(valid(&d), STATUS_INVALID);
}

static void
words(void)
{
	static const char *const bad[] = {
		"",	   "SHA",     "SHA1 ",	  "SHA-1",
		"SHA12",   "MD5",     "HmacSHA1", "SHA384",
		"SHA2566", "\xd3HA1", "3HA1",	  "sh\x41\x01"
	};
	enum crypto_otp_algorithm a;

	for (unsigned i = 1; i <= 3; i++) {
		a = (enum crypto_otp_algorithm)0;
		CHECK(otp_algorithm_parse(
			      otp_algorithm_name((enum crypto_otp_algorithm)i),
			      &a) &&
		      a == i);
	}
	CHECK_STR(otp_algorithm_name(CRYPTO_SHA1), "SHA1");
	CHECK_STR(otp_algorithm_name(CRYPTO_SHA256), "SHA256");
	CHECK_STR(otp_algorithm_name(CRYPTO_SHA512), "SHA512");
	CHECK(otp_algorithm_parse("sha512", &a) && a == CRYPTO_SHA512);
	CHECK(otp_algorithm_parse("Sha256", &a) && a == CRYPTO_SHA256);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		a = CRYPTO_SHA512;
		test_note("%s", bad[i]);
		CHECK(!otp_algorithm_parse(bad[i], &a) && a == CRYPTO_SHA512);
	}
	CHECK_STR(otp_kind_name(STORE_TOTP), "totp");
	CHECK_STR(otp_kind_name(STORE_HOTP), "hotp");
}

static void
keys(void)
{
	static const size_t lengths[] = { 20, 32, 64 };
	SECRET(a);
	SECRET(b);

	for (unsigned i = 0; i < 3; i++) {
		otp_key_make((enum crypto_otp_algorithm)(i + 1), &a);
		otp_key_make((enum crypto_otp_algorithm)(i + 1), &b);
		CHECK_EQ(a.len, lengths[i]);
		CHECK(!secret_equal(&a, &b));
	}
}

static void
key_text(void)
{
	struct fault f = { .text = "" };
	SECRET(key);
	SECRET(text);

	CHECK_OK(secret_set(&key, "Hello!\xde\xad\xbe\xef", 10, &f), &f);
	CHECK_OK(otp_key_text(&key, &text, &f), &f);
	CHECK(secret_is(&text, "JBSW Y3DP EHPK 3PXP", 19));
	CHECK_OK(secret_set(&key, "123", 3, &f), &f);
	CHECK_OK(otp_key_text(&key, &text, &f), &f);
	CHECK(secret_is(&text, "GEZD G", 6));
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	labels();
	numbers();
	words();
	keys();
	key_text();
	return test_done();
}
