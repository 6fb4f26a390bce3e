/* SPDX-License-Identifier: MIT */
/* Devices on which the code is skipped. */
#include <stdio.h>

#include "base/text.h"
#include "fixture.h"
#include "store/trust.h"

#define GOOD "correct horse"
#define BETTER "battery staple"
#define DAY 86400
#define HERE "192.0.2.1"
#define KEY                                                                   \
	"AAAAC3NzaC1lZDI1NTE5AAAAIKmPY2ywjcq2ZM0ZcTrTRlTnZ4tUVYoaZjgGbYwB"    \
	"Qx7e"
#define OTHER                                                                 \
	"AAAAC3NzaC1lZDI1NTE5AAAAIKmPY2ywjcq2ZM0ZcTrTRlTnZ4tUVYoaZjgGbYwB"    \
	"Qx7f"
#define OFFER "2/9 Skip the one-time code on this device for 30 days? [y/N] |"
#define PASSWORD_PROMPT "1/1 Password: |"
#define CODE_PROMPT "1/5 One-time code for ann@testhost: |"

static struct fixture x;
static struct store_account ann;
static struct request from;

static struct session_verdict
login(const char *code, const char *answer)
{
	x.now += 90;
	fixture_type(&x, 3, GOOD, code != NULL ? code : "", answer);
	if (code == NULL)
		x.answer[1].text = fixture_code(&x, "ann", 0);
	return fixture_run(&x, &from);
}

static bool
asked_for_code(void)
{
	struct session_verdict v = login(NULL, "");

	CHECK_EQ(v.step, POLICY_ALLOW);
	return strstr(x.asked, CODE_PROMPT) != NULL;
}

static bool
offered(void)
{
	return strstr(x.asked, "Skip") != NULL;
}

struct listed {
	unsigned n;
	struct store_trust last;
};

static bool
take(void *ctx, const struct store_trust *row)
{
	struct listed *l = ctx;

	if (l->n++ == 0)
		l->last = *row;
	return true;
}

static struct listed
trusted(void)
{
	struct listed l = { .n = 0 };
	struct fault f;

	CHECK_OK(store_trust_list(x.store, &ann.id, take, &l, &f), &f);
	return l;
}

static void
forget(void)
{
	int64_t dropped;
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_trust_delete_all(x.store, &ann.id, &dropped, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

static void
test_no(void)
{
	static const char *const no[] = { "", "n", "no", "yo", "y ", "yess" };
	static const enum fixture_act acts[] = { FIXTURE_CANCEL,
						 FIXTURE_TOO_LONG,
						 FIXTURE_GONE };

	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		CHECK_EQ(login(NULL, no[i]).step, POLICY_ALLOW);
		CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT OFFER);
	}
	/* Nor does the login hang on any answer. */
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		x.now += 90;
		fixture_type(&x, 3, GOOD, fixture_code(&x, "ann", 0), "y");
		x.answer[2].act = acts[i];
		CHECK_EQ(fixture_run(&x, &from).step, POLICY_ALLOW);
		CHECK(offered());
		CHECK_STR(fixture_last(&x).factors, "password+totp");
	}
	CHECK_EQ(trusted().n, 0);
	CHECK_EQ(fixture_audited(&x, "trust.added"), 0);
}

