/* SPDX-License-Identifier: MIT */
#include "factor/otp.h"

#include "base/text.h"
#include "kit.h"
#include "test.h"

#define STEP (KIT_NOW / 30)

static const struct otp_device phone = { .kind = STORE_TOTP,
					 .label = "phone",
					 .algorithm = CRYPTO_SHA1,
					 .digits = 6,
					 .period = 30 };
static const struct otp_device token = { .kind = STORE_HOTP,
					 .label = "token",
					 .algorithm = CRYPTO_SHA1,
					 .digits = 6 };

/* What a device with this key shows at a step or counter. */
static void
shown(const struct otp_device *d, const char *key_text, int64_t at,
      struct secret *out)
{
	char code[CRYPTO_OTP_DIGITS_MAX + 1];
	struct fault f = { .text = "" };
	SECRET(key);

	kit_answer(&key, key_text);
	kit_need(crypto_hotp(&key, d->algorithm, (uint64_t)at, d->digits, code,
			     &f),
		 &f);
	kit_answer(out, code);
}

static struct store_otp
device(const struct otp_device *like, const char *label, const char *key_text,
       int64_t moved)
{
	struct otp_device d = *like;
	SECRET(key);

	(void)text_copy(d.label, sizeof(d.label), label);
	kit_answer(&key, key_text);
	return kit_device(&kit.ann, &d, &key, moved);
}

static struct factor_outcome
check(const struct id *account, const struct secret *answer)
{
	struct factor_outcome out = { .result = FACTOR_WRONG };
	struct fault f = { .text = "" };

	kit_count();
	CHECK_OK(factor_otp.check(&kit.env, account, answer, &out, &f), &f);
	CHECK_EQ(out.way != NULL, out.result == FACTOR_RIGHT);
	CHECK(!out.renew);
	return out;
}

#define CHECK_RESULT(account, answer, want)                                   \
	CHECK_EQ(check((account), (answer)).result, (want))

#define KEY_A "a key of twenty bytes"
#define KEY_B "another of that length"
#define KEY_C "one more to have three"

static void
resynced(const struct store_otp *row, enum store_otp_state state)
{
	struct store_otp now = *row;
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	/* There is no verb to fall out of step but a restored store. */
	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_otp_delete(kit.env.store, &row->id, &f), &f);
	now.state = state;
	kit_need(store_otp_insert(kit.env.store, &now, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

static bool
enrolled(const struct id *account)
{
	struct fault f = { .text = "" };
	bool has = false;

	CHECK_OK(factor_otp.enrolled(&kit.env, account, &has, &f), &f);
	return has;
}

static void
prompt(void)
{
	const struct factor_whom whom = { "ann", "host" };
	const struct factor_whom hostile = { "a\x1b[2Jb\n", "h\xe2\x80\xae" };
	char name[5001];
	const struct factor_whom huge = { name, "host" };
	struct prompt p;

	factor_otp.offer(&whom, &p);
	CHECK_STR(p.text, "One-time code for ann@host: ");
	CHECK_EQ(p.kind, PROMPT_SECRET);
	CHECK_EQ(p.purpose, PURPOSE_CODE);
	factor_otp.offer(&hostile, &p);
	CHECK_STR(p.text, "One-time code for a\\x1b[2Jb\\x0a@h\\xe2\\x80\\xae"
			  ": ");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	factor_otp.offer(&huge, &p);
	CHECK(strncmp(p.text, "One-time code for xxx", 21) == 0);
	CHECK(strstr(p.text, "...@host: ") != NULL);
}

static void
shapes(void)
{
	static const char *const good[] = { "123456",	      "123 456",
					    "12345678",	      "1234567",
					    "abcd-efgh-ijkl", "ABCDEFGHIJKL",
					    "2222 3333 444a" };
	static const char *const bad[] = { "",
					   "12345",
					   "123456789",
					   "hunter2",
					   "222233334444",
					   "abcd-efgh-ijk",
					   "abcd-efgh-ijk1",
					   "123456,",
					   "passw0rd123456" };
	char text[OTP_ANSWER_MAX + 2] = "123456";
	SECRET(a);

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		kit_answer(&a, good[i]);
		test_note("'%s'", good[i]);
		CHECK(factor_otp.shaped(&a));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		kit_answer(&a, bad[i]);
		test_note("'%s'", bad[i]);
		CHECK(!factor_otp.shaped(&a));
		CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	}
	memset(text + 6, ' ', OTP_ANSWER_MAX + 1 - 6);
	kit_answer(&a, text);
	CHECK(!factor_otp.shaped(&a));
	text[OTP_ANSWER_MAX] = '\0';
	kit_answer(&a, text);
	CHECK(factor_otp.shaped(&a));
	memcpy(text, "abcd-efgh-ijkl", 14);
	kit_answer(&a, text);
	CHECK(factor_otp.shaped(&a));
	text[OTP_ANSWER_MAX] = ' ';
	kit_answer(&a, text);
	CHECK(!factor_otp.shaped(&a));
}

/* Nobody, nothing, or nothing of that length: three codes all the same. */
static void
costs(void)
{
	struct otp_device eight = phone;
	struct store_otp row;
	SECRET(a);

	kit_no_devices(&kit.ann);
	kit_answer(&a, "000000");
	CHECK_RESULT(NULL, &a, FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 3);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 3);
	eight.digits = 8;
	(void)device(&eight, "eight", KEY_A, 0);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 3);
	row = device(&token, "lost", KEY_B, 0);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 11);
	resynced(&row, STORE_OTP_RESYNC);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 3);
	kit_answer(&a, "00000000");
	CHECK_RESULT(NULL, &a, FACTOR_WRONG);
	CHECK_EQ(kit.hotps, 3);
	kit_no_devices(&kit.ann);
	/* Every device is tried, also when the first was right. */
	(void)device(&phone, "a", KEY_A, 0);
	(void)device(&phone, "b", KEY_B, 0);
	shown(&phone, KEY_A, STEP, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_RIGHT);
	CHECK_EQ(kit.hotps, 6);
	/* Nobody's is never right. */
	CHECK_RESULT(NULL, &a, FACTOR_WRONG);
	CHECK_RESULT(&kit.bob, &a, FACTOR_WRONG);
	kit_no_devices(&kit.ann);
}

