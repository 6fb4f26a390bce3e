/* SPDX-License-Identifier: MIT */
/* What a login from a new place leads to: it is audited, told, or needs a
 * second factor, as does who belongs to an organization that wants one.  And
 * what is told of the last login, and audited of a lock. */
#include "base/buf.h"
#include "base/text.h"
#include "fixture.h"
#include "store/org.h"

#define GOOD "correct horse"
#define HOME "192.0.2.1"
#define AWAY "198.51.100.7"
#define FAR "203.0.113.9"
#define KEY                                                                   \
	"AAAAC3NzaC1lZDI1NTE5AAAAIKmPY2ywjcq2ZM0ZcTrTRlTnZ4tUVYoaZjgGbYwB"    \
	"Qx7e"
#define PASSWORD_PROMPT "1/1 Password: |"
#define CODE_PROMPT(who) "1/5 One-time code for " who "@testhost: |"

static struct fixture x;

static struct rule
rule_of(enum rule_new_source new_source)
{
	return (struct rule){
		.phases = RULE_PHASE(POLICY_PHASE_AUTH),
		.action = POLICY_ACTION_REQUIRE,
		.alternatives = 1,
		.require = { POLICY_BIT(POLICY_FACTOR_PASSWORD) },
		.new_source = new_source,
	};
}

static struct session_verdict
login(const char *user, const char *rhost, size_t n, const char *a,
      const char *b)
{
	struct request r = fixture_request(PHASE_AUTH, user, rhost);

	x.asked[0] = x.told[0] = '\0';
	fixture_type(&x, n, a, b);
	return fixture_run(&x, &r);
}

static const char *
why(struct session_verdict v)
{
	return policy_reason_name(v.reason);
}

/* The first login ever is from nowhere new. */
static void
test_audited(void)
{
	struct store_account ann;
	struct request r;

	fixture_user(&x, "ann", GOOD, &ann);
	CHECK_EQ(login("ann", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 0);
	CHECK_EQ(login("ann", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_EQ(login("ann", AWAY, 1, "wrong", "").step, POLICY_DENY);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 0);
	CHECK_EQ(login("ann", AWAY, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 1);
	CHECK_STR(x.told, "");
	CHECK_EQ(login("ann", AWAY, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 1);
	/* Who is here already comes from nowhere. */
	r = fixture_request(PHASE_AUTH, "ann", "");
	(void)text_copy(r.ruser, sizeof(r.ruser), "ann");
	(void)text_copy(r.tty, sizeof(r.tty), "pts/1");
	r.ruid = 1000;
	fixture_type(&x, 1, GOOD);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 1);
}

/* sshd opens a session that nobody was asked for. */
static void
test_by_key(void)
{
	struct request r = fixture_request(PHASE_SESSION_OPEN, "ann", FAR);

	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 1);
	(void)text_copy(r.ssh_auth_info, sizeof(r.ssh_auth_info),
			"publickey ssh-ed25519 AAAA");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 2);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 2);
}

