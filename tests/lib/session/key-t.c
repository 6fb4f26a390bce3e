/* SPDX-License-Identifier: MIT */
/* A security key at the machine: beside a password and alone, declined and
 * refused. */
#include "guests.h"
#include "store/otp.h"
#include "token.h"

#define GOOD "correct horse"
#define USUAL "password+fido2 | password+otp"
#define PASSWORD_PROMPT "1/1 Password: |"
#define CODE_PROMPT "1/5 One-time code for ann@testhost: |"

static struct token t;
static struct store_account ann;

/* ann's login; the code is right, should it come to that. */
static struct session_verdict
login(void)
{
	t.x.now += 90;
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 0));
	return token_login(&t, "ann");
}

static struct store_key
key(const char *label)
{
	struct store_key row = { .sign_count = -1 };
	struct fault f;

	CHECK_OK(store_key_get(t.x.store, &ann.id, label, &row, &f), &f);
	return row;
}

static void
check_denied(struct session_verdict v, enum policy_reason why,
	     const char *refusal)
{
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), policy_reason_name(why));
	CHECK_STR(v.login.s, "");
	CHECK_STR(fixture_last(&t.x).refusal, refusal);
	CHECK_EQ(t.opened, t.closed);
	CHECK_EQ(t.begun, t.ended);
	CHECK_EQ(t.inside, 0);
}

static void
test_beside(void)
{
	struct session_verdict v = login();

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	CHECK(strstr(t.x.told, "login for ann on testhost") != NULL);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	CHECK_STR(fixture_last(&t.x).device, "blue");
	CHECK_STR(fixture_last(&t.x).refusal, "");
	CHECK_EQ(t.request.uv, FIDO_UV_PREFERRED);
	CHECK_EQ(t.request.insert_seconds, RULE_KEY_WAIT_DEFAULT);
	CHECK_EQ(t.request.entries, 2);
	CHECK_EQ(t.opened, 1);
	CHECK_EQ(t.closed, 1);
	CHECK_EQ(t.begun, 1);
	CHECK_EQ(t.ended, 1);
	CHECK_STR(t.seat, "seat0");
	CHECK_STR(t.service, "login");
	CHECK_STR(t.user, "ann");
	CHECK_EQ(key("blue").used_at, t.x.now);
	CHECK_EQ(key("blue").sign_count, 1);
	CHECK_EQ(key("safe").used_at, 0);
	/* A touch is enough beside a password. */
	t.can_verify = false;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2");
	t.can_verify = true;
	/* The password is wrong all the same. */
	fixture_type(&t.x, 1, "wrong password");
	check_denied(token_login(&t, "ann"), POLICY_WRONG, "");
	CHECK_EQ(t.opened, 0);
}

static void
rule_uv(enum rule_uv uv, const char *require)
{
	struct rule r = token_rule(require, RULE_UNENROLLED_EXEMPT);

	r.uv = uv;
	r.key_wait = 7;
	fixture_rule(&t.x, &r);
}

/* By UV, whatever the rule says; and by nothing less. */
static void
test_alone(void)
{
	rule_uv(RULE_UV_DISCOURAGED, "fido2");
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, "");
	CHECK_EQ(t.request.uv, FIDO_UV_REQUIRED);
	CHECK_EQ(t.request.insert_seconds, 7);
	CHECK_STR(fixture_last(&t.x).factors, "fido2_uv");
	t.can_verify = false;
	check_denied(login(), POLICY_DECLINED, "fido2:no_pin");
	t.can_verify = true;
	t.lie = TOKEN_UNVERIFIED;
	check_denied(login(), POLICY_WRONG, "fido2:verification");
	t.lie = TOKEN_HONEST;
	rule_uv(RULE_UV_DISCOURAGED, USUAL);
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_EQ(t.request.uv, FIDO_UV_DISCOURAGED);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2");
	rule_uv(RULE_UV_REQUIRED, USUAL);
	t.lie = TOKEN_UNVERIFIED;
	check_denied(login(), POLICY_WRONG, "fido2:verification");
	CHECK_EQ(t.request.uv, FIDO_UV_REQUIRED);
	t.lie = TOKEN_HONEST;
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
}

static void
check_other_way(const char *refusal)
{
	struct session_verdict v = login();

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT CODE_PROMPT);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_STR(fixture_last(&t.x).refusal, refusal);
	CHECK_EQ(t.opened, t.closed);
	CHECK_EQ(t.begun, t.ended);
	CHECK_EQ(t.inside, 0);
	CHECK(strlen(t.x.told) > 0);
}

/* What was proved stays proved; the next alternative is asked for. */
static void
test_declined(void)
{
	static const enum fido_end ends[] = {
		FIDO_NO_KEY,	  FIDO_TIMEOUT,	    FIDO_CANCELLED,
		FIDO_PIN_INVALID, FIDO_PIN_BLOCKED, FIDO_PIN_PAUSED,
		FIDO_NO_PIN,	  FIDO_IN_USE,	    FIDO_UNSUPPORTED,
		FIDO_DENIED,	  FIDO_BROKEN,
	};
	static const struct {
		enum status st;
		const char *refusal;
	} broken[] = {
		{ STATUS_CANCELLED, "fido2:cancelled" },
		{ STATUS_LOST, "fido2:unavailable" },
		{ STATUS_BUSY, "fido2:timeout" },
		{ STATUS_PROTOCOL, "fido2:broken" },
	};
	char refusal[64];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		t.end = ends[i];
		(void)strcpy(refusal, "fido2:");
		(void)strcat(refusal, fido_end_name(ends[i]));
		check_other_way(refusal);
		CHECK(strstr(t.x.told, fido_end_sentence(ends[i])) != NULL);
		CHECK_EQ(t.opened, 1);
	}
	t.end = 0;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		t.broken = broken[i].st;
		check_other_way(broken[i].refusal);
	}
	t.broken = STATUS_OK;
	t.no_program = true;
	t.x.answers = 0;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:unavailable");
	t.no_program = false;
	t.busy = true;
	check_other_way("fido2:touch_busy");
	CHECK_EQ(t.begun, 0);
	/* Nor is the key looked at: it is another's now. */
	CHECK_EQ(t.opened, 0);
	t.busy = false;
	CHECK_EQ(login().step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
}

