/* SPDX-License-Identifier: MIT */
#include "factor/code.h"

#include <ctype.h>
#include <stdio.h>

#include "kit.h"
#include "test.h"

static const enum store_code_kind kinds[] = { STORE_CODE_BACKUP,
					      STORE_CODE_LOGIN,
					      STORE_CODE_RESET,
					      STORE_CODE_TICKET };

static bool
shaped(const char *text)
{
	SECRET(s);

	kit_answer(&s, text);
	test_note("'%s'", text);
	return code_shaped(&s);
}

static void
shapes(void)
{
	char text[200];
	SECRET(s);
	struct fault f = { .text = "" };

	CHECK(shaped("abcd-efgh-ijkl"));
	CHECK(shaped("ABCD-EFGH-IJKL"));
	CHECK(shaped("abcdefghijkl"));
	CHECK(shaped(" abcd efgh\tijkl "));
	CHECK(shaped("--a-b-c-d-2-3-4-5-6-7-y-z--"));
	CHECK(shaped("22223333444a"));
	CHECK(!shaped(""));
	CHECK(!shaped("222233334444"));
	CHECK(!shaped("2222-3333-4444"));
	CHECK(!shaped("abcd-efgh-ijk"));
	CHECK(!shaped("abcd-efgh-ijklm"));
	CHECK(!shaped("abcd-efgh-ijk0"));
	CHECK(!shaped("abcd-efgh-ijk1"));
	CHECK(!shaped("abcd-efgh-ijk8"));
	CHECK(!shaped("abcd_efgh_ijkl"));
	CHECK(!shaped("abcd-efgh-ijkl\n"));
	CHECK(!shaped("abcd-efgh-ijk\xc3\xa4"));
	CHECK(!shaped("abcd\xe2\x80\x93"
		      "efgh-ijkl"));
	CHECK_OK(secret_set(&s, "abcdefghijkl\0", 13, &f), &f);
	CHECK(!code_shaped(&s));
	memset(text, '-', sizeof(text));
	memcpy(text, "abcdefghijkl", 12);
	text[OTP_ANSWER_MAX] = '\0';
	CHECK(shaped(text));
	text[OTP_ANSWER_MAX] = '-';
	text[OTP_ANSWER_MAX + 1] = '\0';
	CHECK(!shaped(text));
	/* A hash that is typed by mistake, or a whole line of it. */
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	CHECK(!shaped(text));
}

/* All letters come, at all places, and none of them looks like digits. */
static void
made(void)
{
	bool seen[CODE_TEXT_LENGTH][256] = { { false } };
	unsigned bad = 0, missing = 0;
	SECRET(s);
	SECRET(before);

	for (int n = 0; n < 2000; n++) {
		code_make(&s);
		bad += s.len != CODE_TEXT_LENGTH || !code_shaped(&s) ||
		       secret_equal(&s, &before);
		for (size_t i = 0; i < s.len; i++)
			seen[i][s.b[i]] = true;
		secret_copy(&before, &s);
	}
	CHECK_EQ(bad, 0);
	for (int i = 0; i < CODE_TEXT_LENGTH; i++) {
		const char *all = i == 4 || i == 9
					  ? "-"
					  : "abcdefghijklmnopqrstuvwxyz234567";

		for (int c = 0; c < 256; c++)
			missing += seen[i][c] !=
				   (c != 0 && strchr(all, c) != NULL);
	}
	CHECK_EQ(missing, 0);
}

/* Only digits came: it is made again. */
static unsigned rigged;

void __real_crypto_random(void *out, size_t len);
void __wrap_crypto_random(void *out, size_t len);

void
__wrap_crypto_random(void *out, size_t len)
{
	__real_crypto_random(out, len);
	if (rigged > 0) {
		rigged--;
		memset(out, 26, len);
	}
}

static void
never_digits(void)
{
	SECRET(s);

	rigged = 2;
	code_make(&s);
	CHECK_EQ(rigged, 0);
	CHECK(code_shaped(&s));
	CHECK(!secret_is(&s, "2222-2222-2222", 14));
}

static struct factor_outcome
check(const struct id *account, enum store_code_kind kind,
      const struct secret *answer)
{
	struct factor_outcome out = { .result = FACTOR_UNTIMELY };
	struct fault f = { .text = "" };

	CHECK_OK(code_check(&kit.env, account, kind, answer, &out, &f), &f);
	CHECK_STR(f.text, "");
	CHECK_EQ(out.way != NULL, out.result == FACTOR_RIGHT);
	CHECK_EQ(out.code, out.result != FACTOR_WRONG);
	return out;
}

/* As people read it back. */
static void
retyped(const struct secret *code, struct secret *out)
{
	char text[64] = " ";
	size_t n = 1;

	for (size_t i = 0; i < code->len; i++) {
		text[n++] =
			(char)(code->b[i] == '-' ? ' ' : toupper(code->b[i]));
		text[n++] = ' ';
	}
	text[n] = '\0';
	kit_answer(out, text);
}

