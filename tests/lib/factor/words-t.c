/* SPDX-License-Identifier: MIT */
#include "factor/words.h"

#include <stdio.h>

#include "factor/common.h"
#include "kit.h"
#include "test.h"

static struct words jane;

static bool
has(const struct words *w, const char *one)
{
	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->of[i], one) == 0)
			return true;
	return false;
}

static void
taken(void)
{
	const struct store_org acme = { .slug = "acme-works",
					.name = "ACME Ironworks of Z\xc3\xbc"
						"rich (Ltd.)",
					.words = "roadrunner anvil tnt" };

	words_start(&jane);
	words_login(&jane, "jDoe");
	words_email(&jane, "jane.Smith-9@mail.example.co.uk");
	words_org(&jane, &acme);
	CHECK_STR(jane.login, "jdoe");
	CHECK_STR(jane.email, "jane.smith-9@mail.example.co.uk");
	CHECK(has(&jane, "jdoe"));
	CHECK(has(&jane, "jane.smith-9") && has(&jane, "jane"));
	CHECK(has(&jane, "smith"));
	CHECK(has(&jane, "mail") && has(&jane, "example"));
	CHECK(!has(&jane, "co") && !has(&jane, "uk") && !has(&jane, "9"));
	CHECK(has(&jane, "acme-works") && has(&jane, "acme"));
	CHECK(has(&jane, "works") && has(&jane, "ironworks"));
	CHECK(has(&jane, "z\xc3\xbcrich"));
	CHECK(!has(&jane, "ltd") && !has(&jane, "of"));
	CHECK(has(&jane, "roadrunner") && has(&jane, "anvil"));
	CHECK(!has(&jane, "tnt"));
	CHECK_EQ(jane.n, 13);
	words_text(&jane, "ACME acme Acme");
	CHECK_EQ(jane.n, 13);
	words_email(&jane, "");
	words_email(&jane, "no address");
	words_text(&jane, "");
	words_text(&jane, "\xff\xff\xff\xff\xff");
	CHECK_EQ(jane.n, 13);
}

static bool
made(const char *password, long least)
{
	char lowered[600];

	(void)snprintf(lowered, sizeof(lowered), "%s", password);
	factor_lower(lowered);
	return words_make(&jane, lowered, least);
}

static void
making(void)
{
	static const char *const of_them[] = {
		"RoadRunner",
		"roadrunner1234567890",
		"!!!Anvil!!!!!!!!!!",
		"acmeironworks",
		"Smith2024",
		"xAnvilx",
		"anvil-abcdef",
		"jdoejdoejdoe",
		"acme-works-Z\xc3\xbcrich",
		"12anvil34anvil56",
		"jane.smith-9 secret",
	};
	static const char *const others[] = {
		"",
		"road runner",
		"correct horse",
		"anvi",
		"12345678901",
		"anvil correct horse",
		"Z\xc3\xbcrich ohne Geld",
		"acm\xc3\xa9 of the world",
		"smit houses",
	};

	for (size_t i = 0; i < sizeof(of_them) / sizeof(of_them[0]); i++)
		if (!made(of_them[i], 8)) {
			test_note("%s", of_them[i]);
			CHECK(false);
		}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (made(others[i], 8)) {
			test_note("%s", others[i]);
			CHECK(false);
		}
	CHECK(!made("anvil abcdefg", 8));
	CHECK(made("anvil abcdefg", 9));
	/* Characters, not bytes: seven, then eight. */
	CHECK(made("anvil\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8"
		   "\xc3\xa0",
		   8));
	CHECK(!made("anvil\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9\xc3\xa8"
		    "\xc3\xa0\xc3\xa0",
		    8));
	/* The longest of those that begin there. */
	CHECK(made("acme-works seven77", 9));
	words_start(&jane);
	CHECK(!made("roadrunner", 8));
}

/* More than there is room for are no fault. */
static void
many(void)
{
	char one[400];

	words_start(&jane);
	for (int i = 0; i < 2 * WORDS_MAX; i++) {
		(void)snprintf(one, sizeof(one), "word%d", i);
		words_text(&jane, one);
	}
	CHECK_EQ(jane.n, WORDS_MAX);
	words_start(&jane);
	memset(one, 'x', sizeof(one) - 1);
	one[sizeof(one) - 1] = '\0';
	words_text(&jane, one);
	CHECK_EQ(jane.n, 0);
	one[WORDS_SIZE - 1] = '\0';
	words_text(&jane, one);
	CHECK_EQ(jane.n, 1);
}

/* Of an account: its own, and those of its organizations that are there. */
static void
account(void)
{
	struct store_org org = { .slug = "northern-star",
				 .name = "Polaris",
				 .words = "compass",
				 .created_at = KIT_NOW,
				 .version = 1 };
	struct store_member m = { .role = STORE_ROLE_MEMBER,
				  .joined_at = KIT_NOW };
	struct store_account ann;
	struct fault f = { .status = STATUS_OK };

	kit_need(store_account_by_id(kit.env.store, &kit.ann, &ann, &f), &f);
	CHECK_OK(words_account(&jane, &kit.env, &ann, &f), &f);
	CHECK_STR(jane.login, ann.name);
	CHECK(!has(&jane, "polaris"));
	crypto_id(KIT_NOW, &org.id);
	m.org = org.id;
	m.account = ann.id;
	{
		STORE_TXN(txn);

		kit_need(store_begin(kit.env.store, &txn, &f), &f);
		kit_need(store_org_insert(kit.env.store, &org, KIT_NOW, &f),
			 &f);
		kit_need(store_member_insert(kit.env.store, &m, &f), &f);
		kit_need(store_commit(&txn, &f), &f);
	}
	CHECK_OK(words_account(&jane, &kit.env, &ann, &f), &f);
	CHECK(has(&jane, "polaris") && has(&jane, "northern-star"));
	CHECK(has(&jane, "compass"));
}

int
main(void)
{
	kit_start();
	taken();
	making();
	many();
	account();
	kit_end();
	return test_done();
}
