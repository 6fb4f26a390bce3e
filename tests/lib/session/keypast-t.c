/* SPDX-License-Identifier: MIT */
/* Keys and what was proved before: trusted devices, the step-up, and somebody
 * who adds a device of his own. */
#include <stdio.h>

#include "base/text.h"
#include "factor/otp.h"
#include "store/trust.h"
#include "token.h"

#define GOOD "correct horse"
#define HERE "192.0.2.1"
#define PASSWORD_PROMPT "1/1 Password: |"

static struct token t;
static struct store_account ann;

/* --- trust --- */

static void
paste(struct fixture *x)
{
	if (x->next < x->answers &&
	    strcmp(x->answer[x->next].text, "PASTE") == 0 &&
	    strstr(x->asked, "sigra-challenge:") != NULL)
		x->answer[x->next].text = token_answer(&t);
}

static struct session_verdict
login_far(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", HERE);

	t.x.now += 90;
	fixture_type(&t.x, 3, GOOD, "PASTE", "y");
	return fixture_run(&t.x, &r);
}

/* A login with a key earns trust, and a trusted device stands for one. */
static void
test_trust(void)
{
	struct rule r = token_rule("password+fido2", RULE_UNENROLLED_EXEMPT);

	r.key_paste = true;
	r.trust_days = 30;
	fixture_rule(&t.x, &r);
	t.x.on_ask = paste;
	t.can_verify = false;
	CHECK_EQ(login_far().step, POLICY_ALLOW);
	CHECK(strstr(t.x.asked, "Skip the security key on this device for 30 "
				"days? [y/N]") != NULL);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2");
	CHECK_EQ(fixture_audited(&t.x, "trust.added"), 1);
	CHECK_EQ(login_far().step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	CHECK_STR(fixture_last(&t.x).factors, "password+trust");
	t.can_verify = true;
	t.x.on_ask = NULL;
}

/* --- the step-up --- */

static struct session_verdict
sudo(const char *require, const char *password)
{
	struct rule rule = token_rule(require, RULE_UNENROLLED_EXEMPT);
	struct request r = fixture_request(PHASE_AUTH, "ann", "");

	rule.step_up = 300;
	fixture_rule(&t.x, &rule);
	(void)text_copy(r.service, sizeof(r.service), "sudo");
	(void)text_copy(r.tty, sizeof(r.tty), "/dev/tty1");
	(void)text_copy(r.ruser, sizeof(r.ruser), "ann");
	r.ruid = 1000;
	r.leader = (struct request_process){ .pid = 900, .start = 77 };
	t.x.now++;
	t.x.uptime++;
	t.opened = 0;
	fixture_type(&t.x, password != NULL ? 1 : 0, password);
	return fixture_run(&t.x, &r);
}

/* Possession that was shown lately is no more than it was then. */
static void
test_step_up(void)
{
	t.can_verify = false;
	CHECK_EQ(sudo("password+fido2", GOOD).step, POLICY_ALLOW);
	CHECK_EQ(t.opened, 1);
	CHECK_EQ(sudo("password+fido2", NULL).step, POLICY_ALLOW);
	CHECK_EQ(t.opened, 0);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2");
	CHECK_EQ(sudo("fido2", NULL).reason, POLICY_DECLINED);
	CHECK_EQ(t.opened, 1);
	t.can_verify = true;
	t.x.now += 400;
	t.x.uptime += 400;
	CHECK_EQ(sudo("password+fido2", GOOD).step, POLICY_ALLOW);
	CHECK_EQ(sudo("fido2", NULL).step, POLICY_ALLOW);
	CHECK_EQ(t.opened, 0);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
}

/* --- adding a device --- */

/* Types the code of the key that is shown. */
static void
confirm(struct fixture *x)
{
	static char code[CRYPTO_OTP_DIGITS_MAX + 1];
	const char *at = strstr(x->asked, "ey: ");
	struct fault f;
	SECRET(letters);
	SECRET(key);

	if (at == NULL)
		return;
	at += strlen("ey: ");
	CHECK_OK(secret_set(&letters, at, strcspn(at, "\n"), &f), &f);
	CHECK_OK(crypto_secret_unbase32(&letters, &key, &f), &f);
	CHECK_OK(crypto_hotp(&key, CRYPTO_SHA1, (uint64_t)(x->now / 30), 6,
			     code, &f),
		 &f);
	x->answer[x->next].text = code;
}

static struct session_verdict
enroll(const char *require)
{
	struct rule rule = token_rule(require, RULE_UNENROLLED_EXEMPT);
	struct request r = fixture_request(PHASE_ENROLL, "ann", "");

	rule.qr = RULE_QR_NONE;
	fixture_rule(&t.x, &rule);
	t.x.now += 90;
	t.opened = 0;
	t.x.on_ask = confirm;
	fixture_type(&t.x, 2, GOOD, "");
	return fixture_run(&t.x, &r);
}

static bool
count(void *ctx, const struct store_otp *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return true;
}

static unsigned
devices(void)
{
	struct fault f;
	unsigned n = 0;

	CHECK_OK(store_otp_list(t.x.store, &ann.id, count, &n, &f), &f);
	return n;
}

/* The key he has is asked for, even where the rule does not name it. */
static void
test_enroll(void)
{
	(void)fixture_once(&t.x, &ann, STORE_CODE_BACKUP, 0);
	CHECK_EQ(devices(), 0);
	t.plugged = false;
	CHECK_EQ(enroll("password").step, POLICY_DENY);
	CHECK_EQ(t.opened, 1);
	CHECK_EQ(enroll("password+otp").step, POLICY_DENY);
	CHECK_EQ(t.opened, 1);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	t.plugged = true;
	CHECK_EQ(devices(), 0);
	CHECK_EQ(enroll("password+fido2 | password+otp").step, POLICY_DENY);
	/* A backup code has to be typed back with the first device. */
	CHECK(strstr(t.x.asked, "Type one of them back") != NULL);
	CHECK_EQ(t.opened, 1);
	fixture_totp(&t.x, &ann, "ann");
	CHECK_EQ(enroll("password+fido2 | password+otp").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp+fido2_uv");
	CHECK_EQ(devices(), 2);
	/* With both, a rule for passwords alone wants a code. */
	t.opened = 0;
	CHECK_EQ(enroll("password").step, POLICY_DENY);
	CHECK(strstr(t.x.asked, "One-time code for ann") != NULL);
	CHECK_EQ(t.opened, 0);
}

/* --- a copy of the key is found out --- */

#define COPY "192.0.2.66"
#define OWNER "192.0.2.7"

static struct session_verdict
login_from(const char *from, const char *third, const char *fourth)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", from);

	t.x.now += 90;
	t.x.on_ask = paste;
	fixture_type(&t.x, 4, GOOD, "PASTE", third, fourth);
	return fixture_run(&t.x, &r);
}

/* By the code, when the key is not taken. */
static struct session_verdict
login_by_code(const char *yes)
{
	return login_from(OWNER, fixture_code(&t.x, "ann", 3), yes);
}

static int64_t
epoch(void)
{
	struct store_account row = { .epoch = -1 };
	struct fault f;

	CHECK_OK(store_account_by_id(t.x.store, &ann.id, &row, &f), &f);
	return row.epoch;
}

static enum store_key_state
state(void)
{
	struct store_key row = { .sign_count = -1 };
	struct fault f;

	CHECK_OK(store_key_get(t.x.store, &ann.id, "blue", &row, &f), &f);
	return row.state;
}

static bool
trusted_each(void *ctx, const struct store_trust *row)
{
	(void)row;
	++*(unsigned *)ctx;
	return true;
}

static unsigned
trusted(void)
{
	struct fault f;
	unsigned n = 0;

	CHECK_OK(store_trust_list(t.x.store, &ann.id, trusted_each, &n, &f),
		 &f);
	return n;
}

static enum policy_step
open_by(const struct session_verdict *v)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", HERE);

	r.login = v->login;
	return fixture_run(&t.x, &r).step;
}

