/* SPDX-License-Identifier: MIT */
/* A token at the prompt of the password: what it lets in, and that nobody sees
 * why it does not. */
#include <stdio.h>

#include "base/text.h"
#include "factor/token.h"
#include "guests.h"

#define HOME "192.0.2.1"
#define AWAY "198.51.100.7"
#define GOOD "correct horse 81"
#define OTHER "sigra_sk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAq4-KVw"
#define PROMPT "1/1 Password: |"

static struct fixture x;
static struct store_account ann;
static char phone[GUESTS_SECRET_SIZE];

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
enum status __real_token_limits_of(struct store *, const struct id *,
				   struct token_limits *, struct fault *);
enum status __wrap_token_limits_of(struct store *, const struct id *,
				   struct token_limits *, struct fault *);
enum status __real_store_token_find(struct store *, const struct id *,
				    const uint8_t *, struct store_token *,
				    struct fault *);
enum status __wrap_store_token_find(struct store *, const struct id *,
				    const uint8_t *, struct store_token *,
				    struct fault *);

static unsigned runs, finds, limits;
static bool revoke_then; /* between the check and the transaction */

static void
revoke_all(void)
{
	int64_t n = 0;
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_token_revoke_all(x.store, &ann.id, x.now, &n, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

enum status
__wrap_crypto_argon2id(const struct secret *p, const uint8_t *salt,
		       const struct crypto_argon2 *cost, uint8_t *tag,
		       struct fault *f)
{
	runs++;
	return __real_crypto_argon2id(p, salt, cost, tag, f);
}

enum status
__wrap_token_limits_of(struct store *s, const struct id *account,
		       struct token_limits *out, struct fault *f)
{
	enum status st = __real_token_limits_of(s, account, out, f);

	limits++;
	if (revoke_then)
		revoke_all();
	return st;
}

enum status
__wrap_store_token_find(struct store *s, const struct id *account,
			const uint8_t *hash, struct store_token *out,
			struct fault *f)
{
	finds++;
	return __real_store_token_find(s, account, hash, out, f);
}

static void
rule_set(const char *require, enum rule_unenrolled unenrolled)
{
	struct rule r = { .phases = RULE_PHASE(POLICY_PHASE_AUTH) |
				    RULE_PHASE(POLICY_PHASE_PASSWORD),
			  .action = POLICY_ACTION_REQUIRE,
			  .unenrolled = unenrolled,
			  .new_source = RULE_NEW_SOURCE_SECOND };
	struct fault f;

	CHECK_OK(rule_require_parse(require, &r.alternatives, r.require, &f),
		 &f);
	fixture_rule(&x, &r);
}

/* Ann has a password and the token PHONE, which is LIKE. */
static void
start(const char *name, const char *require, const struct store_token *like)
{
	fixture_start(&x, name);
	rule_set(require, RULE_UNENROLLED_DENY);
	fixture_user(&x, "ann", GOOD, &ann);
	guests_token(&x, &ann, like, phone);
}

static struct store_token
like(void)
{
	return (struct store_token){ .label = "phone",
				     .scopes = "login:dovecot",
				     .created_at = x.now };
}

static struct request
request(enum request_phase phase, const char *service, const char *user,
	const char *rhost)
{
	struct request r = fixture_request(phase, user, rhost);

	(void)text_copy(r.service, sizeof(r.service), service);
	return r;
}

static struct session_verdict
login_at(const char *service, const char *user, const char *rhost,
	 const char *typed, const char *then)
{
	struct request r = request(PHASE_AUTH, service, user, rhost);

	x.asked[0] = '\0';
	runs = finds = limits = 0;
	fixture_type(&x, then == NULL ? 1 : 2, typed, then);
	return fixture_run(&x, &r);
}

static struct session_verdict
login(const char *user, const char *typed)
{
	return login_at("dovecot", user, HOME, typed, NULL);
}

static void
denied(struct session_verdict v, enum policy_reason reason)
{
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), policy_reason_name(reason));
}

/* Later failures are a row of their own. */
static void
refused(struct session_verdict v, enum policy_reason reason,
	const char *refusal)
{
	denied(v, reason);
	CHECK_STR(fixture_last(&x).refusal, refusal);
	x.now += 601;
}

