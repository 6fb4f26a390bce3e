/* SPDX-License-Identifier: MIT */
/* What came to be true while somebody was being asked, and rows that nobody
 * of ours has written. */
#include "base/text.h"
#include "fixture.h"

#define GOOD "correct horse"
#define BETTER "battery staple"
#define HERE "192.0.2.1"
#define PASSWORD_PROMPT "1/1 Password: |"

static struct fixture x;
static struct store_account ann, bob;
static unsigned asks;

static void
enroll_bob(struct fixture *fx)
{
	fx->on_ask = NULL;
	fixture_totp(fx, &bob, "bob");
}

static void
enroll_ann_second(struct fixture *fx)
{
	if (++asks != 2)
		return;
	fx->on_ask = NULL;
	fixture_totp(fx, &ann, "ann");
}

static struct session_verdict
login(const char *user, const char *code)
{
	struct request r = fixture_request(PHASE_AUTH, user, HERE);

	fixture_type(&x, 2, GOOD, code);
	return fixture_run(&x, &r);
}

/* He has set up a device in another window: that is what he is asked for,
 * by this login too. */
static void
test_enrolled(void)
{
	struct session_verdict v;
	struct store_guess_counts n = { .pair_failed = -1 };
	struct fault f;

	CHECK_EQ(login("bob", "").step, POLICY_ALLOW);
	x.on_ask = enroll_bob;
	v = login("bob", "000000");
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), "not_proved");
	CHECK_STR(v.login.s, "");
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_STR(fixture_last(&x).action, "login.denied");
	/* The right password was no guess. */
	CHECK_OK(store_guess_count(x.store, bob.id.s, "ip:" HERE, "password",
				   x.now, 86400, 900, 60, 86400, &n, &f),
		 &f);
	CHECK_EQ(n.pair_failed, 0);
	CHECK_EQ(login("bob", fixture_code(&x, "bob", 0)).step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT "1/5 One-time code for "
					   "bob@testhost: |");
}

/* While a new password is being chosen, by whom needed no code before. */
static void
test_enrolled_change(void)
{
	struct request r = fixture_request(PHASE_PASSWORD_PRELIM, "ann", "");
	struct session_verdict v;

	r.ruid = 1000;
	fixture_type(&x, 1, GOOD);
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	r.phase = PHASE_PASSWORD_UPDATE;
	r.login = v.login;
	fixture_type(&x, 2, BETTER, BETTER);
	asks = 0;
	x.on_ask = enroll_ann_second;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), "not_proved");
	CHECK(strstr(x.lines, "password.refused") != NULL);
	CHECK_EQ(fixture_audited(&x, "password.changed"), 0);
	CHECK_EQ(login("ann", fixture_code(&x, "ann", 0)).step, POLICY_ALLOW);
}

/* A login of before all time is not one of a moment ago. */
static void
test_handover(void)
{
	struct rule rule = { .phases = RULE_PHASE(POLICY_PHASE_SESSION),
			     .action = POLICY_ACTION_REQUIRE,
			     .alternatives = 1,
			     .require = {
				     POLICY_BIT(POLICY_FACTOR_PASSWORD) } };
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", HERE);
	static const int64_t at[] = { INT64_MIN, INT64_MIN + 1, -1,
				      INT64_MAX };
	struct store_login row = { .account = ann.id, .ruid = -1 };
	struct fault f;

	fixture_rule(&x, &rule);
	(void)text_copy(row.user, sizeof(row.user), "ann");
	(void)text_copy(row.service, sizeof(row.service), "sshd");
	(void)text_copy(row.boot, sizeof(row.boot), FIXTURE_BOOT);
	(void)text_copy(row.factors, sizeof(row.factors), "password");
	for (size_t i = 0; i <= sizeof(at) / sizeof(at[0]); i++) {
		const bool last = i == sizeof(at) / sizeof(at[0]);
		STORE_TXN(txn);

		row.at = last ? x.now : at[i];
		crypto_id(x.now, &row.id);
		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_login_insert(x.store, &row, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
		r.login = row.id;
		CHECK_EQ(fixture_run(&x, &r).step,
			 last ? POLICY_ALLOW : POLICY_DENY);
	}
}

int
main(void)
{
	fixture_start(&x, "meanwhile");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_user(&x, "bob", GOOD, &bob);
	test_enrolled();
	test_enrolled_change();
	test_handover();
	fixture_stop(&x);
	return test_done();
}
