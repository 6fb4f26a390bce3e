/* SPDX-License-Identifier: MIT */
/*
 * Who is invited comes in for the first time.  Until the transaction that
 * grants he is somebody unknown, and nobody can tell him from one.  Linked
 * with --wrap=crypto_argon2id, to count what a login costs.
 */
#include "guests.h"
#include "person.h"

#include "base/text.h"

#define HERE "192.0.2.1"
#define NEW "battery staple 92"
#define ALL "password confirm type_back new again"

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *) MUST_USE;
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *) MUST_USE;

static struct person p;
static struct id acme;
static char code[CODE_TEXT_LENGTH + 1];
static unsigned runs;

enum status
__wrap_crypto_argon2id(const struct secret *password, const uint8_t *salt,
		       const struct crypto_argon2 *cost, uint8_t *tag,
		       struct fault *f)
{
	runs++;
	return __real_crypto_argon2id(password, salt, cost, tag, f);
}

static void
rule(const char *require, enum rule_unenrolled unenrolled, bool invite)
{
	struct rule rules[17] = {
		{ .phases = RULE_PHASE(POLICY_PHASE_AUTH),
		  .action = POLICY_ACTION_REQUIRE,
		  .unenrolled = unenrolled,
		  .invite = invite },
	};
	struct fault f;

	CHECK_OK(rule_require_parse(require, &rules[0].alternatives,
				    rules[0].require, &f),
		 &f);
	fixture_rules(&p.x, rules, 1 + rule_defaults(rules + 1, 16));
}

static void
start(const char *name)
{
	person_start(&p, name);
	rule("password+otp", RULE_UNENROLLED_EXEMPT, true);
	p.password = code;
	p.chosen = NEW;
	acme = guests_org(&p.x, "acme", false);
}

static struct session_verdict
come_with(struct person *who, const char *user, uint32_t flags)
{
	struct request r = fixture_request(PHASE_AUTH, user, HERE);

	r.flags = flags;
	who->prompts = 0;
	runs = 0;
	return fixture_run(&who->x, &r);
}

static struct session_verdict
come(void)
{
	return come_with(&p, "carl", REQUEST_PERSON);
}

static void
check_nobody(void)
{
	CHECK_EQ(person_rows(&p, "account", "name = 'carl'"), 0);
	CHECK_EQ(person_rows(&p, "member", "1"), 0);
	CHECK_EQ(person_rows(&p, "password", "1"), 0);
	CHECK_EQ(person_rows(&p, "invitation", "state = 2"), 0);
	person_check_nothing(&p);
	CHECK_EQ(fixture_audited(&p.x, "user.created"), 0);
	CHECK_EQ(fixture_audited(&p.x, "invitation.accepted"), 0);
}

static void
test_in(void)
{
	struct store_account carl;
	struct session_verdict v;
	struct audit_person who;
	struct guests_row row;
	struct fault f;

	start("invited-in");
	guests_invite(&p.x, &acme, "carl", 600, code);
	v = come();
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), ALL);
	CHECK(v.login.s[0] != '\0' && !v.password_proved);
	CHECK_OK(store_account_by_name(p.x.store, "carl", &carl, &f), &f);
	CHECK_EQ(carl.kind, STORE_PERSON);
	CHECK_EQ(carl.state, STORE_ACTIVE);
	CHECK(!carl.must_change);
	CHECK_OK(audit_person_get(p.x.store, &p.x.keys, &carl.id, &who, &f),
		 &f);
	CHECK_STR(who.name, "carl");
	CHECK_EQ(person_rows(&p, "member", "role = 2 AND used_at > 0"), 1);
	CHECK_EQ(person_rows(&p, "invitation",
			     "state = 2 AND account IN "
			     "(SELECT id FROM account)"),
		 1);
	CHECK_EQ(person_rows(&p, "code", "kind = 1"), 10);
	CHECK_EQ(person_rows(&p, "login", "factors = 'invitation+totp'"), 1);
	row = guests_audited(&p.x, "user.created");
	CHECK_STR(row.actor, carl.id.s);
	CHECK_STR(row.target, carl.id.s);
	row = guests_audited(&p.x, "invitation.accepted");
	CHECK_STR(row.org, acme.s);
	CHECK_STR(row.target, carl.id.s);
	row = guests_audited(&p.x, "login.granted");
	CHECK_STR(row.target, carl.id.s);
	/* From now on he is somebody like others. */
	p.x.now += 60;
	person_check_denied(come(), POLICY_WRONG);
	p.password = NEW;
	CHECK_EQ(come().step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password code");
	person_stop(&p);
}

