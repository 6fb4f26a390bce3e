/* SPDX-License-Identifier: MIT */
/* An sk key in the person's SSH agent, as sudo on a remote host asks it. */
#include "base/text.h"
#include "token.h"

#define GOOD "correct horse"
#define PASSWORD_PROMPT "1/1 Password: |"

static struct token t;
static struct store_account ann;
static struct request from;

static struct session_verdict
login(const char *user)
{
	t.x.now += 90;
	t.opened = t.closed = t.begun = t.placed = 0;
	(void)text_copy(from.user, sizeof(from.user), user);
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 0));
	return fixture_run(&t.x, &from);
}

static struct store_ssh_key
row(void)
{
	struct store_ssh_key k = { .sign_count = -1 };
	struct fault f;

	CHECK_OK(store_ssh_key_get(t.x.store, &ann.id, "laptop-sk", &k, &f),
		 &f);
	return k;
}

static void
test_right(void)
{
	struct session_verdict v = login("ann");
	struct store_login kept = { .factors = "" };
	struct fault f;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, "");
	CHECK_STR(fixture_last(&t.x).factors, "ssh_agent");
	CHECK_STR(fixture_last(&t.x).device, "laptop-sk");
	CHECK(strstr(t.x.told, "sudo for ann on testhost") != NULL);
	CHECK_OK(store_login_get(t.x.store, &v.login, &kept, &f), &f);
	CHECK_STR(kept.factors, "ssh_agent");
	CHECK_EQ(row().sign_count, 1);
	CHECK_EQ(row().used_at, t.x.now);
	/* The person is elsewhere: no seat is, nor is it looked for. */
	CHECK_EQ(t.opened, 1);
	CHECK_EQ(t.closed, 1);
	CHECK_EQ(t.begun, 0);
	CHECK_EQ(t.placed, 0);
	/* Keys that are no sk keys, the agent is not shown. */
	CHECK_EQ(t.asked.keys, 1);
}

static void
check_refused(const char *refusal)
{
	CHECK_EQ(login("ann").reason, POLICY_WRONG);
	CHECK_STR(fixture_last(&t.x).refusal, refusal);
	CHECK_STR(t.x.asked, "");
}

static void
check_other_way(const char *refusal)
{
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_STR(fixture_last(&t.x).refusal, refusal);
}

static void
test_not(void)
{
	t.agent = AGENT_NONE;
	check_other_way("ssh-sk:none");
	/* Nothing was proved: it is not told whether it has such a key. */
	CHECK_STR(t.x.told, "");
	t.agent = AGENT_GONE;
	check_other_way("ssh-sk:gone");
	t.agent = AGENT_BROKEN;
	check_other_way("ssh-sk:broken");
	t.agent = AGENT_REFUSED;
	check_other_way("ssh-sk:refused");
	CHECK(strstr(t.x.told, "SSH agent") != NULL);
	t.agent = 0;
	t.broken = STATUS_LOST;
	check_other_way("ssh-sk:unavailable");
	t.broken = STATUS_PROTOCOL;
	check_other_way("ssh-sk:unavailable");
	t.broken = STATUS_OK;
	t.no_program = true;
	check_other_way("ssh-sk:unavailable");
	t.no_program = false;
}

static void
test_lies(void)
{
	t.lie = TOKEN_SIGNATURE;
	check_refused("ssh-sk:signature");
	t.lie = TOKEN_UNTOUCHED;
	check_refused("ssh-sk:presence");
	t.lie = TOKEN_HONEST;
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	t.lie = TOKEN_REPLAY;
	check_refused("ssh-sk:signature");
	t.lie = TOKEN_HONEST;
}

/* A counter that goes back, by policy. */
static void
test_counter(void)
{
	int64_t kept = row().sign_count;

	t.counter = 1;
	CHECK_EQ(login("ann").step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "ssh_agent");
	CHECK_EQ(fixture_audited(&t.x, "key.counter"), 1);
	CHECK_EQ(row().sign_count, kept);
	token_sign_count(&t, STORE_SIGN_COUNT_REVOKE);
	t.counter = 1;
	check_other_way("ssh-sk:counter");
	CHECK_EQ(fixture_audited(&t.x, "key.counter"), 2);
	CHECK_EQ(fixture_audited(&t.x, "key.revoked"), 0);
	token_sign_count(&t, STORE_SIGN_COUNT_WARN);
	t.counter = 100;
}

static void
remove_first(struct token *token)
{
	const struct store_ssh_key k = row();
	struct fault f;
	STORE_TXN(txn);

	token->on_touch = NULL;
	CHECK_OK(store_begin(t.x.store, &txn, &f), &f);
	CHECK_OK(store_ssh_key_delete(t.x.store, &k.id, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* It was late, or the key has gone meanwhile. */
static void
test_meanwhile(void)
{
	t.slow = FIDO2_CHALLENGE_SECONDS + 1;
	check_refused("ssh-sk:expired");
	t.slow = 0;
	t.on_touch = remove_first;
	CHECK_EQ(login("ann").reason, POLICY_SPENT);
	check_other_way("");
	token_enroll_ssh(&t, &ann, "laptop-sk", true);
}

/* Whose agent is it? */
static void
test_where(void)
{
	struct session_verdict v;

	from.flags = 0;
	check_other_way("");
	CHECK_EQ(t.opened, 0);
	from.flags = REQUEST_AGENT;
	t.x.env.unprivileged = true;
	check_other_way("");
	CHECK_EQ(t.opened, 0);
	t.x.env.unprivileged = false;
	/* Whoever is not known has it asked for a key that nobody has. */
	v = login("eve");
	CHECK_EQ(v.reason, POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(fixture_last(&t.x).refusal, "ssh-sk:none");
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	CHECK_EQ(t.opened, 1);
	CHECK_EQ(t.asked.keys, 1);
	CHECK_EQ(t.asked.key[0].len, t.blob_len);
}

/* What the agent has proved opens the session, too. */
static void
test_session(void)
{
	struct rule r[2] = {
		token_rule("ssh-sk | password+otp", RULE_UNENROLLED_EXEMPT),
		token_rule("ssh-sk", RULE_UNENROLLED_EXEMPT),
	};
	struct request open = from;

	r[1].phases = RULE_PHASE(POLICY_PHASE_SESSION);
	fixture_rules(&t.x, r, 2);
	open.login = login("ann").login;
	open.phase = PHASE_SESSION_OPEN;
	(void)text_copy(open.user, sizeof(open.user), "ann");
	CHECK_EQ(fixture_run(&t.x, &open).step, POLICY_ALLOW);
	open.login = (struct id){ .s = "" };
	CHECK_EQ(fixture_run(&t.x, &open).reason, POLICY_NOT_PROVED);
}

int
main(void)
{
	token_start(&t, "agent", &ann);
	from = fixture_request(PHASE_AUTH, "ann", "");
	(void)text_copy(from.service, sizeof(from.service), "sudo");
	(void)text_copy(from.tty, sizeof(from.tty), "/dev/pts/3");
	from.flags = REQUEST_AGENT;
	fixture_totp(&t.x, &ann, "ann");
	token_enroll_ssh(&t, &ann, "laptop-sk", true);
	token_enroll_ssh(&t, &ann, "plain", false);
	token_require(&t, "ssh-sk | password+otp", RULE_UNENROLLED_EXEMPT);
	test_right();
	test_not();
	test_lies();
	test_counter();
	test_meanwhile();
	test_where();
	test_session();
	token_stop(&t);
	return test_done();
}
