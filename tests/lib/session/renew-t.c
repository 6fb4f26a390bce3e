/* SPDX-License-Identifier: MIT */
/* A reset code and a ticket, from the prompt to what is true afterwards. */
#include <stdio.h>

#include "base/text.h"
#include "person.h"
#include "session/attempt.h"
#include "store/trust.h"

#define OLD "correct horse 91"
#define NEW "battery staple 92"

static struct person p;
static struct store_account ann;
static char code[CODE_TEXT_LENGTH + 1];

static void
start(const char *name, const char *password, enum rule_unenrolled unenrolled)
{
	person_start(&p, name);
	person_rule(&p, "password+otp", unenrolled);
	fixture_user(&p.x, "ann", password, &ann);
	p.chosen = NEW;
}

static void
refresh(void)
{
	struct fault f;

	CHECK_OK(store_account_by_id(p.x.store, &ann.id, &ann, &f), &f);
}

/* What an administrator left for her, and what she has open already. */
static void
put_past(void)
{
	struct store_session open = { .account = ann.id, .opened_at = 1 };
	struct store_login login = { .account = ann.id, .at = p.x.now };
	struct store_trust trust = { .account = ann.id,
				     .kind = STORE_TRUST_ADDRESS,
				     .epoch = ann.epoch,
				     .created_at = p.x.now };
	struct fault f;
	STORE_TXN(txn);

	crypto_id(p.x.now, &open.id);
	crypto_id(p.x.now, &login.id);
	crypto_id(p.x.now, &trust.id);
	(void)text_copy(open.boot, sizeof(open.boot), FIXTURE_BOOT);
	(void)text_copy(open.service, sizeof(open.service), "sshd");
	(void)text_copy(open.host, sizeof(open.host), "testhost");
	(void)text_copy(login.boot, sizeof(login.boot), FIXTURE_BOOT);
	(void)text_copy(login.user, sizeof(login.user), "ann");
	(void)text_copy(login.service, sizeof(login.service), "sshd");
	(void)text_copy(login.factors, sizeof(login.factors), "password");
	(void)text_copy(trust.shown, sizeof(trust.shown), "192.0.2.9");
	CHECK_OK(store_begin(p.x.store, &txn, &f), &f);
	CHECK_OK(store_session_insert(p.x.store, &open, &f), &f);
	CHECK_OK(store_login_insert(p.x.store, &login, &f), &f);
	CHECK_OK(store_trust_put(p.x.store, &trust, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
set_must_change(void)
{
	refresh();
	ann.must_change = true;
	fixture_update(&p.x, &ann);
}

/* As it was before: nothing of a reset is true. */
static void
check_unchanged(long devices)
{
	CHECK_EQ(person_rows(&p, "otp", "1"), devices);
	CHECK_EQ(person_rows(&p, "session", "closed_at = 0"), 1);
	CHECK_EQ(person_rows(&p, "trust", "1"), 1);
	CHECK_EQ(person_rows(&p, "account", "epoch = 1 AND must_change = 1"),
		 1);
	CHECK_EQ(fixture_audited(&p.x, "password.reset"), 0);
	CHECK_EQ(person_rows(&p, "code", "spent_at <> 0"), 0);
	CHECK_EQ(person_rows(&p, "password_history", "1"), 0);
}

static void
check_changed(void)
{
	CHECK_EQ(person_rows(&p, "session", "closed_at = 0"), 0);
	CHECK_EQ(person_rows(&p, "trust", "1"), 0);
	CHECK_EQ(person_rows(&p, "account", "epoch = 2 AND must_change = 0"),
		 1);
	/* This login alone can be handed over; the one of before cannot. */
	CHECK_EQ(person_rows(&p, "login", "consumed_at = 0"), 1);
	CHECK_EQ(fixture_audited(&p.x, "password.reset"), 1);
	CHECK_EQ(fixture_audited(&p.x, "login.granted"), 1);
}

static void
test_reset(void)
{
	struct session_verdict v;
	char ticket[CODE_TEXT_LENGTH + 1];

	start("reset", OLD, RULE_UNENROLLED_EXEMPT);
	put_past();
	set_must_change();
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	person_issue(&p, &ann, STORE_CODE_TICKET, ticket);
	p.password = code;
	v = person_login(&p, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.login.s[0] != '\0');
	/* What was typed is nothing that another module could use. */
	CHECK(!v.password_proved);
	CHECK_STR(person_purposes(&p), "password new again");
	check_changed();
	CHECK_EQ(person_rows(&p, "audit",
			     "action = 'password.reset' AND meta "
			     "LIKE '%\"by\":%\"reset_code\"%' "
			     "AND meta LIKE "
			     "'%\"sessions\":%\"1\"%'"),
		 1);
	CHECK_EQ(person_rows(&p, "login", "factors = 'reset_code'"), 1);

	p.password = OLD;
	person_check_denied(person_login(&p, "ann"), POLICY_WRONG);
	/* Spent, which is known and therefore no guess. */
	p.password = code;
	person_check_denied(person_login(&p, "ann"), POLICY_SPENT);
	CHECK_STR(person_purposes(&p), "password");
	/* The ticket went with the old password. */
	p.password = ticket;
	person_check_denied(person_login(&p, "ann"), POLICY_WRONG);
	CHECK_EQ(person_rows(&p, "code", "spent_at = 0"), 0);
	p.password = NEW;
	v = person_login(&p, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	person_stop(&p);
}

/* At the account phase and the session nothing is left to do. */
static void
test_reset_phases(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");
	struct session_verdict v;

	start("reset-phases", OLD, RULE_UNENROLLED_EXEMPT);
	set_must_change();
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	p.password = code;
	v = fixture_run(&p.x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	r.login = v.login;
	r.phase = PHASE_ACCOUNT;
	CHECK_EQ(fixture_run(&p.x, &r).step, POLICY_ALLOW);
	r.phase = PHASE_SESSION_OPEN;
	CHECK_EQ(fixture_run(&p.x, &r).step, POLICY_ALLOW);
	CHECK_EQ(person_rows(&p, "session", "factors = 'reset_code'"), 1);
	person_stop(&p);
}

/* A reset is of the password: who has a device needs it still. */
static void
test_reset_device(void)
{
	char typed[CRYPTO_OTP_DIGITS_MAX + 1];

	start("reset-device", OLD, RULE_UNENROLLED_EXEMPT);
	p.password = OLD;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	refresh();
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	p.password = code;
	p.code = "000000";
	person_check_denied(person_login(&p, "ann"), POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password code");
	CHECK_EQ(person_rows(&p, "code", "kind = 3 AND spent_at = 0"), 1);
	p.code = NULL;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code new again");
	/* Backup codes and devices stay. */
	CHECK_EQ(person_rows(&p, "code", "kind = 1 AND spent_at = 0"), 10);
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	p.password = NEW;
	person_check_denied(person_login_typing(&p, person_code(&p, 0, typed)),
			    POLICY_SPENT);
	CHECK_EQ(person_login_with(&p, 1).step, POLICY_ALLOW);
	person_stop(&p);
}

static void
test_reset_given_up(void)
{
	start("reset-given-up", OLD, RULE_UNENROLLED_EXEMPT);
	put_past();
	set_must_change();
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	p.password = code;
	for (int at = 0; at < 3; at++) {
		p.abort_at = at;
		p.how = at == 1 ? FIXTURE_GONE : FIXTURE_CANCEL;
		person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
		CHECK_EQ(p.prompts, at + 1);
		check_unchanged(0);
	}
	p.abort_at = -1;
	/* Three passwords that will not do are as good as none. */
	p.chosen = "short";
	person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK_STR(person_purposes(&p), "password new new new");
	check_unchanged(0);
	p.password = OLD;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	p.password = code;
	p.chosen = NEW;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&p.x, "password.reset"), 1);
	person_stop(&p);
}

/* Guesses of the password that have failed. */
static long
failed(void)
{
	return person_rows(&p, "guess", "factor = 'password' AND state = 2");
}

/*
 * Whoever has the code is told which passwords were in use before.  Whoever
 * asks that, and chooses none, has guessed: as often as anybody may.
 */
static void
test_reset_tests_old(void)
{
	start("reset-tests-old", OLD, RULE_UNENROLLED_EXEMPT);
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	p.password = code;
	/* No word about old ones, no guess. */
	p.chosen = "short";
	person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK_EQ(failed(), 0);
	p.chosen = OLD;
	person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK(strstr(p.x.told, "you have now") != NULL);
	CHECK_EQ(failed(), 1);
	p.abort_at = 2;
	p.how = FIXTURE_CANCEL;
	person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK_EQ(failed(), 2);
	p.how = FIXTURE_GONE;
	person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK_EQ(failed(), 3);
	p.abort_at = -1;
	for (int i = 0; i < 2; i++)
		person_check_denied(person_login(&p, "ann"), POLICY_CANCELLED);
	CHECK_EQ(failed(), 5);
	person_check_denied(person_login(&p, "ann"), POLICY_LOCKED);
	CHECK_STR(p.x.told, "");
	/* After the wait it opens the account as ever. */
	p.x.now += 901;
	p.chosen = NEW;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

/* Rows that nobody of ours has written are not counted beyond their end. */
static void
test_reset_hostile(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");
	struct session_verdict v;
	struct fault ignored;

	for (int i = 0; i < 2; i++) {
		start(i == 0 ? "reset-epoch" : "reset-set-at", OLD,
		      RULE_UNENROLLED_EXEMPT);
		person_issue(&p, &ann, STORE_CODE_RESET, code);
		if (i == 0) {
			ann.epoch = INT64_MAX;
			fixture_update(&p.x, &ann);
		} else {
			struct store_password row;
			struct fault f;
			STORE_TXN(txn);

			CHECK_OK(store_begin(p.x.store, &txn, &f), &f);
			CHECK_OK(store_password_get(p.x.store, &ann.id, &row,
						    &f),
				 &f);
			row.set_at = INT64_MAX;
			CHECK_OK(store_password_put(p.x.store, &ann.id, &row,
						    &f),
				 &f);
			CHECK_OK(store_commit(&txn, &f), &f);
		}
		p.password = code;
		p.prompts = 0;
		CHECK_EQ(session_run(&p.x.env, &r, &v, &ignored),
			 STATUS_CORRUPT);
		person_check_denied(v, POLICY_UNAVAILABLE);
		CHECK_EQ(person_rows(&p, "code", "spent_at <> 0"), 0);
		CHECK_EQ(fixture_audited(&p.x, "password.reset"), 0);
		p.password = OLD;
		CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
		person_stop(&p);
	}
}

/* Let in by a device that is trusted, which it is no more then. */
static void
test_reset_trusted(void)
{
	struct rule rule = { .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			     .action = POLICY_ACTION_REQUIRE,
			     .alternatives = 1,
			     .require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) |
					  POLICY_BIT(POLICY_FACTOR_OTP) },
			     .unenrolled = RULE_UNENROLLED_EXEMPT,
			     .trust_days = 7 };
	struct session_verdict v;

	start("reset-trusted", OLD, RULE_UNENROLLED_EXEMPT);
	p.password = OLD;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	fixture_rules(&p.x, &rule, 1);
	p.trusts = true;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_EQ(person_rows(&p, "trust", "1"), 1);
	refresh();
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	p.password = code;
	p.x.now += 60;
	p.trusts = false;
	v = person_login(&p, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(person_rows(&p, "trust", "1"), 0);
	CHECK_EQ(person_rows(&p, "account", "epoch = 2"), 1);
	person_stop(&p);
}

static void
test_ticket(void)
{
	struct session_verdict v;

	/* She has no password at all yet, and the rule lets nobody in who has
	 * no device. */
	start("ticket", NULL, RULE_UNENROLLED_DENY);
	put_past();
	set_must_change();
	person_issue(&p, &ann, STORE_CODE_TICKET, code);
	p.password = code;
	v = person_login(&p, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(person_purposes(&p), "password confirm type_back new again");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	CHECK_EQ(person_rows(&p, "code", "kind = 1 AND spent_at = 0"), 10);
	CHECK_EQ(person_rows(&p, "code", "kind = 4 AND spent_at <> 0"), 1);
	CHECK_EQ(person_rows(&p, "login", "factors = 'ticket+totp'"), 1);
	check_changed();
	CHECK_EQ(fixture_audited(&p.x, "otp.enrolled"), 1);
	p.code = "123456";
	person_check_denied(person_login(&p, "ann"), POLICY_SPENT);
	p.password = NEW;
	person_check_denied(person_login_with(&p, 0), POLICY_SPENT);
	p.code = NULL;
	p.x.now += 60;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	person_stop(&p);
}

static void
test_ticket_given_up(void)
{
	start("ticket-given-up", NULL, RULE_UNENROLLED_DENY);
	put_past();
	set_must_change();
	person_issue(&p, &ann, STORE_CODE_TICKET, code);
	p.password = code;
	for (int at = 0; at < 5; at++)
		for (int how = 0; how < 2; how++) {
			p.abort_at = at;
			p.how = how == 0 ? FIXTURE_CANCEL : FIXTURE_GONE;
			person_check_denied(person_login(&p, "ann"),
					    POLICY_CANCELLED);
			CHECK_EQ(p.prompts, at + 1);
			check_unchanged(0);
			CHECK_EQ(person_rows(&p, "password", "1"), 0);
			CHECK_EQ(person_rows(&p, "code", "1"), 1);
			p.x.now += 30;
		}
	/* Good as ever. */
	p.abort_at = -1;
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

/* One code, two who have it, at the same time. */
static void
test_ticket_race(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");
	static struct person other;
	struct policy_decision d;
	struct id login;
	struct fault f;
	SESSION_ATTEMPT(a);

	start("ticket-race", NULL, RULE_UNENROLLED_DENY);
	person_issue(&p, &ann, STORE_CODE_TICKET, code);
	p.password = code;
	other = p;
	other.x.env.io = &other.x.io;
	other.chosen = "quite another 93";
	CHECK_OK(session_gather(&other.x.env, &r, POLICY_PHASE_AUTH, &a, &f),
		 &f);
	CHECK_OK(session_ask_all(&a, &d, &f), &f);
	CHECK(a.enrollment.device && a.enrollment.password);
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	d = policy_next(&a.facts);
	CHECK_OK(session_settle(&a, &d, &login, &f), &f);
	CHECK_EQ(d.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(d.reason), "spent");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	CHECK_EQ(person_rows(&p, "account", "epoch = 2"), 1);
	p.password = NEW;
	p.x.now += 60;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	person_stop(&p);
}

/* By sigractl enroll, which is as good a place. */
static void
test_ticket_self(void)
{
	start("ticket-self", NULL, RULE_UNENROLLED_DENY);
	person_issue(&p, &ann, STORE_CODE_TICKET, code);
	p.password = code;
	for (p.abort_at = 0; p.abort_at < 5; p.abort_at++) {
		person_check_denied(person_run(&p, PHASE_ENROLL, "ann"),
				    POLICY_CANCELLED);
		CHECK_EQ(p.prompts, p.abort_at + 1);
		CHECK_EQ(person_rows(&p, "otp", "1"), 0);
		CHECK_EQ(person_rows(&p, "code", "spent_at = 0"), 1);
	}
	p.abort_at = -1;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password confirm type_back new again");
	p.x.now += 60;
	p.password = NEW;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	person_stop(&p);
}

int
main(void)
{
	test_reset();
	test_reset_phases();
	test_reset_device();
	test_reset_given_up();
	test_reset_tests_old();
	test_reset_hostile();
	test_reset_trusted();
	test_ticket();
	test_ticket_given_up();
	test_ticket_race();
	test_ticket_self();
	return test_done();
}
