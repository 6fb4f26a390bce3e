/* SPDX-License-Identifier: MIT */
/* A session that was ended from outside, and what still runs in it. */
#include "base/text.h"
#include "fixture.h"

#define GOOD "correct horse"
#define WINDOW 300
#define UID 1000

static struct request_process sshd = { 500, 5000 };
static struct request_process shell = { 600, 6000 };

static struct fixture x;
static struct store_account ann;
static struct id session;

static struct request
sudo(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "");

	(void)text_copy(r.service, sizeof(r.service), "sudo");
	(void)text_copy(r.tty, sizeof(r.tty), "/dev/pts/3");
	(void)text_copy(r.ruser, sizeof(r.ruser), "ann");
	r.ruid = UID;
	r.pid = 700;
	r.pid_start = 7000;
	r.leader = shell;
	r.ancestors = 2;
	r.ancestor[0] = shell;
	r.ancestor[1] = sshd;
	return r;
}

/* Over SSH, and the session that this opens. */
static struct session_verdict
log_in(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");
	struct session_verdict v;

	r.pid = ++sshd.pid;
	r.pid_start = ++sshd.start;
	shell.start++;
	x.now += 3600;
	x.uptime += 3600;
	fixture_type(&x, 1, GOOD);
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	r.phase = PHASE_SESSION_OPEN;
	r.login = v.login;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	session = v.session;
	return v;
}

static void
end_session(const char *word)
{
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_session_close(x.store, &session, word, x.now, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static bool
steps_up(void)
{
	struct request r = sudo();

	fixture_type(&x, 0);
	return fixture_run(&x, &r).step == POLICY_ALLOW;
}

static void
prove(void)
{
	struct request r = sudo();

	fixture_type(&x, 1, GOOD);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
}

/* By neither of the two ways, and not by what is proved there later. */
static void
test_revoked(void)
{
	log_in();
	CHECK(steps_up());
	end_session("revoked");
	CHECK(!steps_up());
	log_in();
	prove();
	CHECK(steps_up());
	end_session("expired");
	CHECK(!steps_up());
	prove();
	CHECK(!steps_up());
}

/* The session of another process says nothing of this one. */
static void
test_elsewhere(void)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", "");
	struct session_verdict v;

	log_in();
	r.pid = 900;
	r.pid_start = 9000;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	session = v.session;
	end_session("revoked");
	CHECK(steps_up());
}

static unsigned looks;

/* Asked for once when facts are gathered, and again where they count. */
static int64_t
revoke_at_second_look(struct io *io)
{
	struct fault f;

	if (++looks == 2)
		CHECK_OK(store_session_close(x.store, &session, "revoked",
					     x.now, &f),
			 &f);
	return ((struct fixture *)io)->uptime;
}

static void
test_meanwhile(void)
{
	int64_t (*uptime)(struct io *) = x.io.uptime;
	struct session_verdict v = log_in();
	struct request r = sudo();

	fixture_type(&x, 0);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	looks = 0;
	x.io.uptime = revoke_at_second_look;
	v = fixture_run(&x, &r);
	x.io.uptime = uptime;
	CHECK_EQ(looks >= 2, true);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(v.login.s, "");
}

int
main(void)
{
	struct rule rule = { .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			     .action = POLICY_ACTION_REQUIRE,
			     .alternatives = 1,
			     .require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) },
			     .step_up = WINDOW };

	fixture_start(&x, "revoked");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_rule(&x, &rule);
	test_revoked();
	test_elsewhere();
	test_meanwhile();
	fixture_stop(&x);
	return test_done();
}
