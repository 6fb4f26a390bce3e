/* SPDX-License-Identifier: MIT */
/* Whoever gives a wrong answer is asked for the same: somebody unknown, a
 * person, a service account, a member of an organization that wants two
 * factors, somebody who comes from a new source, and who has a token. */
#include "base/text.h"
#include "guests.h"

#define GOOD "correct horse 81"
#define HOME "192.0.2.1"
#define AWAY "198.51.100.7"

static const enum rule_unenrolled unenrolled[] = {
	RULE_UNENROLLED_DENY,
	RULE_UNENROLLED_EXEMPT,
	RULE_UNENROLLED_ENROLL,
	RULE_UNENROLLED_UNTIL,
};
static const char *const requires[] = {
	"password",
	"password+otp",
	"ssh-key | password+otp",
	"password | password+otp",
	"fido2 | password",
	"password+fido2 | password+otp",
	"token | password+otp",
	"password | token",
	"token",
};
/* A wrong password, and a token that nobody has. */
static const char *const answers[] = {
	"wrong",
	"sigra_sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAq4-KVw",
};
#define ALIKE(array) (sizeof(array) / sizeof((array)[0]))

static struct fixture x;

static void
rule_set(const char *require, enum rule_unenrolled what,
	 enum rule_new_source source)
{
	struct rule r = { .phases = RULE_PHASE(POLICY_PHASE_AUTH),
			  .action = POLICY_ACTION_REQUIRE,
			  .unenrolled = what,
			  .new_source = source };
	struct fault f;

	CHECK_OK(rule_require_parse(require, &r.alternatives, r.require, &f),
		 &f);
	if (what == RULE_UNENROLLED_UNTIL)
		r.unenrolled_until = x.now + 30 * 86400;
	fixture_rule(&x, &r);
}

/* The kinds of the prompts after a wrong password: names differ. */
static const char *
asked(const char *user, const char *rhost, const char *answer)
{
	static char out[sizeof(x.asked)];
	struct request r = fixture_request(PHASE_AUTH, user, rhost);
	size_t n = 0;

	x.asked[0] = '\0';
	x.now += 3600; /* nobody is locked out */
	fixture_type(&x, 3, answer, "000000", "000000");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	for (const char *p = x.asked; *p != '\0'; p++)
		if (p == x.asked || p[-1] == '|') {
			memcpy(out + n, p, 3);
			n += 3;
		}
	out[n] = '\0';
	return out;
}

static void
check_alike(const char *user, const char *rhost)
{
	char unknown[sizeof(x.asked)];

	for (size_t i = 0; i < ALIKE(answers); i++) {
		(void)text_copy(unknown, sizeof(unknown),
				asked("nobody", rhost, answers[i]));
		CHECK_STR(asked(user, rhost, answers[i]), unknown);
	}
}

static void
join(const struct id *org, const struct store_account *who)
{
	const struct store_member m = { .org = *org,
					.account = who->id,
					.role = STORE_ROLE_MEMBER,
					.joined_at = x.now };
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_member_insert(x.store, &m, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* PAT has been at home, by the default rules. */
static void
start(void)
{
	static const struct store_token phone = { .label = "phone",
						  .scopes = "login:*" };
	char secret[GUESTS_SECRET_SIZE];
	struct store_account mia, moe, pat, tom;
	struct id strict;

	fixture_start(&x, "alike");
	strict = guests_org(&x, "strict", true);
	guests_service(&x, &strict, "relay", secret, &pat);
	fixture_user(&x, "dan", GOOD, NULL);
	fixture_user(&x, "mia", GOOD, &mia);
	fixture_user(&x, "moe", GOOD, &moe);
	fixture_user(&x, "pat", GOOD, &pat);
	join(&strict, &mia);
	join(&strict, &moe);
	fixture_user(&x, "tom", GOOD, &tom);
	guests_token(&x, &tom, &phone, secret);
	fixture_totp(&x, &mia, "mia");
	CHECK_EQ(fixture_login(&x, "pat", HOME, GOOD).step, POLICY_ALLOW);
}

int
main(void)
{
	start();
	for (size_t i = 0; i < ALIKE(requires); i++)
		for (size_t k = 0; k < ALIKE(unenrolled); k++) {
			rule_set(requires[i], unenrolled[k],
				 RULE_NEW_SOURCE_SECOND);
			check_alike("dan", HOME);
			check_alike("relay", HOME);
			check_alike("mia", HOME);
			check_alike("moe", HOME);
			check_alike("pat", HOME);
			check_alike("pat", AWAY);
			check_alike("tom", HOME);
		}
	fixture_stop(&x);
	return test_done();
}
