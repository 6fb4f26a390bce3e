/* SPDX-License-Identifier: MIT */
/* Tokens, and members who need two factors: a token is enough, and whoever
 * types a password is asked as if there were none. */
#include "base/text.h"
#include "guests.h"

#define HOME "192.0.2.1"
#define AWAY "198.51.100.7"
#define GOOD "correct horse 81"
#define PROMPT "1/1 Password: |"

static struct fixture x;
static struct id acme;
static char phone[GUESTS_SECRET_SIZE], spare[GUESTS_SECRET_SIZE];

static void
rule_set(const char *require, enum rule_new_source from)
{
	struct rule r = { .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			  .action = POLICY_ACTION_REQUIRE,
			  .new_source = from };
	struct fault f;

	CHECK_OK(rule_require_parse(require, &r.alternatives, r.require, &f),
		 &f);
	fixture_rule(&x, &r);
}

/* Somebody with a password; TOKEN: and that; MFA: who needs two factors. */
static void
person(const char *name, bool mfa, char *token)
{
	static const struct store_token like = { .label = "phone",
						 .scopes = "login:*" };
	struct store_account a;
	struct fault f;
	STORE_TXN(txn);

	fixture_user(&x, name, GOOD, &a);
	if (token != NULL)
		guests_token(&x, &a, &like, token);
	if (mfa) {
		struct store_member m = { .role = STORE_ROLE_MEMBER,
					  .org = acme,
					  .account = a.id };

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_member_insert(x.store, &m, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
}

static void
start(const char *name, const char *require, enum rule_new_source from)
{
	fixture_start(&x, name);
	rule_set(require, from);
	acme = guests_org(&x, "acme", true);
	person("ann", true, phone);
	person("bob", true, NULL);
	person("tom", false, spare);
	person("zoe", false, NULL);
}

static struct session_verdict
login(const char *service, const char *user, const char *rhost,
      const char *typed)
{
	struct request r = fixture_request(PHASE_AUTH, user, rhost);

	(void)text_copy(r.service, sizeof(r.service), service);
	x.asked[0] = '\0';
	fixture_type(&x, 2, typed, "123456");
	return fixture_run(&x, &r);
}

/* Is what was asked first the password, and then something of a device? */
static bool
went_on(void)
{
	return strncmp(x.asked, PROMPT, strlen(PROMPT)) == 0 &&
	       strlen(x.asked) > strlen(PROMPT);
}

/* Only a right password shows who needs a device, and who has one. */
static void
test_prompts(const char *name, const char *require)
{
	static const char *const all[] = { "ann", "bob", "tom", "zoe",
					   "nobody" };
	struct store_account ann;
	struct fault f;

	start(name, require, RULE_NEW_SOURCE_AUDIT);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		CHECK_EQ(login("sshd", all[i], AWAY, "wrong").step,
			 POLICY_DENY);
		CHECK_STR(x.asked, PROMPT);
	}
	CHECK_EQ(login("sshd", "zoe", HOME, GOOD).step, POLICY_ALLOW);
	CHECK_EQ(login("sshd", "tom", HOME, GOOD).step, POLICY_ALLOW);
	CHECK_STR(x.asked, PROMPT);
	for (size_t i = 0; i < 2; i++) {
		CHECK_EQ(login("sshd", all[i], HOME, GOOD).step, POLICY_DENY);
		CHECK(went_on());
		CHECK(strstr(x.asked, "One-time") == NULL);
	}
	CHECK_EQ(login("sshd", "ann", HOME, phone).step, POLICY_ALLOW);
	CHECK_STR(x.asked, PROMPT);
	/* Once she has a device she is asked for its code, no sooner. */
	CHECK_OK(store_account_by_name(x.store, "ann", &ann, &f), &f);
	fixture_totp(&x, &ann, "ann");
	CHECK_EQ(login("sshd", "ann", "192.0.2.77", "wrong").step,
		 POLICY_DENY);
	CHECK_STR(x.asked, PROMPT);
	CHECK_EQ(login("sshd", "ann", HOME, GOOD).step, POLICY_DENY);
	CHECK(went_on());
	fixture_stop(&x);
}

/* Where there is one prompt nobody sets up a device. */
static void
test_single(void)
{
	start("token-second", "password | token", RULE_NEW_SOURCE_SECOND);
	CHECK_EQ(login("dovecot", "ann", HOME, phone).step, POLICY_ALLOW);
	CHECK_EQ(login("dovecot", "ann", HOME, GOOD).step, POLICY_DENY);
	CHECK_STR(x.asked, PROMPT);
	CHECK_EQ(login("dovecot", "ann", AWAY, phone).step, POLICY_ALLOW);
	fixture_stop(&x);
}

int
main(void)
{
	test_prompts("token-second-first", "token | password");
	test_prompts("token-second-last", "password | token");
	test_single();
	return test_done();
}
