/* SPDX-License-Identifier: MIT */
/* A JWT at the prompt of the password: good only where a rule names token and
 * this host takes them. */
#include "factor/jwt.h"

#include <stdio.h>

#include "base/text.h"
#include "fixture.h"

#define HOME "192.0.2.1"
#define GOOD "correct horse 81"
#define PROMPT "1/1 Password: |"

static struct fixture x;
static struct store_account ann;

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
enum status __real_store_refresh_by_id(struct store *, const struct id *,
				       struct store_refresh *, struct fault *);
enum status __wrap_store_refresh_by_id(struct store *, const struct id *,
				       struct store_refresh *, struct fault *);

static unsigned runs, finds;
static bool revoke_then; /* between the check and the transaction */

static void
revoke_all(void)
{
	int64_t n = 0;
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_refresh_revoke_all(x.store, &ann.id, x.now, &n, &f),
		 &f);
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
__wrap_store_refresh_by_id(struct store *s, const struct id *id,
			   struct store_refresh *out, struct fault *f)
{
	enum status st = __real_store_refresh_by_id(s, id, out, f);

	finds++;
	if (revoke_then) {
		revoke_then = false;
		revoke_all();
	}
	return st;
}

/* One of Ann's for dovecot, and the row it came with. */
static void
issue(char text[JWT_SIZE_MAX + 1])
{
	struct store_refresh r = { .account = ann.id,
				   .service = "dovecot",
				   .epoch = 1,
				   .created_at = x.now,
				   .expires_at = x.now + 86400 };
	struct jwt_claims c = { .account = ann.id,
				.service = "dovecot",
				.issued_at = x.now,
				.expires_at = x.now + JWT_SECONDS,
				.epoch = 1 };
	struct fault f;
	SECRET(made);
	STORE_TXN(txn);

	crypto_id(x.now, &r.id);
	c.row = r.family = r.id;
	crypto_random(r.hash, sizeof(r.hash));
	CHECK_OK(jwt_issuer("-", x.env.host, c.issuer, &f), &f);
	CHECK_OK(jwt_make(&x.keys, &c, &made, &f), &f);
	CHECK(secret_string(&made, text, JWT_SIZE_MAX + 1));
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_refresh_insert(x.store, &r, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
start(const char *name, const char *require, bool accept,
      char text[JWT_SIZE_MAX + 1])
{
	struct rule r = { .phases = RULE_PHASE(POLICY_PHASE_AUTH) |
				    RULE_PHASE(POLICY_PHASE_PASSWORD),
			  .action = POLICY_ACTION_REQUIRE,
			  .unenrolled = RULE_UNENROLLED_DENY };
	struct fault f;

	fixture_start(&x, name);
	CHECK_OK(rule_require_parse(require, &r.alternatives, r.require, &f),
		 &f);
	fixture_rule(&x, &r);
	fixture_user(&x, "ann", GOOD, &ann);
	x.config.jwt_accept = accept;
	issue(text);
}

static struct session_verdict
login_at(const char *service, const char *user, const char *typed)
{
	struct request r = fixture_request(PHASE_AUTH, user, HOME);

	(void)text_copy(r.service, sizeof(r.service), service);
	x.asked[0] = '\0';
	runs = finds = 0;
	fixture_type(&x, 1, typed);
	return fixture_run(&x, &r);
}

static struct session_verdict
login(const char *user, const char *typed)
{
	return login_at("dovecot", user, typed);
}

static void
denied(struct session_verdict v, enum policy_reason reason,
       const char *refusal)
{
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason), policy_reason_name(reason));
	CHECK_STR(fixture_last(&x).refusal, refusal);
	CHECK_STR(x.asked, PROMPT);
	/* Later failures are a row of their own. */
	x.now += 601;
}

static void
test_in(void)
{
	char text[JWT_SIZE_MAX + 1];
	struct session_verdict v;
	struct store_login row;
	struct fault f;

	start("jwt-in", "token", true, text);
	v = login("ann", text);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(!v.password_proved);
	CHECK_STR(x.asked, PROMPT);
	CHECK_EQ(runs, 0);
	CHECK_STR(fixture_last(&x).factors, "jwt");
	CHECK(strstr(x.lines, text) == NULL);
	CHECK(strstr(x.lines, "eyJ") == NULL);
	CHECK_OK(store_login_get(x.store, &v.login, &row, &f), &f);
	CHECK_STR(row.factors, "jwt");
	/* No step-up comes of it. */
	CHECK_EQ(row.uptime, -1);
	/* Again: it is good for minutes. */
	CHECK_EQ(login("ann", text).step, POLICY_ALLOW);
	denied(login_at("smtp", "ann", text), POLICY_SPENT,
	       "token:jwt_service");
	x.now += JWT_SECONDS;
	denied(login("ann", text), POLICY_SPENT, "token:jwt_expired");
	fixture_stop(&x);
}

