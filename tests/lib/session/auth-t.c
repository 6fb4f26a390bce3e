/* SPDX-License-Identifier: MIT */
/* Authentication over a real store, with a scripted person. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "fixture.h"
#include "session/keycheck.h"
#include "store/rule.h"

#define GOOD "correct horse"
#define PASSWORD_PROMPT "1/1 Password: |"

static struct fixture x;

enum status __real_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
enum status __wrap_crypto_argon2id(const struct secret *, const uint8_t *,
				   const struct crypto_argon2 *, uint8_t *,
				   struct fault *);
static unsigned runs;
static bool die_in_check;

enum status
__wrap_crypto_argon2id(const struct secret *p, const uint8_t *salt,
		       const struct crypto_argon2 *cost, uint8_t *tag,
		       struct fault *f)
{
	if (die_in_check)
		_exit(9);
	runs++;
	return __real_crypto_argon2id(p, salt, cost, tag, f);
}

static void
test_right(void)
{
	struct session_verdict v = fixture_login(&x, "ann", "192.0.2.1", GOOD);
	struct store_login row;
	struct fault f;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_OK(store_login_get(x.store, &v.login, &row, &f), &f);
	CHECK_STR(row.factors, "password");
	CHECK_STR(row.service, "sshd");
	CHECK_STR(row.source, "ip:192.0.2.1");
	CHECK(row.rule.s[0] != '\0');
	CHECK_EQ(fixture_audited(&x, "login.granted"), 1);
	CHECK(strstr(x.lines, "action=login.granted") != NULL);
	CHECK(strstr(x.lines, "ann") == NULL);
}

/* Nobody outside can tell these apart: prompts, cost, verdict. */
static void
test_same_for_all(void)
{
	static const struct {
		const char *user, *password;
		enum policy_reason reason;
	} cases[] = {
		{ "ann", "wrong password", POLICY_WRONG },
		{ "nobody-here", GOOD, POLICY_UNKNOWN_ACCOUNT },
		{ "zed-one", GOOD, POLICY_DISABLED },
		{ "zed-two", GOOD, POLICY_EXPIRED },
		{ "zed-three", GOOD, POLICY_PENDING_DELETION },
		{ "zed-four", GOOD, POLICY_NOT_ENROLLED },
	};
	struct store_account a;

	fixture_user(&x, "zed-one", GOOD, &a);
	a.state = STORE_DISABLED;
	fixture_update(&x, &a);
	fixture_user(&x, "zed-two", GOOD, &a);
	a.expires_at = x.now;
	fixture_update(&x, &a);
	fixture_user(&x, "zed-three", GOOD, &a);
	a.state = STORE_PENDING;
	a.delete_at = x.now + 1000000;
	fixture_update(&x, &a);
	fixture_user(&x, "zed-four", NULL, &a);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session_verdict v;

		x.now += 3600;
		runs = 0;
		v = fixture_login(&x, cases[i].user, "192.0.2.2",
				  cases[i].password);
		CHECK_EQ(v.step, POLICY_DENY);
		CHECK_EQ(v.reason, cases[i].reason);
		CHECK(!v.password_proved && v.login.s[0] == '\0');
		CHECK_STR(x.asked, PASSWORD_PROMPT);
		CHECK_STR(x.told, "");
		CHECK_EQ(runs, 1);
		CHECK(strstr(x.lines, "action=login.denied") != NULL);
		CHECK(strstr(x.lines, cases[i].user) == NULL);
	}
}

