/* SPDX-License-Identifier: MIT */
/* Logins with a one-time code: who is asked, what counts as a guess. */
#include <stdio.h>

#include "base/text.h"
#include "fixture.h"

#define GOOD "correct horse"
#define BAD "wrong password"
#define PASSWORD_PROMPT "1/1 Password: |"

static struct fixture x;
static struct store_account ann;

static struct session_verdict
login(const char *user, const char *rhost, const char *password,
      const char *code)
{
	struct request r = fixture_request(PHASE_AUTH, user, rhost);

	fixture_type(&x, 2, password, code);
	return fixture_run(&x, &r);
}

static const char *
both_prompts(const char *user)
{
	static char text[256];

	(void)snprintf(text, sizeof(text),
		       PASSWORD_PROMPT "1/5 One-time code for %s@testhost: |",
		       user);
	return text;
}

/* One that is none of ann's for a long time. */
static const char *
wrong(void)
{
	return fixture_code(&x, "ann", 5000);
}

static struct store_guess_counts
guesses(const char *source, const char *factor)
{
	struct store_guess_counts n = { .pair_failed = -1 };
	struct fault f;

	CHECK_OK(store_guess_count(x.store, ann.id.s, source, factor, x.now,
				   86400, 900, 60, 86400, &n, &f),
		 &f);
	return n;
}

static void
test_in_turn(void)
{
	struct session_verdict v;
	struct store_login row;
	struct fault f;

	v = login("ann", "192.0.2.1", GOOD, fixture_code(&x, "ann", 0));
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	CHECK_STR(x.asked, both_prompts("ann"));
	CHECK_STR(x.told, "");
	CHECK_OK(store_login_get(x.store, &v.login, &row, &f), &f);
	CHECK_STR(row.factors, "password+totp");
	CHECK_STR(row.tty, "ssh");
	CHECK_EQ(row.ruid, 0);
	CHECK_EQ(row.uptime, x.uptime);
	CHECK_STR(fixture_last(&x).factors, "password+totp");
	CHECK_STR(fixture_last(&x).style, "");
	/* Who has none does without. */
	v = login("bob", "192.0.2.1", GOOD, "000000");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_STR(fixture_last(&x).factors, "password");
}

static void
usual_rules(void)
{
	struct rule rules[16];

	fixture_rules(&x, rules, rule_defaults(rules, 16));
}

struct stranger {
	const char *user, *password, *code;
	enum policy_reason reason;
};

static void
make_strangers(void)
{
	struct store_account a;

	fixture_user(&x, "disabled", GOOD, &a);
	fixture_totp(&x, &a, "disabled");
	a.state = STORE_DISABLED;
	fixture_update(&x, &a);
	fixture_user(&x, "expired", GOOD, &a);
	fixture_totp(&x, &a, "expired");
	a.expires_at = x.now;
	fixture_update(&x, &a);
	fixture_user(&x, "locked", GOOD, &a);
	fixture_totp(&x, &a, "locked");
}

static void
lock(void)
{
	for (int i = 0; i < 5; i++)
		(void)login("locked", "192.0.2.9", BAD, "000000");
}

static void
check_stranger(const struct stranger *s, const char *asked)
{
	struct session_verdict v =
		login(s->user, "192.0.2.9", s->password, s->code);

	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, s->reason);
	CHECK_STR(x.asked, asked);
	CHECK_STR(x.told, "");
	CHECK(!v.password_proved && v.login.s[0] == '\0');
}

/* Whoever has proved nothing hears of no code. */
static void
test_in_turn_strangers(void)
{
	const struct stranger all[] = {
		{ "ann", BAD, "000000", POLICY_WRONG },
		{ "bob", BAD, "000000", POLICY_WRONG },
		{ "ghost", GOOD, "000000", POLICY_UNKNOWN_ACCOUNT },
		{ "disabled", GOOD, fixture_code(&x, "disabled", 0),
		  POLICY_DISABLED },
		{ "expired", GOOD, fixture_code(&x, "expired", 0),
		  POLICY_EXPIRED },
		{ "locked", GOOD, fixture_code(&x, "locked", 0),
		  POLICY_LOCKED },
	};

	x.now += 3600;
	lock();
	x.now += 61;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check_stranger(&all[i], PASSWORD_PROMPT);
}