static void
time_codes(void)
{
	struct store_otp row = device(&phone, "phone", KEY_A, STEP - 2);
	struct factor_outcome out, again;
	SECRET(a);
	SECRET(spaced);

	for (int64_t off = -2; off <= 2; off++) {
		shown(&phone, KEY_A, STEP + off, &a);
		CHECK_RESULT(&kit.ann, &a,
			     off >= -1 && off <= 1 ? FACTOR_RIGHT
						   : FACTOR_WRONG);
	}
	shown(&phone, KEY_A, STEP, &a);
	out = check(&kit.ann, &a);
	again = check(&kit.ann, &a);
	CHECK_STR(out.way, "totp");
	CHECK_STR(out.row.s, row.id.s);
	CHECK(out.at == STEP && !out.code);
	/* Two logins with the same code: one gets in. */
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_OK);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &again), STATUS_LOST);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_LOST);
	CHECK_RESULT(&kit.ann, &a, FACTOR_SPENT);
	shown(&phone, KEY_A, STEP - 1, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_SPENT);
	shown(&phone, KEY_A, STEP + 1, &a);
	out = check(&kit.ann, &a);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_OK);
	shown(&phone, KEY_A, STEP, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_SPENT);
	/* Nothing but a right answer spends anything. */
	out.result = FACTOR_SPENT;
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_DENIED);
	kit.env.now += 90;
	shown(&phone, KEY_A, STEP + 3, &a);
	CHECK(a.len == 6);
	memcpy(spaced.b, a.b, 3);
	spaced.b[3] = ' ';
	memcpy(spaced.b + 4, a.b + 3, 3);
	spaced.len = 7;
	CHECK_RESULT(&kit.ann, &spaced, FACTOR_RIGHT);
	kit.env.now = KIT_NOW;
	kit_no_devices(&kit.ann);
}

static void
removed(void)
{
	struct factor_outcome out;
	SECRET(a);

	(void)device(&phone, "phone", KEY_A, 0);
	shown(&phone, KEY_A, STEP, &a);
	out = check(&kit.ann, &a);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	kit_no_devices(&kit.ann);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_LOST);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
}

