/* SPDX-License-Identifier: MIT */
/* What sshd has proved already: public keys, enrolled or not. */
#include <stdio.h>

#include "base/text.h"
#include "token.h"

#define GOOD "correct horse"
#define HERE "192.0.2.1"
#define SK POLICY_BIT(POLICY_FACTOR_SSH_SK)
#define PLAIN POLICY_BIT(POLICY_FACTOR_SSH_KEY)

static struct token t;
static struct store_account ann, bob;

static void
show(struct request *r, const char *text)
{
	(void)snprintf(r->ssh_auth_info, sizeof(r->ssh_auth_info),
		       "publickey %s\n", text);
}

static struct request
login_with(const char *user, const char *text)
{
	struct request r = fixture_request(PHASE_AUTH, user, HERE);

	show(&r, text);
	t.x.now += 90;
	fixture_type(&t.x, 2, GOOD, fixture_code(&t.x, "ann", 0));
	return r;
}

static struct store_ssh_key
row_of(const struct store_account *a, const char *label)
{
	struct store_ssh_key row = { .used_at = -1 };
	struct fault f;

	CHECK_OK(store_ssh_key_get(t.x.store, &a->id, label, &row, &f), &f);
	return row;
}

static void
rules(const char *auth, const char *session)
{
	struct rule r[2] = { token_rule(auth, RULE_UNENROLLED_EXEMPT),
			     token_rule(session, RULE_UNENROLLED_EXEMPT) };

	r[1].phases = RULE_PHASE(POLICY_PHASE_SESSION);
	fixture_rules(&t.x, r, 2);
}

/* A key is enough where the rule says so: nothing is asked. */
static void
test_auth(void)
{
	struct request r = login_with("ann", token_ssh_text(&t, true));
	struct session_verdict v = fixture_run(&t.x, &r);
	struct store_login row = { .factors = "" };
	struct fault f;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(t.x.asked, "");
	CHECK_STR(fixture_last(&t.x).factors, "ssh_key+ssh_sk");
	CHECK_STR(fixture_last(&t.x).device, "laptop-sk");
	CHECK_OK(store_login_get(t.x.store, &v.login, &row, &f), &f);
	CHECK_STR(row.factors, "ssh_key+ssh_sk");
	CHECK_EQ(row_of(&ann, "laptop-sk").used_at, t.x.now);
	CHECK_EQ(row_of(&ann, "laptop-sk").sign_count, 0);
	/* Handed over, too. */
	r.phase = PHASE_SESSION_OPEN;
	r.login = v.login;
	r.ssh_auth_info[0] = '\0';
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	/* Another kind, another person's, none: as everybody else. */
	r = login_with("ann", token_ssh_text(&t, false));
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	CHECK_STR(fixture_last(&t.x).refusal, "ssh-key:not_enrolled");
	CHECK(strstr(t.x.asked, "Password: ") != NULL);
	r = login_with("bob", token_ssh_text(&t, true));
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password");
	r = login_with("eve", token_ssh_text(&t, true));
	CHECK_EQ(fixture_run(&t.x, &r).reason, POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(t.x.asked, "1/1 Password: |");
}

/* Who may say so. */
static void
test_believed(void)
{
	struct request r = login_with("ann", token_ssh_text(&t, true));

	(void)text_copy(r.tty, sizeof(r.tty), "/dev/pts/1");
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	r = login_with("ann", token_ssh_text(&t, true));
	t.x.env.unprivileged = true;
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	t.x.env.unprivileged = false;
	/* Hostile text. */
	r = login_with("ann", token_ssh_text(&t, true));
	(void)strcat(r.ssh_auth_info, "x");
	r.ssh_auth_info[0] = 'P';
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
	/* A new password needs more than a key. */
	r = login_with("ann", token_ssh_text(&t, true));
	r.phase = PHASE_PASSWORD_PRELIM;
	r.ruid = 1000;
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK(strstr(t.x.asked, "Current password: ") != NULL);
	/* A shut account stays shut. */
	ann.state = STORE_DISABLED;
	fixture_update(&t.x, &ann);
	r = login_with("ann", token_ssh_text(&t, true));
	CHECK_EQ(fixture_run(&t.x, &r).reason, POLICY_DISABLED);
	ann.state = STORE_ACTIVE;
	fixture_update(&t.x, &ann);
}

static struct session_verdict
open_with(const char *text, char factors[STORE_RULE_TEXT_SIZE])
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", HERE);
	struct store_session row = { .factors = "" };
	struct session_verdict v;
	struct fault f;

	show(&r, text);
	t.x.now += 90;
	v = fixture_run(&t.x, &r);
	factors[0] = '\0';
	if (v.step == POLICY_ALLOW) {
		CHECK_OK(store_session_get(t.x.store, &v.session, &row, &f),
			 &f);
		(void)text_copy(factors, STORE_RULE_TEXT_SIZE, row.factors);
	}
	return v;
}