static void
test_address(void)
{
	struct session_verdict v = login(NULL, "y");
	struct store_login row;
	struct fault f;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_EQ(trusted().n, 1);
	CHECK_EQ(trusted().last.kind, STORE_TRUST_ADDRESS);
	CHECK_STR(trusted().last.shown, HERE);
	CHECK_EQ(trusted().last.used_at, 0);
	CHECK_EQ(fixture_audited(&x, "trust.added"), 1);
	CHECK(strstr(x.lines, "action=trust.added") != NULL);
	v = login("none", "none");
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(v.password_proved);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	CHECK_STR(fixture_last(&x).factors, "password+trust");
	CHECK_STR(fixture_last(&x).trusted, trusted().last.id.s);
	CHECK_EQ(trusted().last.used_at, x.now);
	CHECK_OK(store_login_get(x.store, &v.login, &row, &f), &f);
	CHECK_STR(row.factors, "password+trust");
	/* The password is wrong all the same. */
	fixture_type(&x, 1, "wrong password");
	v = fixture_run(&x, &from);
	CHECK_EQ(v.reason, POLICY_WRONG);
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	/* A neighbour is somebody else, in a /64 as well. */
	(void)text_copy(from.rhost, sizeof(from.rhost), "192.0.2.2");
	CHECK(asked_for_code());
	(void)text_copy(from.rhost, sizeof(from.rhost), "2001:db8::1");
	(void)login(NULL, "yes");
	CHECK_STR(trusted().last.shown, "2001:db8::1");
	CHECK(!asked_for_code());
	(void)text_copy(from.rhost, sizeof(from.rhost), "2001:db8::2");
	CHECK(asked_for_code());
	(void)text_copy(from.rhost, sizeof(from.rhost), HERE);
}

static void
usual(enum rule_unenrolled unenrolled, enum rule_prompt prompt, int64_t days)
{
	struct rule rule = fixture_both(unenrolled);

	rule.prompt = prompt;
	rule.trust_days = days;
	fixture_rule(&x, &rule);
}

static unsigned asks;

/* The session that follows knows that a device stood for the code. */
static void
test_session(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);
	struct session_verdict v = login("none", "none");
	struct store_session row = { .factors = "" };
	struct request r = from;
	struct fault f;

	rule.phases = RULE_PHASE(POLICY_PHASE_SESSION);
	fixture_rule(&x, &rule);
	r.phase = PHASE_SESSION_OPEN;
	r.login = v.login;
	v = fixture_run(&x, &r);
	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_OK(store_session_get(x.store, &v.session, &row, &f), &f);
	CHECK_STR(row.factors, "password+trust");
	r.login = (struct id){ .s = "" };
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_DENY);
}

/* Where all are asked for both, a wrong password is asked for both. */
static void
test_all_asked(void)
{
	usual(RULE_UNENROLLED_DENY, RULE_PROMPT_MULTI, 30);
	CHECK(!asked_for_code());
	CHECK_STR(x.asked, PASSWORD_PROMPT);
	fixture_type(&x, 2, "wrong password", "000000");
	CHECK_EQ(fixture_run(&x, &from).reason, POLICY_WRONG);
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT);
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_MULTI, 30);
}

static void
raise_epoch(struct fixture *fx)
{
	fx->on_ask = NULL;
	CHECK_OK(store_account_by_id(fx->store, &ann.id, &ann, NULL),
		 &(struct fault){ 0 });
	ann.epoch++;
	fixture_update(fx, &ann);
}

static void
raise_epoch_third(struct fixture *fx)
{
	if (++asks == 3)
		raise_epoch(fx);
}

static void
test_ends(void)
{
	int64_t made = trusted().last.created_at;
	long added;

	(void)text_copy(from.rhost, sizeof(from.rhost), "2001:db8::1");
	x.now = made + 30 * DAY - 90 - 1;
	CHECK(!asked_for_code());
	x.now = made + 30 * DAY - 90;
	CHECK(asked_for_code());
	/* A later epoch, also while the person types the password. */
	(void)login(NULL, "y");
	CHECK(!asked_for_code());
	x.on_ask = raise_epoch;
	CHECK_EQ(login("none", "").step, POLICY_DENY);
	CHECK(asked_for_code());
	/* Nor is trust earned under an epoch that has passed. */
	asks = 0;
	x.on_ask = raise_epoch_third;
	added = fixture_audited(&x, "trust.added");
	CHECK_EQ(login(NULL, "y").step, POLICY_ALLOW);
	CHECK(offered());
	CHECK_EQ(fixture_audited(&x, "trust.added"), added);
	CHECK(asked_for_code());
	/* Fewer days, or none. */
	(void)login(NULL, "y");
	x.now += 2 * DAY;
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_MULTI, 1);
	CHECK(asked_for_code());
	CHECK(strstr(x.asked, "for 1 day? [y/N]") != NULL);
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_MULTI, 0);
	CHECK(asked_for_code());
	CHECK(!offered());
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_MULTI, 30);
	CHECK(!asked_for_code());
	forget();
}

