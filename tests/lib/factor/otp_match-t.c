/* SPDX-License-Identifier: MIT */
#include "factor/otp.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "kit.h"
#include "test.h"

#define STEP (KIT_NOW / 30)

static const struct otp_device time_device = { .kind = STORE_TOTP,
					       .label = "phone",
					       .algorithm = CRYPTO_SHA1,
					       .digits = 6,
					       .period = 30 };
static const struct otp_device counter_device = { .kind = STORE_HOTP,
						  .label = "token",
						  .algorithm = CRYPTO_SHA1,
						  .digits = 6 };

/* The code that a device shows at a step or counter. */
static void
shown(const struct otp_device *d, int64_t at, struct secret *out)
{
	char code[CRYPTO_OTP_DIGITS_MAX + 1];
	struct fault f = { .text = "" };
	SECRET(key);

	kit_key(&key);
	kit_need(crypto_hotp(&key, d->algorithm, (uint64_t)at, d->digits, code,
			     &f),
		 &f);
	kit_answer(out, code);
}

static struct otp_match
match(const struct otp_device *d, int64_t moved, int64_t now,
      const struct secret *answer)
{
	struct otp_match m = { .result = FACTOR_UNTIMELY, .at = -1 };
	struct fault f = { .text = "" };
	SECRET(key);

	kit_key(&key);
	kit_count();
	CHECK_OK(otp_match(d, &key, moved, now, answer, &m, &f), &f);
	return m;
}

static void
answers(void)
{
	static const char *const good[] = { "123456",	   "1234567",
					    "12345678",	   "123 456",
					    " 1 2 3456 ",  "000000",
					    "12\t34 5678", "1234 5678\t" };
	static const char *const bad[] = {
		"",
		"12345",
		"123456789",
		"12345a",
		"123-456",
		"+12345",
		"-123456",
		"123456\n",
		"12345.6",
		"1234567890123",
		"      ",
		"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6",
	};
	struct fault f = { .text = "" };
	char long_one[OTP_ANSWER_MAX + 2];
	SECRET(a);
	SECRET(digits);

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		kit_answer(&a, good[i]);
		test_note("'%s'", good[i]);
		CHECK(otp_answer_read(&a, &digits));
		CHECK(!secret_has_byte(&digits, ' ') &&
		      !secret_has_byte(&digits, '\t') && digits.len >= 6);
	}
	kit_answer(&digits, "before");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_answer(&a, bad[i]);
		test_note("'%s'", bad[i]);
		CHECK(!otp_answer_read(&a, &digits));
	}
	CHECK_OK(secret_set(&a, "123456\0", 7, &f), &f);
	CHECK(!otp_answer_read(&a, &digits));
	CHECK(secret_is(&digits, "before", 6));
	memset(long_one, ' ', sizeof(long_one));
	memcpy(long_one, "123456", 6);
	CHECK_OK(secret_set(&a, long_one, OTP_ANSWER_MAX, &f), &f);
	CHECK(otp_answer_read(&a, &digits) && secret_is(&digits, "123456", 6));
	CHECK_OK(secret_set(&a, long_one, OTP_ANSWER_MAX + 1, &f), &f);
	CHECK(!otp_answer_read(&a, &digits));
}

/* One step to either side, at both edges of the present one. */
static void
window(void)
{
	static const unsigned periods[] = { 15, 30, 60, 120 };
	struct otp_device d = time_device;
	SECRET(a);

	for (size_t i = 0; i < 4; i++) {
		int64_t period = d.period = periods[i];
		int64_t step = KIT_NOW / period;

		for (int64_t off = -3; off <= 3; off++) {
			bool in = off >= -1 && off <= 1;
			struct otp_match m[2];

			shown(&d, step + off, &a);
			m[0] = match(&d, 0, step * period, &a);
			CHECK_EQ(kit.hotps, 3);
			m[1] = match(&d, 0, step * period + period - 1, &a);
			for (int n = 0; n < 2; n++) {
				CHECK_EQ(m[n].result,
					 in ? FACTOR_RIGHT : FACTOR_WRONG);
				if (in)
					CHECK_EQ(m[n].at, step + off);
			}
		}
	}
}

static void
spent(void)
{
	SECRET(a);

	for (int64_t at = STEP - 1; at <= STEP + 1; at++)
		for (int64_t moved = STEP - 3; moved <= STEP + 3; moved++) {
			struct otp_match m;

			shown(&time_device, at, &a);
			m = match(&time_device, moved, KIT_NOW, &a);
			CHECK_EQ(m.result,
				 at > moved ? FACTOR_RIGHT : FACTOR_SPENT);
			CHECK_EQ(m.at, at);
			CHECK_EQ(kit.hotps, 3);
		}
	/* A wrong one stays wrong, whatever was spent. */
	kit_answer(&a, "000000");
	CHECK_EQ(match(&time_device, STEP + 3, KIT_NOW, &a).result,
		 FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 3);
}