/* Where everybody is asked for both, everybody is. */
static void
test_all_asked(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	const struct stranger all[] = {
		{ "ann", BAD, "000000", POLICY_WRONG },
		{ "ann", GOOD, wrong(), POLICY_WRONG },
		{ "ann", GOOD, "", POLICY_MALFORMED },
		{ "bob", GOOD, "000000", POLICY_NOT_ENROLLED },
		{ "ghost", GOOD, "what?", POLICY_UNKNOWN_ACCOUNT },
		{ "disabled", GOOD, "000000", POLICY_DISABLED },
		{ "expired", BAD, "000000", POLICY_EXPIRED },
		{ "locked", GOOD, "000000", POLICY_LOCKED },
	};
	const char *code;

	fixture_rule(&x, &rule);
	x.now += 3600;
	lock();
	x.now += 61;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check_stranger(&all[i], both_prompts(all[i].user));
	/* A code behind a wrong password is neither charged nor spent. */
	x.now += 3600;
	code = fixture_code(&x, "ann", 0);
	CHECK_EQ(login("ann", "192.0.2.20", BAD, code).reason, POLICY_WRONG);
	CHECK_EQ(login("ann", "192.0.2.20", BAD, "what?").reason,
		 POLICY_WRONG);
	CHECK_EQ(guesses("ip:192.0.2.20", "otp").pair_failed, 0);
	CHECK_EQ(guesses("ip:192.0.2.20", "otp").source_failed, 2);
	CHECK_EQ(login("ann", "192.0.2.20", GOOD, code).step, POLICY_ALLOW);
	usual_rules();
}

/* Right, but used before: refused, and no guess of anything. */
static void
test_spent(void)
{
	const char *code, *backup;

	x.now += 86401;
	code = fixture_code(&x, "ann", 0);
	backup = fixture_once(&x, &ann, STORE_CODE_BACKUP, 0);
	CHECK_EQ(login("ann", "192.0.2.30", GOOD, code).step, POLICY_ALLOW);
	CHECK_EQ(login("ann", "192.0.2.30", GOOD, backup).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&x).factors, "password+backup_code");
	for (int i = 0; i < 8; i++) {
		struct session_verdict v = login("ann", "192.0.2.31", GOOD,
						 i % 2 == 0 ? code : backup);

		CHECK_EQ(v.step, POLICY_DENY);
		CHECK_EQ(v.reason, POLICY_SPENT);
		CHECK_STR(x.asked, both_prompts("ann"));
	}
	CHECK_STR(fixture_last(&x).reason, "spent");
	CHECK_STR(fixture_last(&x).factors, "password");
	CHECK_EQ(guesses("ip:192.0.2.31", "otp").pair_failed, 0);
	CHECK_EQ(guesses("ip:192.0.2.31", "otp").run_failed, 0);
	CHECK_EQ(guesses("ip:192.0.2.31", "password").pair_failed, 0);
	CHECK_EQ(guesses("ip:192.0.2.31", "otp").source_failed, 0);
	CHECK_EQ(login("ann", "192.0.2.31", GOOD, fixture_code(&x, "ann", 1))
			 .step,
		 POLICY_ALLOW);
}

/* Five wrong ones from anywhere shut out whoever is not known good. */
static void
test_lock(void)
{
	char rhost[32];

	x.now += 86401;
	CHECK_EQ(login("ann", "192.0.2.40", GOOD, fixture_code(&x, "ann", 0))
			 .step,
		 POLICY_ALLOW);
	x.now += 61;
	for (int i = 0; i < 5; i++) {
		(void)snprintf(rhost, sizeof(rhost), "198.51.100.%d", i + 1);
		CHECK_EQ(login("ann", rhost, GOOD, wrong()).reason,
			 POLICY_WRONG);
	}
	CHECK_EQ(guesses("ip:198.51.100.1", "otp").run_failed, 5);
	CHECK_EQ(guesses("ip:198.51.100.1", "password").pair_failed, 0);
	CHECK_EQ(login("ann", "198.51.100.9", GOOD, fixture_code(&x, "ann", 0))
			 .reason,
		 POLICY_LOCKED);
	CHECK_STR(x.asked, both_prompts("ann"));
	CHECK_EQ(login("ann", "192.0.2.40", GOOD, fixture_code(&x, "ann", 0))
			 .step,
		 POLICY_ALLOW);
	/* One try after the wait. */
	x.now += 901;
	CHECK_EQ(login("ann", "198.51.100.9", GOOD, wrong()).reason,
		 POLICY_WRONG);
	CHECK_EQ(login("ann", "198.51.100.8", GOOD, fixture_code(&x, "ann", 0))
			 .reason,
		 POLICY_LOCKED);
	x.now += 901;
	CHECK_EQ(login("ann", "198.51.100.8", GOOD, fixture_code(&x, "ann", 0))
			 .step,
		 POLICY_ALLOW);
}