/* A login by public key alone was never in authenticate: what sshd proved is
 * seen when the session opens. */
static void
test_open(void)
{
	char factors[STORE_RULE_TEXT_SIZE];

	CHECK_EQ(open_with(token_ssh_text(&t, true), factors).step,
		 POLICY_ALLOW);
	CHECK_STR(factors, "ssh_key+ssh_sk");
	CHECK(strstr(t.x.lines, "factors=ssh_key+ssh_sk") != NULL);
	CHECK(strstr(t.x.lines, "device=laptop-sk") != NULL);
	CHECK_EQ(row_of(&ann, "laptop-sk").used_at, t.x.now);
	/* Any other key is refused where the rule wants such a one. */
	token_enroll_ssh(&t, &ann, "laptop", false);
	CHECK_EQ(open_with(token_ssh_text(&t, false), factors).reason,
		 POLICY_NOT_PROVED);
	CHECK_EQ(row_of(&ann, "laptop").used_at, 0);
	CHECK_EQ(open_with("", factors).reason, POLICY_NOT_PROVED);
	rules("ssh-sk | password+otp", "ssh-key");
	CHECK_EQ(open_with(token_ssh_text(&t, false), factors).step,
		 POLICY_ALLOW);
	CHECK_STR(factors, "ssh_key");
	CHECK_EQ(open_with(token_ssh_text(&t, true), factors).step,
		 POLICY_ALLOW);
	/* A rule that does not speak of keys pays nothing for them. */
	rules("ssh-sk | password+otp", "password");
	CHECK_EQ(open_with(token_ssh_text(&t, true), factors).reason,
		 POLICY_NOT_PROVED);
	CHECK(strstr(t.x.lines, "refusal") == NULL);
	rules("ssh-sk | password+otp", "ssh-sk | password+otp");
}

static void
remove_key(struct fixture *x)
{
	const struct store_ssh_key row = row_of(&ann, "laptop-sk");
	struct fault f;
	STORE_TXN(txn);

	x->on_ask = NULL;
	CHECK_OK(store_begin(x->store, &txn, &f), &f);
	CHECK_OK(store_ssh_key_delete(x->store, &row.id, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* Beside a password; and a key that is removed while it is typed. */
static void
test_beside(void)
{
	struct request r;

	rules("password+ssh-sk", "ssh-sk | password+otp");
	r = login_with("ann", token_ssh_text(&t, true));
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, "1/1 Password: |");
	CHECK_STR(fixture_last(&t.x).factors, "password+ssh_key+ssh_sk");
	r = login_with("ann", token_ssh_text(&t, true));
	t.x.on_ask = remove_key;
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_DENY);
	CHECK_STR(fixture_last(&t.x).factors, "password");
	token_enroll_ssh(&t, &ann, "laptop-sk", true);
	r = login_with("ann", token_ssh_text(&t, true));
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
}

static void
test_explain(void)
{
	struct request r = login_with("ann", token_ssh_text(&t, true));
	struct session_explanation e;
	struct fault f;

	rules("ssh-sk | password+otp", "ssh-sk | password+otp");
	CHECK_OK(session_explain(&t.x.env, &r, &e, &f), &f);
	CHECK_EQ(e.facts.shown, SK | PLAIN);
	CHECK_EQ(e.facts.usable & (SK | PLAIN), 0);
	CHECK_EQ(e.facts.enrolled & (SK | PLAIN), SK | PLAIN);
	CHECK_EQ(e.decision.step, POLICY_ALLOW);
}

int
main(void)
{
	token_start(&t, "proved", &ann);
	fixture_user(&t.x, "bob", GOOD, &bob);
	fixture_totp(&t.x, &ann, "ann");
	token_enroll_ssh(&t, &ann, "laptop-sk", true);
	rules("ssh-sk | password+otp", "ssh-sk | password+otp");
	test_auth();
	test_believed();
	test_open();
	test_beside();
	test_explain();
	token_stop(&t);
	return test_done();
}