/* Who is not known, and who has none, is looked for as Ann is. */
static void
test_alike(void)
{
	char text[JWT_SIZE_MAX + 1], forged[JWT_SIZE_MAX + 1];
	struct store_account bob;

	start("jwt-alike", "token", true, text);
	fixture_user(&x, "bob", GOOD, &bob);
	memcpy(forged, text, sizeof(forged));
	forged[120] = forged[120] == 'A' ? 'B' : 'A';
	CHECK_EQ(login("nobody", text).step, POLICY_DENY);
	CHECK_EQ(finds, 1);
	denied(login("nobody", text), POLICY_UNKNOWN_ACCOUNT,
	       "token:jwt_account");
	CHECK_EQ(login("bob", text).step, POLICY_DENY);
	CHECK_EQ(finds, 1);
	denied(login("bob", text), POLICY_NOT_ENROLLED, "token:jwt_account");
	denied(login("ann", forged), POLICY_WRONG, "token:jwt_forged");
	denied(login("nobody", forged), POLICY_UNKNOWN_ACCOUNT,
	       "token:jwt_forged");
	CHECK_EQ(runs, 0);
	CHECK_EQ(finds, 0);
	revoke_all();
	denied(login("ann", text), POLICY_NOT_ENROLLED, "token:jwt_revoked");
	fixture_stop(&x);
}

/* Off, it has no shape that anybody knows. */
static void
test_off(void)
{
	char text[JWT_SIZE_MAX + 1];

	start("jwt-off", "token", false, text);
	denied(login("ann", text), POLICY_NOT_ENROLLED, "");
	CHECK_EQ(finds, 0);
	fixture_stop(&x);
	start("jwt-off-both", "password | token", false, text);
	denied(login("ann", text), POLICY_WRONG, "");
	CHECK_EQ(runs, 1);
	CHECK_EQ(finds, 0);
	CHECK_EQ(login("ann", GOOD).step, POLICY_ALLOW);
	fixture_stop(&x);
}

/* On, but nothing that the rule names. */
static void
test_unnamed(void)
{
	char text[JWT_SIZE_MAX + 1];

	start("jwt-unnamed", "password", true, text);
	denied(login("ann", text), POLICY_WRONG, "");
	CHECK_EQ(runs, 1);
	CHECK_EQ(finds, 0);
	fixture_stop(&x);
}

static void
test_both(void)
{
	char text[JWT_SIZE_MAX + 1];
	struct request r;

	start("jwt-both", "token | password", true, text);
	CHECK_EQ(login("ann", text).step, POLICY_ALLOW);
	CHECK_EQ(runs, 0);
	CHECK_EQ(login("ann", GOOD).step, POLICY_ALLOW);
	CHECK_EQ(runs, 1);
	CHECK_EQ(finds, 0);
	/* It logs in, and no more. */
	r = fixture_request(PHASE_PASSWORD_PRELIM, "ann", "");
	(void)text_copy(r.service, sizeof(r.service), "dovecot");
	r.ruid = 1000;
	fixture_type(&x, 3, text, "battery staple 17", "battery staple 17");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
	fixture_stop(&x);
}

static void
test_meanwhile(void)
{
	char text[JWT_SIZE_MAX + 1];

	start("jwt-meanwhile", "token", true, text);
	revoke_then = true;
	denied(login("ann", text), POLICY_SPENT, "");
	CHECK_EQ(fixture_audited(&x, "login.granted"), 0);
	fixture_stop(&x);
}

static void
test_clock(void)
{
	char text[JWT_SIZE_MAX + 1];
	struct session_verdict v;

	start("jwt-clock", "token", true, text);
	CHECK_EQ(login("ann", text).step, POLICY_ALLOW);
	x.now -= 86400;
	v = login("ann", text);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(policy_reason_name(v.reason),
		  policy_reason_name(POLICY_UNTIMELY));
	fixture_stop(&x);
}

int
main(void)
{
	test_in();
	test_alike();
	test_off();
	test_unnamed();
	test_both();
	test_meanwhile();
	test_clock();
	return test_done();
}
