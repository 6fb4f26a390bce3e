/* SPDX-License-Identifier: MIT */
/* Password and code in one answer. */
#include <stdio.h>

#include "base/text.h"
#include "fixture.h"
#include "session/attempt.h"

#define GOOD "correct horse"
#define DIGITS "horse 123456"
#define COMBINED "1/6 Password and code: |"

static struct fixture x;

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
static unsigned runs;

enum status
__wrap_crypto_argon2id(const struct secret *p, const uint8_t *salt,
		       const struct crypto_argon2 *cost, uint8_t *tag,
		       struct fault *f)
{
	runs++;
	return __real_crypto_argon2id(p, salt, cost, tag, f);
}

struct split {
	const char *answer;
	unsigned digits;
	const char *password, *code; /* code NULL: none */
};

static const struct split splits[] = {
	{ GOOD "123456", 6, GOOD, "123456" },
	{ GOOD ",123456", 6, GOOD, "123456" },
	{ GOOD "123456", 0, GOOD "123456", NULL },
	{ GOOD "12345678", 8, GOOD, "12345678" },
	{ GOOD "12345678", 6, GOOD "12", "345678" },
	{ GOOD "12345", 6, GOOD "12345", NULL },
	{ GOOD, 6, GOOD, NULL },
	/* The last comma, and only before the shape of a code. */
	{ "a,b,c123456", 6, "a,b,c", "123456" },
	{ "a,b,c,123456", 6, "a,b,c", "123456" },
	{ "a,b", 6, "a,b", NULL },
	{ "a,1234567", 7, "a", "1234567" },
	{ "a,1234567", 0, "a", "1234567" },
	{ "a,12345678", 6, "a", "12345678" },
	{ "a,123 456", 6, "a", "123 456" },
	{ GOOD ",abcd-efgh-ijkl", 6, GOOD, "abcd-efgh-ijkl" },
	{ GOOD ",ABCD-EFGH-2345", 6, GOOD, "ABCD-EFGH-2345" },
	/* No device makes seven; and what looks like a backup code without
	 * its dashes is the end of a password, and a code. */
	{ "a,1234567", 6, "a,1", "234567" },
	{ "tea,sugar2234567", 6, "tea,sugar2", "234567" },
	{ "tea,sugar2,234567", 6, "tea,sugar2", "234567" },
	{ "tea,sugar2234567", 7, "tea,sugar", "2234567" },
	{ "tea,sugar2234567", 0, "tea", "sugar2234567" },
	{ "tea,sugar2abcd-efgh-ijkl", 6, "tea,sugar2abcd-efgh-ijkl", NULL },
	{ "tea,sugar2,abcd-efgh-ijkl", 6, "tea,sugar2", "abcd-efgh-ijkl" },
	{ GOOD ",ABCDEFGHIJKL", 0, GOOD, "ABCDEFGHIJKL" },
	{ GOOD "abcd-efgh-ijkl", 6, GOOD "abcd-efgh-ijkl", NULL },
	/* What stands alone is the password. */
	{ "123456", 6, "123456", NULL },
	{ ",123456", 6, ",", "123456" },
	{ ",12345678", 6, ",12", "345678" },
	{ "", 6, "", NULL },
	{ ",", 6, ",", NULL },
	{ "1234567", 6, "1", "234567" },
};

static void
test_split(void)
{
	for (size_t i = 0; i < sizeof(splits) / sizeof(splits[0]); i++) {
		const struct split *s = &splits[i];
		struct fault f;
		bool cut;
		SECRET(answer);
		SECRET(password);
		SECRET(code);

		CHECK_OK(secret_set(&answer, s->answer, strlen(s->answer), &f),
			 &f);
		CHECK_OK(secret_set(&code, "old", 3, &f), &f);
		cut = session_single_split(&answer, s->digits, &password,
					   &code);
		test_note("%s, %u", s->answer, s->digits);
		CHECK(cut == (s->code != NULL));
		CHECK(secret_is(&password, s->password, strlen(s->password)));
		CHECK(s->code == NULL
			      ? code.len == 0
			      : secret_is(&code, s->code, strlen(s->code)));
	}
}

