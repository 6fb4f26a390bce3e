/* SPDX-License-Identifier: MIT */
/*
 * Failed logins without end, as one source can make them.  With a number as
 * its argument: how many, and what they made the store grow by.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fixture.h"
#include "store/burst.h"
#include "store/room.h"

#define GOOD "correct horse"
#define SOURCE "192.0.2.9"
#define A_SECOND 10 /* failures */
#define MOST 50	    /* bytes that one may add */

static struct fixture x;
static struct store_account ann;

/* Every other one knows a name; each third gives up, or types too much. */
static void
fail(int n)
{
	char name[32];
	struct session_verdict v;

	(void)snprintf(name, sizeof(name), "nobody%d", n);
	if (n % A_SECOND == 0)
		x.now++;
	if (n % 3 == 0) {
		struct request r = fixture_request(PHASE_AUTH, "ann", SOURCE);

		fixture_type(&x, 0);
		v = fixture_run(&x, &r);
	} else {
		v = fixture_login(&x, n % 2 == 0 ? "ann" : name, SOURCE,
				  "wrong");
	}
	if (v.step != POLICY_DENY)
		CHECK(false);
	if (strstr(x.lines, "action=login.denied") == NULL)
		CHECK(false);
}

static int64_t
size(void)
{
	struct store_room room = { .store = 0 };
	struct fault f;

	/* The log is folded in. */
	store_tidy(x.store);
	CHECK_OK(store_room(x.store, &room, &f), &f);
	return room.store + room.log;
}

static void
test_growth(int n)
{
	int64_t before, grown;
	long rows = fixture_audited(&x, "login.");
	int i = 0;

	/* What every store has sooner or later. */
	for (; i < 1000; i++)
		fail(i);
	before = size();
	for (; i < 1000 + n; i++)
		fail(i);
	grown = size() - before;
	printf("# %d failures: %lld bytes, %lld each; %ld rows\n", n,
	       (long long)grown, (long long)grown / n,
	       fixture_audited(&x, "login.") - rows);
	CHECK(grown < (int64_t)MOST * n);
	CHECK_EQ(fixture_failed(&x), i);
}

/* All of them are told of before the next success, and counted. */
static void
test_told(void)
{
	int64_t open = -1, failed = fixture_failed(&x);
	struct fault f;

	x.now += 3600;
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.10", GOOD).step,
		 POLICY_ALLOW);
	CHECK_OK(store_burst_sum(x.store, ann.id.s, "login.denied", &open, &f),
		 &f);
	CHECK_EQ(open, 0);
	CHECK(fixture_audited(&x, "login.repeated") > 0);
	CHECK_EQ(fixture_failed(&x), failed);
	CHECK_STR(fixture_last(&x).action, "login.granted");
}

/* Whoever is told how many there were is told of those without a row. */
static void
test_last(void)
{
	struct rule rule = fixture_both(RULE_UNENROLLED_DENY);

	rule.require[0] = POLICY_BIT(POLICY_FACTOR_PASSWORD);
	rule.notice = true;
	fixture_rule(&x, &rule);
	x.now += 7200;
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.12", GOOD).step,
		 POLICY_ALLOW);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(fixture_login(&x, "ann", "192.0.2.12", "wrong").step,
			 POLICY_DENY);
	/* One burst is told of by now, and the other one is open. */
	x.now += 660;
	for (int i = 0; i < 3; i++)
		CHECK_EQ(fixture_login(&x, "ann", "192.0.2.12", "wrong").step,
			 POLICY_DENY);
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.13", "wrong").step,
		 POLICY_DENY);
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.14", GOOD).step,
		 POLICY_ALLOW);
	CHECK(strstr(x.told, "8 failed logins since") != NULL);
	if (strstr(x.told, "8 failed logins since") == NULL)
		test_note("%s", x.told);
}

static int
sql(const char *text)
{
	char path[512];
	sqlite3 *db = NULL;
	int rc;

	(void)snprintf(path, sizeof(path), "%s/burst/sigra.db", test_dir());
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(db, text, NULL, NULL, NULL);
	(void)sqlite3_close(db);
	return rc;
}

/* What can be neither written nor counted is no failure that ends well. */
static void
test_unwritten(void)
{
	static const char *const broken[] = {
		"CREATE TRIGGER broken BEFORE UPDATE ON burst BEGIN "
		"SELECT RAISE(ABORT, 'broken'); END",
		"CREATE TRIGGER broken BEFORE DELETE ON burst BEGIN "
		"SELECT RAISE(ABORT, 'broken'); END",
	};
	struct request r = fixture_request(PHASE_AUTH, "ann", "192.0.2.20");
	long granted = fixture_audited(&x, "login.granted");
	struct session_verdict v;
	struct fault f;

	x.now += 7200;
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.20", "wrong").reason,
		 POLICY_WRONG);
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.20", "wrong").reason,
		 POLICY_WRONG);
	CHECK_EQ(sql(broken[0]), SQLITE_OK);
	fixture_type(&x, 1, "wrong");
	x.lines[0] = '\0';
	CHECK(session_run(&x.env, &r, &v, &f) != STATUS_OK);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(v.reason, POLICY_UNAVAILABLE);
	CHECK_STR(x.lines, "");
	CHECK_EQ(sql("DROP TRIGGER broken"), SQLITE_OK);
	CHECK_EQ(sql(broken[1]), SQLITE_OK);
	/* The row of their end cannot be: no success before it. */
	fixture_type(&x, 1, GOOD);
	CHECK(session_run(&x.env, &r, &v, &f) != STATUS_OK);
	CHECK_EQ(v.step, POLICY_DENY);
	CHECK_EQ(fixture_audited(&x, "login.granted"), granted);
	CHECK_EQ(sql("DROP TRIGGER broken"), SQLITE_OK);
	CHECK_EQ(fixture_login(&x, "ann", "192.0.2.20", GOOD).step,
		 POLICY_ALLOW);
	CHECK_EQ(fixture_audited(&x, "login.granted"), granted + 1);
}

int
main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000;

	fixture_start(&x, "burst");
	fixture_user(&x, "ann", GOOD, &ann);
	test_growth(n);
	test_told();
	test_last();
	test_unwritten();
	fixture_stop(&x);
	return test_done();
}
