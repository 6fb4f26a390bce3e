/* SPDX-License-Identifier: MIT */
/* What a peer that is not root may do: be verified as itself, no more. */
#include "base/text.h"
#include "fixture.h"

#define GOOD "correct horse"

static struct fixture x;
static struct store_account ann;
static unsigned entered, left;

static enum status
gate_enter(struct session_gate *gate, struct fault *f)
{
	(void)gate;
	(void)f;
	entered++;
	return STATUS_OK;
}

static void
gate_leave(struct session_gate *gate)
{
	(void)gate;
	left++;
}

static enum status
gate_shut(struct session_gate *gate, struct fault *f)
{
	(void)gate;
	return fault(f, STATUS_UNAVAILABLE, "no turn");
}

static struct session_verdict
run(enum request_phase phase, const char *user)
{
	struct request r = fixture_request(phase, user, "");

	r.ruid = 1000;
	(void)text_copy(r.service, sizeof(r.service), "self");
	return fixture_run(&x, &r);
}

static bool
find_login(void *ctx, const struct store_audit *row)
{
	struct id *out = ctx;
	const char *at = strstr(row->meta, "\"login\":");

	if (at == NULL || (at = strchr(at + 8, '"')) == NULL)
		return true;
	memcpy(out->s, at + 1, ID_LENGTH);
	return false;
}

/* Where it says that it comes from is no source of the account's. */
static void
check_unseen(void)
{
	bool here = true, anywhere = true;
	struct fault f;

	CHECK_OK(store_seen_get(x.store, &ann.id, "uid:1000", &here, &anywhere,
				&f),
		 &f);
	CHECK(!here);
	CHECK(!anywhere);
}

/* Its login is a row as any other's, but spent from the start. */
static void
test_itself(void)
{
	struct store_audit_filter filter = { .action = "login.granted",
					     .limit = 1 };
	struct id login = { .s = "" };
	struct session_verdict v;
	struct store_login row;
	struct fault f;

	fixture_type(&x, 1, GOOD);
	v = run(PHASE_AUTH, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(v.login.s, "");
	CHECK_OK(store_audit_list(x.store, &filter, find_login, &login, &f),
		 &f);
	CHECK_OK(store_login_get(x.store, &login, &row, &f), &f);
	CHECK_EQ(row.consumed_at, x.now);
	CHECK_STR(row.source, "uid:1000");
	CHECK_EQ(run(PHASE_ACCOUNT, "ann").step, POLICY_ALLOW);
	check_unseen();
}

static void
test_others(void)
{
	fixture_type(&x, 1, GOOD);
	CHECK_EQ(run(PHASE_AUTH, "eve").reason, POLICY_RULE_DENIES);
	CHECK_STR(x.asked, "");
	CHECK(strstr(x.lines, "action=login.denied") != NULL);
	CHECK_EQ(run(PHASE_ACCOUNT, "eve").step, POLICY_DENY);
	CHECK_EQ(run(PHASE_PASSWORD_UPDATE, "eve").step, POLICY_DENY);
	CHECK_EQ(run(PHASE_SESSION_OPEN, "ann").step, POLICY_DENY);
	/* Not even where a rule would abstain. */
	CHECK_EQ(run(PHASE_AUTH, "root").step, POLICY_DENY);
}

static void
test_change(void)
{
	struct session_verdict v;

	fixture_type(&x, 3, GOOD, "battery staple", "battery staple");
	v = run(PHASE_PASSWORD_UPDATE, "ann");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(v.login.s, "");
	CHECK(strstr(x.asked, "Current password: ") != NULL);
	/* Nor is a change of password a login. */
	x.env.unprivileged = false;
	fixture_type(&x, 3, "battery staple", "another staple",
		     "another staple");
	CHECK_EQ(run(PHASE_PASSWORD_UPDATE, "ann").step, POLICY_ALLOW);
	check_unseen();
	x.env.unprivileged = true;
	fixture_reset(&x, &ann.id, "battery staple");
	fixture_type(&x, 1, "battery staple");
	CHECK_EQ(run(PHASE_AUTH, "ann").step, POLICY_ALLOW);
	fixture_type(&x, 3, GOOD, "a third, other one", "a third, other one");
	CHECK_EQ(run(PHASE_PASSWORD_UPDATE, "ann").step, POLICY_DENY);
}

static unsigned asks;

static void
reset_at_second(struct fixture *fx)
{
	if (++asks == 2)
		fixture_reset(fx, &ann.id, "reset by root");
}

/* A reset between the old password and the new one ends the change. */
static void
test_reset_meanwhile(void)
{
	x.on_ask = reset_at_second;
	fixture_type(&x, 3, "battery staple", "the thief's own",
		     "the thief's own");
	CHECK_EQ(run(PHASE_PASSWORD_UPDATE, "ann").step, POLICY_DENY);
	x.on_ask = NULL;
	fixture_type(&x, 1, "reset by root");
	CHECK_EQ(run(PHASE_AUTH, "ann").step, POLICY_ALLOW);
}

/* Every hash waits its turn; no turn is no login. */
static void
test_gate(void)
{
	struct session_gate open = { gate_enter, gate_leave };
	struct session_gate shut = { gate_shut, gate_leave };

	x.env.gate = &open;
	fixture_type(&x, 1, "reset by root");
	CHECK_EQ(run(PHASE_AUTH, "ann").step, POLICY_ALLOW);
	CHECK_EQ(entered, 1);
	CHECK_EQ(left, 1);
	x.env.gate = &shut;
	CHECK_EQ(run(PHASE_AUTH, "ann").reason, POLICY_UNAVAILABLE);
	CHECK_EQ(left, 1);
	x.env.gate = NULL;
}

int
main(void)
{
	fixture_start(&x, "unprivileged");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_user(&x, "eve", GOOD, NULL);
	x.env.unprivileged = true;
	x.env.only_user = "ann";
	test_itself();
	test_others();
	test_change();
	test_reset_meanwhile();
	test_gate();
	fixture_stop(&x);
	return test_done();
}