/* Bytes of zero, and as long as an answer may be. */
static void
test_split_odd(void)
{
	char text[ANSWER_MAX + 1];
	struct fault f;
	SECRET(answer);
	SECRET(password);
	SECRET(code);

	CHECK_OK(secret_set(&answer, "a\0b123456", 9, &f), &f);
	CHECK(!session_single_split(&answer, 6, &password, &code));
	CHECK(secret_equal(&answer, &password));
	memset(text, '1', sizeof(text));
	CHECK_OK(secret_set(&answer, text, ANSWER_MAX, &f), &f);
	CHECK(session_single_split(&answer, 6, &password, &code));
	CHECK_EQ(password.len, ANSWER_MAX - 6);
	CHECK_OK(secret_set(&answer, text, ANSWER_MAX + 1, &f), &f);
	CHECK(!session_single_split(&answer, 6, &password, &code));
	CHECK_EQ(password.len, ANSWER_MAX + 1);
}

static struct session_verdict
login(const char *user, const char *one, const char *two)
{
	struct request r = fixture_request(PHASE_AUTH, user, "192.0.2.1");
	char answer[128];

	(void)snprintf(answer, sizeof(answer), "%s%s", one, two);
	fixture_type(&x, 1, answer);
	runs = 0;
	return fixture_run(&x, &r);
}

static void
check(struct session_verdict v, enum policy_reason reason, const char *factors)
{
	struct fixture_row row = fixture_last(&x);

	CHECK_EQ(v.reason, reason);
	CHECK_EQ(v.step,
		 reason == POLICY_GRANTED ? POLICY_ALLOW : POLICY_DENY);
	CHECK_STR(x.asked, COMBINED);
	CHECK_STR(x.told, "");
	CHECK_EQ(runs, 1);
	CHECK(!v.password_proved);
	CHECK_STR(row.reason, policy_reason_name(reason));
	CHECK_STR(row.factors, factors);
	CHECK_STR(row.style, "single");
}

static void
test_logins(const struct store_account *ann)
{
	const char *code = fixture_code(&x, "ann", 0);

	check(login("ann", GOOD, code), POLICY_GRANTED, "password+totp");
	check(login("ann", GOOD, code), POLICY_SPENT, "password");
	check(login("ann", GOOD ",", fixture_code(&x, "ann", 1)),
	      POLICY_GRANTED, "password+totp");
	x.now += 90;
	check(login("ann", GOOD, ""), POLICY_MALFORMED, "password");
	check(login("ann", GOOD, fixture_code(&x, "ann", 5000)), POLICY_WRONG,
	      "password");
	code = fixture_code(&x, "ann", 0);
	check(login("ann", "wrong", code), POLICY_WRONG, "");
	check(login("ann", GOOD, code), POLICY_GRANTED, "password+totp");
	check(login("ann", GOOD ",",
		    fixture_once(&x, ann, STORE_CODE_BACKUP, 0)),
	      POLICY_GRANTED, "password+backup_code");
	check(login("ann", GOOD ",",
		    fixture_once(&x, ann, STORE_CODE_LOGIN, 600)),
	      POLICY_GRANTED, "password+login_code");
	check(login("ghost", GOOD, "123456"), POLICY_UNKNOWN_ACCOUNT, "");
	check(login("ghost", GOOD, ""), POLICY_UNKNOWN_ACCOUNT, "");
}

/* A password that ends in digits, of somebody who has no code. */
static void
test_exempt(void)
{
	check(login("bob", DIGITS, ""), POLICY_GRANTED, "password");
	check(login("bob", DIGITS, "654321"), POLICY_WRONG, "");
	check(login("bob", DIGITS, ",654321"), POLICY_WRONG, "");
}

