/* SPDX-License-Identifier: MIT */
/* Proved a moment ago, in the same login session. */
#include <stdio.h>

#include "base/text.h"
#include "fixture.h"

#define GOOD "correct horse"
#define BETTER "battery staple"
#define WINDOW 300
#define UID 1000

/* sshd, and the shell below it. */
static const struct request_process sshd = { 500, 5000 };
static const struct request_process shell = { 600, 6000 };

static struct fixture x;
static struct store_account ann;

/* sudo in ann's shell on a terminal, which has asked her for her password. */
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

static struct session_verdict
run(const struct request *r, int64_t after)
{
	x.now += after;
	x.uptime += after;
	fixture_type(&x, 2, GOOD, fixture_code(&x, "ann", 0));
	return fixture_run(&x, r);
}

/* Nothing is asked. */
static bool
steps_up(const struct request *r)
{
	struct session_verdict v;

	fixture_type(&x, 0);
	v = fixture_run(&x, r);
	CHECK_EQ(x.asked[0] == '\0', v.step == POLICY_ALLOW);
	return v.step == POLICY_ALLOW;
}

/* Forget what was proved. */
static void
later(void)
{
	x.now += 3600;
	x.uptime += 3600;
}

static struct id
prove(const struct request *r)
{
	struct session_verdict v;

	later();
	v = run(r, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(x.asked[0] != '\0');
	return v.login;
}

static void
test_same_place(void)
{
	struct request r = sudo();
	struct id login = prove(&r);
	struct session_verdict v;
	struct store_login row;
	struct fault f;

	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(x.asked, "");
	CHECK_STR(fixture_last(&x).action, "login.granted");
	CHECK_STR(fixture_last(&x).factors, "password+totp");
	CHECK_STR(fixture_last(&x).stepped, login.s);
	CHECK_OK(store_login_get(x.store, &v.login, &row, &f), &f);
	CHECK_STR(row.factors, "password+totp");
	CHECK_EQ(row.uptime, -1);
	CHECK_EQ(row.leader, 0);
	CHECK_STR(row.tty, "");
	/* Until the time is over, which it does not begin anew. */
	x.now += WINDOW;
	x.uptime += WINDOW;
	CHECK(steps_up(&r));
	x.now++;
	x.uptime++;
	CHECK(!steps_up(&r));
	CHECK_STR(x.asked, "1/1 Password: |");
}

/* What the caller is not, one thing at a time. */
static void
test_other_place(void)
{
	struct request r = sudo(), other;

	/* No session is open: only (A) could hold. */
	(void)prove(&r);
	CHECK(steps_up(&r));
	other = r;
	(void)text_copy(other.tty, sizeof(other.tty), "/dev/pts/4");
	CHECK(!steps_up(&other));
	other.tty[0] = '\0';
	CHECK(!steps_up(&other));
	other = r;
	other.ruid = UID + 1;
	CHECK(!steps_up(&other));
	other.ruid = 0;
	CHECK(!steps_up(&other));
	other = r;
	other.leader.pid = 601;
	CHECK(!steps_up(&other));
	other = r;
	other.leader.start++;
	CHECK(!steps_up(&other));
	other.leader = (struct request_process){ 0, 0 };
	CHECK(!steps_up(&other));
	other = r;
	(void)text_copy(other.user, sizeof(other.user), "bob");
	(void)text_copy(other.ruser, sizeof(other.ruser), "bob");
	CHECK(!steps_up(&other));
	other = r;
	other.phase = PHASE_PASSWORD_PRELIM;
	CHECK(!steps_up(&other));
	x.env.unprivileged = true;
	CHECK(!steps_up(&r));
	x.env.unprivileged = false;
	x.env.boot = "99999999-2222-4333-8444-555555555555";
	CHECK(!steps_up(&r));
	x.env.boot = FIXTURE_BOOT;
	CHECK(steps_up(&r));
	/* The shell of a guest, in which ann has said `su ann`. */
	r.ruid = UID + 1;
	(void)text_copy(r.ruser, sizeof(r.ruser), "guest");
	(void)prove(&r);
	CHECK(!steps_up(&r));
}

/* Zeroes of a caller that knows nothing equal no other zeroes. */
static void
test_unknown_place(void)
{
	struct request r = sudo();

	r.leader = (struct request_process){ 0, 0 };
	r.ancestors = 0;
	(void)prove(&r);
	CHECK(!steps_up(&r));
	r.leader = (struct request_process){ 600, 0 };
	(void)prove(&r);
	CHECK(!steps_up(&r));
	r.leader = (struct request_process){ 1, 1 };
	(void)prove(&r);
	CHECK(!steps_up(&r));
	r = sudo();
	r.tty[0] = '\0';
	(void)prove(&r);
	CHECK(!steps_up(&r));
	/* A daemon of root's is one session for all who come to it. */
	r = sudo();
	r.ruid = 0;
	(void)prove(&r);
	CHECK(!steps_up(&r));
	/* A boot that cannot be timed. */
	r = sudo();
	(void)prove(&r);
	x.uptime = -1;
	CHECK(!steps_up(&r));
	x.uptime = 1000000;
}

/* Both clocks have to agree, and neither may go back. */
static void
test_clocks(void)
{
	struct request r = sudo();
	struct fault f;

	(void)prove(&r);
	x.uptime += WINDOW + 1;
	CHECK(!steps_up(&r));
	x.uptime -= WINDOW + 2;
	CHECK(!steps_up(&r));
	x.uptime++;
	CHECK(steps_up(&r));
	x.now -= 1;
	CHECK(!steps_up(&r));
	x.now += WINDOW + 2;
	CHECK(!steps_up(&r));
	x.now -= WINDOW + 1;
	CHECK(steps_up(&r));
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_clock_see(x.store,
					 x.now + SESSION_CLOCK_SLACK + 1, &f),
			 &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	CHECK(!steps_up(&r));
	later();
}

/* Log in over ssh and open the session; *SESSION is its row. */
static struct id
ssh(const char *tty, struct id *session)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.1");
	struct session_verdict v;
	struct id login;

	(void)text_copy(r.tty, sizeof(r.tty), tty);
	r.pid = 500;
	r.pid_start = 5000;
	r.leader = sshd;
	login = prove(&r);
	r.phase = PHASE_SESSION_OPEN;
	r.login = login;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	*session = v.session;
	return login;
}

