/* SPDX-License-Identifier: MIT */
/* What is good in place of a password: a reset code, or a ticket. */
#include "factor/password.h"

#include "kit.h"
#include "test.h"

#define RIGHT "a right passphrase"

static const struct crypto_argon2 present = KIT_COST;

/* Whatever is typed, Argon2id runs once. */
static struct factor_outcome
check(const struct id *account, const struct secret *answer)
{
	struct factor_outcome out = { .result = FACTOR_UNTIMELY };
	struct fault f = { .text = "" };

	kit_count();
	CHECK_OK(factor_password.check(&kit.env, account, answer, &out, &f),
		 &f);
	CHECK_EQ(kit.runs, 1);
	CHECK_EQ(kit.present, 1);
	CHECK_EQ(out.way != NULL, out.result == FACTOR_RIGHT);
	return out;
}

static bool
enrolled(const struct id *account)
{
	struct fault f = { .text = "" };
	bool has = false;

	CHECK_OK(factor_password.enrolled(&kit.env, account, &has, &f), &f);
	return has;
}

static void
code(enum store_code_kind kind, const char *way, bool with_password)
{
	struct factor_outcome out, again;
	SECRET(s);

	if (with_password)
		kit_set(&kit.ann, RIGHT, present);
	CHECK_EQ(enrolled(&kit.ann), with_password);
	kit_issue(&kit.ann, kind, KIT_NOW + 600, &s);
	CHECK(enrolled(&kit.ann) && !enrolled(&kit.bob));
	CHECK(factor_password.shaped(&s));
	CHECK_EQ(check(&kit.bob, &s).result, FACTOR_WRONG);
	CHECK_EQ(check(NULL, &s).result, FACTOR_WRONG);
	out = check(&kit.ann, &s);
	again = check(&kit.ann, &s);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	CHECK_STR(out.way, way);
	CHECK(out.code && !out.renew);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &out), STATUS_OK);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &again), STATUS_LOST);
	again = check(&kit.ann, &s);
	CHECK_EQ(again.result, FACTOR_SPENT);
	CHECK_EQ(kit_settle(&factor_password, &kit.ann, &again),
		 STATUS_DENIED);
	CHECK_EQ(enrolled(&kit.ann), with_password);
	/* One that is found expired. */
	kit_issue(&kit.ann, kind, KIT_NOW, &s);
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_SPENT);
	CHECK_EQ(enrolled(&kit.ann), with_password);
	if (with_password) {
		kit_answer(&s, RIGHT);
		CHECK_STR(check(&kit.ann, &s).way, "password");
		kit_drop(&kit.ann);
	}
}

/* A password that looks like a code is a password first. */
static void
lookalike(void)
{
	struct factor_outcome out;
	SECRET(s);

	kit_set(&kit.ann, "correcthorse", present);
	kit_answer(&s, "correcthorse");
	CHECK(code_shaped(&s));
	out = check(&kit.ann, &s);
	CHECK_EQ(out.result, FACTOR_RIGHT);
	CHECK_STR(out.way, "password");
	CHECK(!out.code);
	kit_answer(&s, "correct-horse");
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_WRONG);
	kit_drop(&kit.ann);
}

/* Codes for the other prompt are none here. */
static void
other_kinds(void)
{
	SECRET(s);

	kit_issue(&kit.ann, STORE_CODE_LOGIN, KIT_NOW + 600, &s);
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_WRONG);
	kit_issue(&kit.ann, STORE_CODE_BACKUP, 0, &s);
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_WRONG);
	CHECK(!enrolled(&kit.ann));
}

static void
behind(void)
{
	SECRET(s);

	kit_issue(&kit.ann, STORE_CODE_RESET, KIT_NOW + 600, &s);
	kit.env.clock_behind = true;
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_UNTIMELY);
	kit_set(&kit.ann, RIGHT, present);
	kit_answer(&s, RIGHT);
	CHECK_EQ(check(&kit.ann, &s).result, FACTOR_RIGHT);
	kit.env.clock_behind = false;
	kit_drop(&kit.ann);
}

int
main(void)
{
	kit_start();
	code(STORE_CODE_RESET, "reset_code", true);
	code(STORE_CODE_RESET, "reset_code", false);
	code(STORE_CODE_TICKET, "ticket", true);
	code(STORE_CODE_TICKET, "ticket", false);
	lookalike();
	other_kinds();
	behind();
	kit_end();
	return test_done();
}
