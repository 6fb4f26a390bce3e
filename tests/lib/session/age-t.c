/* SPDX-License-Identifier: MIT */
/* Passwords that are too old, or too young to be changed; and new ones that
 * are made of names, or known to everybody. */
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "fixture.h"
#include "store/org.h"
#include "store/people.h"

#define GOOD "correct horse"
#define BETTER "battery staple"
#define RHOST "192.0.2.1"
#define DAY 86400
#define EXPIRED REQUEST_CHANGE_EXPIRED

static struct fixture x;
static struct store_account ann;

static struct session_verdict
run(enum request_phase phase, const struct id *login, uid_t ruid,
    uint32_t flags)
{
	struct request r = fixture_request(phase, "ann", RHOST);

	r.ruid = ruid;
	r.flags = flags;
	if (login != NULL)
		r.login = *login;
	return fixture_run(&x, &r);
}

static void
policy(int64_t max, int64_t warn, int64_t min)
{
	const struct store_password_policy p = { .min_length = 8,
						 .history = 5,
						 .max_days = max,
						 .warn_days = warn,
						 .min_days = min,
						 .breached = true };
	struct fault f;
	STORE_TXN(txn);

	CHECK_OK(store_begin(x.store, &txn, &f), &f);
	CHECK_OK(store_password_policy_put(x.store, &p, &f), &f);
	CHECK_OK(store_commit(&txn, &f), &f);
}

/* Set anew, now: no two are of one second. */
static int64_t
anew(const char *password)
{
	x.now++;
	fixture_reset(&x, &ann.id, password);
	x.told[0] = '\0';
	return x.now;
}

static void
check_old(void)
{
	int64_t set = anew(GOOD);
	struct session_verdict v;

	policy(90, 14, 0);
	CHECK_EQ(run(PHASE_ACCOUNT, NULL, 0, 0).step, POLICY_ALLOW);
	x.now = set + 90 * DAY - 1;
	CHECK_EQ(run(PHASE_ACCOUNT, NULL, 0, 0).step, POLICY_ALLOW);
	x.now++;
	v = run(PHASE_ACCOUNT, NULL, 0, 0);
	CHECK_EQ(v.step, POLICY_RENEW);
	CHECK_EQ(v.reason, POLICY_MUST_CHANGE);
	/* Off again, it is due no more. */
	policy(0, 14, 0);
	CHECK_EQ(run(PHASE_ACCOUNT, NULL, 0, 0).step, POLICY_ALLOW);
	policy(90, 14, 0);
	/* A clock that was put back gives time, and takes none. */
	x.now = set + DAY;
	CHECK_EQ(run(PHASE_ACCOUNT, NULL, 0, 0).step, POLICY_ALLOW);
	x.now = set + 90 * DAY;
}

/* As sshd, login and su do: proved, let through, changed, let in. */
static void
check_renewed(void)
{
	struct session_verdict v = fixture_login(&x, "ann", RHOST, GOOD);
	struct session_verdict p, u;

	CHECK_EQ(v.step, POLICY_ALLOW);
	CHECK(strstr(x.told, "expires") == NULL);
	CHECK_EQ(run(PHASE_ACCOUNT, &v.login, 0, 0).step, POLICY_RENEW);
	fixture_type(&x, 0);
	p = run(PHASE_PASSWORD_PRELIM, &v.login, 0, EXPIRED);
	CHECK_EQ(p.step, POLICY_ALLOW);
	/* The old one again is no change. */
	fixture_type(&x, 3, GOOD, BETTER, BETTER);
	u = run(PHASE_PASSWORD_UPDATE, &v.login, 0, EXPIRED);
	CHECK_EQ(u.step, POLICY_ALLOW);
	CHECK_EQ(run(PHASE_ACCOUNT, NULL, 0, 0).step, POLICY_ALLOW);
	/* Nothing is due now, so nothing is asked. */
	fixture_type(&x, 0);
	CHECK_EQ(run(PHASE_PASSWORD_PRELIM, NULL, 0, EXPIRED).step,
		 POLICY_ALLOW);
	CHECK_STR(x.asked, "");
}

static void
check_warned(void)
{
	char want[64], day[TEXT_TIME_SIZE];
	int64_t set = anew(GOOD);

	x.now = set + 76 * DAY - 1;
	CHECK_EQ(fixture_login(&x, "ann", RHOST, GOOD).step, POLICY_ALLOW);
	CHECK(strstr(x.told, "expires") == NULL);
	x.now++;
	CHECK_EQ(fixture_login(&x, "ann", RHOST, GOOD).step, POLICY_ALLOW);
	text_time(set + 90 * DAY, day);
	(void)snprintf(want, sizeof(want),
		       "Your password expires on %.10s (UTC).", day);
	CHECK(strstr(x.told, want) != NULL);
	/* Nobody but who was let in is told. */
	CHECK_EQ(fixture_login(&x, "ann", RHOST, "wrong one").step,
		 POLICY_DENY);
	CHECK(strstr(x.told, "expires") == NULL);
}

static enum policy_reason
change(const char *from, const char *to)
{
	struct session_verdict v;

	fixture_type(&x, 1, from);
	v = run(PHASE_PASSWORD_PRELIM, NULL, 1000, 0);
	if (v.step != POLICY_ALLOW)
		return v.reason;
	fixture_type(&x, 2, to, to);
	return run(PHASE_PASSWORD_UPDATE, &v.login, 1000, 0).reason;
}