static void
test_in(void)
{
	const struct store_token t = like();
	struct store_login row;
	struct session_verdict v;
	struct request r;
	struct fault f;

	start("token-in", "token", &t);
	v = login("ann", phone);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(x.asked, PROMPT);
	CHECK_EQ(runs, 0);
	CHECK_STR(fixture_last(&x).factors, "token");
	CHECK_STR(fixture_last(&x).device, "phone");
	CHECK_STR(fixture_last(&x).refusal, "");
	CHECK(strstr(x.lines, phone) == NULL);
	/* Neither a step-up nor a place that is known hangs on it. */
	CHECK_OK(store_login_get(x.store, &v.login, &row, &f), &f);
	CHECK_EQ(row.uptime, -1);
	r = request(PHASE_ACCOUNT, "dovecot", "ann", HOME);
	r.login = v.login;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	r.phase = PHASE_SESSION_OPEN;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	/* Again, from anywhere: it is no code. */
	CHECK_EQ(login_at("dovecot", "ann", AWAY, phone, NULL).step,
		 POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.new_source"), 0);
	/* The password of the same person does not, and is no guess. */
	refused(login("ann", GOOD), POLICY_MALFORMED, "");
	CHECK_EQ(runs, 0);
	CHECK_STR(x.asked, PROMPT);
	fixture_stop(&x);
}

/* Each of them is asked, answered and looked for in the same way. */
static void
alike(struct session_verdict v, enum policy_reason reason, const char *refusal)
{
	CHECK_STR(x.asked, PROMPT);
	CHECK_EQ(runs, 0);
	CHECK_EQ(finds, 1);
	CHECK_EQ(limits, 1);
	refused(v, reason, refusal);
}

static void
test_alike(void)
{
	struct store_token t = like();
	char office[GUESTS_SECRET_SIZE], old[GUESTS_SECRET_SIZE];
	struct store_account bob, carl;

	start("token-alike", "token", &t);
	fixture_user(&x, "bob", GOOD, &bob);
	fixture_user(&x, "carl", NULL, &carl);
	(void)strcpy(t.label, "office");
	(void)strcpy(t.sources, "10.0.0.0/8,2001:db8::/32");
	guests_token(&x, &ann, &t, office);
	(void)strcpy(t.label, "old");
	t.sources[0] = '\0';
	t.expires_at = x.now + 1;
	guests_token(&x, &ann, &t, old);
	alike(login("nobody", OTHER), POLICY_UNKNOWN_ACCOUNT, "token:unknown");
	alike(login("nobody", phone), POLICY_UNKNOWN_ACCOUNT, "token:unknown");
	alike(login("ann", OTHER), POLICY_WRONG, "token:unknown");
	alike(login("bob", phone), POLICY_NOT_ENROLLED, "token:unknown");
	alike(login("carl", OTHER), POLICY_NOT_ENROLLED, "token:unknown");
	alike(login("ann", office), POLICY_SPENT, "token:source");
	alike(login_at("dovecot", "ann", "mail.example", office, NULL),
	      POLICY_SPENT, "token:source");
	alike(login("ann", old), POLICY_SPENT, "token:expired");
	alike(login_at("smtp", "ann", HOME, phone, NULL), POLICY_SPENT,
	      "token:scope");
	ann.state = STORE_DISABLED;
	fixture_update(&x, &ann);
	alike(login("ann", phone), POLICY_DISABLED, "");
	ann.state = STORE_ACTIVE;
	fixture_update(&x, &ann);
	revoke_all();
	alike(login("ann", phone), POLICY_NOT_ENROLLED, "token:revoked");
	fixture_stop(&x);
}

/* A rule that names both asks once; the answer says what it is for. */
static void
test_both(const char *name, const char *require)
{
	const struct store_token t = like();
	struct store_account bob, zoe;

	start(name, require, &t);
	fixture_user(&x, "bob", GOOD, &bob);
	fixture_user(&x, "zoe", NULL, &zoe);
	for (int i = 0; i < 2; i++) {
		const char *service = i == 0 ? "dovecot" : "sshd";

		CHECK_EQ(login_at(service, "ann", HOME, GOOD, NULL).step,
			 POLICY_ALLOW);
		CHECK_STR(fixture_last(&x).factors, "password");
		CHECK_STR(x.asked, PROMPT);
		CHECK_EQ(runs, 1);
		CHECK_EQ(login_at(service, "bob", HOME, GOOD, NULL).step,
			 POLICY_ALLOW);
		CHECK_EQ(finds, 0);
		CHECK_EQ(login_at(service, "ann", HOME, "wrong", NULL).step,
			 POLICY_DENY);
		CHECK_EQ(runs, 1);
		CHECK_STR(x.asked, PROMPT);
		CHECK_EQ(login_at(service, "zoe", HOME, "wrong", NULL).step,
			 POLICY_DENY);
		CHECK_EQ(runs, 1);
		CHECK_STR(x.asked, PROMPT);
		CHECK_EQ(login_at(service, "nobody", HOME, "wrong", NULL).step,
			 POLICY_DENY);
		CHECK_EQ(runs, 1);
		CHECK_STR(x.asked, PROMPT);
	}
	CHECK_EQ(login("ann", phone).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&x).factors, "token");
	alike(login("ann", OTHER), POLICY_WRONG, "token:unknown");
	alike(login("bob", OTHER), POLICY_NOT_ENROLLED, "token:unknown");
	alike(login("zoe", OTHER), POLICY_NOT_ENROLLED, "token:unknown");
	alike(login("nobody", OTHER), POLICY_UNKNOWN_ACCOUNT, "token:unknown");
	fixture_stop(&x);
}