static void
close_session(const struct id *session)
{
	struct request r = fixture_request(PHASE_SESSION_CLOSE, "ann", "");

	r.session = *session;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
}

static void
test_below(void)
{
	struct request r = sudo();
	struct id session, login;

	login = ssh("ssh", &session);
	CHECK(steps_up(&r));
	CHECK_STR(fixture_last(&x).stepped, login.s);
	/* Any terminal of that connection, and a session of its own. */
	(void)text_copy(r.tty, sizeof(r.tty), "/dev/pts/9");
	r.leader = (struct request_process){ 700, 7000 };
	CHECK(steps_up(&r));
	/* Deep below it, or known by the session's leader alone. */
	r.leader = sshd;
	r.ancestors = 0;
	CHECK(steps_up(&r));
	x.now += WINDOW + 1;
	x.uptime += WINDOW + 1;
	CHECK(!steps_up(&r));
	close_session(&session);
}

static void
test_not_below(void)
{
	struct request r = sudo(), other;
	struct id session;

	(void)ssh("ssh", &session);
	/* The server of tmux was adopted by process 1. */
	other = r;
	other.ancestor[1] = (struct request_process){ 1, 1 };
	CHECK(!steps_up(&other));
	other.ancestors = 0;
	CHECK(!steps_up(&other));
	/* The number is there, and it is another process. */
	other = r;
	other.ancestor[1].start++;
	CHECK(!steps_up(&other));
	other.ancestor[1].start = 0;
	CHECK(!steps_up(&other));
	/* Beyond those that are known. */
	other = r;
	other.ancestors = 1;
	CHECK(!steps_up(&other));
	/* A guest of ann's, below the same sshd, who would be ann. */
	other = r;
	other.ruid = UID + 1;
	(void)text_copy(other.ruser, sizeof(other.ruser), "guest");
	(void)text_copy(other.service, sizeof(other.service), "su");
	CHECK(!steps_up(&other));
	other.ruser[0] = '\0';
	CHECK(!steps_up(&other));
	/* A daemon that was started in this shell. */
	other = r;
	other.ruid = 0;
	CHECK(!steps_up(&other));
	/* ann would be bob. */
	other = r;
	(void)text_copy(other.user, sizeof(other.user), "bob");
	CHECK(!steps_up(&other));
	x.env.host = "otherhost";
	CHECK(!steps_up(&r));
	x.env.host = "testhost";
	x.env.boot = "99999999-2222-4333-8444-555555555555";
	CHECK(!steps_up(&r));
	x.env.boot = FIXTURE_BOOT;
	CHECK(steps_up(&r));
	close_session(&session);
	CHECK(!steps_up(&r));
}

/* On a terminal of login(1) the terminal has to be that one. */
static void
test_terminal(void)
{
	struct request r = sudo();
	struct id session;

	(void)ssh("tty2", &session);
	CHECK(!steps_up(&r));
	(void)text_copy(r.tty, sizeof(r.tty), "/dev/tty2");
	CHECK(steps_up(&r));
	(void)text_copy(r.tty, sizeof(r.tty), "tty2");
	CHECK(steps_up(&r));
	close_session(&session);
}