static void
rule_far(void)
{
	struct rule rules[2] = { token_rule("password+fido2 | password+otp",
					    RULE_UNENROLLED_EXEMPT),
				 token_rule("password",
					    RULE_UNENROLLED_EXEMPT) };

	rules[0].key_paste = true;
	rules[0].trust_days = 30;
	rules[1].phases = RULE_PHASE(POLICY_PHASE_SESSION);
	fixture_rules(&t.x, rules, 2);
}

/* Declined only: whose it was stays. */
static void
test_declined(void)
{
	const int64_t before = epoch();

	token_sign_count(&t, STORE_SIGN_COUNT_REAUTH);
	t.counter = 400;
	CHECK_EQ(login_by_code("n").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_EQ(epoch(), before);
	CHECK_EQ(login_from(COPY, "", "").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+trust");
}

/* What was earned with a copy ends with the key: the device it had trusted,
 * and the logins that are not taken over or would do for a step-up.  What
 * another factor grants then, stays; but for the trust wished for. */
static void
test_revoked(void)
{
	struct session_verdict thief, v;
	int64_t before;

	rule_far();
	t.counter = 500;
	CHECK_EQ(login_from(COPY, "y", "").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2_uv");
	test_declined();
	CHECK(trusted() > 0);
	before = epoch();
	t.counter = 501;
	CHECK_EQ(sudo("password+fido2", GOOD).step, POLICY_ALLOW);
	CHECK_EQ(sudo("password+fido2", NULL).step, POLICY_ALLOW);
	rule_far();
	thief = login_from(COPY, "", "");
	CHECK_EQ(thief.step, POLICY_ALLOW);
	token_sign_count(&t, STORE_SIGN_COUNT_REVOKE);
	t.counter = 400;
	v = login_by_code("y");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(strstr(t.x.asked, "Skip the one-time code") != NULL);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_EQ(state(), STORE_KEY_REVOKED);
	CHECK_EQ(epoch(), before + 1);
	CHECK_EQ(trusted(), 0);
	CHECK_EQ(open_by(&thief), POLICY_DENY);
	CHECK_EQ(open_by(&v), POLICY_ALLOW);
	CHECK(login_from(COPY, "", "").step != POLICY_ALLOW);
	CHECK(strstr(t.x.asked, "sigra-challenge:") != NULL);
	CHECK(sudo("password+fido2 | password+otp", NULL).step !=
	      POLICY_ALLOW);
	token_sign_count(&t, STORE_SIGN_COUNT_WARN);
}

int
main(void)
{
	token_start(&t, "keypast", &ann);
	token_enroll(&t, &ann, "blue");
	test_trust();
	test_step_up();
	test_enroll();
	test_revoked();
	token_stop(&t);
	return test_done();
}