/* Nothing can be shown, and nobody chooses a password. */
static void
test_no_talk(const struct store_account *bob)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_ENROLL);
	struct store_code_count n;
	const char *code;
	struct fault f;

	rule.prompt = RULE_PROMPT_SINGLE;
	fixture_rule(&x, &rule);
	x.now += 3600;
	check(login("bob", DIGITS, "654321"), POLICY_NOT_ENROLLED, "password");
	code = fixture_once(&x, bob, STORE_CODE_RESET, 600);
	for (int i = 0; i < 6; i++)
		check(login("bob", code, ""), POLICY_NOT_ENROLLED, "");
	CHECK_OK(store_code_counted(x.store, &bob->id, STORE_CODE_RESET, x.now,
				    &n, &f),
		 &f);
	CHECK_EQ(n.left, 1);
	rule = fixture_both(RULE_UNENROLLED_EXEMPT);
	rule.prompt = RULE_PROMPT_SINGLE;
	fixture_rule(&x, &rule);
	code = fixture_once(&x, bob, STORE_CODE_TICKET, 600);
	check(login("bob", code, ""), POLICY_MALFORMED, "");
}

/* A rule that never wants a code asks for a password as ever. */
static void
test_password_alone(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	struct session_verdict v;

	rule.require[0] = POLICY_BIT(POLICY_FACTOR_PASSWORD);
	rule.prompt = RULE_PROMPT_SINGLE;
	fixture_rule(&x, &rule);
	v = login("bob", DIGITS, "");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	CHECK_STR(x.asked, "1/1 Password: |");
}

/* AUTO: for the services that are known to take one string. */
static void
test_auto(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_EXEMPT);
	struct request r = fixture_request(PHASE_AUTH, "bob", "192.0.2.1");

	fixture_rule(&x, &rule);
	fixture_type(&x, 1, DIGITS);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_STR(x.asked, "1/1 Password: |");
	(void)text_copy(r.service, sizeof(r.service), "dovecot");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_STR(x.asked, COMBINED);
	/* A change of password is a conversation. */
	r.phase = PHASE_PASSWORD_PRELIM;
	r.ruid = 1000;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_STR(x.asked, "1/2 Current password: |");
	(void)text_copy(r.user, sizeof(r.user), "ann");
	x.now += 60;
	fixture_type(&x, 2, GOOD, fixture_code(&x, "ann", 0));
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_STR(x.asked, "1/2 Current password: |"
			   "1/5 One-time code for ann@testhost: |");
	(void)text_copy(r.user, sizeof(r.user), "bob");
	fixture_type(&x, 1, DIGITS);
	rule.prompt = RULE_PROMPT_MULTI;
	fixture_rule(&x, &rule);
	r.phase = PHASE_AUTH;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_STR(x.asked, "1/1 Password: |");
}

/* A password that makes a backup code of the code behind it, but for the
 * dashes. */
static void
test_comma(void)
{
	struct store_account cat;
	const char *code;

	fixture_user(&x, "cat", "tea,sugar2", &cat);
	fixture_totp(&x, &cat, "cat");
	/* One that has no digit which the alphabet lacks. */
	do {
		x.now += 30;
		code = fixture_code(&x, "cat", 0);
	} while (strpbrk(code, "0189") != NULL);
	check(login("cat", "tea,sugar2", code), POLICY_GRANTED,
	      "password+totp");
	check(login("cat", "tea,sugar2,",
		    fixture_once(&x, &cat, STORE_CODE_BACKUP, 0)),
	      POLICY_GRANTED, "password+backup_code");
}

int
main(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_EXEMPT);
	struct store_account ann, bob;

	fixture_start(&x, "single");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_totp(&x, &ann, "ann");
	fixture_user(&x, "bob", DIGITS, &bob);
	test_split();
	test_split_odd();
	rule.prompt = RULE_PROMPT_SINGLE;
	fixture_rule(&x, &rule);
	test_logins(&ann);
	test_comma();
	test_exempt();
	rule.unenrolled = RULE_UNENROLLED_DENY;
	fixture_rule(&x, &rule);
	x.now += 3600;
	test_logins(&ann);
	test_no_talk(&bob);
	test_password_alone();
	test_auto();
	fixture_stop(&x);
	return test_done();
}
