/* SPDX-License-Identifier: MIT */
/* Account, password and session phases, and what is handed between them. */
#include "base/text.h"
#include "fixture.h"

#define GOOD "correct horse"
#define BETTER "battery staple"
#define RHOST "192.0.2.1"

static struct fixture x;
static struct store_account ann;

static struct session_verdict
run(enum request_phase phase, const char *user, const struct id *login,
    uid_t ruid, uint32_t flags)
{
	struct request r = fixture_request(phase, user, RHOST);

	r.ruid = ruid;
	r.flags = flags;
	if (login != NULL)
		r.login = *login;
	return fixture_run(&x, &r);
}

static enum policy_step
account(const char *user)
{
	return run(PHASE_ACCOUNT, user, NULL, 0, 0).step;
}

/* acct_mgmt alone stops whoever must not get in. */
static void
test_account(void)
{
	CHECK_EQ(account("ann"), POLICY_ALLOW);
	CHECK(strstr(x.lines, "action=account.granted") != NULL);
	ann.must_change = true;
	fixture_update(&x, &ann);
	CHECK_EQ(account("ann"), POLICY_RENEW);
	ann.must_change = false;
	ann.state = STORE_DISABLED;
	fixture_update(&x, &ann);
	CHECK_EQ(account("ann"), POLICY_DENY);
	CHECK(strstr(x.lines, "action=account.denied") != NULL);
	CHECK(strstr(x.lines, "reason=disabled") != NULL);
	ann.state = STORE_ACTIVE;
	ann.expires_at = x.now;
	fixture_update(&x, &ann);
	CHECK_EQ(account("ann"), POLICY_DENY);
	ann.expires_at = x.now + 1;
	fixture_update(&x, &ann);
	CHECK_EQ(account("ann"), POLICY_ALLOW);
	ann.expires_at = 0;
	ann.state = STORE_PENDING;
	ann.delete_at = x.now + 10;
	fixture_update(&x, &ann);
	CHECK_EQ(account("ann"), POLICY_DENY);
	ann.state = STORE_ACTIVE;
	ann.delete_at = 0;
	fixture_update(&x, &ann);
	CHECK_EQ(account("stranger"), POLICY_DENY);
	CHECK_EQ(account("root"), POLICY_ABSTAIN);
}

/* Five guesses from outside must not stop keys or cron. */
static void
test_account_ignores_locks(void)
{
	for (int i = 0; i < 6; i++)
		(void)fixture_login(&x, "ann", RHOST, "wrong password");
	CHECK_EQ(fixture_login(&x, "ann", RHOST, GOOD).reason, POLICY_LOCKED);
	CHECK_EQ(account("ann"), POLICY_ALLOW);
	x.now += 3600;
	CHECK_EQ(fixture_login(&x, "ann", RHOST, GOOD).step, POLICY_ALLOW);
}

static struct store_session
session_row(const struct id *id)
{
	struct store_session row = { .factors = "none" };
	struct fault f;

	CHECK_OK(store_session_get(x.store, id, &row, &f), &f);
	return row;
}

static void
test_handover(void)
{
	struct session_verdict v = fixture_login(&x, "ann", RHOST, GOOD);
	struct session_verdict s, again;
	struct store_session row;
	struct request r;

	CHECK_EQ(v.step, POLICY_ALLOW);
	s = run(PHASE_SESSION_OPEN, "ann", &v.login, 0, 0);
	CHECK_EQ(s.step, POLICY_ALLOW);
	row = session_row(&s.session);
	CHECK_STR(row.factors, "password");
	CHECK_STR(row.login.s, v.login.s);
	CHECK_EQ(row.pid, 4711);
	CHECK_EQ(row.pid_start, 42);
	CHECK_STR(row.boot, FIXTURE_BOOT);
	CHECK(strstr(x.lines, "action=session.opened") != NULL);
	/* Spent: the next session knows no factors. */
	again = run(PHASE_SESSION_OPEN, "ann", &v.login, 0, 0);
	CHECK_EQ(again.step, POLICY_ALLOW);
	CHECK_STR(session_row(&again.session).factors, "");
	/* Closed once, by its owner. */
	r = fixture_request(PHASE_SESSION_CLOSE, "ann", RHOST);
	r.session = s.session;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(session_row(&s.session).closed_at, x.now);
	/* Once more is no harm, and no row. */
	x.now++;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(session_row(&s.session).closed_at, x.now - 1);
	CHECK_EQ(fixture_audited(&x, "session.closed"), 1);
	r = fixture_request(PHASE_SESSION_CLOSE, "eve", RHOST);
	r.session = again.session;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	CHECK_EQ(session_row(&again.session).closed_at, 0);
}

