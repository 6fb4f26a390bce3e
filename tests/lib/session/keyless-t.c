/* SPDX-License-Identifier: MIT */
/* Who has no key, or no name, sees what one with a key would; and keys where
 * other things are special: a locker, one string, a change of password. */
#include "base/text.h"
#include "token.h"

#define GOOD "correct horse"
#define PASSWORD_PROMPT "1/1 Password: |"

static struct token t;
static struct store_account ann, bob;

static struct session_verdict
login(const char *user, const char *password)
{
	t.x.now += 90;
	fixture_type(&t.x, 2, password, fixture_code(&t.x, user, 0));
	return token_login(&t, user);
}

/* What somebody at the terminal, and on the bus, can see. */
struct seen {
	char asked[2048], told[1024];
	struct fido_request request;
	unsigned opened;
};

static struct seen
look(const char *user, const char *password)
{
	struct seen s;

	/* What is wrong counts, and not how often. */
	t.x.now += 4000;
	memset(&t.request, 0, sizeof(t.request));
	CHECK_EQ(login(user, password).step, POLICY_DENY);
	s = (struct seen){ .request = t.request, .opened = t.opened };
	(void)text_copy(s.asked, sizeof(s.asked), t.x.asked);
	(void)text_copy(s.told, sizeof(s.told), t.x.told);
	return s;
}

static void
check_same(const struct seen *a, const struct seen *b)
{
	/* But for the name in the prompt, of the same length. */
	CHECK_EQ(strlen(a->asked), strlen(b->asked));
	CHECK_STR(a->told, b->told);
	CHECK_EQ(a->opened, b->opened);
	CHECK_EQ(a->request.insert_seconds, b->request.insert_seconds);
	CHECK_EQ(a->request.touch_seconds, b->request.touch_seconds);
	CHECK_EQ(a->request.uv, b->request.uv);
	CHECK_EQ(a->request.entries, b->request.entries);
}

/* Whoever has no name has a credential, and always the same. */
static void
check_made_up(const char *require)
{
	struct seen one, again, other;

	token_require(&t, require, RULE_UNENROLLED_DENY);
	one = look("eve", "wrong password");
	again = look("eve", GOOD);
	other = look("joe", "wrong password");
	CHECK_EQ(one.request.entries, 1);
	CHECK_EQ(one.request.entry[0].id_len, 64);
	check_same(&one, &again);
	check_same(&one, &other);
	CHECK(memcmp(one.request.entry[0].id, again.request.entry[0].id, 64) ==
	      0);
	CHECK(memcmp(one.request.entry[0].id, other.request.entry[0].id, 64) !=
	      0);
}

static void
test_nobody(void)
{
	static const char *const rules[] = { "password+fido2", "fido2" };

	t.plugged = false;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct seen eve, good, wrong;

		check_made_up(rules[i]);
		eve = look("eve", GOOD);
		wrong = look("ann", "wrong password");
		check_same(&eve, &wrong);
		good = look("ann", GOOD);
		check_same(&eve, &good);
		CHECK_STR(wrong.asked, good.asked);
	}
	t.plugged = true;
}

/* Where there is another way, who has no key is not looked at for one; who has
 * one is not waited for, and nobody is told. */
static void
test_another_way(enum rule_unenrolled unenrolled)
{
	struct seen eve, bob_is, ann_is;

	t.plugged = false;
	token_require(&t, "fido2 | password+otp", unenrolled);
	eve = look("eve", "wrong password");
	CHECK_EQ(t.placed, 0);
	bob_is = look("bob", "wrong password");
	CHECK_EQ(t.placed, 0);
	check_same(&eve, &bob_is);
	CHECK_EQ(eve.opened, 0);
	ann_is = look("ann", "wrong password");
	CHECK_EQ(ann_is.opened, 1);
	CHECK_EQ(ann_is.request.insert_seconds, 0);
	CHECK_STR(ann_is.told, "");
	CHECK_EQ(strlen(ann_is.asked), strlen(eve.asked));
	CHECK_EQ(strncmp(ann_is.asked, PASSWORD_PROMPT,
			 sizeof(PASSWORD_PROMPT) - 1),
		 0);
	t.plugged = true;
	/* All are asked for both, whoever they are. */
	token_require(&t, "password+fido2 | password+otp",
		      RULE_UNENROLLED_DENY);
	eve = look("eve", "wrong password");
	CHECK_EQ(eve.opened, 1);
	CHECK_EQ(eve.request.insert_seconds, RULE_KEY_WAIT_DEFAULT);
	/* In turn nobody is, after a wrong password. */
	token_require(&t, "password+fido2 | password+otp", unenrolled);
	if (unenrolled == RULE_UNENROLLED_DENY)
		return;
	eve = look("eve", "wrong password");
	CHECK_EQ(t.placed, 0);
	ann_is = look("ann", "wrong password");
	check_same(&eve, &ann_is);
	CHECK_STR(eve.asked, PASSWORD_PROMPT);
}