/*
 * Two steps next to each other that show the same: the later one counts, or
 * the digits would be good again half a minute later.
 */
static void
twins(void)
{
	int64_t at = 0, moved = 0;
	SECRET(a);
	SECRET(b);

	shown(&time_device, 1, &a);
	for (at = 2; at < 8000000; at++) {
		shown(&time_device, at, &b);
		if (secret_equal(&a, &b))
			break;
		secret_copy(&a, &b);
	}
	test_note("steps %" PRId64 " and %" PRId64, at - 1, at);
	CHECK(secret_equal(&a, &b));
	for (int64_t now = (at - 1) * 30; now < (at + 3) * 30; now += 30) {
		struct otp_match m = match(&time_device, moved, now, &a);

		if (now == (at - 1) * 30) {
			CHECK_EQ(m.result, FACTOR_RIGHT);
			CHECK_EQ(m.at, at);
			moved = m.at;
		}
		CHECK(now == (at - 1) * 30 || m.result != FACTOR_RIGHT);
	}
	CHECK_EQ(match(&counter_device, at - 5, 0, &a).at, at);
}

static void
lengths(void)
{
	struct otp_device d = time_device;
	SECRET(a);

	for (d.digits = 6; d.digits <= 8; d.digits++) {
		struct otp_device other = d;

		shown(&d, STEP, &a);
		for (other.digits = 6; other.digits <= 8; other.digits++)
			CHECK_EQ(match(&other, 0, KIT_NOW, &a).result,
				 other.digits == d.digits ? FACTOR_RIGHT
							  : FACTOR_WRONG);
	}
	shown(&time_device, STEP, &a);
	CHECK(a.len == 6);
	a.b[a.len++] = ' ';
	CHECK_EQ(match(&time_device, 0, KIT_NOW, &a).result, FACTOR_RIGHT);
	a.b[a.len++] = '0';
	CHECK_EQ(match(&time_device, 0, KIT_NOW, &a).result, FACTOR_WRONG);
	kit_answer(&a, "");
	CHECK_EQ(match(&time_device, 0, KIT_NOW, &a).result, FACTOR_WRONG);
}

/* Other algorithms and keys make other codes. */
static void
others(void)
{
	struct otp_device d = time_device;
	struct otp_match m = { .result = FACTOR_RIGHT };
	struct fault f = { .text = "" };
	SECRET(a);
	SECRET(key);

	shown(&time_device, STEP, &a);
	d.algorithm = CRYPTO_SHA256;
	CHECK_EQ(match(&d, 0, KIT_NOW, &a).result, FACTOR_WRONG);
	d = time_device;
	d.period = 31;
	CHECK_EQ(match(&d, 0, KIT_NOW, &a).result, FACTOR_WRONG);
	kit_answer(&key, "12345678901234567891");
	CHECK_OK(otp_match(&time_device, &key, 0, KIT_NOW, &a, &m, &f), &f);
	CHECK_EQ(m.result, FACTOR_WRONG);
}

/* Times and rows that cannot be, without a division or overflow. */
static void
strange(void)
{
	static const int64_t times[] = {
		INT64_MIN, -KIT_NOW, -31,	-30,	       -1,
		0,	   29,	     INT64_MAX, INT64_MAX - 90
	};
	struct otp_match m = { .result = FACTOR_UNTIMELY };
	struct otp_device d = time_device;
	struct fault f = { .text = "" };
	SECRET(key);
	SECRET(a);

	kit_key(&key);
	shown(&time_device, 0, &a);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		CHECK_EQ(match(&time_device, -1, times[i], &a).result,
			 FACTOR_WRONG);
	CHECK_EQ(match(&time_device, -1, 30, &a).result, FACTOR_RIGHT);
	d.period = 0;
	CHECK_EQ(otp_match(&d, &key, 0, KIT_NOW, &a, &m, &f), STATUS_INVALID);
	d.period = 30;
	d.kind = (enum store_otp_kind)7;
	CHECK_EQ(otp_match(&d, &key, 0, KIT_NOW, &a, &m, &f), STATUS_INVALID);
	CHECK_EQ(otp_match(&counter_device, &key, -1, KIT_NOW, &a, &m, &f),
		 STATUS_INVALID);
	CHECK_EQ(otp_match(&counter_device, &key, INT64_MAX - 5, KIT_NOW, &a,
			   &m, &f),
		 STATUS_INVALID);
	kit_answer(&key, "short");
	CHECK_EQ(otp_match(&time_device, &key, 0, KIT_NOW, &a, &m, &f),
		 STATUS_INVALID);
	CHECK_EQ(m.result, FACTOR_UNTIMELY);
}