/* Each in its own words, and none a guess. */
static void
test_lies(void)
{
	static const struct {
		enum token_lie lie;
		const char *refusal;
	} lies[] = {
		{ TOKEN_SIGNATURE, "fido2:signature" },
		{ TOKEN_OTHER_RP, "fido2:relying_party" },
		{ TOKEN_UNTOUCHED, "fido2:presence" },
		{ TOKEN_OTHER_ENTRY, "fido2:signature" },
	};
	int64_t count = key("blue").sign_count;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		for (int n = 0; n < 3; n++) {
			t.lie = lies[i].lie;
			check_denied(login(), POLICY_WRONG, lies[i].refusal);
			CHECK_STR(t.x.asked, PASSWORD_PROMPT);
			CHECK_STR(fixture_last(&t.x).factors, "password");
			CHECK_STR(fixture_last(&t.x).device, "");
		}
	t.lie = TOKEN_HONEST;
	CHECK_EQ(key("blue").sign_count, count);
	/* An answer that comes late. */
	t.slow = FIDO2_CHALLENGE_SECONDS + 1;
	check_denied(login(), POLICY_WRONG, "fido2:expired");
	t.slow = FIDO2_CHALLENGE_SECONDS;
	CHECK_EQ(login().step, POLICY_ALLOW);
	/* Time to fetch it is not counted. */
	t.fetch = FIDO2_CHALLENGE_SECONDS;
	CHECK_EQ(login().step, POLICY_ALLOW);
	t.slow = t.fetch = 0;
}

/* Far away is whoever is not here for sure. */
static void
test_remote(void)
{
	static const enum io_where far[] = { IO_REMOTE, IO_UNKNOWN,
					     (enum io_where)1 };
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");

	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		t.where = far[i];
		CHECK_EQ(login().step, POLICY_ALLOW);
		CHECK_STR(t.x.asked, PASSWORD_PROMPT CODE_PROMPT);
		CHECK_EQ(t.opened, 0);
		CHECK_EQ(t.placed, 1);
	}
	t.where = IO_LOCAL;
	/* What the caller says can make it far. */
	t.placed = 0;
	t.x.now += 90;
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 0));
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT CODE_PROMPT);
	CHECK_EQ(t.opened, 0);
	CHECK_EQ(t.placed, 0);
	/* Alone, there is no way in at all. */
	token_require(&t, "fido2", RULE_UNENROLLED_DENY);
	CHECK_EQ(fixture_run(&t.x, &r).reason, POLICY_NOT_USABLE);
	CHECK_EQ(t.opened, 0);
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
}

/* Nobody pays who has no key. */
static void
test_free(void)
{
	struct store_account bob;

	fixture_user(&t.x, "bob", GOOD, &bob);
	fixture_type(&t.x, 1, GOOD);
	CHECK_EQ(token_login(&t, "bob").step, POLICY_ALLOW);
	CHECK_EQ(t.placed, 0);
	CHECK_EQ(t.opened, 0);
	fixture_type(&t.x, 1, GOOD);
	CHECK_EQ(token_login(&t, "eve").reason, POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	CHECK_EQ(t.placed, 0);
	CHECK_EQ(t.opened, 0);
	/* And where all are asked for both, who has a code. */
	token_require(&t, USUAL, RULE_UNENROLLED_DENY);
	fixture_totp(&t.x, &bob, "bob");
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "bob", 0));
	CHECK_EQ(token_login(&t, "bob").step, POLICY_ALLOW);
	CHECK_EQ(t.placed, 0);
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
}

/* Whose key is not there and who has no device is asked for a code as a
 * stranger is, and not for an app token, of which nobody is to know. */
static void
test_beside_apps(void)
{
	static const struct store_token like = { .label = "phone",
						 .scopes = "login:*" };
	static const char *const all[] = { "ann", "nobody" };
	char text[GUESTS_SECRET_SIZE];
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(t.x.store, &txn, &f), &f);
	CHECK_OK(store_otp_delete_all(t.x.store, &ann.id, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	guests_token(&t.x, &ann, &like, text);
	token_require(&t, USUAL " | token", RULE_UNENROLLED_DENY);
	t.end = FIDO_NO_KEY;
	for (size_t i = 0; i < 2; i++) {
		t.x.now += 90;
		fixture_type(&t.x, 2, GOOD, text);
		CHECK_EQ(token_login(&t, all[i]).step, POLICY_DENY);
		CHECK(strncmp(t.x.asked, PASSWORD_PROMPT "1/5 ",
			      strlen(PASSWORD_PROMPT "1/5 ")) == 0);
	}
	t.end = 0;
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
}

int
main(void)
{
	token_start(&t, "key", &ann);
	token_require(&t, USUAL, RULE_UNENROLLED_EXEMPT);
	fixture_totp(&t.x, &ann, "ann");
	token_enroll(&t, &ann, "blue");
	token_enroll_other(&t, &ann, "safe");
	test_beside();
	test_alone();
	test_declined();
	test_lies();
	test_remote();
	test_free();
	test_beside_apps();
	token_stop(&t);
	return test_done();
}
