/* SPDX-License-Identifier: MIT */
/* Service accounts: one string, and only where nothing else is taken. */
#include "base/text.h"
#include "guests.h"

#define HERE "192.0.2.1"
#define GOOD "correct horse 81"

static struct fixture x;
static struct id acme;
static struct store_account relay;
static char secret[GUESTS_SECRET_SIZE], other[GUESTS_SECRET_SIZE];

static void
start(const char *name, const char *require, enum rule_unenrolled unenrolled)
{
	struct rule rules[17] = {
		{ .phases = RULE_PHASE(POLICY_PHASE_AUTH) |
			    RULE_PHASE(POLICY_PHASE_PASSWORD),
		  .action = POLICY_ACTION_REQUIRE,
		  .unenrolled = unenrolled },
	};
	struct fault f;

	fixture_start(&x, name);
	CHECK_OK(rule_require_parse(require, &rules[0].alternatives,
				    rules[0].require, &f),
		 &f);
	fixture_rules(&x, rules, 1 + rule_defaults(rules + 1, 16));
	acme = guests_org(&x, "acme", false);
	guests_service(&x, &acme, "fax", other, &relay);
	guests_service(&x, &acme, "relay", secret, &relay);
	fixture_user(&x, "ann", GOOD, NULL);
}

static struct session_verdict
run(enum request_phase phase, const char *service, const char *user,
    const struct id *login)
{
	struct request r = fixture_request(phase, user, HERE);

	(void)text_copy(r.service, sizeof(r.service), service);
	if (login != NULL)
		r.login = *login;
	return fixture_run(&x, &r);
}

static struct session_verdict
login(const char *service, const char *user, const char *typed)
{
	fixture_type(&x, 1, typed);
	return run(PHASE_AUTH, service, user, NULL);
}

static void
denied(struct session_verdict v, enum policy_reason reason)
{
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), policy_reason_name(reason));
}

static void
test_in(const char *name, const char *require, enum rule_unenrolled unenrolled)
{
	struct session_verdict v;
	struct guests_row row;

	start(name, require, unenrolled);
	v = login("dovecot", "relay", secret);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(fixture_last(&x).factors, "service_secret");
	row = guests_audited(&x, "login.granted");
	CHECK_STR(row.actor, relay.id.s);
	CHECK_STR(row.effective, "");
	CHECK_EQ(run(PHASE_ACCOUNT, "dovecot", "relay", NULL).step,
		 POLICY_ALLOW);
	CHECK_EQ(run(PHASE_SESSION_OPEN, "dovecot", "relay", &v.login).step,
		 POLICY_ALLOW);
	/* Again, for it is no code. */
	CHECK_EQ(login("dovecot", "relay", secret).step, POLICY_ALLOW);
	denied(login("dovecot", "relay", other), POLICY_WRONG);
	CHECK_STR(fixture_last(&x).refusal, "token:unknown");
	CHECK_EQ(login("dovecot", "relay", "sigra_sa_nonsense").step,
		 POLICY_DENY);
	CHECK_EQ(login("dovecot", "ann", secret).step, POLICY_DENY);
	denied(login("dovecot", "nob", secret), POLICY_UNKNOWN_ACCOUNT);
	fixture_stop(&x);
}

/* Where no rule names a token, a secret is a wrong password. */
static void
test_unnamed(void)
{
	start("serving-unnamed", "password", RULE_UNENROLLED_EXEMPT);
	CHECK_EQ(login("dovecot", "relay", secret).step, POLICY_DENY);
	CHECK_STR(fixture_last(&x).refusal, "");
	fixture_stop(&x);
}

/* Where people log in it is shut out like somebody disabled, in every phase.
 */
static void
test_people(void)
{
	char asked[sizeof(x.asked)];
	struct session_verdict v;

	start("serving-people", "password | token", RULE_UNENROLLED_EXEMPT);
	v = login("dovecot", "relay", secret);
	CHECK_EQ(v.step, POLICY_ALLOW);
	denied(login("sshd", "relay", secret), POLICY_NOT_INTERACTIVE);
	(void)text_copy(asked, sizeof(asked), x.asked);
	denied(login("sshd", "nob", secret), POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(x.asked, asked);
	denied(run(PHASE_ACCOUNT, "sshd", "relay", NULL),
	       POLICY_NOT_INTERACTIVE);
	denied(run(PHASE_SESSION_OPEN, "sshd", "relay", &v.login),
	       POLICY_NOT_INTERACTIVE);
	fixture_type(&x, 3, secret, GOOD, GOOD);
	denied(run(PHASE_PASSWORD_PRELIM, "dovecot", "relay", NULL),
	       POLICY_NOT_INTERACTIVE);
	denied(run(PHASE_ENROLL, "dovecot", "relay", NULL),
	       POLICY_NOT_INTERACTIVE);
	fixture_stop(&x);
}

static void
test_state(void)
{
	int64_t revoked = 0;
	struct fault f;
	STORE_TXN(txn);

	start("serving-state", "token", RULE_UNENROLLED_DENY);
	relay.state = STORE_DISABLED;
	fixture_update(&x, &relay);
	denied(login("dovecot", "relay", secret), POLICY_DISABLED);
	denied(login("sshd", "relay", secret), POLICY_DISABLED);
	relay.state = STORE_ACTIVE;
	fixture_update(&x, &relay);
	CHECK_EQ(login("dovecot", "relay", secret).step, POLICY_ALLOW);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_token_revoke_all(x.store, &relay.id, x.now, &revoked,
					&f),
		 &f);
	CHECK_OK(store_commit(&txn, &f), &f);
	CHECK_EQ(revoked, 1);
	CHECK_EQ(login("dovecot", "relay", secret).step, POLICY_DENY);
	fixture_stop(&x);
}

static void
test_explain(void)
{
	struct request r = fixture_request(PHASE_AUTH, "relay", HERE);
	struct session_explanation e;
	struct fault f;

	start("serving-explain", "password+otp | token", RULE_UNENROLLED_DENY);
	CHECK_OK(session_explain(&x.env, &r, &e, &f), &f);
	CHECK_EQ(e.facts.account, POLICY_ACCOUNT_SERVICE);
	(void)text_copy(r.service, sizeof(r.service), "dovecot");
	CHECK_OK(session_explain(&x.env, &r, &e, &f), &f);
	CHECK_EQ(e.facts.account, POLICY_ACCOUNT_ACTIVE);
	CHECK_EQ(e.facts.enrolled, POLICY_BIT(POLICY_FACTOR_TOKEN));
	fixture_stop(&x);
}

int
main(void)
{
	test_in("serving-one", "token", RULE_UNENROLLED_DENY);
	test_in("serving-both", "password+otp | token", RULE_UNENROLLED_DENY);
	test_in("serving-exempt", "password+otp | token",
		RULE_UNENROLLED_EXEMPT);
	test_unnamed();
	test_people();
	test_state();
	test_explain();
	return test_done();
}