/* With a clock that was put back nothing is trusted. */
static void
test_clock(void)
{
	struct fault f;

	(void)login(NULL, "y");
	CHECK(!asked_for_code());
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_clock_see(x.store, x.now + 3600, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	CHECK_EQ(login("none", "").step, POLICY_DENY);
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT);
	CHECK_EQ(login(fixture_once(&x, &ann, STORE_CODE_BACKUP, 0), "y").step,
		 POLICY_ALLOW);
	CHECK(!offered());
	x.now += 3600;
	CHECK(!asked_for_code());
	forget();
}

static void
key(const char *text)
{
	(void)text_copy(from.ssh_auth_info, sizeof(from.ssh_auth_info), text);
}

static void
test_key(void)
{
	key("publickey ssh-ed25519 " OTHER "\npublickey ssh-ed25519 " KEY
	    "\n");
	(void)login(NULL, "y");
	CHECK_EQ(trusted().n, 1);
	CHECK_EQ(trusted().last.kind, STORE_TRUST_SSH_KEY);
	CHECK_STR(trusted().last.shown,
		  "ssh-ed25519 ...RlTnZ4tUVYoaZjgGbYwBQx7e");
	(void)text_copy(from.rhost, sizeof(from.rhost), "192.0.2.77");
	CHECK(!asked_for_code());
	key("publickey ssh-ed25519 " KEY "\nkeyboard-interactive/pam\n");
	CHECK(!asked_for_code());
	/* Another key; none; and what a file of the user's claims. */
	key("publickey ssh-ed25519 " OTHER "\n");
	CHECK(asked_for_code());
	key("");
	CHECK(asked_for_code());
	key("publickey ssh-ed25519 " KEY "\n");
	(void)text_copy(from.tty, sizeof(from.tty), "/dev/pts/1");
	CHECK(asked_for_code());
	(void)text_copy(from.tty, sizeof(from.tty), "ssh");
	forget();
}

/* What is no whole line counts as no key: then the address does. */
static void
test_key_hostile(void)
{
	static const char *const bad[] = {
		"publickey",
		"publickey ",
		"publickey  " KEY,
		"publickey ssh-ed25519",
		"publickey ssh-ed25519 ",
		"publickey ssh-ed25519 AAAA",
		"publickey ssh-ed25519 " KEY " ",
		"publickey ssh-ed25519 " KEY " x",
		"publickey ssh-ed25519\t" KEY,
		"publickey ssh ed25519 " KEY,
		"publickey ssh;ed25519 " KEY,
		"publickey ssh-ed25519 " KEY "A",
		"publickey ssh-ed25519 " KEY "A===",
		"publickey ssh-ed25519 " KEY "A=A=",
		"publickey ssh-ed25519 " KEY "\r",
		"Publickey ssh-ed25519 " KEY,
		"hostbased ssh-ed25519 " KEY,
		"publickey ssh-ed25519 " KEY "AAAA",
		"publickey ssh-rsa " KEY,
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		key(bad[i]);
		(void)login(NULL, "y");
		CHECK_EQ(trusted().n, 1);
		CHECK_EQ(trusted().last.kind, STORE_TRUST_ADDRESS);
		forget();
	}
	key("");
}