/* A key that says done for a credential that is none. */
static void
test_liar(void)
{
	token_require(&t, "fido2", RULE_UNENROLLED_DENY);
	t.lie = TOKEN_NO_SUCH_ENTRY;
	CHECK_EQ(login("eve", "").reason, POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:credential");
	CHECK_EQ(login("bob", "").reason, POLICY_NOT_ENROLLED);
	CHECK_STR(fixture_last(&t.x).refusal, "fido2:credential");
	t.lie = TOKEN_HONEST;
}

/* The order of what is asked does not tell about the password. */
static void
test_all_asked(void)
{
	struct session_verdict v;

	token_require(&t, "password+fido2 | password+otp",
		      RULE_UNENROLLED_DENY);
	v = login("ann", "wrong password");
	CHECK_EQ(v.reason, POLICY_WRONG);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	CHECK_EQ(t.begun, 1);
	CHECK_STR(fixture_last(&t.x).factors, "fido2_uv");
	v = login("ann", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, PASSWORD_PROMPT);
	CHECK_EQ(t.begun, 1);
	/* Nor does it whether a counter that went back lets on. */
	token_sign_count(&t, STORE_SIGN_COUNT_REAUTH);
	t.counter = 1;
	CHECK_EQ(login("ann", "wrong password").reason, POLICY_WRONG);
	CHECK(strstr(t.x.asked, "One-time code") != NULL);
	t.counter = 1;
	CHECK_EQ(login("ann", GOOD).step, POLICY_ALLOW);
	CHECK(strstr(t.x.asked, "One-time code") != NULL);
	token_sign_count(&t, STORE_SIGN_COUNT_WARN);
	t.counter = 100;
}

/* A screen locker runs as the person: the kernel says where it is. */
static void
test_unprivileged(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "");
	struct session_verdict v;

	token_require(&t, "fido2", RULE_UNENROLLED_DENY);
	r.ruid = 1000;
	r.flags = REQUEST_AGENT;
	t.x.env.unprivileged = true;
	t.x.env.only_user = "ann";
	t.x.now++;
	v = fixture_run(&t.x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(v.login.s, "");
	CHECK_STR(fixture_last(&t.x).factors, "fido2_uv");
	t.where = IO_REMOTE;
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_DENY);
	t.where = IO_LOCAL;
	t.opened = 0;
	(void)text_copy(r.user, sizeof(r.user), "bob");
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_DENY);
	CHECK_EQ(t.opened, 0);
	t.x.env.unprivileged = false;
	t.x.env.only_user = NULL;
}

/* The one string would be the PIN as well. */
static void
test_single(void)
{
	struct rule r = token_rule("password+fido2 | password+otp",
				   RULE_UNENROLLED_EXEMPT);
	char both[64];

	r.prompt = RULE_PROMPT_SINGLE;
	r.key_paste = true;
	fixture_rule(&t.x, &r);
	t.x.now += 90;
	(void)text_copy(both, sizeof(both), GOOD ",");
	(void)strcat(both, fixture_code(&t.x, "ann", 0));
	fixture_type(&t.x, 1, both);
	CHECK_EQ(token_login(&t, "ann").step, POLICY_ALLOW);
	CHECK_EQ(t.opened, 0);
	CHECK_STR(fixture_last(&t.x).factors, "password+totp");
}