static void
check_young(void)
{
	int64_t set;

	policy(0, 14, 3);
	x.now += 10 * DAY;
	set = anew(GOOD);
	x.now = set + 3 * DAY - 1;
	CHECK_EQ(change(GOOD, BETTER), POLICY_PASSWORD_REFUSED);
	CHECK(strstr(x.told, "it can be changed again from 20") != NULL);
	/* Whoever does not know it does not learn it either. */
	CHECK_EQ(change("wrong one", BETTER), POLICY_WRONG);
	CHECK(strstr(x.told, "again from") == NULL);
	/* No guess was counted of the right one. */
	for (int i = 0; i < 6; i++)
		CHECK_EQ(change(GOOD, BETTER), POLICY_PASSWORD_REFUSED);
	/* A clock that was put back makes nobody wait longer than that. */
	x.now++;
	CHECK_EQ(fixture_login(&x, "ann", RHOST, GOOD).step, POLICY_ALLOW);
	x.now -= 2 * DAY;
	CHECK_EQ(change(GOOD, "a third one, new"), POLICY_GRANTED);
	x.now = set + 20 * DAY;
}

/* Root, and whoever has to, may at any time. */
static void
check_young_may(void)
{
	(void)anew(GOOD);
	CHECK_EQ(change(GOOD, BETTER), POLICY_PASSWORD_REFUSED);
	CHECK_EQ(run(PHASE_PASSWORD_PRELIM, NULL, 0, 0).step, POLICY_ALLOW);
	fixture_type(&x, 2, "chosen by root", "chosen by root");
	CHECK_EQ(run(PHASE_PASSWORD_UPDATE, NULL, 0, 0).step, POLICY_ALLOW);
	CHECK_OK(store_account_by_id(x.store, &ann.id, &ann, NULL),
		 &(struct fault){ 0 });
	ann.must_change = true;
	fixture_update(&x, &ann);
	CHECK_EQ(change("chosen by root", "a fourth one, new"),
		 POLICY_GRANTED);
	policy(0, 14, 0);
}

/* An organization's name in it, which an account without it may have. */
static void
check_words(void)
{
	struct store_org org = { .slug = "northern-star",
				 .name = "Polaris Ltd.",
				 .words = "compass",
				 .created_at = x.now,
				 .version = 1 };
	struct store_member m = { .account = ann.id,
				  .role = STORE_ROLE_MEMBER,
				  .joined_at = x.now };
	struct fault f;

	(void)anew(GOOD);
	CHECK_EQ(change(GOOD, "Compass 2024!"), POLICY_GRANTED);
	(void)anew(GOOD);
	crypto_id(x.now, &org.id);
	m.org = org.id;
	{
		STORE_TXN(txn);

		CHECK_OK(store_begin(x.store, &txn, &f), &f);
		CHECK_OK(store_org_insert(x.store, &org, x.now, &f), &f);
		CHECK_OK(store_member_insert(x.store, &m, &f), &f);
		CHECK_OK(store_commit(&txn, &f), &f);
	}
	CHECK_EQ(change(GOOD, "Polaris2024"), POLICY_CANCELLED);
	CHECK(strstr(x.told, "a name that goes with this account") != NULL);
	CHECK_EQ(change(GOOD, "northern-star!1"), POLICY_CANCELLED);
	CHECK_EQ(change(GOOD, "Polaris is not the sun"), POLICY_GRANTED);
}

static void
check_breached(void)
{
	/* SHA-1 of "correct bicycle". */
	static const char list[] =
		"0000000000000000000000000000000000000001:3\r\n"
		"6ECB0DE04C2330E57075A4565634E23BF831288F:1\r\n"
		"FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF0:7\r\n";
	struct breach broken = { .state = BREACH_BROKEN,
				 .why = { .text = "it is gone" } };
	struct breach b = { .state = BREACH_ABSENT };
	struct session_verdict v;
	char path[600];
	FILE *out;

	(void)anew(GOOD);
	(void)snprintf(path, sizeof(path), "%s/breached", test_dir());
	out = fopen(path, "we");
	CHECK(out != NULL && fputs(list, out) >= 0 && fclose(out) == 0);
	breach_open(&b, path, geteuid());
	CHECK_EQ(b.state, BREACH_OPEN);
	x.env.breach = &b;
	CHECK_EQ(change(GOOD, "correct bicycle"), POLICY_CANCELLED);
	CHECK(strstr(x.told, "known from a breach") != NULL);
	CHECK_EQ(change(GOOD, BETTER), POLICY_GRANTED);
	breach_close(&b);
	(void)anew(GOOD);
	x.env.breach = &broken;
	fixture_type(&x, 1, GOOD);
	v = run(PHASE_PASSWORD_PRELIM, NULL, 1000, 0);
	CHECK_EQ(v.step, POLICY_ALLOW);
	fixture_type(&x, 2, BETTER, BETTER);
	{
		struct request r =
			fixture_request(PHASE_PASSWORD_UPDATE, "ann", RHOST);
		struct fault f;

		r.ruid = 1000;
		r.login = v.login;
		CHECK_EQ(session_run(&x.env, &r, &v, &f), STATUS_SYSTEM);
		CHECK(strstr(f.text, "it is gone") != NULL);
		CHECK_EQ(v.step, POLICY_DENY);
		CHECK_EQ(v.reason, POLICY_UNAVAILABLE);
		CHECK(strstr(x.told, "No new password can be checked") !=
		      NULL);
	}
	/* Nobody is kept out by it. */
	CHECK_EQ(fixture_login(&x, "ann", RHOST, GOOD).step, POLICY_ALLOW);
	x.env.breach = NULL;
	(void)unlink(path);
}

int
main(void)
{
	fixture_start(&x, "age");
	fixture_user(&x, "ann", GOOD, &ann);
	check_old();
	check_renewed();
	check_warned();
	check_young();
	check_young_may();
	check_words();
	check_breached();
	fixture_stop(&x);
	return test_done();
}