static void
test_lock(void)
{
	struct session_verdict v;

	fixture_user(&x, "bob", GOOD, NULL);
	for (int i = 0; i < 5; i++) {
		v = fixture_login(&x, "bob", "192.0.2.3", "wrong password");
		CHECK_EQ(v.reason, POLICY_WRONG);
	}
	runs = 0;
	v = fixture_login(&x, "bob", "192.0.2.3", GOOD);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, POLICY_LOCKED);
	CHECK_EQ(runs, 1);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	/* Only that source waits, and only for that user. */
	v = fixture_login(&x, "bob", "192.0.2.4", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	v = fixture_login(&x, "ann", "192.0.2.3", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	/* After the wait one try; its failure locks again. */
	x.now += 901;
	v = fixture_login(&x, "bob", "192.0.2.3", "wrong password");
	CHECK_EQ(v.reason, POLICY_WRONG);
	v = fixture_login(&x, "bob", "192.0.2.3", GOOD);
	CHECK_EQ(v.reason, POLICY_LOCKED);
	x.now += 901;
	v = fixture_login(&x, "bob", "192.0.2.3", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	/* The success ended the row of failures. */
	v = fixture_login(&x, "bob", "192.0.2.3", "wrong password");
	CHECK_EQ(v.reason, POLICY_WRONG);
	v = fixture_login(&x, "bob", "192.0.2.3", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
}

/* What is no guess locks nobody's account, however often it comes. */
static void
test_no_guess(void)
{
	static const char junk[] = "\b\n\r\177INCORRECT";
	struct request r = fixture_request(PHASE_AUTH, "cat", "192.0.2.5");
	struct session_verdict v;

	fixture_user(&x, "cat", GOOD, NULL);
	for (int i = 0; i < 6; i++) {
		v = fixture_login(&x, "cat", "192.0.2.5", "");
		CHECK_EQ(v.step, POLICY_DENY);
		CHECK_EQ(v.reason, POLICY_MALFORMED);
		v = fixture_login(&x, "cat", "192.0.2.5", junk);
		CHECK_EQ(v.reason, POLICY_MALFORMED);
		fixture_type(&x, 1, "x");
		x.answer[0].act = FIXTURE_TOO_LONG;
		CHECK_EQ(fixture_run(&x, &r).reason, POLICY_MALFORMED);
		x.answer[0].act = FIXTURE_CANCEL;
		CHECK_EQ(fixture_run(&x, &r).reason, POLICY_CANCELLED);
		x.now += 61;
	}
	v = fixture_login(&x, "cat", "192.0.2.5", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	/* But a flood of them stops the source for a while. */
	for (int i = 0; i < 10; i++)
		(void)fixture_login(&x, "cat", "192.0.2.50", "");
	v = fixture_login(&x, "cat", "192.0.2.50", GOOD);
	CHECK_EQ(v.reason, POLICY_LOCKED);
	v = fixture_login(&x, "cat", "192.0.2.6", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
}

/* Strangers at the same address do not shut out who is known there; who is
 * not known there waits. */
static void
test_shared_source(void)
{
	fixture_user(&x, "eva", GOOD, NULL);
	fixture_user(&x, "fay", GOOD, NULL);
	CHECK_EQ(fixture_login(&x, "eva", "192.0.2.60", GOOD).step,
		 POLICY_ALLOW);
	for (char name[] = "stranger-a"; name[9] < 'k'; name[9]++)
		(void)fixture_login(&x, name, "192.0.2.60", "guess me");
	CHECK_EQ(fixture_login(&x, "fay", "192.0.2.60", GOOD).reason,
		 POLICY_LOCKED);
	CHECK_EQ(fixture_login(&x, "eva", "192.0.2.60", GOOD).step,
		 POLICY_ALLOW);
}

static void
count_pair(const char *user, const char *source, struct store_guess_counts *n)
{
	struct store_account a;
	struct fault f;

	CHECK_OK(store_account_by_name(x.store, user, &a, &f), &f);
	CHECK_OK(store_guess_count(x.store, a.id.s, source, "password", x.now,
				   86400, 900, 60, 86400, n, &f),
		 &f);
}

/* Right or wrong, a disabled account's answers count the same. */
static void
test_no_oracle(void)
{
	struct store_guess_counts wrong, right;
	struct store_account a;

	fixture_user(&x, "gus", GOOD, &a);
	a.state = STORE_DISABLED;
	fixture_update(&x, &a);
	(void)fixture_login(&x, "gus", "192.0.2.70", "wrong password");
	count_pair("gus", "ip:192.0.2.70", &wrong);
	(void)fixture_login(&x, "gus", "192.0.2.71", GOOD);
	count_pair("gus", "ip:192.0.2.71", &right);
	CHECK_EQ(wrong.pair_failed, 1);
	CHECK_EQ(right.pair_failed, 1);
	CHECK_EQ(right.source_failed, wrong.source_failed);
	CHECK(!right.source_known);
}

static struct store_account moved;

static void
rename_away(struct fixture *fx)
{
	x.on_ask = NULL;
	(void)text_copy(moved.name, sizeof(moved.name), "hal-old");
	fixture_update(fx, &moved);
	fixture_user(fx, "hal", NULL, NULL);
}

/* Renamed at the prompt: the name is somebody else's now. */
static void
test_renamed_meanwhile(void)
{
	struct session_verdict v;

	fixture_user(&x, "hal", GOOD, &moved);
	x.on_ask = rename_away;
	v = fixture_login(&x, "hal", "192.0.2.72", GOOD);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_STR(v.login.s, "");
}

/* Who was deleted is no stranger, for whom a rule might abstain. */
static void
test_deleted(void)
{
	struct request r = fixture_request(PHASE_ACCOUNT, "ida", "");
	struct store_account a;

	(void)text_copy(r.service, sizeof(r.service), "cron");
	fixture_user(&x, "ida", GOOD, &a);
	a.state = STORE_DELETED;
	fixture_update(&x, &a);
	CHECK_EQ(fixture_run(&x, &r).reason, POLICY_DELETED);
	CHECK_EQ(fixture_login(&x, "ida", "192.0.2.73", GOOD).reason,
		 POLICY_DELETED);
	(void)text_copy(r.user, sizeof(r.user), "nobody-ever");
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ABSTAIN);
	/* The name is free, and means the new account. */
	fixture_user(&x, "ida", GOOD, NULL);
	CHECK_EQ(fixture_login(&x, "ida", "192.0.2.73", GOOD).step,
		 POLICY_ALLOW);
}

/* A process killed in the middle of the check has guessed. */
static void
test_killed(void)
{
	struct session_verdict v;

	fixture_user(&x, "dan", GOOD, NULL);
	for (int i = 0; i < 5; i++) {
		int status = 0;
		pid_t pid;

		pid = fork();
		if (pid == 0) {
			struct fault f;
			char where[600];

			/* A handle of SQLite never crosses fork. */
			(void)snprintf(where, sizeof(where),
				       "sqlite:%s/auth/sigra.db", test_dir());
			if (store_open(where, STORE_WRITE, &x.store, &f) !=
			    STATUS_OK)
				_exit(1);
			x.env.store = x.store;
			x.audit.store = x.store;
			die_in_check = true;
			(void)fixture_login(&x, "dan", "192.0.2.8", GOOD);
			_exit(2);
		}
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK_EQ(WEXITSTATUS(status), 9);
	}
	/* The five reservations lapse into failures. */
	x.now += 60;
	v = fixture_login(&x, "dan", "192.0.2.8", GOOD);
	CHECK_EQ(v.reason, POLICY_LOCKED);
	v = fixture_login(&x, "dan", "192.0.2.9", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
}

static struct store_account late;

static void
disable_late(struct fixture *fx)
{
	late.state = STORE_DISABLED;
	fixture_update(fx, &late);
}

/* Disabled while thinking: the granting transaction reads the state again. */
static void
test_disabled_meanwhile(void)
{
	struct session_verdict v;

	fixture_user(&x, "late", GOOD, &late);
	x.on_ask = disable_late;
	v = fixture_login(&x, "late", "192.0.2.10", GOOD);
	x.on_ask = NULL;
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, POLICY_DISABLED);
	CHECK_EQ(v.login.s[0], 0);
}

static void
test_rules(void)
{
	struct rule group = { .phases = RULE_PHASES_ALL,
			      .action = POLICY_ACTION_REQUIRE,
			      .alternatives = 1,
			      .require = { 1 },
			      .group = "staff,wheel" };
	struct rule away = { .phases = RULE_PHASES_ALL,
			     .action = POLICY_ACTION_ABSTAIN,
			     .account = RULE_ACCOUNT_UNKNOWN };
	struct session_verdict v;
	struct rule defaults[16];
	size_t n = rule_defaults(defaults, 16);

	fixture_rules(&x, &group, 1);
	v = fixture_login(&x, "ann", "192.0.2.11", GOOD);
	CHECK_EQ(v.reason, POLICY_NO_RULE);
	CHECK_STR(x.asked, "");
	x.groups = 2;
	v = fixture_login(&x, "ann", "192.0.2.11", GOOD);
	CHECK_EQ(v.step, POLICY_ALLOW);
	x.groups = 0;
	fixture_rules(&x, &away, 1);
	v = fixture_login(&x, "stranger", "192.0.2.11", GOOD);
	CHECK_EQ(v.step, POLICY_ABSTAIN);
	CHECK_STR(x.asked, "");
	CHECK_STR(x.lines, "");
	fixture_rules(&x, defaults, n);
	/* Root, not in the store, is somebody else's business. */
	v = fixture_login(&x, "root", "192.0.2.11", GOOD);
	CHECK_EQ(v.step, POLICY_ABSTAIN);
}

/* A store that does not make sense denies and says why. */
static void
test_broken(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.12");
	struct store_rule row = { .position = 1,
				  .phases = "all",
				  .action = "require",
				  .require = "magic",
				  .account = "any",
				  .unenrolled = "deny",
				  .prompt = "auto",
				  .qr = "auto",
				  .uv = "preferred",
				  .org_choice = "last",
				  .new_source = "audit",
				  .session_max = -1 };
	struct session_verdict v;
	struct fault f;

	{
		STORE_TXN(txn);

		crypto_id(x.now, &row.id);
		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_rule_insert(x.store, &row, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	fixture_type(&x, 1, GOOD);
	CHECK_EQ(session_run(&x.env, &r, &v, &f), STATUS_CORRUPT);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, POLICY_UNAVAILABLE);
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_rule_delete(x.store, 1, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	x.answer[0].act = FIXTURE_GONE;
	CHECK_OK(session_run(&x.env, &r, &v, &f), &f);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, POLICY_CANCELLED);
	r.phase = (enum request_phase)99;
	CHECK_EQ(session_run(&x.env, &r, &v, &f), STATUS_PROTOCOL);
	CHECK_EQ(v.step, POLICY_DENY);
}

static void
rekey_late(struct fixture *at)
{
	struct crypto_keys other = at->keys;
	struct fault f;
	STORE_TXN(txn);

	other.master[0] ^= 1;
	CHECK_OK(store_begin(at->store, &txn, &f), &f);
	CHECK_OK(session_key_check_put(at->store, &other, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* With the old key nothing is granted, and nothing sealed. */
static void
test_rekeyed_meanwhile(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.14");
	struct session_verdict v;
	struct fault f;
	STORE_TXN(txn);

	fixture_type(&x, 1, GOOD);
	x.on_ask = rekey_late;
	CHECK_EQ(session_run(&x.env, &r, &v, &f), STATUS_UNAVAILABLE);
	x.on_ask = NULL;
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(session_key_check_put(x.store, &x.keys, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
test_key_check(void)
{
	struct crypto_keys other = x.keys;
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(session_key_check(x.store, &x.keys, &f), &f);
	other.master[31] ^= 1;
	CHECK_EQ(session_key_check(x.store, &other, &f), STATUS_UNAVAILABLE);
	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(session_key_check_put(x.store, &other, &f), &f);
	CHECK_EQ(session_key_check(x.store, &x.keys, &f), STATUS_UNAVAILABLE);
}

static void
test_explain(void)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.13");
	struct session_explanation e;
	long before = fixture_audited(&x, "login.");
	struct fault f;

	CHECK_OK(session_explain(&x.env, &r, &e, &f), &f);
	CHECK_EQ(e.decision.step, POLICY_ASK);
	CHECK_EQ(e.decision.factor, POLICY_FACTOR_PASSWORD);
	CHECK_EQ(e.facts.account, POLICY_ACCOUNT_ACTIVE);
	CHECK_STR(e.source, "ip:192.0.2.13");
	CHECK_EQ(fixture_audited(&x, "login."), before);
}

int
main(void)
{
	fixture_start(&x, "auth");
	fixture_user(&x, "ann", GOOD, NULL);
	test_right();
	test_same_for_all();
	test_lock();
	test_no_guess();
	test_shared_source();
	test_no_oracle();
	test_renamed_meanwhile();
	test_deleted();
	test_killed();
	test_disabled_meanwhile();
	test_rules();
	test_broken();
	test_rekeyed_meanwhile();
	test_key_check();
	test_explain();
	fixture_stop(&x);
	return test_done();
}