static const char *
factors_after(const struct id *login, const char *user, const char *service)
{
	static struct store_session row;
	struct request r = fixture_request(PHASE_SESSION_OPEN, user, RHOST);
	struct session_verdict v;

	r.login = *login;
	(void)text_copy(r.service, sizeof(r.service), service);
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	row = session_row(&v.session);
	return row.factors;
}

/* Not of this user, service, boot or hour: no factors are known. */
static void
test_handover_foreign(void)
{
	struct id login = fixture_login(&x, "ann", RHOST, GOOD).login;
	const char *boot = x.env.boot;

	CHECK_STR(factors_after(&login, "eve", "sshd"), "");
	CHECK_STR(factors_after(&login, "ann", "su"), "");
	x.env.boot = "99999999-2222-4333-8444-555555555555";
	CHECK_STR(factors_after(&login, "ann", "sshd"), "");
	x.env.boot = boot;
	x.now += SESSION_HANDOVER_SECONDS + 1;
	CHECK_STR(factors_after(&login, "ann", "sshd"), "");
	x.now -= SESSION_HANDOVER_SECONDS + 1;
	/* One that nobody has may have been of somebody who acts as her. */
	CHECK_EQ(run(PHASE_SESSION_OPEN, "ann", &(struct id){ .s = "made-up" },
		     0, 0)
			 .reason,
		 POLICY_NOT_PROVED);
	CHECK_STR(factors_after(&login, "ann", "sshd"), "password");
}

/* A rule that requires factors of sessions refuses a bare public key. */
static void
test_session_requires(void)
{
	struct rule rules[17] = { { .phases = RULE_PHASE(POLICY_PHASE_SESSION),
				    .action = POLICY_ACTION_REQUIRE,
				    .alternatives = 1,
				    .require = { 1 } } };
	size_t n = rule_defaults(rules + 1, 16);
	struct id login;

	fixture_rules(&x, rules, n + 1);
	CHECK_EQ(run(PHASE_SESSION_OPEN, "ann", NULL, 0, 0).reason,
		 POLICY_NOT_PROVED);
	CHECK(strstr(x.lines, "action=session.denied") != NULL);
	login = fixture_login(&x, "ann", RHOST, GOOD).login;
	CHECK_EQ(run(PHASE_SESSION_OPEN, "ann", &login, 0, 0).step,
		 POLICY_ALLOW);
	fixture_rules(&x, rules + 1, n);
}

static bool
opens(const char *password)
{
	x.now += 3600;
	return fixture_login(&x, "ann", RHOST, password).step == POLICY_ALLOW;
}

static void
test_change_by_user(void)
{
	struct session_verdict v, u;

	fixture_type(&x, 1, "wrong password");
	v = run(PHASE_PASSWORD_PRELIM, "ann", NULL, 1000, 0);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, POLICY_WRONG);
	fixture_type(&x, 1, GOOD);
	v = run(PHASE_PASSWORD_PRELIM, "ann", NULL, 1000, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	CHECK_STR(x.asked, "1/2 Current password: |");
	/* Too short, common, not the same twice: offered three times. */
	fixture_type(&x, 4, "short", "password1", BETTER, "battery stable");
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 1000, 0);
	CHECK_EQ(u.step, POLICY_DENY);
	CHECK_EQ(u.reason, POLICY_PASSWORD_REFUSED);
	CHECK_EQ(x.next, 4);
	CHECK(strstr(x.told, "match") != NULL);
	CHECK(strstr(x.lines, "action=password.refused") != NULL);
	fixture_type(&x, 2, BETTER, BETTER);
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 1000, 0);
	CHECK_EQ(u.step, POLICY_ALLOW);
	CHECK(u.password_proved);
	CHECK(strstr(x.lines, "action=password.changed") != NULL);
	CHECK(!opens(GOOD));
	CHECK(opens(BETTER));
}