/* Where the rule wants nothing but a password, so does the organization, or
 * not. */
static void
test_devices(void)
{
	start("invited-devices");
	rule("password", RULE_UNENROLLED_EXEMPT, true);
	guests_invite(&p.x, &acme, "carl", 600, code);
	CHECK_EQ(come().step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), "password new again");
	acme = guests_org(&p.x, "strict", true);
	guests_invite(&p.x, &acme, "dora", 600, code);
	CHECK_EQ(come_with(&p, "dora", REQUEST_PERSON).step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), ALL);
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	/* Everybody is asked for both; somebody new has one thing to show. */
	rule("password+otp", RULE_UNENROLLED_DENY, true);
	guests_invite(&p.x, &acme, "emil", 600, code);
	CHECK_EQ(come_with(&p, "emil", REQUEST_PERSON).step, POLICY_ALLOW);
	CHECK_STR(person_purposes(&p), ALL);
	person_stop(&p);
}

static void
test_given_up(void)
{
	start("invited-given-up");
	guests_invite(&p.x, &acme, "carl", 6000, code);
	for (p.abort_at = 1; p.abort_at < 5; p.abort_at++) {
		person_check_denied(come(), POLICY_CANCELLED);
		check_nobody();
	}
	p.abort_at = -1;
	/* The code is no password. */
	p.chosen = code;
	person_check_denied(come(), POLICY_CANCELLED);
	CHECK(strstr(p.x.told, "that is the code") != NULL);
	check_nobody();
	/* Nor is the organization's name, before she belongs to it. */
	p.chosen = "acme 20242024";
	person_check_denied(come(), POLICY_CANCELLED);
	CHECK(strstr(p.x.told, "a name that goes with this account") != NULL);
	check_nobody();
	CHECK_STR(guests_audited(&p.x, "login.denied").target, "");
	p.x.now += 60;
	p.chosen = NEW;
	CHECK_EQ(come().step, POLICY_ALLOW);
	person_stop(&p);
}

/* Nobody tells an invitation from none: same questions, same text, same cost,
 * same reason in the audit, and a guess of the same name. */
