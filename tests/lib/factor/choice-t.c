/* SPDX-License-Identifier: MIT */
#include "factor/password.h"

#include <stdio.h>

#include "kit.h"
#include "store/people.h"
#include "test.h"

static struct fault said;

static enum status
choose_bytes(const struct id *account, const char *name, const char *bytes,
	     size_t len)
{
	struct words words;
	enum status st;
	SECRET(s);

	words_start(&words);
	if (name != NULL)
		words_login(&words, name);
	memset(&said, 0, sizeof(said));
	if ((st = secret_set(&s, bytes, len, &said)) != STATUS_OK)
		return st;
	st = password_acceptable(&kit.env, account,
				 name == NULL ? NULL : &words, &s, &said);
	test_note("%s", said.text);
	return st == said.status ? st : STATUS_SYSTEM;
}

static enum status
choose(const char *password)
{
	return choose_bytes(NULL, "ann", password, strlen(password));
}

static void
form(void)
{
	char longest[PASSWORD_MAX_BYTES + 1];

	CHECK_EQ(choose(""), STATUS_REFUSED);
	CHECK_EQ(choose("a7%kZ_p"), STATUS_REFUSED);
	CHECK_EQ(choose("a7%kZ_pQ"), STATUS_OK);
	/* Characters count, not bytes: 7, then 8. */
	CHECK_EQ(choose("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8"
			"\xc3\xa0"),
		 STATUS_REFUSED);
	CHECK_EQ(choose("\xf0\x9f\x90\x8e\xf0\x9f\x94\x8b\xf0\x9f\x93\x8e"
			"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9"),
		 STATUS_OK);
	CHECK_EQ(choose("a7%kZ_pQ\xff"), STATUS_REFUSED);
	CHECK_EQ(choose("a7%kZ_pQ\xc3"), STATUS_REFUSED);
	CHECK_EQ(choose("a7%kZ_pQ\xed\xa0\x80"), STATUS_REFUSED);
	CHECK_EQ(choose("a7%k Z_pQ and then some more of it"), STATUS_OK);
	memset(longest, 'x', sizeof(longest));
	CHECK_EQ(choose_bytes(NULL, "ann", longest, PASSWORD_MAX_BYTES),
		 STATUS_OK);
	CHECK_EQ(choose_bytes(NULL, "ann", longest, PASSWORD_MAX_BYTES + 1),
		 STATUS_REFUSED);
	for (char c = 0; c < 0x20; c++) {
		char with[] = "a7%kZ?pQ";

		with[5] = c;
		CHECK_EQ(choose_bytes(NULL, "ann", with, 8), STATUS_REFUSED);
	}
	CHECK_EQ(choose("a7%kZ\x7fpQ"), STATUS_REFUSED);
}

static void
guessable(void)
{
	CHECK_EQ(choose("password"), STATUS_REFUSED);
	CHECK_EQ(choose("PassWord"), STATUS_REFUSED);
	CHECK_EQ(choose("12345678"), STATUS_REFUSED);
	CHECK_STR(said.text, "the password is one of the most common ones");
	CHECK_EQ(choose("password but longer"), STATUS_OK);
	CHECK_EQ(choose_bytes(NULL, "bobs.account", "bobs.account", 12),
		 STATUS_REFUSED);
	CHECK_EQ(choose_bytes(NULL, "bobs.account", "Bobs.Account", 12),
		 STATUS_REFUSED);
	CHECK_STR(said.text, "the password is the login name");
	/* Nothing but signs around it, and one more word with it. */
	CHECK_EQ(choose_bytes(NULL, "bobs.account", "bobs.account!", 13),
		 STATUS_REFUSED);
	CHECK_EQ(choose_bytes(NULL, "bobs.account", "bobs.accounting x", 17),
		 STATUS_REFUSED);
	CHECK_EQ(choose_bytes(NULL, "bobs.account", "bobs.account of horses",
			      22),
		 STATUS_OK);
	CHECK_EQ(choose_bytes(NULL, NULL, "bobs.account", 12), STATUS_OK);
	CHECK_EQ(choose_bytes(NULL, "", "bobs.account", 12), STATUS_OK);
}

static enum status
again(const struct id *account, int n)
{
	char password[32];

	(void)snprintf(password, sizeof(password), "the %d. passphrase", n);
	return choose_bytes(account, "ann", password, strlen(password));
}