static void
test_password(void)
{
	struct request r = fixture_request(PHASE_PASSWORD_PRELIM, "ann", "");
	struct session_verdict v;
	struct id login;

	token_require(&t, "password+fido2 | password+otp",
		      RULE_UNENROLLED_EXEMPT);
	r.ruid = 1000;
	t.can_verify = false;
	t.x.now++;
	fixture_type(&t.x, 1, GOOD);
	v = fixture_run(&t.x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(t.x.asked, "1/2 Current password: |");
	CHECK_STR(fixture_last(&t.x).factors, "password+fido2");
	login = v.login;
	/* ... which the second half takes over. */
	r.phase = PHASE_PASSWORD_UPDATE;
	r.login = login;
	t.opened = 0;
	fixture_type(&t.x, 2, "battery staple", "battery staple");
	CHECK_EQ(fixture_run(&t.x, &r).step, POLICY_ALLOW);
	CHECK_EQ(t.opened, 0);
	CHECK(fixture_audited(&t.x, "password.changed") == 1);
	fixture_reset(&t.x, &ann.id, GOOD);
	t.can_verify = true;
}

static enum policy_step
open_after(const char *login_by, const char *session_by)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", "");
	struct rule rules[2] = { token_rule(login_by, RULE_UNENROLLED_EXEMPT),
				 token_rule(session_by,
					    RULE_UNENROLLED_EXEMPT) };
	struct session_verdict v;

	rules[1].phases = RULE_PHASE(POLICY_PHASE_SESSION);
	fixture_rules(&t.x, rules, 2);
	v = login("ann", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	(void)text_copy(r.service, sizeof(r.service), "login");
	r.login = v.login;
	return fixture_run(&t.x, &r).step;
}

/* Possession is handed over as no more than that. */
static void
test_handover(void)
{
	t.can_verify = false;
	CHECK_EQ(open_after("password+fido2", "password+fido2"), POLICY_ALLOW);
	CHECK_EQ(open_after("password+fido2", "fido2"), POLICY_DENY);
	t.can_verify = true;
	CHECK_EQ(open_after("password+fido2", "fido2"), POLICY_ALLOW);
	CHECK_EQ(open_after("fido2", "fido2"), POLICY_ALLOW);
	CHECK_EQ(open_after("fido2", "password"), POLICY_DENY);
}

/* What explain says of somebody: no device is asked. */
static void
test_explain(void)
{
	const uint32_t bit = POLICY_BIT(POLICY_FACTOR_FIDO2);
	struct request r = fixture_request(PHASE_AUTH, "ann", "");
	struct session_explanation e;
	struct fault f;

	token_require(&t, "fido2 | password", RULE_UNENROLLED_EXEMPT);
	t.opened = 0;
	CHECK_OK(session_explain(&t.x.env, &r, &e, &f), &f);
	CHECK((e.facts.usable & bit) != 0);
	CHECK((e.facts.enrolled & bit) != 0);
	CHECK_STR(e.place.why, "scripted");
	CHECK_EQ(e.decision.factor, POLICY_FACTOR_FIDO2);
	CHECK_EQ(t.opened, 0);
	t.where = IO_REMOTE;
	CHECK_OK(session_explain(&t.x.env, &r, &e, &f), &f);
	CHECK((e.facts.usable & bit) == 0);
	CHECK_EQ(e.decision.factor, POLICY_FACTOR_PASSWORD);
	t.where = IO_LOCAL;
}

int
main(void)
{
	token_start(&t, "keyless", &ann);
	fixture_totp(&t.x, &ann, "ann");
	token_enroll(&t, &ann, "blue");
	fixture_user(&t.x, "bob", GOOD, &bob);
	test_nobody();
	test_liar();
	test_all_asked();
	test_unprivileged();
	test_single();
	test_password();
	test_handover();
	test_explain();
	test_another_way(RULE_UNENROLLED_DENY);
	test_another_way(RULE_UNENROLLED_EXEMPT);
	token_stop(&t);
	return test_done();
}