static void
look_ahead(void)
{
	const int64_t moved = 100;
	SECRET(a);

	for (int64_t off = -3; off <= OTP_LOOK_AHEAD + 3; off++) {
		bool in = off >= 0 && off <= OTP_LOOK_AHEAD;
		struct otp_match m;

		shown(&counter_device, moved + off, &a);
		m = match(&counter_device, moved, KIT_NOW, &a);
		CHECK_EQ(m.result, in	       ? FACTOR_RIGHT
				   : off == -1 ? FACTOR_SPENT
					       : FACTOR_WRONG);
		CHECK_EQ(kit.hotps, OTP_LOOK_AHEAD + 2);
		if (in || off == -1)
			CHECK_EQ(m.at, moved + off);
	}
	shown(&counter_device, 0, &a);
	CHECK_EQ(match(&counter_device, 0, KIT_NOW, &a).result, FACTOR_RIGHT);
	CHECK_EQ(match(&counter_device, 1, KIT_NOW, &a).result, FACTOR_SPENT);
	CHECK_EQ(match(&counter_device, 2, KIT_NOW, &a).result, FACTOR_WRONG);
}

static enum status
resync(const struct otp_device *d, int64_t moved, int64_t first,
       int64_t second, int64_t *counter)
{
	struct fault f = { .text = "" };
	SECRET(key);
	SECRET(a);
	SECRET(b);

	kit_key(&key);
	shown(d, first, &a);
	shown(d, second, &b);
	return otp_resync(d, &key, moved, &a, &b, counter, &f);
}

static void
in_step_again(void)
{
	const int64_t moved = 40, last = moved + OTP_RESYNC_AHEAD;
	int64_t counter = -1;

	CHECK_EQ(resync(&counter_device, moved, moved - 1, moved, &counter),
		 STATUS_REFUSED);
	CHECK_EQ(resync(&counter_device, moved, last, last + 1, &counter),
		 STATUS_REFUSED);
	CHECK_EQ(resync(&counter_device, moved, 70, 70, &counter),
		 STATUS_REFUSED);
	CHECK_EQ(resync(&counter_device, moved, 71, 70, &counter),
		 STATUS_REFUSED);
	CHECK_EQ(resync(&counter_device, moved, 70, 72, &counter),
		 STATUS_REFUSED);
	CHECK_EQ(resync(&time_device, moved, 70, 71, &counter),
		 STATUS_INVALID);
	CHECK_EQ(resync(&counter_device, -1, 70, 71, &counter),
		 STATUS_INVALID);
	CHECK_EQ(resync(&counter_device, INT64_MAX - 900, 70, 71, &counter),
		 STATUS_INVALID);
	CHECK_EQ(counter, -1);
	CHECK_EQ(resync(&counter_device, moved, moved, moved + 1, &counter),
		 STATUS_OK);
	CHECK_EQ(counter, moved + 1);
	CHECK_EQ(resync(&counter_device, moved, 600, 601, &counter),
		 STATUS_OK);
	CHECK_EQ(counter, 601);
	CHECK_EQ(resync(&counter_device, moved, last - 1, last, &counter),
		 STATUS_OK);
	CHECK_EQ(counter, last);
}

static void
resync_lengths(void)
{
	int64_t counter = -1;
	struct fault f = { .text = "" };
	SECRET(key);
	SECRET(a);
	SECRET(b);

	kit_key(&key);
	shown(&counter_device, 70, &a);
	kit_answer(&b, "12345678");
	CHECK_EQ(otp_resync(&counter_device, &key, 0, &a, &b, &counter, &f),
		 STATUS_REFUSED);
	kit_answer(&b, "letters");
	CHECK_EQ(otp_resync(&counter_device, &key, 0, &a, &b, &counter, &f),
		 STATUS_REFUSED);
	CHECK_EQ(otp_resync(&counter_device, &key, 0, &b, &a, &counter, &f),
		 STATUS_REFUSED);
	CHECK_EQ(counter, -1);
}

int
main(void)
{
	struct fault f = { .text = "" };

	CHECK_OK(crypto_start(&f), &f);
	answers();
	window();
	spent();
	twins();
	lengths();
	others();
	strange();
	look_ahead();
	in_step_again();
	resync_lengths();
	return test_done();
}