static unsigned asks;

static void
slow_at_second(struct fixture *fx)
{
	if (++asks == 2)
		fx->now += 210;
}

/* Slower at the code than a reservation stands. */
static void
test_slow(void)
{
	struct session_verdict v;

	x.now += 86401;
	asks = 0;
	x.on_ask = slow_at_second;
	v = login("ann", "192.0.2.50", GOOD, fixture_code(&x, "ann", 7));
	x.on_ask = NULL;
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(guesses("ip:192.0.2.50", "password").pair_failed, 0);
	CHECK_EQ(guesses("ip:192.0.2.50", "otp").pair_failed, 0);
}

/* Whoever gives up at the code has guessed no password. */
static void
test_cancel(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.51");

	fixture_type(&x, 2, GOOD, "x");
	x.answer[1].act = FIXTURE_CANCEL;
	CHECK_EQ(fixture_run(&x, &r).reason, POLICY_CANCELLED);
	CHECK_EQ(guesses("ip:192.0.2.51", "password").pair_failed, 0);
	x.answer[1].act = FIXTURE_TOO_LONG;
	CHECK_EQ(fixture_run(&x, &r).reason, POLICY_MALFORMED);
	CHECK_EQ(login("ann", "192.0.2.51", GOOD, "12 34").reason,
		 POLICY_MALFORMED);
	CHECK_EQ(guesses("ip:192.0.2.51", "otp").pair_failed, 0);
	CHECK_EQ(guesses("ip:192.0.2.51", "password").pair_failed, 0);
}

