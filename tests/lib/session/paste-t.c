/* SPDX-License-Identifier: MIT */
/* A key far away answers by a line that is copied and one that is pasted. */
#include <stdio.h>

#include "base/text.h"
#include "fido/paste.h"
#include "token.h"

#define GOOD "correct horse"
#define HERE "192.0.2.1"

static struct token t;
static struct store_account ann, bob, cat, dan;
static struct request from;
static int64_t late;	     /* seconds before the answer comes */
static const char *instead;  /* of it */
static char challenge[7168]; /* the last that was shown */

static void
answer(struct fixture *x)
{
	const char *at = strstr(x->asked, "\nsigra-challenge:");

	if (at == NULL || x->next >= x->answers ||
	    strcmp(x->answer[x->next].text, "PASTE") != 0)
		return;
	(void)snprintf(challenge, sizeof(challenge), "%.*s",
		       (int)strcspn(at + 1, "\n"), at + 1);
	x->now += late;
	x->answer[x->next].text = instead != NULL ? instead : token_answer(&t);
}

static struct session_verdict
login(const char *user)
{
	t.x.now += 90;
	t.opened = t.placed = 0;
	(void)text_copy(from.user, sizeof(from.user), user);
	fixture_type(&t.x, 3, GOOD, "PASTE", fixture_code(&t.x, "ann", 0));
	return fixture_run(&t.x, &from);
}

#define UNTIL 86400

static void
require(const char *what, enum rule_unenrolled unenrolled, bool paste)
{
	struct rule r = token_rule(what, unenrolled);

	r.key_paste = paste;
	if (unenrolled == RULE_UNENROLLED_UNTIL)
		r.unenrolled_until = t.x.now + UNTIL;
	fixture_rule(&t.x, &r);
}

static void
test_right(void)
{
	struct session_verdict v = login("ann");
	struct store_key row = { .used_at = 0 };
	struct fault f;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	CHECK_STR(fixture_last(&t.x).device, "blue");
	/* Hidden, on lines of its own. */
	CHECK(strncmp(t.x.asked,
		      "1/1 Password: |1/11 \nsigra-challenge:", 37) == 0);
	CHECK_EQ(t.opened, 0);
	CHECK_OK(store_key_get(t.x.store, &ann.id, "blue", &row, &f), &f);
	CHECK_EQ(row.used_at, t.x.now);
}

static void
test_verified(void)
{
	struct rule r = token_rule("password+fido2", RULE_UNENROLLED_EXEMPT);

	r.key_paste = true;
	r.uv = RULE_UV_REQUIRED;
	fixture_rule(&t.x, &r);
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	t.can_verify = false;
	CHECK_EQ(login("ann").reason, POLICY_WRONG);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:verification");
	require("password+fido2", RULE_UNENROLLED_EXEMPT, true);
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2");
	t.can_verify = true;
	require("password+fido2 | password+otp", RULE_UNENROLLED_EXEMPT, true);
}

static void
check_wrong(const char *refusal)
{
	CHECK_EQ(login("ann").reason, POLICY_WRONG);
	CHECK_STR(fixture_last(&t.x).refusal, refusal);
	CHECK_STR(fixture_last(&t.x).factors, "password");
}

static void
test_wrong(void)
{
	static char old[PASTE_ANSWER_SIZE];
	static const char *const none[] = { "123456", "sigra-answer:",
					    "sigra-answer:AAAA", " ", GOOD };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		instead = none[i];
		check_wrong("fido2:malformed");
	}
	instead = challenge;
	check_wrong("fido2:malformed");
	/* That of another login. */
	instead = NULL;
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	t.counter += 5;
	(void)text_copy(old, sizeof(old), token_answer(&t));
	instead = old;
	check_wrong("fido2:signature");
	instead = NULL;
	t.lie = TOKEN_SIGNATURE;
	check_wrong("fido2:signature");
	t.lie = TOKEN_OTHER_RP;
	check_wrong("fido2:relying_party");
	t.lie = TOKEN_HONEST;
	late = FIDO2_CHALLENGE_SECONDS + 1;
	check_wrong("fido2:expired");
	late = FIDO2_CHALLENGE_SECONDS;
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	late = 0;
	/* No guess: nobody is locked out. */
	for (int i = 0; i < 12; i++) {
		instead = "nonsense";
		check_wrong("fido2:malformed");
	}
	instead = NULL;
	from.rhost[0] = '\0';
	t.where = IO_REMOTE;
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	(void)text_copy(from.rhost, sizeof(from.rhost), HERE);
}