static void
test_told(void)
{
	struct rule r = rule_of(RULE_NEW_SOURCE_TELL);

	fixture_rule(&x, &r);
	CHECK_EQ(login("ann", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.told, "");
	CHECK_EQ(login("ann", "192.0.2.99", 1, "wrong", "").step, POLICY_DENY);
	CHECK_STR(x.told, "");
	CHECK_EQ(login("ann", "192.0.2.99", 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.told, "This is the first login from 192.0.2.99.|");
}

/* At home the password does; elsewhere it does not, and only who has it sees
 * the difference. */
static void
test_second(void)
{
	struct rule r = rule_of(RULE_NEW_SOURCE_SECOND);
	struct store_account bea;
	struct session_verdict v;

	fixture_user(&x, "bea", GOOD, &bea);
	fixture_rule(&x, &r);
	CHECK_EQ(login("bea", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_EQ(login("bea", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	x.now += 60;
	v = login("bea", AWAY, 1, "wrong", "");
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_STR(why(v), "not_enrolled");
	v = login("nobody", AWAY, 1, "wrong", "");
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	/* She has no device, and a thief of her password would set up one of
	 * his: it is as if she had one. */
	v = login("bea", AWAY, 2, GOOD, "000000");
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT("bea"));
	CHECK_STR(x.told, "");
	CHECK_STR(why(v), "not_enrolled");
	r.unenrolled = RULE_UNENROLLED_ENROLL;
	fixture_rule(&x, &r);
	v = login("bea", AWAY, 2, GOOD, "000000");
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT("bea"));
	CHECK_STR(why(v), "not_enrolled");
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 3);
	x.now += 60;
	fixture_totp(&x, &bea, "bea");
	v = login("bea", AWAY, 2, GOOD, "000000");
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT("bea"));
	CHECK_STR(why(v), "wrong");
	v = login("bea", AWAY, 2, GOOD, fixture_code(&x, "bea", 0));
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 4);
	/* It is known from now on. */
	CHECK_EQ(login("bea", AWAY, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
}

/* A device that was trusted for its key does not stand for a code elsewhere;
 * `explain` says why. */
static void
test_explained(void)
{
	struct rule r = rule_of(RULE_NEW_SOURCE_SECOND);
	struct request q = fixture_request(PHASE_AUTH, "bea", FAR);
	struct session_explanation e;
	struct fault f;

	r.unenrolled = RULE_UNENROLLED_EXEMPT;
	fixture_rule(&x, &r);
	CHECK_OK(session_explain(&x.env, &q, &e, &f), &f);
	CHECK_STR(e.second == NULL ? "" : e.second, "new source");
	CHECK_EQ(e.facts.require[0], POLICY_BIT(POLICY_FACTOR_PASSWORD) |
					     POLICY_BIT(POLICY_FACTOR_OTP));
	CHECK_EQ(e.facts.unenrolled, POLICY_UNENROLLED_ENROLL);
	(void)text_copy(q.rhost, sizeof(q.rhost), HOME);
	CHECK_OK(session_explain(&x.env, &q, &e, &f), &f);
	CHECK(e.second == NULL);
	CHECK_EQ(e.facts.require[0], POLICY_BIT(POLICY_FACTOR_PASSWORD));
}

/* The key that her device is known by has been seen; the place has not. */
static void
test_trusted(void)
{
	static const char trust[] =
		"2/9 Skip the one-time code on this device for 30 days? "
		"[y/N] |";
	struct rule r = fixture_both(RULE_UNENROLLED_EXEMPT);
	struct request q = fixture_request(PHASE_AUTH, "bea", HOME);

	r.trust_days = 30;
	r.new_source = RULE_NEW_SOURCE_SECOND;
	fixture_rule(&x, &r);
	(void)text_copy(q.ssh_auth_info, sizeof(q.ssh_auth_info),
			"publickey ssh-ed25519 " KEY "\n");
	x.now += 60;
	fixture_type(&x, 3, GOOD, fixture_code(&x, "bea", 0), "y");
	x.asked[0] = '\0';
	CHECK_EQ(fixture_run(&x, &q).step, POLICY_ALLOW);
	CHECK(strstr(x.asked, trust) != NULL);
	x.asked[0] = '\0';
	fixture_type(&x, 1, GOOD);
	CHECK_EQ(fixture_run(&x, &q).step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	(void)text_copy(q.rhost, sizeof(q.rhost), FAR);
	x.asked[0] = '\0';
	fixture_type(&x, 1, GOOD);
	CHECK_STR(why(fixture_run(&x, &q)), "cancelled");
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT("bea"));
}

/* CAT belongs to an organization that wants two factors. */
static void
join_strict(struct store_account *cat)
{
	struct store_org o = { .require_mfa = true,
			       .created_at = x.now,
			       .version = 1 };
	struct store_member m = { .role = STORE_ROLE_MEMBER,
				  .joined_at = x.now };
	struct fault f;
	STORE_TXN(txn);

	fixture_user(&x, "cat", GOOD, cat);
	crypto_id(x.now, &o.id);
	(void)text_copy(o.slug, sizeof(o.slug), "strict");
	(void)text_copy(o.name, sizeof(o.name), "Strict");
	m.org = o.id;
	m.account = cat->id;
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_org_insert(x.store, &o, x.now, &f), &f);
	CHECK_OK(store_member_insert(x.store, &m, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
test_organization(void)
{
	struct rule r = rule_of(RULE_NEW_SOURCE_AUDIT);
	struct store_account cat;
	struct session_verdict v;
	char both[64];
	struct buf b;

	r.unenrolled = RULE_UNENROLLED_EXEMPT;
	fixture_rule(&x, &r);
	x.now += 60;
	join_strict(&cat);
	v = login("cat", HOME, 1, "wrong", "");
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	v = login("cat", HOME, 1, GOOD, "");
	CHECK_STR(why(v), "cancelled");
	fixture_totp(&x, &cat, "cat");
	v = login("cat", HOME, 2, GOOD, fixture_code(&x, "cat", 0));
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT("cat"));
	x.now += 60;
	/* In one string, and no prompt speaks of it. */
	r.prompt = RULE_PROMPT_SINGLE;
	fixture_rule(&x, &r);
	v = login("cat", HOME, 1, GOOD, "");
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	buf_start(&b, both, sizeof(both));
	buf_printf(&b, GOOD ",%s", fixture_code(&x, "cat", 0));
	v = login("cat", HOME, 1, both, "");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	/* Who belongs nowhere pays nothing. */
	CHECK_EQ(login("ann", HOME, 1, GOOD, "").step, POLICY_ALLOW);
}

/* What was before this login, and nothing of it to who is not let in. */
static void
test_notice(void)
{
	struct rule r = rule_of(RULE_NEW_SOURCE_AUDIT);
	struct request q;

	r.notice = true;
	x.now = 1800000000 + 86400;
	fixture_rule(&x, &r);
	fixture_user(&x, "dan", GOOD, NULL);
	CHECK_EQ(login("dan", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.told, "");
	x.now += 3600;
	CHECK_EQ(login("dan", "evil\x1b[2J", 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.told, "Last login: 2027-01-16 08:00:00 UTC from " HOME
			  " by sshd.|");
	CHECK_EQ(login("dan", AWAY, 1, "wrong", "").step, POLICY_DENY);
	CHECK_STR(x.told, "");
	CHECK_EQ(login("dan", AWAY, 1, "wrong", "").step, POLICY_DENY);
	CHECK_EQ(login("dan", HOME, 1, GOOD, "").step, POLICY_ALLOW);
	CHECK_STR(x.told, "Last login: 2027-01-16 09:00:00 UTC from "
			  "evil\\x1b[2J by sshd.|"
			  "2 failed logins since.|");
	CHECK_EQ(login("dan", HOME, 1, "wrong", "").step, POLICY_DENY);
	q = fixture_request(PHASE_AUTH, "dan", HOME);
	q.flags = REQUEST_SILENT;
	x.told[0] = '\0';
	fixture_type(&x, 1, GOOD);
	CHECK_EQ(fixture_run(&x, &q).step, POLICY_ALLOW);
	CHECK_STR(x.told, "");
}

static void
fail_from(const char *rhost, const char *user, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		CHECK_EQ(login(user, rhost, 1, "wrong", "").step, POLICY_DENY);
		x.now += 10;
	}
}

static void
fail(const char *user, unsigned times)
{
	fail_from(HOME, user, times);
}

/* However many places somebody guesses from, it is told once a wait. */
static void
test_locked_everywhere(void)
{
	int64_t dropped = 0;
	struct store_account fay;
	struct fault f;

	x.now += 86400;
	fixture_user(&x, "fay", GOOD, &fay);
	fail_from(HOME, "fay", 5);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 3);
	fail_from(AWAY, "fay", 5);
	fail_from(FAR, "fay", 5);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 3);
	x.now += 900;
	fail_from("203.0.113.10", "fay", 5);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 4);
	/* What an administrator has ended can come again. */
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_guess_clear(x.store, fay.id.s, NULL, &dropped,
					   &f),
			 &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	CHECK_EQ(dropped, 20);
	fail_from(HOME, "fay", 5);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 5);
}

/* A lock is one row, and who is not known has none. */
static void
test_locked(void)
{
	struct rule r = rule_of(RULE_NEW_SOURCE_AUDIT);

	fixture_rule(&x, &r);
	x.now += 86400;
	fixture_user(&x, "eve", GOOD, NULL);
	fail("eve", 4);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 0);
	fail("eve", 1);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 1);
	CHECK(strstr(x.lines, "account.locked") != NULL);
	fail("eve", 3);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 1);
	/* One try after the wait, and it locks again. */
	x.now += 900;
	fail("eve", 1);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 2);
	x.now += 86400;
	fail("nobody", 7);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 2);
	/* Nor is it a lock of hers when the source has failed elsewhere. */
	x.now += 86400;
	fail("ann", 1);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 2);
}

int
main(void)
{
	fixture_start(&x, "newsource");
	test_audited();
	test_by_key();
	test_told();
	test_second();
	test_explained();
	test_trusted();
	test_organization();
	test_notice();
	test_locked();
	test_locked_everywhere();
	fixture_stop(&x);
	return test_done();
}