static void
counter_codes(void)
{
	struct store_otp row = device(&token, "token", KEY_B, 50);
	struct factor_outcome out, again, late;
	SECRET(a);

	for (int64_t at = 47; at <= 63; at++) {
		shown(&token, KEY_B, at, &a);
		CHECK_RESULT(&kit.ann, &a,
			     at >= 50 && at <= 60 ? FACTOR_RIGHT
			     : at == 49		  ? FACTOR_SPENT
						  : FACTOR_WRONG);
	}
	shown(&token, KEY_B, 50, &a);
	late = check(&kit.ann, &a);
	shown(&token, KEY_B, 60, &a);
	out = check(&kit.ann, &a);
	again = check(&kit.ann, &a);
	CHECK_STR(out.way, "hotp");
	CHECK_STR(out.row.s, row.id.s);
	CHECK(out.at == 60 && !out.code);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_OK);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &again), STATUS_LOST);
	/* One that was skipped is spent with it. */
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &late), STATUS_LOST);
	CHECK_RESULT(&kit.ann, &a, FACTOR_SPENT);
	shown(&token, KEY_B, 71, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_RIGHT);
	shown(&token, KEY_B, 72, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	/* Out of step it accepts nothing, also if that was checked before. */
	shown(&token, KEY_B, 61, &a);
	out = check(&kit.ann, &a);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	row.moved = 61;
	resynced(&row, STORE_OTP_RESYNC);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_LOST);
	CHECK(enrolled(&kit.ann));
	kit_no_devices(&kit.ann);
	CHECK(!enrolled(&kit.ann));
}

/* Right wins over spent, spent over wrong, whatever the order. */
static void
several(void)
{
	struct otp_device eight = phone;
	struct factor_outcome out;
	struct store_otp b;
	SECRET(a);

	eight.digits = 8;
	(void)device(&phone, "a spent one", KEY_A, STEP);
	b = device(&phone, "b", KEY_B, 0);
	(void)device(&eight, "c", KEY_C, 0);
	shown(&phone, KEY_A, STEP, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_SPENT);
	shown(&phone, KEY_B, STEP, &a);
	out = check(&kit.ann, &a);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	CHECK_STR(out.row.s, b.id.s);
	shown(&eight, KEY_C, STEP, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_RIGHT);
	a.len = 6;
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	/* The same key in two rows, as no verb makes them. */
	(void)device(&phone, "d", KEY_A, 0);
	shown(&phone, KEY_A, STEP, &a);
	CHECK_RESULT(&kit.ann, &a, FACTOR_RIGHT);
	kit_no_devices(&kit.ann);
	(void)device(&phone, "a", KEY_A, 0);
	(void)device(&phone, "b spent", KEY_A, STEP);
	CHECK_RESULT(&kit.ann, &a, FACTOR_RIGHT);
	kit_no_devices(&kit.ann);
}

/* The clock is behind what the store has seen: steps mean nothing. */
static void
behind(void)
{
	struct otp_device eight = phone;
	struct factor_outcome out;
	struct store_otp b;
	SECRET(a);
	SECRET(h);
	SECRET(wrong);

	kit.env.clock_behind = true;
	(void)device(&phone, "a", KEY_A, 0);
	shown(&phone, KEY_A, STEP, &a);
	shown(&token, KEY_B, 4, &h);
	kit_answer(&wrong, "000000");
	CHECK_RESULT(&kit.ann, &a, FACTOR_UNTIMELY);
	CHECK_EQ(kit.hotps, 3);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_UNTIMELY);
	out = check(&kit.ann, &a);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_DENIED);
	kit_no_devices(&kit.ann);
	(void)device(&phone, "spent", KEY_A, STEP);
	CHECK_RESULT(&kit.ann, &a, FACTOR_UNTIMELY);
	/* Counters need no clock, before or behind it in the list; and what
	 * is none of theirs is a guess, or they could be guessed for ever. */
	(void)device(&token, "a token", KEY_B, 0);
	CHECK_RESULT(&kit.ann, &h, FACTOR_RIGHT);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_WRONG);
	CHECK_RESULT(&kit.ann, &a, FACTOR_WRONG);
	kit_no_devices(&kit.ann);
	(void)device(&phone, "a", KEY_A, 0);
	b = device(&token, "b", KEY_B, 0);
	CHECK_RESULT(&kit.ann, &h, FACTOR_RIGHT);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_WRONG);
	/* Out of step it accepts nothing, so nothing is judged by it. */
	resynced(&b, STORE_OTP_RESYNC);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_UNTIMELY);
	kit_no_devices(&kit.ann);
	/* No time code at all, or none of that length. */
	(void)device(&token, "b", KEY_B, 0);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_WRONG);
	eight.digits = 8;
	(void)device(&eight, "eight", KEY_A, 0);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_WRONG);
	CHECK_RESULT(NULL, &wrong, FACTOR_WRONG);
	CHECK_RESULT(&kit.bob, &wrong, FACTOR_WRONG);
	kit_no_devices(&kit.ann);
	kit.env.clock_behind = false;
}