static void
see(int64_t at)
{
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_clock_see(x.store, at, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* A clock that was put back stops time codes and nothing else. */
static void
test_clock(void)
{
	struct session_verdict v;
	int64_t seen = 0;
	struct fault f;

	x.now += 3600;
	see(x.now + SESSION_CLOCK_SLACK);
	v = login("ann", "192.0.2.60", GOOD, fixture_code(&x, "ann", 0));
	CHECK_EQ(v.step, POLICY_ALLOW);
	x.now += 60;
	see(x.now + SESSION_CLOCK_SLACK + 1);
	for (int i = 0; i < 6; i++) {
		v = login("ann", "192.0.2.61", GOOD,
			  fixture_code(&x, "ann", 0));
		CHECK_EQ(v.step, POLICY_DENY);
		CHECK_EQ(v.reason, POLICY_UNTIMELY);
	}
	CHECK(strstr(x.lines, "reason=untimely") != NULL);
	CHECK_EQ(guesses("ip:192.0.2.61", "otp").run_failed, 0);
	CHECK_EQ(login("ann", "192.0.2.61", GOOD,
		       fixture_once(&x, &ann, STORE_CODE_BACKUP, 0))
			 .step,
		 POLICY_ALLOW);
	CHECK_EQ(login("bob", "192.0.2.61", GOOD, "").step, POLICY_ALLOW);
	/* A login tells the store what time it is. */
	x.now += 3600;
	CHECK_EQ(login("bob", "192.0.2.61", GOOD, "").step, POLICY_ALLOW);
	CHECK_OK(store_clock_get(x.store, &seen, &f), &f);
	CHECK_EQ(seen, x.now);
	x.now -= 3600;
	CHECK_EQ(login("ann", "192.0.2.61", GOOD, fixture_code(&x, "ann", 0))
			 .reason,
		 POLICY_UNTIMELY);
	x.now += 3600;
}

/* Time to enroll ends, and no clock brings it back. */
static void
test_until(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_UNTIL);

	rule.unenrolled_until = x.now + 1000;
	fixture_rule(&x, &rule);
	CHECK_EQ(login("bob", "192.0.2.70", GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	x.now += 999;
	CHECK_EQ(login("bob", "192.0.2.70", GOOD, "").step, POLICY_ALLOW);
	x.now++;
	CHECK_EQ(login("bob", "192.0.2.70", GOOD, "000000").reason,
		 POLICY_NOT_ENROLLED);
	CHECK_STR(x.asked, both_prompts("bob"));
	see(x.now);
	x.now -= 500;
	CHECK_EQ(login("bob", "192.0.2.70", GOOD, "000000").reason,
		 POLICY_NOT_ENROLLED);
	x.now += 500;
	CHECK_EQ(login("ann", "192.0.2.70", GOOD, fixture_code(&x, "ann", 0))
			 .step,
		 POLICY_ALLOW);
}

static struct store_account back;

static void
enable(struct fixture *fx)
{
	fx->on_ask = NULL;
	back.state = STORE_ACTIVE;
	fixture_update(fx, &back);
}

/* Enabled while thinking: what was decided before does not count any more,
 * and what should have been asked was not. */
static void
test_enabled_meanwhile(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	struct session_verdict v;

	usual_rules();
	fixture_user(&x, "back", GOOD, &back);
	fixture_totp(&x, &back, "back");
	for (int all = 0; all < 2; all++) {
		back.state = STORE_DISABLED;
		fixture_update(&x, &back);
		x.on_ask = enable;
		v = login("back", "192.0.2.80", GOOD,
			  fixture_code(&x, "back", 0));
		CHECK_EQ(v.step, POLICY_DENY);
		CHECK_EQ(v.reason, POLICY_DISABLED);
		CHECK_STR(x.asked,
			  all ? both_prompts("back") : PASSWORD_PROMPT);
		fixture_rule(&x, &rule);
	}
	CHECK_EQ(login("back", "192.0.2.80", GOOD, fixture_code(&x, "back", 0))
			 .step,
		 POLICY_ALLOW);
}

/* An administrator's code for somebody who has no device, into a session
 * that wants what it stood for. */
static void
test_login_code(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	struct request r = fixture_request(PHASE_SESSION_OPEN, "cat", "");
	struct session_verdict v;
	struct store_session row = { .factors = "" };
	struct store_account cat;
	const char *code;
	struct fault f;

	rule.phases |= RULE_PHASE(POLICY_PHASE_SESSION);
	fixture_rule(&x, &rule);
	fixture_user(&x, "cat", GOOD, &cat);
	code = fixture_once(&x, &cat, STORE_CODE_LOGIN, 600);
	v = login("cat", "192.0.2.90", GOOD, code);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&x).factors, "password+login_code");
	r.login = v.login;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_OK(store_session_get(x.store, &v.session, &row, &f), &f);
	CHECK_STR(row.factors, "password+login_code");
	CHECK_EQ(login("cat", "192.0.2.90", GOOD, code).step, POLICY_DENY);
	code = fixture_once(&x, &cat, STORE_CODE_LOGIN, 600);
	x.now += 601;
	CHECK_EQ(login("cat", "192.0.2.90", GOOD, code).step, POLICY_DENY);
}

/* A reset code is no password where a new one is chosen otherwise. */
static void
test_misplaced(void)
{
	struct request r = fixture_request(PHASE_PASSWORD_PRELIM, "ann", "");
	const char *code = fixture_once(&x, &ann, STORE_CODE_RESET, 600);
	struct store_code_count n;
	struct fault f;

	r.ruid = 1000;
	fixture_type(&x, 2, code, fixture_code(&x, "ann", 0));
	CHECK_EQ(fixture_run(&x, &r).reason, POLICY_MALFORMED);
	CHECK_EQ(guesses("uid:1000", "password").pair_failed, 0);
	CHECK_OK(store_code_counted(x.store, &ann.id, STORE_CODE_RESET, x.now,
				    &n, &f),
		 &f);
	CHECK_EQ(n.left, 1);
}

int
main(void)
{
	fixture_start(&x, "codes");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_totp(&x, &ann, "ann");
	fixture_user(&x, "bob", GOOD, NULL);
	make_strangers();
	test_in_turn();
	test_in_turn_strangers();
	test_all_asked();
	test_spent();
	test_lock();
	test_slow();
	test_cancel();
	test_clock();
	test_until();
	test_enabled_meanwhile();
	test_login_code();
	test_misplaced();
	fixture_stop(&x);
	return test_done();
}
