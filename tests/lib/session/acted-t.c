/* SPDX-License-Identifier: MIT */
/* An administrator acts as somebody; and nothing of that account changes. */
#include <stdio.h>

#include "guests.h"
#include "person.h"

#include "base/text.h"

#define GOOD "correct horse 81"
#define NEW "battery staple 92"
#define HERE "192.0.2.1"

static struct person p;
static struct store_account ann, adm;
static char code[CODE_TEXT_LENGTH + 1];

static void
start(const char *name, const char *require, enum rule_unenrolled unenrolled)
{
	person_start(&p, name);
	person_rule(&p, require, unenrolled);
	fixture_user(&p.x, "ann", GOOD, &ann);
	fixture_user(&p.x, "adm", GOOD, &adm);
	guests_administrator(&p.x, &adm, true);
	p.password = code;
}

static struct session_verdict
act(void)
{
	guests_acts(&p.x, &ann, adm.id.s, 600, code);
	return person_login(&p, "ann");
}

static struct session_verdict
next_phase(enum request_phase phase, const struct id *login)
{
	struct request r = fixture_request(phase, "ann", HERE);

	r.login = *login;
	p.prompts = 0;
	return fixture_run(&p.x, &r);
}

/* The second factors that she has are hers; he is asked for none. */
static void
test_in(void)
{
	struct session_verdict v, s;
	struct guests_row row;
	char want[128];

	start("acted-in", "password+otp", RULE_UNENROLLED_DENY);
	fixture_totp(&p.x, &ann, "phone");
	v = act();
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password");
	CHECK(!v.password_proved);
	CHECK_STR(fixture_last(&p.x).factors, "impersonation");
	row = guests_audited(&p.x, "login.granted");
	CHECK_STR(row.actor, adm.id.s);
	CHECK_STR(row.effective, ann.id.s);
	CHECK_STR(row.target, ann.id.s);
	(void)snprintf(want, sizeof(want),
		       "impersonator = '%s' AND uptime = -1", adm.id.s);
	CHECK_EQ(person_rows(&p, "login", want), 1);
	/* He has been here, and not she. */
	CHECK_EQ(person_rows(&p, "seen", "1"), 0);
	CHECK_EQ(next_phase(PHASE_ACCOUNT, &v.login).step, POLICY_ALLOW);
	CHECK_STR(guests_audited(&p.x, "account.granted").actor, adm.id.s);
	s = next_phase(PHASE_SESSION_OPEN, &v.login);
	CHECK_EQ(s.step, POLICY_ALLOW);
	(void)snprintf(
		want, sizeof(want),
		"impersonator = '%s' AND ends_at = opened_at + 1800 AND "
		"idle = 900",
		adm.id.s);
	CHECK_EQ(person_rows(&p, "session", want), 1);
	row = guests_audited(&p.x, "session.opened");
	CHECK_STR(row.actor, adm.id.s);
	CHECK_STR(row.effective, ann.id.s);
	/* Once. */
	p.code = "123456";
	person_check_denied(person_login(&p, "ann"), POLICY_SPENT);
	person_stop(&p);
}

static void
test_wrong(void)
{
	start("acted-wrong", "password+otp", RULE_UNENROLLED_DENY);
	/* She has none, and none is set up for her: what the rule wants cannot
	 * be shown. */
	p.code = "123456";
	person_check_denied(act(), POLICY_NOT_ENROLLED);
	person_rule(&p, "password+otp", RULE_UNENROLLED_ENROLL);
	person_check_denied(act(), POLICY_NOT_ENROLLED);
	CHECK_EQ(person_rows(&p, "otp", "1"), 0);
	person_rule(&p, "password+otp", RULE_UNENROLLED_EXEMPT);
	CHECK_EQ(act().step, POLICY_ALLOW);
	/* Another's, and an old one. */
	guests_acts(&p.x, &adm, "system", 600, code);
	person_check_denied(person_login(&p, "ann"), POLICY_WRONG);
	guests_acts(&p.x, &ann, "system", 600, code);
	p.x.now += 600;
	person_check_denied(person_login(&p, "ann"), POLICY_SPENT);
	/* Whatever is wrong with the account is wrong with him, too. */
	guests_acts(&p.x, &ann, "system", 600, code);
	ann.state = STORE_DISABLED;
	fixture_update(&p.x, &ann);
	person_check_denied(person_login(&p, "ann"), POLICY_DISABLED);
	CHECK_EQ(person_rows(&p, "impersonation", "spent_at = 0"), 5);
	person_stop(&p);
}