static void
same(const char *user, uint32_t flags)
{
	static char asked[256];
	struct session_verdict v = come_with(&p, user, flags);
	unsigned cost = runs;
	struct request r = fixture_request(PHASE_AUTH, "nob", "192.0.2.9");

	person_check_denied(v, POLICY_UNKNOWN_ACCOUNT);
	(void)text_copy(asked, sizeof(asked), person_purposes(&p));
	CHECK_STR(p.x.told, "");
	r.flags = REQUEST_PERSON;
	p.prompts = 0;
	runs = 0;
	person_check_denied(fixture_run(&p.x, &r), POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(person_purposes(&p), asked);
	CHECK_EQ(runs, cost);
	p.x.now += 120;
}

static void
each_wrong(void)
{
	char good[CODE_TEXT_LENGTH + 1];
	struct id id;

	id = guests_invite(&p.x, &acme, "carl", 6000, code);
	(void)text_copy(good, sizeof(good), code);
	/* Wrong; for another; where nobody vouches for the name; not asked by
	 * root. */
	(void)text_copy(code, sizeof(code), "abcd-efgh-ijkl");
	same("carl", REQUEST_PERSON);
	(void)text_copy(code, sizeof(code), good);
	same("carla", REQUEST_PERSON);
	same("carl", 0);
	p.x.env.unprivileged = true;
	same("carl", REQUEST_PERSON);
	p.x.env.unprivileged = false;
	guests_revoke(&p.x, &id);
	same("carl", REQUEST_PERSON);
	id = guests_invite(&p.x, &acme, "carl", 60, code);
	p.x.now += 60;
	same("carl", REQUEST_PERSON);
	guests_revoke(&p.x, &id);
}

static void
test_same(void)
{
	struct id gone;

	start("invited-same");
	p.code = "123456";
	each_wrong();
	rule("password+otp", RULE_UNENROLLED_DENY, true);
	each_wrong();
	gone = guests_org(&p.x, "gone", false);
	guests_invite(&p.x, &gone, "carl", 6000, code);
	guests_org_delete(&p.x, &gone);
	same("carl", REQUEST_PERSON);
	/* Where the rule knows no invitations. */
	guests_invite(&p.x, &acme, "carl", 6000, code);
	rule("password+otp", RULE_UNENROLLED_EXEMPT, false);
	same("carl", REQUEST_PERSON);
	check_nobody();
	p.code = NULL;
	person_stop(&p);
}

/* The code of an invitation is a wrong password of whoever has an account, or
 * had one. */
static void
test_known(void)
{
	struct store_account carl;

	start("invited-known");
	fixture_user(&p.x, "carl", "correct horse 81", &carl);
	guests_invite(&p.x, &acme, "carl", 600, code);
	person_check_denied(come(), POLICY_WRONG);
	CHECK_EQ(runs, 1);
	carl.state = STORE_DELETED;
	fixture_update(&p.x, &carl);
	person_check_denied(come(), POLICY_DELETED);
	CHECK_EQ(person_rows(&p, "member", "1"), 0);
	person_stop(&p);
}

/* So many guesses, and the right one is not looked at. */
static void
test_locked(void)
{
	char good[CODE_TEXT_LENGTH + 1];

	start("invited-locked");
	guests_invite(&p.x, &acme, "carl", 86400, good);
	(void)text_copy(code, sizeof(code), "abcd-efgh-ijkl");
	for (int i = 0; i < 5; i++)
		person_check_denied(come(), POLICY_UNKNOWN_ACCOUNT);
	p.password = good;
	person_check_denied(come(), POLICY_UNKNOWN_ACCOUNT);
	CHECK_EQ(runs, 1);
	check_nobody();
	p.x.now += 1000;
	CHECK_EQ(come().step, POLICY_ALLOW);
	person_stop(&p);
}

static struct id invitation;
static struct person other;

static void
meanwhile_revoked(struct person *who, const struct prompt *prompt)
{
	if (prompt->purpose == PURPOSE_NEW_PASSWORD_AGAIN)
		guests_revoke(&who->x, &invitation);
}

static void
meanwhile_added(struct person *who, const struct prompt *prompt)
{
	if (prompt->purpose == PURPOSE_NEW_PASSWORD_AGAIN)
		fixture_user(&who->x, "carl", NULL, NULL);
}

/* The same code, a moment earlier. */
static void
meanwhile_taken(struct person *who, const struct prompt *prompt)
{
	if (prompt->purpose != PURPOSE_NEW_PASSWORD_AGAIN)
		return;
	other = *who;
	other.on_prompt = NULL;
	other.x.env.io = &other.x.io;
	CHECK_EQ(come_with(&other, "carl", REQUEST_PERSON).step, POLICY_ALLOW);
}

static void
test_meanwhile(void)
{
	start("invited-meanwhile");
	invitation = guests_invite(&p.x, &acme, "carl", 600, code);
	p.on_prompt = meanwhile_revoked;
	person_check_denied(come(), POLICY_UNKNOWN_ACCOUNT);
	CHECK_STR(person_purposes(&p), ALL);
	check_nobody();
	invitation = guests_invite(&p.x, &acme, "carl", 600, code);
	p.on_prompt = meanwhile_added;
	CHECK_EQ(come().step, POLICY_DENY);
	CHECK_EQ(person_rows(&p, "account", "name = 'carl'"), 1);
	CHECK_EQ(person_rows(&p, "member", "1"), 0);
	CHECK_EQ(person_rows(&p, "password", "1"), 0);
	person_stop(&p);

	start("invited-twice");
	guests_invite(&p.x, &acme, "carl", 600, code);
	p.on_prompt = meanwhile_taken;
	CHECK_EQ(come().step, POLICY_DENY);
	CHECK_EQ(person_rows(&p, "account", "name = 'carl'"), 1);
	CHECK_EQ(person_rows(&p, "member", "1"), 1);
	CHECK_EQ(person_rows(&p, "otp", "1"), 1);
	CHECK_EQ(person_rows(&p, "login", "1"), 1);
	CHECK_EQ(fixture_audited(&p.x, "invitation.accepted"), 1);
	person_stop(&p);
}

int
main(void)
{
	test_in();
	test_devices();
	test_given_up();
	test_same();
	test_known();
	test_locked();
	test_meanwhile();
	return test_done();
}