/* Password and code, or the token alone: two prompts, or one. */
static void
test_two(void)
{
	struct store_token t = like();
	const char *code;

	(void)strcpy(t.scopes, "login:*");
	start("token-two", "password+otp | token", &t);
	fixture_totp(&x, &ann, "ann");
	CHECK_EQ(login_at("sshd", "ann", HOME, phone, NULL).step,
		 POLICY_ALLOW);
	CHECK_STR(x.asked, PROMPT);
	CHECK_STR(fixture_last(&x).factors, "token");
	code = fixture_code(&x, "ann", 0);
	CHECK_EQ(login_at("sshd", "ann", HOME, GOOD, code).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&x).factors, "password+totp");
	CHECK_EQ(login_at("sshd", "ann", HOME, GOOD, phone).step, POLICY_DENY);
	/* No device was trusted beside a token. */
	CHECK_EQ(login_at("sshd", "ann", HOME, OTHER, code).step, POLICY_DENY);
	CHECK_STR(x.asked, PROMPT);
	fixture_stop(&x);
}

/* Both in one answer, or the token alone; the prompt says the same. */
static void
test_combined(void)
{
	const struct store_token t = like();
	char typed[GUESTS_SECRET_SIZE + 16];

	start("token-combined", "token | password+otp", &t);
	fixture_totp(&x, &ann, "ann");
	(void)snprintf(typed, sizeof(typed), "%s%s", GOOD,
		       fixture_code(&x, "ann", 0));
	CHECK_EQ(login("ann", typed).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&x).factors, "password+totp");
	CHECK_STR(x.asked, "1/6 Password and code: |");
	x.asked[0] = '\0';
	CHECK_EQ(login("ann", phone).step, POLICY_ALLOW);
	CHECK_STR(fixture_last(&x).factors, "token");
	CHECK_STR(x.asked, "1/6 Password and code: |");
	/* A code behind it makes it another string. */
	(void)snprintf(typed, sizeof(typed), "%s123456", phone);
	CHECK_EQ(login("ann", typed).step, POLICY_DENY);
	CHECK_EQ(login("ann", GOOD).step, POLICY_DENY);
	fixture_stop(&x);
}

/* Where the rule does not name it, it is a password like any other. */
static void
test_unnamed(void)
{
	const struct store_token t = like();

	start("token-unnamed", "password", &t);
	refused(login("ann", phone), POLICY_WRONG, "");
	CHECK_EQ(runs, 1);
	CHECK_EQ(finds, 0);
	for (int i = 0; i < 4; i++)
		denied(login("ann", phone), POLICY_WRONG);
	denied(login("ann", GOOD), POLICY_LOCKED);
	fixture_stop(&x);
}