/* Places that are nobody's device. */
static void
test_nowhere(void)
{
	static const char *const places[] = { "",	"127.0.0.1",
					      "::1",	"fe80::1",
					      "laptop", "::ffff:127.0.0.1" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)text_copy(from.rhost, sizeof(from.rhost), places[i]);
		CHECK_EQ(login(NULL, "y").step, POLICY_ALLOW);
		CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT);
		CHECK_EQ(trusted().n, 0);
	}
	(void)text_copy(from.rhost, sizeof(from.rhost), HERE);
}

static void
test_not_offered(void)
{
	from.flags = REQUEST_SILENT;
	(void)login(NULL, "y");
	CHECK(!offered());
	from.flags = 0;
	(void)login(fixture_once(&x, &ann, STORE_CODE_LOGIN, 600), "y");
	CHECK_STR(fixture_last(&x).factors, "password+login_code");
	CHECK(!offered());
	CHECK_EQ(login("123", "y").step, POLICY_DENY);
	CHECK(!offered());
	(void)login(fixture_once(&x, &ann, STORE_CODE_BACKUP, 0), "");
	CHECK(offered());
	x.env.unprivileged = true;
	(void)login(NULL, "y");
	CHECK(!offered());
	x.env.unprivileged = false;
	CHECK_EQ(trusted().n, 0);
}

static void
test_not_used(void)
{
	char both[64];

	(void)login(NULL, "y");
	CHECK(!asked_for_code());
	x.env.unprivileged = true;
	CHECK(asked_for_code());
	x.env.unprivileged = false;
	/* One way to answer, whatever the address. */
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_SINGLE, 30);
	x.now += 90;
	(void)snprintf(both, sizeof(both), "%s%s", GOOD,
		       fixture_code(&x, "ann", 0));
	fixture_type(&x, 2, both, "y");
	CHECK_EQ(fixture_run(&x, &from).step, POLICY_ALLOW);
	CHECK(!offered());
	fixture_type(&x, 1, GOOD);
	CHECK_EQ(fixture_run(&x, &from).step, POLICY_DENY);
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_MULTI, 30);
	CHECK(!asked_for_code());
}

/* What it stood for in the login is not asked for in the change that has to
 * follow. */
static void
test_forced_change(void)
{
	struct session_verdict v = login("none", "none");
	struct request r = from;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK_OK(store_account_by_id(x.store, &ann.id, &ann, NULL),
		 &(struct fault){ 0 });
	ann.must_change = true;
	fixture_update(&x, &ann);
	r.phase = PHASE_PASSWORD_PRELIM;
	r.flags = REQUEST_CHANGE_EXPIRED;
	r.login = v.login;
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	CHECK_STR(x.asked, "");
	ann.must_change = false;
	fixture_update(&x, &ann);
}

/* A change of password ends it. */
static void
test_new_password(void)
{
	struct request r = fixture_request(PHASE_PASSWORD_UPDATE, "ann", "");

	(void)login(NULL, "y");
	CHECK(!asked_for_code());
	fixture_type(&x, 2, BETTER, BETTER);
	CHECK_EQ(fixture_run(&x, &r).step, POLICY_ALLOW);
	x.now += 90;
	fixture_type(&x, 2, BETTER, fixture_code(&x, "ann", 0));
	CHECK_EQ(fixture_run(&x, &from).step, POLICY_ALLOW);
	CHECK_STR(x.asked, PASSWORD_PROMPT CODE_PROMPT OFFER);
}

int
main(void)
{
	fixture_start(&x, "trust");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_totp(&x, &ann, "ann");
	from = fixture_request(PHASE_AUTH, "ann", HERE);
	usual(RULE_UNENROLLED_EXEMPT, RULE_PROMPT_AUTO, 30);
	test_no();
	test_address();
	test_session();
	test_all_asked();
	test_ends();
	test_clock();
	test_key();
	test_key_hostile();
	test_nowhere();
	test_not_offered();
	test_not_used();
	test_forced_change();
	test_new_password();
	fixture_stop(&x);
	return test_done();
}