static void
one_of_each(void)
{
	static const char *const ways[] = { "backup_code", "login_code",
					    "reset_code", "ticket" };
	static const char *const names[] = { "backup", "login", "reset",
					     "ticket" };
	struct factor_outcome out;
	SECRET(s);
	SECRET(again);

	for (int i = 0; i < 4; i++) {
		CHECK_STR(code_kind_name(kinds[i]), names[i]);
		kit_issue(&kit.ann, kinds[i], KIT_NOW + 600, &s);
		/* Of this kind and account only. */
		for (int k = 0; k < 4; k++) {
			CHECK_EQ(check(&kit.ann, kinds[k], &s).result,
				 k == i ? FACTOR_RIGHT : FACTOR_WRONG);
			CHECK_EQ(check(&kit.bob, kinds[k], &s).result,
				 FACTOR_WRONG);
			CHECK_EQ(check(NULL, kinds[k], &s).result,
				 FACTOR_WRONG);
		}
		CHECK_STR(check(&kit.ann, kinds[i], &s).way, ways[i]);
		retyped(&s, &again);
		out = check(&kit.ann, kinds[i], &again);
		CHECK_EQ(out.result, FACTOR_RIGHT);
		CHECK_EQ(strlen(out.row.s), ID_LENGTH);
		/* One letter wrong. */
		again.b[1] = again.b[1] == 'A' ? 'B' : 'A';
		CHECK_EQ(check(&kit.ann, kinds[i], &again).result,
			 FACTOR_WRONG);
	}
	kit_answer(&s, "no code at all");
	CHECK_EQ(check(&kit.ann, STORE_CODE_BACKUP, &s).result, FACTOR_WRONG);
	kit_answer(&s, "");
	CHECK_EQ(check(&kit.ann, STORE_CODE_BACKUP, &s).result, FACTOR_WRONG);
}

/* What is kept; it may never change, stores depend on it.  With the kind in
 * it a row is worth nothing as one of another kind. */
static void
kept(void)
{
	uint8_t hash[STORE_CODE_HASH_SIZE];
	struct fault f = { .text = "" };
	struct store_code row;
	char text[80];
	SECRET(s);

	kit_issue(&kit.bob, STORE_CODE_TICKET, KIT_NOW + 600, &s);
	CHECK_EQ(snprintf(text, sizeof(text), "ticket:%s:%.4s%.4s%.4s",
			  kit.bob.s, (const char *)s.b, (const char *)s.b + 5,
			  (const char *)s.b + 10),
		 7 + ID_LENGTH + 1 + CODE_LETTERS);
	crypto_keyed_hash(&kit.keys, CRYPTO_CODE, text, strlen(text), hash);
	CHECK_OK(store_code_find(kit.env.store, &kit.bob, STORE_CODE_TICKET,
				 hash, &row, &f),
		 &f);
	CHECK_EQ(row.created_at, KIT_NOW);
	CHECK_EQ(row.expires_at, KIT_NOW + 600);
	CHECK_EQ(row.spent_at, 0);
}

static void
times(void)
{
	struct factor_outcome out;
	bool left = false;
	struct fault f = { .text = "" };
	SECRET(s);
	SECRET(newer);

	kit_issue(&kit.ann, STORE_CODE_LOGIN, KIT_NOW + 600, &s);
	CHECK_OK(code_left(&kit.env, &kit.ann, STORE_CODE_LOGIN, &left, &f),
		 &f);
	CHECK(left);
	kit.env.now = KIT_NOW + 599;
	out = check(&kit.ann, STORE_CODE_LOGIN, &s);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	kit.env.now = KIT_NOW + 600;
	CHECK_EQ(check(&kit.ann, STORE_CODE_LOGIN, &s).result, FACTOR_SPENT);
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_LOST);
	CHECK_OK(code_left(&kit.env, &kit.ann, STORE_CODE_LOGIN, &left, &f),
		 &f);
	CHECK(!left);
	kit.env.now = KIT_NOW;
	/* Whether it has expired is known to no clock that is behind. */
	kit.env.clock_behind = true;
	CHECK_EQ(check(&kit.ann, STORE_CODE_LOGIN, &s).result,
		 FACTOR_UNTIMELY);
	kit_answer(&newer, "abcd-efgh-ijkl");
	CHECK_EQ(check(&kit.ann, STORE_CODE_LOGIN, &newer).result,
		 FACTOR_WRONG);
	kit.env.clock_behind = false;
	/* The next one replaces it. */
	kit_issue(&kit.ann, STORE_CODE_LOGIN, KIT_NOW + 600, &newer);
	CHECK_EQ(check(&kit.ann, STORE_CODE_LOGIN, &s).result, FACTOR_WRONG);
	CHECK_EQ(check(&kit.ann, STORE_CODE_LOGIN, &newer).result,
		 FACTOR_RIGHT);
	kit_issue(&kit.bob, STORE_CODE_LOGIN, KIT_NOW + 600, &s);
	CHECK_EQ(check(&kit.ann, STORE_CODE_LOGIN, &newer).result,
		 FACTOR_RIGHT);
}

