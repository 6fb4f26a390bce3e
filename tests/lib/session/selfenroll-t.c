/* SPDX-License-Identifier: MIT */
/* PHASE_ENROLL: a device of one's own. */
#include "person.h"

#define GOOD "correct horse 81"

static struct person p;

static void
start(const char *name, enum rule_unenrolled unenrolled)
{
	person_start(&p, name);
	person_rule(&p, "password+otp", unenrolled);
	fixture_user(&p.x, "ann", GOOD, NULL);
	p.password = GOOD;
}

static void
test_first(void)
{
	struct session_verdict v;

	start("self-first", RULE_UNENROLLED_EXEMPT);
	v = person_run(&p, PHASE_ENROLL, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(v.login.s, "");
	CHECK(!v.password_proved);
	CHECK_STR(person_purposes(&p), "password confirm type_back");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	CHECK_EQ(person_rows(&p, "code", "1"), 10);
	CHECK_EQ(person_rows(&p, "account", "epoch = 1"), 1);
	person_check_denied(person_login_with(&p, 0), POLICY_SPENT);
	CHECK_EQ(person_login_with(&p, 1).step, POLICY_ALLOW);
	person_stop(&p);
}

static void
test_second(void)
{
	struct secret first;

	start("self-second", RULE_UNENROLLED_EXEMPT);
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	first = p.key;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	/* A code of the first one; and the backup codes are those of then. */
	CHECK_STR(person_purposes(&p), "password code confirm");
	CHECK_EQ(person_rows(&p, "otp", "label = 'phone-2'"), 1);
	CHECK_EQ(person_rows(&p, "code", "spent_at = 0"), 10);
	CHECK_EQ(person_rows(&p, "code", "1"), 10);
	/* Both proofs are spent. */
	person_check_denied(person_login_with(&p, 0), POLICY_SPENT);
	p.key = first;
	person_check_denied(person_login_with(&p, 0), POLICY_SPENT);
	CHECK_EQ(person_login_with(&p, 1).step, POLICY_ALLOW);
	CHECK_EQ(person_login_typing(&p, p.backup[2]).step, POLICY_ALLOW);
	/* A backup code is as good a proof; new ones come when the last has
	 * gone. */
	p.x.now += 60;
	p.code = p.backup[3];
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code confirm");
	CHECK_STR(p.x.told, "8 backup codes are left.|");
	CHECK_EQ(person_rows(&p, "otp", "label = 'phone-3'"), 1);
	p.code = NULL;
	for (int i = 4; i < 12; i++)
		CHECK_EQ(person_login_typing(&p,
					     p.backup[i % 10 == 2   ? 0
						      : i % 10 == 3 ? 1
								    : i % 10])
				 .step,
			 POLICY_ALLOW);
	p.x.now += 60;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code confirm type_back");
	CHECK_EQ(person_rows(&p, "code", "1"), 10);
	person_stop(&p);
}

static void
test_given_up(void)
{
	start("self-given-up", RULE_UNENROLLED_EXEMPT);
	for (p.abort_at = 0; p.abort_at < 3; p.abort_at++) {
		person_check_denied(person_run(&p, PHASE_ENROLL, "ann"),
				    POLICY_CANCELLED);
		person_check_nothing(&p);
	}
	p.abort_at = -1;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	for (p.abort_at = 0; p.abort_at < 3; p.abort_at++) {
		struct secret first = p.key;

		person_check_denied(person_run(&p, PHASE_ENROLL, "ann"),
				    POLICY_CANCELLED);
		CHECK_EQ(person_rows(&p, "otp", "1"), 1);
		p.key = first;
	}
	/* What proved it is not spent, nor is it a guess. */
	p.abort_at = -1;
	CHECK_EQ(person_login_with(&p, 0).step, POLICY_ALLOW);
	person_stop(&p);
}

static void
test_wrong(void)
{
	start("self-wrong", RULE_UNENROLLED_EXEMPT);
	p.password = "no such horse";
	person_check_denied(person_run(&p, PHASE_ENROLL, "ann"), POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password");
	person_check_nothing(&p);
	p.password = GOOD;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	p.code = "000000";
	person_check_denied(person_run(&p, PHASE_ENROLL, "ann"), POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password code");
	/* Also where a login would not ask for it. */
	person_rule(&p, "password", RULE_UNENROLLED_EXEMPT);
	person_check_denied(person_run(&p, PHASE_ENROLL, "ann"), POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password code");
	CHECK_EQ(person_login(&p, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	p.code = NULL;
	person_stop(&p);
}

static void
test_rules(void)
{
	static const enum policy_action others[] = { POLICY_ACTION_DENY,
						     POLICY_ACTION_ABSTAIN,
						     POLICY_ACTION_ADMIT };

	start("self-rules", RULE_UNENROLLED_DENY);
	/* Everybody is asked for both; the first comes by a ticket. */
	p.code = "123456";
	person_check_denied(person_run(&p, PHASE_ENROLL, "ann"),
			    POLICY_NOT_ENROLLED);
	CHECK_STR(person_purposes(&p), "password code");
	person_check_denied(person_run(&p, PHASE_ENROLL, "nob"),
			    POLICY_UNKNOWN_ACCOUNT);
	for (size_t i = 0; i < 3; i++) {
		struct rule rule = { .phases = RULE_PHASES_ALL,
				     .action = others[i] };

		fixture_rules(&p.x, &rule, 1);
		CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step,
			 POLICY_DENY);
		CHECK_EQ(p.prompts, 0);
	}
	person_check_nothing(&p);
	/* Where a login would have him enroll, so does this. */
	p.code = NULL;
	person_rule(&p, "password+otp", RULE_UNENROLLED_ENROLL);
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password confirm type_back");
	/* And who has one may have another, whatever the rule says. */
	p.x.now += 60;
	person_rule(&p, "password+otp", RULE_UNENROLLED_DENY);
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code confirm");
	person_stop(&p);
}

/* Who has no second factor, and whose rule asks for none, has a password. */
static void
test_password_alone(void)
{
	struct session_verdict v;

	start("self-password-alone", RULE_UNENROLLED_DENY);
	person_rule(&p, "password", RULE_UNENROLLED_DENY);
	p.password = "no such horse";
	person_check_denied(person_run(&p, PHASE_ENROLL, "ann"), POLICY_WRONG);
	person_check_denied(person_run(&p, PHASE_ENROLL, "nob"),
			    POLICY_UNKNOWN_ACCOUNT);
	person_check_nothing(&p);
	p.password = GOOD;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password confirm type_back");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	/* From now on it takes a code, too. */
	p.x.now += 60;
	p.code = "000000";
	v = person_run(&p, PHASE_ENROLL, "ann");
	person_check_denied(v, POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password code");
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	p.code = NULL;
	person_stop(&p);
}

static void
test_many(void)
{
	start("self-many", RULE_UNENROLLED_EXEMPT);
	for (int i = 0; i < OTP_DEVICES_MAX; i++) {
		CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step,
			 POLICY_ALLOW);
		p.x.now += 60;
	}
	CHECK_EQ(person_rows(&p, "otp", "label = 'phone-10'"), 1);
	person_check_denied(person_run(&p, PHASE_ENROLL, "ann"),
			    POLICY_CANCELLED);
	CHECK_STR(person_purposes(&p), "password code");
	CHECK(strstr(p.x.told, "remove one") != NULL);
	CHECK_EQ(person_rows(&p, "otp", "1"), OTP_DEVICES_MAX);
	person_stop(&p);
}

/* For himself alone, and with no more rights than that. */
static void
test_unprivileged(void)
{
	start("self-unprivileged", RULE_UNENROLLED_EXEMPT);
	fixture_user(&p.x, "bob", "other horse 82", NULL);
	p.x.env.unprivileged = true;
	p.x.env.only_user = "ann";
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "bob").step, POLICY_DENY);
	CHECK_EQ(p.prompts, 0);
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	CHECK_EQ(person_rows(&p, "login", "consumed_at = 0"), 0);
	person_stop(&p);
}

static unsigned patient; /* prompts before; 0: not yet */

static void
note_patience(struct io *io)
{
	patient = ((struct person *)(void *)io)->prompts;
}

static struct session_verdict
run_patient(enum request_phase phase)
{
	patient = 0;
	p.x.io.patience = note_patience;
	return person_run(&p, phase, "ann");
}

/* Nobody has a person's time before he has proved that he is that person. */
static void
test_patience(void)
{
	char code[CODE_TEXT_LENGTH + 1];
	struct store_account ann;
	struct fault f;

	start("self-patience", RULE_UNENROLLED_EXEMPT);
	p.password = "no such horse";
	CHECK_EQ(run_patient(PHASE_ENROLL).step, POLICY_DENY);
	CHECK_EQ(patient, 0);
	p.password = GOOD;
	CHECK_EQ(run_patient(PHASE_ENROLL).step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password confirm type_back");
	CHECK_EQ(patient, 1);
	p.x.now += 60;
	p.code = "000000";
	CHECK_EQ(run_patient(PHASE_ENROLL).step, POLICY_DENY);
	CHECK_EQ(patient, 0);
	p.code = NULL;
	CHECK_EQ(run_patient(PHASE_ENROLL).step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code confirm");
	CHECK_EQ(patient, 2);
	/* A login that shows nothing is over soon. */
	p.x.now += 60;
	CHECK_EQ(run_patient(PHASE_AUTH).step, POLICY_ALLOW);
	CHECK_EQ(patient, 0);
	p.x.now += 60;
	CHECK_OK(store_account_by_name(p.x.store, "ann", &ann, &f), &f);
	person_issue(&p, &ann, STORE_CODE_RESET, code);
	p.password = code;
	p.chosen = "battery staple 92";
	CHECK_EQ(run_patient(PHASE_AUTH).step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code new again");
	CHECK_EQ(patient, 2);
	person_stop(&p);
}

int
main(void)
{
	test_first();
	test_second();
	test_given_up();
	test_wrong();
	test_rules();
	test_password_alone();
	test_many();
	test_unprivileged();
	test_patience();
	return test_done();
}