/* A backup code of another module; NULL: no codes any more. */
static void
keep(const struct secret *text)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(text != NULL ? code_keep(&kit.env, &kit.ann, text, &f)
			      : store_code_delete(kit.env.store, &kit.ann,
						  STORE_CODE_BACKUP, &f),
		 &f);
	kit_need(store_commit(&txn, &f), &f);
}

/* The same of eight digits, which may be a backup code of another module. */
static void
behind_kept(void)
{
	struct otp_device eight = phone;
	SECRET(a);
	SECRET(kept);
	SECRET(wrong);

	eight.digits = 8;
	kit.env.clock_behind = true;
	(void)device(&eight, "eight", KEY_A, 0);
	(void)device(&phone, "six", KEY_B, 0);
	kit_answer(&wrong, "00000000");
	kit_answer(&kept, "73512846");
	shown(&phone, KEY_B, STEP, &a);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_UNTIMELY);
	keep(&kept);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_WRONG);
	CHECK_RESULT(&kit.ann, &kept, FACTOR_RIGHT);
	CHECK_RESULT(&kit.ann, &a, FACTOR_UNTIMELY);
	keep(NULL);
	CHECK_RESULT(&kit.ann, &wrong, FACTOR_UNTIMELY);
	kit_no_devices(&kit.ann);
	kit.env.clock_behind = false;
}

static void
corrupt(void)
{
	struct factor_outcome out = { .result = FACTOR_WRONG, .at = 7 };
	struct fault f = { .text = "" };
	struct store_otp row;
	SECRET(a);

	(void)device(&phone, "a", KEY_A, 0);
	row = device(&phone, "b", KEY_B, 0);
	row.sealed[40] ^= 1;
	resynced(&row, STORE_OTP_ACTIVE);
	shown(&phone, KEY_A, STEP, &a);
	CHECK_EQ(factor_otp.check(&kit.env, &kit.ann, &a, &out, &f),
		 STATUS_CORRUPT);
	CHECK(out.result == FACTOR_WRONG && out.at == 7);
	CHECK(strstr(f.text, row.id.s) != NULL);
	kit_no_devices(&kit.ann);
}

static void
digit_counts(void)
{
	struct otp_device eight = phone;
	struct fault f = { .text = "" };
	struct store_otp row;
	unsigned n = 99;

	eight.digits = 8;
	CHECK_OK(otp_digits(&kit.env, NULL, &n, &f), &f);
	CHECK_EQ(n, 6);
	CHECK_OK(otp_digits(&kit.env, &kit.ann, &n, &f), &f);
	CHECK_EQ(n, 6);
	(void)device(&eight, "a", KEY_A, 0);
	(void)device(&eight, "b", KEY_B, 0);
	CHECK_OK(otp_digits(&kit.env, &kit.ann, &n, &f), &f);
	CHECK_EQ(n, 8);
	row = device(&token, "c", KEY_C, 0);
	CHECK_OK(otp_digits(&kit.env, &kit.ann, &n, &f), &f);
	CHECK_EQ(n, 0);
	resynced(&row, STORE_OTP_RESYNC);
	CHECK_OK(otp_digits(&kit.env, &kit.ann, &n, &f), &f);
	CHECK_EQ(n, 8);
	kit_no_devices(&kit.ann);
}

int
main(void)
{
	kit_start();
	prompt();
	shapes();
	costs();
	time_codes();
	removed();
	counter_codes();
	several();
	behind();
	behind_kept();
	corrupt();
	digit_counts();
	kit_end();
	return test_done();
}