static void
refused(void)
{
	struct fault f = { .text = "" };
	SECRET(s);
	STORE_TXN(txn);

	kit_answer(&s, "no code");
	CHECK_OK(store_begin(kit.env.store, &txn, &f), &f);
	CHECK_EQ(code_issue(&kit.env, &kit.ann, STORE_CODE_LOGIN, &s, 0, &f),
		 STATUS_INVALID);
	store_txn_end(&txn);
	code_make(&s);
	CHECK_EQ(code_issue(&kit.env, &kit.ann, STORE_CODE_LOGIN, &s, 0, &f),
		 STATUS_CONFLICT);
}

static void
put_set(const struct code_set *set)
{
	struct fault f = { .text = "" };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(code_set_store(&kit.env, &kit.ann, set, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

/* The way of a person: through the factor. */
static struct factor_outcome
otp_check(const struct secret *answer)
{
	struct factor_outcome out = { .result = FACTOR_WRONG };
	struct fault f = { .text = "" };

	CHECK_OK(factor_otp.check(&kit.env, &kit.ann, answer, &out, &f), &f);
	return out;
}

static void
backup(void)
{
	struct store_code_count count;
	struct factor_outcome out, twice;
	struct fault f = { .text = "" };
	SECRET(s);
	CODE_SET(set);
	CODE_SET(other);

	code_set_make(&set);
	code_set_make(&other);
	put_set(&set);
	for (int i = 0; i < CODE_BACKUP_COUNT; i++) {
		retyped(&set.text[i], &s);
		CHECK(code_set_has(&set, &set.text[i]));
		CHECK(code_set_has(&set, &s));
		CHECK(!code_set_has(&other, &s));
		/* Those never expire, and need no clock. */
		kit.env.clock_behind = i % 2 == 0;
		out = otp_check(&s);
		twice = otp_check(&set.text[i]);
		CHECK_EQ(out.result, FACTOR_RIGHT);
		CHECK_STR(out.way, "backup_code");
		CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_OK);
		CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &twice),
			 STATUS_LOST);
		CHECK_EQ(otp_check(&s).result, FACTOR_SPENT);
		CHECK_OK(store_code_counted(kit.env.store, &kit.ann,
					    STORE_CODE_BACKUP, KIT_NOW, &count,
					    &f),
			 &f);
		CHECK_EQ(count.left, CODE_BACKUP_COUNT - 1 - i);
		CHECK_EQ(count.total, CODE_BACKUP_COUNT);
	}
	kit.env.clock_behind = false;
	CHECK(!code_set_has(&set, &other.text[0]));
	kit_answer(&s, "");
	CHECK(!code_set_has(&set, &s));
	/* New ones: the old are forgotten, used or not. */
	put_set(&other);
	CHECK_EQ(otp_check(&set.text[0]).result, FACTOR_WRONG);
	CHECK_EQ(otp_check(&other.text[9]).result, FACTOR_RIGHT);
	code_set_wipe(&other);
	for (size_t i = 0; i < sizeof(other); i++)
		if (((const uint8_t *)&other)[i] != 0)
			CHECK(false);
	/* A set that was never made has nothing. */
	CHECK(!code_set_has(&other, &s));
}

/* What an administrator issues counts where a device would. */
static void
login(void)
{
	struct factor_outcome out;
	struct fault f = { .text = "" };
	bool has = true;
	SECRET(s);

	CHECK_OK(factor_otp.enrolled(&kit.env, &kit.bob, &has, &f), &f);
	CHECK(has);
	kit.env.now = KIT_NOW + 600;
	CHECK_OK(factor_otp.enrolled(&kit.env, &kit.bob, &has, &f), &f);
	CHECK(!has);
	kit.env.now = KIT_NOW;
	kit_issue(&kit.ann, STORE_CODE_LOGIN, KIT_NOW + 600, &s);
	out = otp_check(&s);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	CHECK_STR(out.way, "login_code");
	CHECK_EQ(kit_settle(&factor_otp, &kit.ann, &out), STATUS_OK);
	CHECK_EQ(otp_check(&s).result, FACTOR_SPENT);
	/* Those for the password are none. */
	kit_issue(&kit.ann, STORE_CODE_RESET, KIT_NOW + 600, &s);
	CHECK_EQ(otp_check(&s).result, FACTOR_WRONG);
	kit_issue(&kit.ann, STORE_CODE_TICKET, KIT_NOW + 600, &s);
	CHECK_EQ(otp_check(&s).result, FACTOR_WRONG);
}

int
main(void)
{
	kit_start();
	shapes();
	made();
	never_digits();
	one_of_each();
	kept();
	times();
	refused();
	backup();
	login();
	kit_end();
	return test_done();
}