/* The current one and five more are refused; what went before is free. */
static void
history(void)
{
	char password[32], setting[200];
	struct store_password imported;
	struct fault f = { .status = STATUS_OK };

	kit_crypt("$6$", 1000, "the 0. passphrase", setting, sizeof(setting));
	CHECK_OK(password_import(&kit.env, &kit.ann, setting, &imported, &f),
		 &f);
	kit_put(&kit.ann, &imported);
	CHECK_EQ(again(&kit.ann, 0), STATUS_REFUSED);
	for (int n = 1; n <= 5; n++) {
		(void)snprintf(password, sizeof(password),
			       "the %d. passphrase", n);
		CHECK_EQ(again(&kit.ann, n), STATUS_OK);
		kit_replace(&kit.ann, password);
		for (int old = 0; old <= n; old++)
			CHECK_EQ(again(&kit.ann, old), STATUS_REFUSED);
	}
	kit_replace(&kit.ann, "the 6. passphrase");
	CHECK_EQ(again(&kit.ann, 6), STATUS_REFUSED);
	CHECK_EQ(again(&kit.ann, 1), STATUS_REFUSED);
	CHECK_EQ(again(&kit.ann, 0), STATUS_OK);
	/* Somebody else's history is no business of ours. */
	CHECK_EQ(again(&kit.bob, 6), STATUS_OK);
	CHECK_EQ(again(NULL, 6), STATUS_OK);
}

static void
policy(int64_t least, int64_t remembered, bool breached)
{
	const struct store_password_policy p = { .min_length = least,
						 .history = remembered,
						 .warn_days = 14,
						 .breached = breached };
	struct fault f = { .status = STATUS_OK };
	STORE_TXN(txn);

	kit_need(store_begin(kit.env.store, &txn, &f), &f);
	kit_need(store_password_policy_put(kit.env.store, &p, &f), &f);
	kit_need(store_commit(&txn, &f), &f);
}

/* What the store says counts, not what it said once. */
static void
policies(void)
{
	struct breach broken = { .state = BREACH_BROKEN };

	policy(12, 5, true);
	CHECK_EQ(choose("a7%kZ_pQabc"), STATUS_REFUSED);
	CHECK_STR(said.text, "the password is shorter than 12 characters");
	CHECK_EQ(choose("a7%kZ_pQabcd"), STATUS_OK);
	/* What is taken out is missing in what is left. */
	CHECK_EQ(choose_bytes(NULL, "jane", "jane a7%kZ_pQab", 15),
		 STATUS_REFUSED);
	CHECK_EQ(choose_bytes(NULL, "jane", "jane a7%kZ_pQabc", 16),
		 STATUS_OK);
	/* None is remembered: the one in use is no new one, even so. */
	policy(8, 0, true);
	kit_replace(&kit.bob, "the 20. passphrase");
	kit_replace(&kit.bob, "the 21. passphrase");
	CHECK_EQ(again(&kit.bob, 21), STATUS_REFUSED);
	CHECK_EQ(again(&kit.bob, 20), STATUS_OK);
	policy(8, 2, true);
	for (int n = 22; n <= 24; n++) {
		char password[32];

		(void)snprintf(password, sizeof(password),
			       "the %d. passphrase", n);
		kit_replace(&kit.bob, password);
	}
	CHECK_EQ(again(&kit.bob, 21), STATUS_OK);
	CHECK_EQ(again(&kit.bob, 22), STATUS_REFUSED);
	CHECK_STR(said.text, "the password was in use before: choose one that "
			     "is not among the last 2");
	/* A list that cannot be read lets nothing new in. */
	kit.env.breach = &broken;
	CHECK_EQ(choose("a7%kZ_pQ"), STATUS_UNAVAILABLE);
	CHECK_EQ(choose("short"), STATUS_REFUSED);
	policy(8, 5, false);
	CHECK_EQ(choose("a7%kZ_pQ"), STATUS_OK);
	kit.env.breach = NULL;
	policy(8, 5, true);
}

static void
junk(void)
{
	static const char whole[] = "\b\n\r\177INCORRECT\b\n\r\177INCORRECT\b";
	struct fault f = { .status = STATUS_OK };
	SECRET(s);

	CHECK(!password_is_sshd_junk(&s));
	for (size_t len = 1; len < sizeof(whole); len++) {
		CHECK_OK(secret_set(&s, whole, len, &f), &f);
		CHECK(password_is_sshd_junk(&s));
		CHECK(!factor_password.shaped(&s));
	}
	CHECK_OK(secret_set(&s, "\bhello", 6, &f), &f);
	CHECK(!password_is_sshd_junk(&s));
	CHECK_OK(secret_set(&s, "INCORRECT", 9, &f), &f);
	CHECK(!password_is_sshd_junk(&s));
	CHECK_OK(secret_set(&s, "x", 1, &f), &f);
	CHECK(!password_is_sshd_junk(&s));
}

int
main(void)
{
	kit_start();
	form();
	guessable();
	junk();
	history();
	policies();
	kit_end();
	return test_done();
}