/* The proof is spent; a later change asks again.  Old ones are remembered. */
static void
test_change_again(void)
{
	struct session_verdict v, u;

	fixture_type(&x, 1, BETTER);
	v = run(PHASE_PASSWORD_PRELIM, "ann", NULL, 1000, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	fixture_type(&x, 3, BETTER, GOOD, "short");
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 1000, 0);
	CHECK_EQ(u.reason, POLICY_PASSWORD_REFUSED);
	fixture_type(&x, 2, "a third one, new", "a third one, new");
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 1000, 0);
	CHECK_EQ(u.step, POLICY_ALLOW);
	fixture_type(&x, 0);
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 1000, 0);
	CHECK_EQ(u.step, POLICY_DENY);
	CHECK_STR(x.asked, "1/2 Current password: |");
	/* Without a PRELIM, too, the old one is asked for. */
	fixture_type(&x, 3, "a third one, new", BETTER "!", BETTER "!");
	u = run(PHASE_PASSWORD_UPDATE, "ann", NULL, 1000, 0);
	CHECK_EQ(u.step, POLICY_ALLOW);
	CHECK(opens(BETTER "!"));
}

static void
test_change_by_root(void)
{
	struct session_verdict v;

	v = run(PHASE_PASSWORD_PRELIM, "ann", NULL, 0, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(x.asked, "");
	fixture_type(&x, 2, "root chose this", "root chose this");
	v = run(PHASE_PASSWORD_UPDATE, "ann", NULL, 0, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(opens("root chose this"));
	/* Inside a login uid 0 is only the program. */
	ann.must_change = true;
	CHECK_OK(store_account_by_id(x.store, &ann.id, &ann, NULL),
		 &(struct fault){ 0 });
	ann.must_change = true;
	fixture_update(&x, &ann);
	fixture_type(&x, 0);
	v = run(PHASE_PASSWORD_PRELIM, "ann", NULL, 0, REQUEST_CHANGE_EXPIRED);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(x.asked, "1/2 Current password: |");
	CHECK_EQ(run(PHASE_PASSWORD_PRELIM, "stranger", NULL, 0, 0).step,
		 POLICY_DENY);
}

static void
reset_meanwhile(struct fixture *fx)
{
	fx->on_ask = NULL;
	fixture_reset(fx, &ann.id, "reset by root");
}

/* Reset while somebody who knew the old one stands at "New password:". */
static void
test_change_after_reset(void)
{
	struct session_verdict v, u;

	fixture_type(&x, 1, "mine again, mine");
	v = run(PHASE_PASSWORD_PRELIM, "ann", NULL, 1000, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	fixture_type(&x, 2, "the thief's own", "the thief's own");
	x.on_ask = reset_meanwhile;
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 1000, 0);
	CHECK_EQ(u.step, POLICY_DENY);
	CHECK(!opens("the thief's own"));
	CHECK(opens("reset by root"));
}

/* An expired change in a login: proved there, not asked again. */
static void
test_change_expired(void)
{
	struct session_verdict v, p, u, s;

	v = fixture_login(&x, "ann", RHOST, "root chose this");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(account("ann"), POLICY_RENEW);
	p = run(PHASE_PASSWORD_PRELIM, "ann", &v.login, 0,
		REQUEST_CHANGE_EXPIRED);
	CHECK_EQ(p.step, POLICY_ALLOW);
	CHECK_STR(x.asked, "");
	fixture_type(&x, 2, "mine again, mine", "mine again, mine");
	u = run(PHASE_PASSWORD_UPDATE, "ann", &v.login, 0,
		REQUEST_CHANGE_EXPIRED);
	CHECK_EQ(u.step, POLICY_ALLOW);
	CHECK_EQ(account("ann"), POLICY_ALLOW);
	/* The new login row carries the proof into the session. */
	s = run(PHASE_SESSION_OPEN, "ann", &u.login, 0, 0);
	CHECK_STR(session_row(&s.session).factors, "password");
	/* Nothing is due any more: nothing is asked, nothing changes. */
	fixture_type(&x, 0);
	u = run(PHASE_PASSWORD_UPDATE, "ann", NULL, 0, REQUEST_CHANGE_EXPIRED);
	CHECK_EQ(u.step, POLICY_ALLOW);
	CHECK(!u.password_proved);
	CHECK_STR(x.asked, "");
	CHECK(opens("mine again, mine"));
}

/* Of an administrator. */
static const enum store_code_kind given[] = { STORE_CODE_LOGIN,
					      STORE_CODE_RESET,
					      STORE_CODE_TICKET };

static int64_t
codes_out(const struct store_account *a)
{
	int64_t left = 0;

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		struct store_code_count n = { .left = -1 };
		struct fault f;

		CHECK_OK(store_code_counted(x.store, &a->id, given[i], x.now,
					    &n, &f),
			 &f);
		left += n.left;
	}
	return left;
}

/* Both were proved in the login: neither is asked for again. */
static void
test_change_with_code(void)
{
	struct request r = fixture_request(PHASE_AUTH, "dee", RHOST);
	struct session_verdict v, p, u, s;
	struct store_account dee;

	x.now += 3600;
	fixture_user(&x, "dee", GOOD, &dee);
	fixture_totp(&x, &dee, "dee");
	dee.must_change = true;
	fixture_update(&x, &dee);
	fixture_type(&x, 2, GOOD, fixture_code(&x, "dee", 0));
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	fixture_type(&x, 0);
	p = run(PHASE_PASSWORD_PRELIM, "dee", &v.login, 0,
		REQUEST_CHANGE_EXPIRED);
	CHECK_EQ(p.step, POLICY_ALLOW);
	CHECK_STR(x.asked, "");
	CHECK(!p.password_proved);
	fixture_type(&x, 2, BETTER, BETTER);
	u = run(PHASE_PASSWORD_UPDATE, "dee", &v.login, 0,
		REQUEST_CHANGE_EXPIRED);
	CHECK_EQ(u.step, POLICY_ALLOW);
	s = run(PHASE_SESSION_OPEN, "dee", &u.login, 0, 0);
	CHECK_STR(session_row(&s.session).factors, "password+totp");
	/* passwd(1) asks for both. */
	x.now += 60;
	fixture_type(&x, 2, BETTER, fixture_code(&x, "dee", 0));
	p = run(PHASE_PASSWORD_PRELIM, "dee", NULL, 1000, 0);
	CHECK_EQ(p.step, POLICY_ALLOW);
	CHECK(p.password_proved);
	CHECK_STR(x.asked, "1/2 Current password: |"
			   "1/5 One-time code for dee@testhost: |");
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		(void)fixture_once(&x, &dee, given[i], 600);
	CHECK_EQ(codes_out(&dee), 3);
	fixture_type(&x, 2, GOOD "!", GOOD "!");
	u = run(PHASE_PASSWORD_UPDATE, "dee", &p.login, 1000, 0);
	CHECK_EQ(u.step, POLICY_ALLOW);
	CHECK_EQ(codes_out(&dee), 0);
}

/* A host that gives one string to every question changes nothing. */
static void
test_code_is_no_password(void)
{
	struct request r = fixture_request(PHASE_AUTH, "fay", RHOST);
	struct store_account fay;
	const char *code;

	fixture_user(&x, "fay", GOOD, &fay);
	code = fixture_once(&x, &fay, STORE_CODE_RESET, 600);
	fixture_type(&x, 8, code, code, code, code, code, code, code, code);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	CHECK(strstr(x.told, "that is the code") != NULL);
	CHECK_EQ(codes_out(&fay), 1);
	CHECK_EQ(fixture_login(&x, "fay", RHOST, GOOD).step, POLICY_ALLOW);
	fixture_type(&x, 3, code, BETTER, BETTER);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(codes_out(&fay), 0);
}

int
main(void)
{
	fixture_start(&x, "phases");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_user(&x, "eve", GOOD, NULL);
	test_account();
	test_account_ignores_locks();
	test_handover();
	test_handover_foreign();
	test_session_requires();
	test_change_by_user();
	test_change_again();
	test_change_by_root();
	test_change_expired();
	test_change_after_reset();
	test_change_with_code();
	test_code_is_no_password();
	fixture_stop(&x);
	return test_done();
}