static void
test_not(void)
{
	/* Nothing pasted: the other way. */
	instead = "";
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:no_answer");
	instead = NULL;
	/* Given up. */
	fixture_type(&t.x, 2, GOOD, "");
	t.x.answer[1].act = FIXTURE_CANCEL;
	CHECK_EQ(fixture_run(&t.x, &from).reason, POLICY_CANCELLED);
	fixture_type(&t.x, 2, GOOD, "");
	t.x.answer[1].act = FIXTURE_TOO_LONG;
	CHECK_EQ(fixture_run(&t.x, &from).reason, POLICY_WRONG);
	/* Who is here touches. */
	from.rhost[0] = '\0';
	t.where = IO_LOCAL;
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, "1/1 Password: |");
	CHECK_EQ(t.opened, 1);
	(void)text_copy(from.rhost, sizeof(from.rhost), HERE);
	/* Where the rule does not say so, nobody is asked. */
	require("password+fido2 | password+otp", RULE_UNENROLLED_EXEMPT,
		false);
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 1));
	CHECK_EQ(fixture_run(&t.x, &from).step, POLICY_ALLOW);
	CHECK(strstr(t.x.asked, "challenge") == NULL);
}

static struct paste_challenge
shown(const char *user)
{
	struct paste_challenge c = { .entries = 0 };
	struct fault f;

	challenge[0] = '\0';
	CHECK_EQ(login(user).step, POLICY_DENY);
	CHECK_OK(paste_challenge_parse(challenge, strlen(challenge), &c, &f),
		 &f);
	return c;
}

/* Who has no key sees a challenge, and answers it in vain. */
static void
test_nobody(void)
{
	struct paste_challenge one, again, other, real;

	require("password+fido2", RULE_UNENROLLED_ENROLL, true);
	one = shown("bob");
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:credential");
	again = shown("bob");
	other = shown("cat");
	t.lie = TOKEN_SIGNATURE;
	real = shown("ann");
	t.lie = TOKEN_HONEST;
	CHECK_EQ(one.entries, real.entries);
	CHECK_EQ(one.uv, real.uv);
	CHECK_STR(one.host, real.host);
	CHECK_STR(one.user, "bob");
	CHECK(memcmp(one.entry[0].id, again.entry[0].id, 64) == 0);
	CHECK(memcmp(one.entry[0].id, other.entry[0].id, 64) != 0);
	CHECK(memcmp(one.random, again.random, sizeof(one.random)) != 0);
	CHECK(strcmp(one.attempt, again.attempt) != 0);
}

/* Whoever gives no right password is asked the same as anybody, sees no
 * challenge, and learns nothing of anybody's keys. */
static void
check_all_alike(const char *what, enum rule_unenrolled unenrolled)
{
	static const char *const users[] = { "eve", "joe", "bob",
					     "cat", "dan", "ann" };
	char first[sizeof(t.x.asked)] = "";

	require(what, unenrolled, true);
	if (unenrolled == RULE_UNENROLLED_UNTIL)
		t.x.now += UNTIL;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		/* What is wrong counts, and not how often. */
		t.x.now += 4000;
		(void)text_copy(from.user, sizeof(from.user), users[i]);
		fixture_type(&t.x, 3, "wrong password", "PASTE", "000000");
		CHECK_EQ(fixture_run(&t.x, &from).step, POLICY_DENY);
		CHECK(strstr(t.x.asked, "challenge") == NULL);
		CHECK_STR(t.x.told, "");
		if (i == 0)
			(void)text_copy(first, sizeof(first), t.x.asked);
		CHECK_EQ(strlen(t.x.asked), strlen(first));
		CHECK_EQ(strncmp(t.x.asked, first, 16), 0);
	}
}

/* Where its turn is not the last one, it has none. */
static void
test_alike(void)
{
	static const char *const rules[] = {
		"password+fido2",
		"password+fido2 | password+otp",
		"password+otp+fido2 | password",
		"fido2",
		"fido2 | password+otp",
		"fido2 | password",
		"password+otp | otp+fido2",
	};
	static const enum rule_unenrolled all[] = { RULE_UNENROLLED_EXEMPT,
						    RULE_UNENROLLED_ENROLL,
						    RULE_UNENROLLED_UNTIL,
						    RULE_UNENROLLED_DENY };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			check_all_alike(rules[i], all[k]);
}

/* Who has time to enroll is asked in turn; after it everybody for everything,
 * and for a key no more. */
static void
test_until(void)
{
	require("password+fido2 | password+otp", RULE_UNENROLLED_UNTIL, true);
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	t.x.now += UNTIL;
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 0));
	CHECK_EQ(fixture_run(&t.x, &from).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK(strstr(t.x.asked, "challenge") == NULL);
}

int
main(void)
{
	token_start(&t, "paste", &ann);
	from = fixture_request(PHASE_AUTH, "ann", HERE);
	t.x.on_ask = answer;
	fixture_totp(&t.x, &ann, "ann");
	token_enroll(&t, &ann, "blue");
	require("password+fido2 | password+otp", RULE_UNENROLLED_EXEMPT, true);
	test_right();
	test_verified();
	test_wrong();
	test_not();
	test_until();
	fixture_user(&t.x, "bob", GOOD, &bob);
	fixture_user(&t.x, "cat", GOOD, &cat);
	fixture_user(&t.x, "dan", GOOD, &dan);
	test_nobody();
	fixture_totp(&t.x, &cat, "cat");
	token_enroll_other(&t, &dan, "dans");
	dan.state = STORE_DISABLED;
	fixture_update(&t.x, &dan);
	test_alike();
	token_stop(&t);
	return test_done();
}
