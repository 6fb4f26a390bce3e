/* SPDX-License-Identifier: MIT */
/* PHASE_ACCEPT: somebody with an account joins an organization. */
#include "guests.h"
#include "person.h"

#include "base/text.h"

#define GOOD "correct horse 81"
#define NONE "There is no invitation of that code for you.|"

static struct person p;
static struct store_account ann;
static struct id acme;
static char code[CODE_TEXT_LENGTH + 1];

static void
start(const char *name)
{
	person_start(&p, name);
	person_rule(&p, "password+otp", RULE_UNENROLLED_EXEMPT);
	fixture_user(&p.x, "ann", GOOD, &ann);
	p.password = GOOD;
	p.invitation = code;
	acme = guests_org(&p.x, "acme", false);
}

static struct session_verdict
join(void)
{
	return person_run(&p, PHASE_ACCEPT, "ann");
}

/* Whatever is against it, all three tries have the same answer. */
static void
check_none(void)
{
	long members = person_rows(&p, "member", "1");

	person_check_denied(join(), POLICY_RULE_DENIES);
	CHECK_STR(person_purposes(&p),
		  "password invitation invitation invitation");
	CHECK_STR(p.x.told, NONE NONE NONE);
	CHECK_STR(fixture_last(&p.x).refusal, "password:no_invitation");
	CHECK_EQ(person_rows(&p, "member", "1"), members);
}

static void
test_by_name(void)
{
	struct session_verdict v;
	struct guests_row row;

	start("joining-name");
	guests_invite(&p.x, &acme, "ann", 600, code);
	v = join();
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(v.login.s, "");
	CHECK_STR(person_purposes(&p), "password invitation");
	CHECK_EQ(p.seen[1].kind, PROMPT_SECRET);
	CHECK_EQ(person_rows(&p, "member", "role = 2"), 1);
	CHECK_EQ(person_rows(&p, "invitation", "state = 2"), 1);
	row = guests_audited(&p.x, "invitation.accepted");
	CHECK_STR(row.actor, ann.id.s);
	CHECK_STR(row.target, ann.id.s);
	CHECK_STR(row.org, acme.s);
	CHECK_STR(row.outcome, "success");
	/* Once; and there is no second membership. */
	check_none();
	CHECK_EQ(fixture_audited(&p.x, "invitation.accepted"), 1);
	person_stop(&p);
}

/* An address is somebody's when he has confirmed it. */
static void
test_by_address(void)
{
	start("joining-address");
	guests_invite(&p.x, &acme, "ann@example.org", 600, code);
	check_none();
	(void)text_copy(ann.email, sizeof(ann.email), "ann@example.org");
	fixture_update(&p.x, &ann);
	check_none();
	ann.email_at = p.x.now;
	fixture_update(&p.x, &ann);
	CHECK_EQ(join().step, POLICY_ALLOW);
	CHECK_EQ(person_rows(&p, "member", "1"), 1);
	person_stop(&p);
}

static void
test_none(void)
{
	char other[CODE_TEXT_LENGTH + 1];
	struct id id;

	start("joining-none");
	fixture_user(&p.x, "bob", GOOD, NULL);
	/* Another's. */
	guests_invite(&p.x, &acme, "bob", 6000, code);
	check_none();
	/* Not one of ours; not even a code. */
	(void)text_copy(code, sizeof(code), "abcd-efgh-ijkl");
	check_none();
	(void)text_copy(code, sizeof(code), "");
	check_none();
	/* Revoked. */
	id = guests_invite(&p.x, &acme, "ann", 600, code);
	guests_revoke(&p.x, &id);
	check_none();
	/* Expired. */
	id = guests_invite(&p.x, &acme, "ann", 600, code);
	p.x.now += 600;
	check_none();
	guests_revoke(&p.x, &id);
	/* Of a deleted organization. */
	id = guests_org(&p.x, "gone", false);
	guests_invite(&p.x, &id, "ann", 600, code);
	guests_org_delete(&p.x, &id);
	check_none();
	/* Who is a member already. */
	guests_invite(&p.x, &acme, "ann", 600, code);
	CHECK_EQ(join().step, POLICY_ALLOW);
	guests_invite(&p.x, &acme, "ann", 600, other);
	p.invitation = other;
	check_none();
	CHECK_EQ(fixture_audited(&p.x, "invitation.accepted"), 1);
	person_stop(&p);
}

/* First it is proved who asks, by a second factor, too. */
static void
test_proof(void)
{
	start("joining-proof");
	guests_invite(&p.x, &acme, "ann", 600, code);
	p.password = "no such horse";
	person_check_denied(join(), POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password");
	person_check_denied(person_run(&p, PHASE_ACCEPT, "nob"),
			    POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(person_purposes(&p), "password");
	p.password = GOOD;
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	p.code = "000000";
	person_check_denied(join(), POLICY_WRONG);
	CHECK_STR(person_purposes(&p), "password code");
	p.code = NULL;
	for (p.abort_at = 0; p.abort_at < 3; p.abort_at++) {
		person_check_denied(join(), POLICY_CANCELLED);
		CHECK_EQ(person_rows(&p, "member", "1"), 0);
	}
	p.abort_at = -1;
	p.x.env.unprivileged = true;
	p.x.env.only_user = "ann";
	CHECK_EQ(join().step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code invitation");
	CHECK_EQ(person_rows(&p, "member", "1"), 1);
	person_stop(&p);
}

static struct id invitation;
static struct person other;

static void
revoke_now(struct person *who, const struct prompt *prompt)
{
	if (prompt->purpose == PURPOSE_CODE)
		guests_revoke(&who->x, &invitation);
}

/* A moment before the answer, in another terminal. */
static void
join_now(struct person *who, const struct prompt *prompt)
{
	if (prompt->purpose != PURPOSE_INVITATION)
		return;
	other = *who;
	other.on_prompt = NULL;
	other.x.env.io = &other.x.io;
	CHECK_EQ(person_run(&other, PHASE_ACCEPT, "ann").step, POLICY_ALLOW);
	who->on_prompt = NULL;
}

static void
test_meanwhile(void)
{
	start("joining-meanwhile");
	CHECK_EQ(person_run(&p, PHASE_ENROLL, "ann").step, POLICY_ALLOW);
	p.x.now += 60;
	invitation = guests_invite(&p.x, &acme, "ann", 600, code);
	p.on_prompt = revoke_now;
	CHECK_EQ(join().step, POLICY_DENY);
	CHECK_STR(person_purposes(&p),
		  "password code invitation invitation invitation");
	CHECK_EQ(person_rows(&p, "member", "1"), 0);
	person_stop(&p);

	start("joining-twice");
	guests_invite(&p.x, &acme, "ann", 600, code);
	p.on_prompt = join_now;
	CHECK_EQ(join().step, POLICY_DENY);
	CHECK_EQ(person_rows(&p, "member", "1"), 1);
	CHECK_EQ(fixture_audited(&p.x, "invitation.accepted"), 1);
	person_stop(&p);
}

int
main(void)
{
	test_by_name();
	test_by_address();
	test_none();
	test_proof();
	test_meanwhile();
	return test_done();
}