/* A session that was opened by a public key has proved nothing. */
static void
test_no_login(void)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", ""),
		       s = sudo();
	struct session_verdict v;

	later();
	r.pid = 500;
	r.pid_start = 5000;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!steps_up(&s));
	close_session(&v.session);
}

static void
rule(int64_t step_up, int64_t trust_days, uint32_t require)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_EXEMPT);

	rule.step_up = step_up;
	rule.trust_days = trust_days;
	rule.require[0] = require;
	fixture_rule(&x, &rule);
}

static const uint32_t both =
	POLICY_BIT(POLICY_FACTOR_PASSWORD) | POLICY_BIT(POLICY_FACTOR_OTP);

/* The rule has to allow it, and what was proved has to be all of it. */
static void
test_rule(void)
{
	struct request r = sudo();

	(void)prove(&r);
	rule(0, 0, both);
	CHECK(!steps_up(&r));
	rule(WINDOW, 0, POLICY_BIT(POLICY_FACTOR_PASSWORD));
	CHECK(steps_up(&r));
	(void)prove(&r);
	CHECK_STR(x.asked, "1/1 Password: |");
	rule(WINDOW, 0, both);
	CHECK(!steps_up(&r));
	/* The newer proof is not enough; the older one is. */
	(void)prove(&r);
	rule(0, 0, POLICY_BIT(POLICY_FACTOR_PASSWORD));
	CHECK_EQ(run(&r, 1).step, POLICY_ALLOW);
	rule(WINDOW, 0, both);
	CHECK(steps_up(&r));
}

/* A trusted device has proved no code. */
static void
test_trust(void)
{
	struct request r = sudo();

	rule(WINDOW, 30, both);
	(void)text_copy(r.rhost, sizeof(r.rhost), "192.0.2.1");
	later();
	fixture_type(&x, 3, GOOD, fixture_code(&x, "ann", 0), "y");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK(steps_up(&r));
	(void)prove(&r);
	CHECK_STR(fixture_last(&x).factors, "password+trust");
	CHECK(!steps_up(&r));
	rule(WINDOW, 30, POLICY_BIT(POLICY_FACTOR_PASSWORD));
	CHECK(steps_up(&r));
	CHECK_STR(fixture_last(&x).factors, "password");
	rule(WINDOW, 0, both);
}

static void
test_state(void)
{
	struct request r = sudo();

	(void)prove(&r);
	CHECK_OK(store_account_by_id(x.store, &ann.id, &ann, NULL),
		 &(struct fault){ 0 });
	ann.state = STORE_DISABLED;
	fixture_update(&x, &ann);
	CHECK(!steps_up(&r));
	ann.state = STORE_ACTIVE;
	fixture_update(&x, &ann);
	CHECK(steps_up(&r));
}

static bool
open_session(const struct id *id)
{
	struct store_session row = { .closed_at = -1 };
	struct fault f;

	CHECK_OK(store_session_get(x.store, id, &row, &f), &f);
	return row.closed_at == 0;
}

/* A new password leaves the session it is chosen in, and no proof. */
static void
test_new_password(void)
{
	struct request r = sudo(), s = sudo(), passwd = sudo();
	struct id here, there;

	(void)ssh("ssh", &here);
	r.phase = PHASE_SESSION_OPEN;
	r.pid = 900;
	there = fixture_run(&x, &r).session;
	CHECK(steps_up(&s));
	later();
	passwd.phase = PHASE_PASSWORD_PRELIM;
	(void)text_copy(passwd.service, sizeof(passwd.service), "passwd");
	passwd.login = run(&passwd, 0).login;
	passwd.phase = PHASE_PASSWORD_UPDATE;
	fixture_type(&x, 2, BETTER, BETTER);
	CHECK_EQ(fixture_run(&x, &passwd).step, POLICY_ALLOW);
	CHECK(open_session(&here));
	CHECK(!open_session(&there));
	CHECK(!steps_up(&s));
	CHECK_OK(store_account_by_id(x.store, &ann.id, &ann, NULL),
		 &(struct fault){ 0 });
	CHECK_EQ(ann.epoch, 2);
	/* Root, from elsewhere. */
	passwd = fixture_request(PHASE_PASSWORD_UPDATE, "ann", "");
	fixture_type(&x, 2, GOOD " two", GOOD " two");
	CHECK_EQ(fixture_run(&x, &passwd).step, POLICY_ALLOW);
	CHECK(!open_session(&here));
}

int
main(void)
{
	fixture_start(&x, "stepup");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_totp(&x, &ann, "ann");
	fixture_user(&x, "bob", GOOD, NULL);
	rule(WINDOW, 0, both);
	test_same_place();
	test_other_place();
	test_unknown_place();
	test_clocks();
	test_below();
	test_not_below();
	test_terminal();
	test_no_login();
	test_rule();
	test_trust();
	test_state();
	test_new_password();
	fixture_stop(&x);
	return test_done();
}