/* It logs in, and no more. */
static void
test_no_more(void)
{
	struct store_token t = like();
	struct request r;

	(void)strcpy(t.scopes, "login:*");
	start("token-no-more", "token | password", &t);
	r = request(PHASE_PASSWORD_PRELIM, "passwd", "ann", "");
	r.ruid = 1000;
	fixture_type(&x, 3, phone, "battery staple 17", "battery staple 17");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	r.phase = PHASE_ENROLL;
	fixture_type(&x, 1, phone);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	rule_set("token", RULE_UNENROLLED_DENY);
	r.phase = PHASE_PASSWORD_PRELIM;
	x.asked[0] = '\0';
	fixture_type(&x, 1, phone);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	CHECK_STR(x.asked, "");
	fixture_stop(&x);
}

static void
failed(const char *user, const char *rhost, const char *typed, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		CHECK_EQ(login_at("dovecot", user, rhost, typed, NULL).step,
			 POLICY_DENY);
}

/* Whatever fails, and wherever, nobody's token is shut out by it. */
static void
test_guesses(void)
{
	const struct store_token t = like();
	struct store_account bob;
	char source[32];

	start("token-guesses", "token", &t);
	fixture_user(&x, "bob", GOOD, &bob);
	/* A stranger's, a neighbour's with the wrong secret in his program,
	 * and what a refused answer leaves. */
	failed("ann", HOME, OTHER, 12);
	failed("bob", HOME, GOOD, 12);
	failed("nobody", HOME, phone, 12);
	failed("ann", HOME, "", 12);
	CHECK_EQ(login("ann", phone).step, POLICY_ALLOW);
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(source, sizeof(source), "203.0.113.%u", i);
		failed("ann", source, OTHER, 1);
	}
	CHECK_EQ(login_at("dovecot", "ann", AWAY, phone, NULL).step,
		 POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "account.locked"), 0);
	fixture_stop(&x);
}

/* They count against the source, for the passwords that come from there. */
static void
test_guesses_source(void)
{
	const struct store_token t = like();

	start("token-guesses-source", "token | password", &t);
	/* Whoever has one that is not good here has not guessed. */
	for (int i = 0; i < 12; i++)
		denied(login_at("smtp", "ann", HOME, phone, NULL),
		       POLICY_SPENT);
	failed("ann", HOME, OTHER, 9);
	CHECK_EQ(login("ann", GOOD).step, POLICY_ALLOW);
	failed("ann", AWAY, OTHER, 10);
	denied(login_at("dovecot", "ann", AWAY, GOOD, NULL), POLICY_LOCKED);
	CHECK_EQ(login_at("dovecot", "ann", AWAY, phone, NULL).step,
		 POLICY_ALLOW);
	CHECK_EQ(login("ann", GOOD).step, POLICY_ALLOW);
	fixture_stop(&x);
}

static void
test_meanwhile(void)
{
	const struct store_token t = like();

	start("token-meanwhile", "token", &t);
	revoke_then = true;
	refused(login("ann", phone), POLICY_SPENT, "");
	revoke_then = false;
	CHECK_EQ(fixture_audited(&x, "login.granted"), 0);
	fixture_stop(&x);
}

static void
test_clock(void)
{
	struct store_token t = like();
	char soon[GUESTS_SECRET_SIZE];

	start("token-clock", "token", &t);
	(void)strcpy(t.label, "soon");
	t.expires_at = x.now + 600;
	guests_token(&x, &ann, &t, soon);
	CHECK_EQ(login("ann", soon).step, POLICY_ALLOW);
	x.now -= 86400;
	denied(login("ann", soon), POLICY_UNTIMELY);
	CHECK_EQ(login("ann", phone).step, POLICY_ALLOW);
	fixture_stop(&x);
}

int
main(void)
{
	test_in();
	test_alike();
	test_both("token-or", "token | password");
	test_both("token-last", "password | token");
	test_two();
	test_combined();
	test_unnamed();
	test_no_more();
	test_guesses();
	test_guesses_source();
	test_meanwhile();
	test_clock();
	return test_done();
}
