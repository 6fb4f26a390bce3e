/* SPDX-License-Identifier: MIT */
/* A token, and the password of the same account afterwards. */
#include "base/text.h"
#include "guests.h"

#define HOME "192.0.2.1"
#define GOOD "correct horse 81"

static struct fixture x;
static struct store_account ann;
static char phone[GUESTS_SECRET_SIZE];

/* Ann has a password and the token PHONE. */
static void
start(const char *name)
{
	static const struct store_token t = { .label = "phone",
					      .scopes = "login:dovecot" };
	struct rule r = { .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			  .action = POLICY_ACTION_REQUIRE,
			  .alternatives = 2,
			  .require = { POLICY_BIT(POLICY_FACTOR_PASSWORD),
				       POLICY_BIT(POLICY_FACTOR_TOKEN) } };

	fixture_start(&x, name);
	fixture_rule(&x, &r);
	fixture_user(&x, "ann", GOOD, &ann);
	guests_token(&x, &ann, &t, phone);
}

static struct request
request(enum request_phase phase)
{
	struct request r = fixture_request(phase, "ann", HOME);

	(void)text_copy(r.service, sizeof(r.service), "dovecot");
	return r;
}

static struct session_verdict
login(const char *typed)
{
	struct request r = request(PHASE_AUTH);

	fixture_type(&x, 1, typed);
	return fixture_run(&x, &r);
}

/* A password that is to be changed is no matter of a program's. */
static void
test_must_change(void)
{
	struct session_verdict v;
	struct request r;

	start("token-must-change");
	ann.must_change = true;
	fixture_update(&x, &ann);
	v = login(phone);
	CHECK_EQ(v.step, POLICY_ALLOW);
	r = request(PHASE_ACCOUNT);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_RENEW);
	r.login = v.login;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	v = login(GOOD);
	r.login = v.login;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_RENEW);
	fixture_stop(&x);
}

/* With a password that was forgotten goes what was made beside it. */
static void
test_reset(void)
{
	const char *code;
	struct request r;

	start("token-reset");
	code = fixture_once(&x, &ann, STORE_CODE_RESET, 600);
	r = fixture_request(PHASE_AUTH, "ann", HOME);
	fixture_type(&x, 3, code, "battery staple 17", "battery staple 17");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(login(phone).step, POLICY_DENY);
	CHECK_STR(fixture_last(&x).refusal, "token:revoked");
	fixture_stop(&x);
}

int
main(void)
{
	test_must_change();
	test_reset();
	return test_done();
}