/* A login, and nothing else. */
static void
test_login_only(void)
{
	static const enum request_phase others[] = { PHASE_ENROLL,
						     PHASE_ACCEPT,
						     PHASE_PASSWORD_PRELIM };
	struct request r = fixture_request(PHASE_AUTH, "ann", HERE);

	start("acted-login", "password", RULE_UNENROLLED_EXEMPT);
	guests_acts(&p.x, &ann, "system", 600, code);
	for (size_t i = 0; i < 3; i++) {
		struct request other = fixture_request(others[i], "ann", HERE);

		other.ruid = 1000;
		p.prompts = 0;
		person_check_denied(fixture_run(&p.x, &other),
				    POLICY_MALFORMED);
	}
	/* One string is not a person's. */
	(void)text_copy(r.service, sizeof(r.service), "dovecot");
	p.prompts = 0;
	person_check_denied(fixture_run(&p.x, &r), POLICY_MALFORMED);
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

/* Who has to choose a new password has to do it herself. */
static void
test_must_change(void)
{
	struct session_verdict v;

	start("acted-must", "password", RULE_UNENROLLED_EXEMPT);
	ann.must_change = true;
	fixture_update(&p.x, &ann);
	v = act();
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(next_phase(PHASE_ACCOUNT, &v.login).step, POLICY_ALLOW);
	CHECK_EQ(next_phase(PHASE_ACCOUNT, &(struct id){ .s = "" }).step,
		 POLICY_RENEW);
	/* A login of her own says nothing of the kind. */
	p.password = GOOD;
	v = person_login(&p, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(next_phase(PHASE_ACCOUNT, &v.login).step, POLICY_RENEW);
	person_stop(&p);
}

static void
check_refused(struct session_verdict v)
{
	person_check_denied(v, POLICY_RULE_DENIES);
	CHECK(strstr(p.x.told, "acts as this account") != NULL);
	CHECK_STR(fixture_last(&p.x).refusal, "password:acted_as");
}

static struct session_verdict
change(enum request_phase phase, const struct id *login)
{
	struct request r = fixture_request(phase, "ann", HERE);

	r.ruid = login == NULL ? 1000 : 0;
	r.flags = login == NULL ? 0 : REQUEST_CHANGE_EXPIRED;
	if (login != NULL)
		r.login = *login;
	p.prompts = 0;
	return fixture_run(&p.x, &r);
}

/* From the code on, until the session ends. */
static void
test_nothing_changes(void)
{
	char reset[CODE_TEXT_LENGTH + 1];
	struct session_verdict v;

	start("acted-nothing", "password+otp", RULE_UNENROLLED_EXEMPT);
	p.chosen = NEW;
	v = act();
	CHECK_EQ(v.step, POLICY_ALLOW);
	p.password = GOOD;
	for (int i = 0; i < 2; i++) {
		check_refused(change(PHASE_PASSWORD_PRELIM, NULL));
		CHECK_STR(person_purposes(&p), "old");
		check_refused(change(PHASE_PASSWORD_UPDATE, NULL));
		CHECK_STR(person_purposes(&p), "old");
		check_refused(person_run(&p, PHASE_ENROLL, "ann"));
		CHECK_STR(person_purposes(&p), "password");
		check_refused(person_run(&p, PHASE_ACCEPT, "ann"));
		CHECK_STR(person_purposes(&p), "password");
		/* Nor on the way into a login. */
		person_issue(&p, &ann, STORE_CODE_RESET, reset);
		p.password = reset;
		check_refused(person_login(&p, "ann"));
		person_issue(&p, &ann, STORE_CODE_TICKET, reset);
		check_refused(person_login(&p, "ann"));
		p.password = GOOD;
		person_rule(&p, "password+otp", RULE_UNENROLLED_ENROLL);
		check_refused(person_login(&p, "ann"));
		person_rule(&p, "password+otp", RULE_UNENROLLED_EXEMPT);
		/* She herself may come and go. */
		CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
		if (i == 0)
			CHECK_EQ(next_phase(PHASE_SESSION_OPEN, &v.login).step,
				 POLICY_ALLOW);
		p.x.now += 200; /* no login waits any more; the session runs */
	}
	CHECK_EQ(person_rows(&p, "otp", "1"), 0);
	CHECK_EQ(fixture_audited(&p.x, "password.changed"), 0);
	p.x.now += 1800;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

/* What he is handed over, in an expired change of sshd's, changes nothing. */
static void
test_handed(void)
{
	struct session_verdict v;

	start("acted-handed", "password", RULE_UNENROLLED_EXEMPT);
	ann.must_change = true;
	fixture_update(&p.x, &ann);
	p.chosen = NEW;
	v = act();
	CHECK_EQ(v.step, POLICY_ALLOW);
	check_refused(change(PHASE_PASSWORD_PRELIM, &v.login));
	CHECK_EQ(p.prompts, 0);
	check_refused(change(PHASE_PASSWORD_UPDATE, &v.login));
	CHECK_EQ(p.prompts, 0);
	CHECK_EQ(person_rows(&p, "password_history", "1"), 0);
	person_stop(&p);
}

static struct session_verdict
login_by(const char *user, uid_t ruid)
{
	struct request r = fixture_request(PHASE_AUTH, user, "");

	(void)text_copy(r.service, sizeof(r.service), "su");
	r.ruid = ruid;
	p.prompts = 0;
	return fixture_run(&p.x, &r);
}

static void
test_nested(void)
{
	struct store_account bob;

	start("acted-nested", "password", RULE_UNENROLLED_EXEMPT);
	fixture_user(&p.x, "bob", GOOD, &bob);
	CHECK_EQ(act().step, POLICY_ALLOW);
	/* As ann, who is acted as. */
	guests_acts(&p.x, &bob, ann.id.s, 600, code);
	person_check_denied(person_login(&p, "bob"), POLICY_RULE_DENIES);
	CHECK_STR(fixture_last(&p.x).refusal, "password:nested");
	person_stop(&p);
}

/* Who starts su(1) owns what it runs in, and could end it before its time. */
static void
test_caller(void)
{
	start("acted-caller", "password", RULE_UNENROLLED_EXEMPT);
	guests_acts(&p.x, &ann, adm.id.s, 600, code);
	person_check_denied(login_by("ann", 1000), POLICY_RULE_DENIES);
	CHECK_STR(fixture_last(&p.x).refusal, "password:caller");
	p.x.env.unprivileged = true;
	person_check_denied(login_by("ann", 0), POLICY_RULE_DENIES);
	CHECK_STR(fixture_last(&p.x).refusal, "password:caller");
	p.x.env.unprivileged = false;
	CHECK_EQ(login_by("ann", 0).step, POLICY_ALLOW);
	person_stop(&p);
}

/* What has changed since the code was made. */
static void
test_since(void)
{
	start("acted-since", "password", RULE_UNENROLLED_EXEMPT);
	guests_acts(&p.x, &ann, adm.id.s, 600, code);
	adm.state = STORE_DISABLED;
	fixture_update(&p.x, &adm);
	person_check_denied(person_login(&p, "ann"), POLICY_RULE_DENIES);
	CHECK_STR(fixture_last(&p.x).refusal, "password:actor_not_active");
	adm.state = STORE_ACTIVE;
	adm.expires_at = p.x.now;
	fixture_update(&p.x, &adm);
	person_check_denied(person_login(&p, "ann"), POLICY_RULE_DENIES);
	adm.expires_at = 0;
	fixture_update(&p.x, &adm);
	guests_administrator(&p.x, &adm, false);
	person_check_denied(person_login(&p, "ann"), POLICY_RULE_DENIES);
	CHECK_STR(fixture_last(&p.x).refusal,
		  "password:actor_not_administrator");
	guests_administrator(&p.x, &adm, true);
	guests_administrator(&p.x, &ann, true);
	person_check_denied(person_login(&p, "ann"), POLICY_RULE_DENIES);
	CHECK_STR(fixture_last(&p.x).refusal, "password:administrator");
	guests_administrator(&p.x, &ann, false);
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	person_stop(&p);
}

/* A session by a login of his that counts no more would be one of hers. */
static void
test_adrift(void)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", HERE);
	struct session_verdict v;

	start("acted-adrift", "password", RULE_UNENROLLED_EXEMPT);
	v = act();
	CHECK_EQ(v.step, POLICY_ALLOW);
	r.login = v.login;
	/* Too late; elsewhere; for somebody else; twice. */
	p.x.now += SESSION_HANDOVER_SECONDS + 1;
	person_check_denied(fixture_run(&p.x, &r), POLICY_NOT_PROVED);
	p.x.now -= SESSION_HANDOVER_SECONDS + 1;
	(void)text_copy(r.service, sizeof(r.service), "su");
	person_check_denied(fixture_run(&p.x, &r), POLICY_NOT_PROVED);
	(void)text_copy(r.user, sizeof(r.user), "adm");
	(void)text_copy(r.service, sizeof(r.service), "sshd");
	person_check_denied(fixture_run(&p.x, &r), POLICY_NOT_PROVED);
	CHECK_EQ(fixture_audited(&p.x, "session.denied"), 3);
	CHECK_EQ(next_phase(PHASE_SESSION_OPEN, &v.login).step, POLICY_ALLOW);
	person_check_denied(next_phase(PHASE_SESSION_OPEN, &v.login),
			    POLICY_NOT_PROVED);
	/* There is no such login any more. */
	crypto_id(p.x.now, &r.login);
	person_check_denied(next_phase(PHASE_SESSION_OPEN, &r.login),
			    POLICY_NOT_PROVED);
	CHECK_EQ(person_rows(&p, "session", "1"), 1);
	person_stop(&p);
}

/* Neither earns trust nor uses it, nor is it good for a step-up. */
static void
test_no_past(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	struct request r = fixture_request(PHASE_AUTH, "ann", HERE);
	struct session_verdict v;

	start("acted-past", "password", RULE_UNENROLLED_EXEMPT);
	fixture_totp(&p.x, &ann, "phone");
	rule.trust_days = 30;
	rule.step_up = 300;
	fixture_rule(&p.x, &rule);
	p.trusts = true;
	v = act();
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password");
	CHECK_EQ(person_rows(&p, "trust", "1"), 0);
	CHECK_EQ(next_phase(PHASE_SESSION_OPEN, &v.login).step, POLICY_ALLOW);
	(void)text_copy(r.ruser, sizeof(r.ruser), "ann");
	(void)text_copy(r.tty, sizeof(r.tty), "pts/1");
	r.rhost[0] = '\0';
	r.ruid = 1000;
	r.ancestors = 1;
	r.ancestor[0] = (struct request_process){ .pid = 4711, .start = 42 };
	p.code = "123456";
	p.prompts = 0;
	CHECK_EQ(fixture_run(&p.x, &r).step, POLICY_DENY);
	CHECK_STR(person_purposes(&p), "password code");
	person_stop(&p);
}

int
main(void)
{
	test_in();
	test_wrong();
	test_login_only();
	test_must_change();
	test_nothing_changes();
	test_handed();
	test_nested();
	test_caller();
	test_since();
	test_adrift();
	test_no_past();
	return test_done();
}
