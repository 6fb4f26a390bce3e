/* SPDX-License-Identifier: MIT */
/* Failures without end, and the few rows that tell of them. */
#include "audit/burst.h"

#include <jansson.h>
#include <stdio.h>
#include <unistd.h>

#include "base/text.h"
#include "store/burst.h"
#include "test.h"

#define NOW 1700000000
#define ANN "01890a5d-ac96-774b-bcce-b302099a8057"
#define BOB "01890a5d-ac96-774b-bcce-b302099a8058"
#define HERE "ip:192.0.2.1"
#define THERE "ip:192.0.2.2"

static struct store *store;
static struct audit audit;
static struct fault f;
static char where[256];

static char last[2048]; /* what the sink was given */
static size_t lines;

static void
sink(void *ctx, const char *line)
{
	(void)ctx;
	lines++;
	(void)snprintf(last, sizeof(last), "%s", line);
}

static struct store_audit newest;
static int64_t rows, repeated;

static bool
row_count(void *ctx, const struct store_audit *row)
{
	(void)ctx;
	if (rows++ == 0)
		newest = *row;
	repeated += strcmp(row->action, "login.repeated") == 0;
	return true;
}

/* How many rows there are now. */
static int64_t
count(void)
{
	struct store_audit_filter all = { .limit = 0 };

	rows = repeated = 0;
	CHECK_OK(store_audit_list(store, &all, row_count, NULL, &f), &f);
	return rows;
}

static const char *
meta(const char *key)
{
	static char out[128];
	json_t *m = json_loads(newest.meta, 0, NULL);
	const char *s = json_string_value(json_object_get(m, key));

	(void)snprintf(out, sizeof(out), "%s", s == NULL ? "(none)" : s);
	json_decref(m);
	return out;
}

static struct audit_entry
denied(const char *target, const char *reason)
{
	return (struct audit_entry){ .action = "login.denied",
				     .outcome = AUDIT_FAILURE,
				     .actor = "anonymous",
				     .target = target,
				     .service = "sshd",
				     .tty = "ssh",
				     .rhost = "a\\b\x01",
				     .pid = 77,
				     .meta = { { "reason", reason },
					       { "phase", "auth" },
					       { "source", HERE } } };
}

static void
commit(struct store_txn *t)
{
	CHECK_OK(audit_commit(&audit, t, &f), &f);
}

static void
fail_as(int64_t now, const char *source, const struct audit_entry *e)
{
	STORE_TXN(t);

	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_burst_write(&audit, now, source, e, &f), &f);
	commit(&t);
}

static void
fail(int64_t now, const char *source, const char *target, const char *reason)
{
	const struct audit_entry e = denied(target, reason);

	fail_as(now, source, &e);
}

static void
end(int64_t now, const char *source, const char *target)
{
	STORE_TXN(t);

	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_burst_end(&audit, now, source, target, &f), &f);
	commit(&t);
}

static int64_t
sweep(int64_t now)
{
	int64_t n = -1;
	STORE_TXN(t);

	CHECK_OK(store_begin(store, &t, &f), &f);
	CHECK_OK(audit_burst_sweep(&audit, now, &n, &f), &f);
	commit(&t);
	return n;
}

static int64_t
open_ones(const char *source)
{
	int64_t n = -1;

	CHECK_OK(store_burst_open(store, source, &n, &f), &f);
	return n;
}

static void
fresh(const char *name)
{
	if (store != NULL)
		store_close(store);
	(void)snprintf(where, sizeof(where), "sqlite:%s/%s/t.db", test_dir(),
		       name);
	CHECK_OK(store_prepare(where, geteuid(), getegid(), &f), &f);
	CHECK_OK(store_create(where, NOW, &f), &f);
	CHECK_OK(store_open(where, STORE_WRITE, &store, &f), &f);
	audit_start(&audit, store, "host.example", sink, NULL);
}

static void
test_fold(void)
{
	char first[64];

	fresh("fold");
	lines = 0;
	fail(NOW, HERE, ANN, "wrong");
	CHECK_EQ(count(), 1);
	CHECK_STR(newest.action, "login.denied");
	CHECK(strstr(last, "repeat=") == NULL);
	(void)snprintf(first, sizeof(first), "seq=%lld ",
		       (long long)newest.seq);
	for (int i = 1; i < 100; i++) {
		char repeat[32];

		fail(NOW + i, HERE, ANN, "wrong");
		(void)snprintf(repeat, sizeof(repeat), " repeat=%d ", i);
		CHECK(strstr(last, repeat) != NULL);
		CHECK(strstr(last, first) != NULL);
		CHECK(strstr(last, "action=login.denied outcome=failure") !=
		      NULL);
		/* What others chose stays last, and quoted. */
		CHECK(strstr(last, " rhost=\"a") > strstr(last, repeat));
	}
	CHECK_EQ(count(), 1);
	CHECK_EQ(lines, 100);
	/* Another source, person, reason or service: rows of their own. */
	fail(NOW + 100, THERE, ANN, "wrong");
	fail(NOW + 100, HERE, BOB, "wrong");
	fail(NOW + 100, HERE, ANN, "locked");
	fail(NOW + 100, HERE, NULL, "wrong");
	CHECK_EQ(count(), 5);
	CHECK_EQ(open_ones(HERE), 4);
	/* Not yet; and then at the next failure, whichever it is. */
	fail(NOW + 599, HERE, BOB, "wrong");
	CHECK_EQ(count(), 5);
	fail(NOW + 600, HERE, BOB, "wrong");
	CHECK_EQ(count(), 6);
	CHECK_STR(newest.action, "login.repeated");
	CHECK_STR(newest.outcome, "failure");
	CHECK_STR(newest.actor, "anonymous");
	CHECK_STR(newest.target, ANN);
	CHECK_STR(newest.service, "sshd");
	CHECK_STR(newest.rhost, "a\\\\b\\x01");
	CHECK_EQ(newest.at, NOW + 600);
	CHECK_STR(meta("count"), "99");
	CHECK_STR(meta("of"), "login.denied");
	CHECK_STR(meta("reason"), "wrong");
	CHECK_STR(meta("source"), HERE);
	CHECK_STR(meta("first"), "2023-11-14T22:13:20Z");
	CHECK_STR(meta("last"), "2023-11-14T22:14:59Z");
	CHECK_STR(meta("device"), "(none)");
	CHECK_EQ(audit_burst_failed(&newest), 99);
	/* The next one is a first one again. */
	fail(NOW + 601, HERE, ANN, "wrong");
	CHECK_EQ(count(), 7);
	CHECK_STR(newest.action, "login.denied");
	CHECK_EQ(audit_burst_failed(&newest), 0);
}

/* A success ends what is about it, here or there; nothing is told of one that
 * stayed alone. */
static void
test_end(void)
{
	int64_t n = -1;

	fresh("end");
	for (int i = 0; i < 3; i++) {
		fail(NOW, HERE, ANN, "wrong");
		fail(NOW, THERE, ANN, "wrong");
		fail(NOW, HERE, BOB, "wrong");
		fail(NOW, THERE, BOB, "wrong");
	}
	fail(NOW, HERE, BOB, "locked");
	CHECK_EQ(count(), 5);
	CHECK_OK(store_burst_sum(store, ANN, "login.denied", &n, &f), &f);
	CHECK_EQ(n, 4);
	CHECK_OK(store_burst_sum(store, ANN, "account.denied", &n, &f), &f);
	CHECK_EQ(n, 0);
	end(NOW + 1, HERE, ANN);
	CHECK_EQ(count(), 8);
	CHECK_EQ(repeated, 3);
	CHECK_EQ(open_ones(HERE), 0);
	CHECK_EQ(open_ones(THERE), 1);
	CHECK_OK(store_burst_sum(store, ANN, "login.denied", &n, &f), &f);
	CHECK_EQ(n, 0);
	/* gc ends what nobody else does. */
	CHECK_EQ(sweep(NOW + 599), 0);
	CHECK_EQ(sweep(NOW + 600), 1);
	CHECK_EQ(sweep(NOW + 600), 0);
	CHECK_EQ(count(), 9);
	CHECK_STR(newest.target, BOB);
	CHECK_STR(meta("count"), "2");
	end(NOW + 700, HERE, "");
	CHECK_EQ(count(), 9);
}

/* Who did it as whom, in which organization and with which device, is told of
 * each by itself, the first time and in the end. */
static void
test_apart(void)
{
	struct audit_entry e[6];
	size_t n = sizeof(e) / sizeof(e[0]);

	fresh("apart");
	for (size_t i = 0; i < n; i++)
		e[i] = denied(ANN, "not_member");
	e[1].org = ANN;
	e[2].org = BOB;
	e[3].actor = BOB;
	e[4].effective = ANN;
	e[5].meta[3] = (struct audit_pair){ "device", "laptop,phone" };
	for (size_t i = 0; i < n; i++) {
		fail_as(NOW, HERE, &e[i]);
		CHECK_EQ(count(), (int64_t)i + 1);
		fail_as(NOW, HERE, &e[i]);
		CHECK_EQ(count(), (int64_t)i + 1);
	}
	CHECK_STR(meta("device"), "laptop,phone");
	for (size_t i = 0; i < n; i++) {
		/* Each in a window of its own, so that its end is alone. */
		int64_t at = NOW + 10000 * (int64_t)(i + 1);

		fail_as(at, THERE, &e[i]);
		fail_as(at, THERE, &e[i]);
		end(at + 1, THERE, "");
		CHECK_EQ(count(), 2 * (int64_t)i + 8);
		CHECK_STR(newest.action, "login.repeated");
		CHECK_STR(newest.org, e[i].org == NULL ? "" : e[i].org);
		CHECK_STR(newest.actor, e[i].actor);
		CHECK_STR(newest.effective,
			  e[i].effective == NULL ? "" : e[i].effective);
	}
	CHECK_STR(meta("device"), "laptop,phone");
}

static const char *
person(int i)
{
	static char target[ID_LENGTH + 1];

	(void)snprintf(target, sizeof(target), "01890a5d-ac96-774b-bcce-%012d",
		       i);
	return target;
}

/* Whoever varies what can be varied gets few rows, too. */
static void
test_many(void)
{
	fresh("many");
	for (int i = 0; i < 1000; i++)
		fail(NOW + i / 10, HERE, person(i), "wrong");
	CHECK_EQ(count(), 121);
	CHECK_STR(newest.target, person(120));
	CHECK_EQ(open_ones(HERE), 121);
	/* What has a burst goes on in it. */
	fail(NOW + 100, HERE, person(7), "wrong");
	CHECK_EQ(count(), 121);
	end(NOW + 101, HERE, "");
	CHECK_EQ(count(), 123);
	CHECK_EQ(repeated, 2);
	CHECK_EQ(open_ones(HERE), 0);
	/* Of all the rest it says how many, and from where. */
	CHECK_STR(newest.target, "");
	CHECK_STR(newest.service, "");
	CHECK_STR(newest.actor, "anonymous");
	CHECK_STR(newest.rhost, "a\\\\b\\x01");
	CHECK_STR(meta("count"), "879");
	CHECK_STR(meta("of"), "login.denied");
	CHECK_STR(meta("source"), HERE);
	CHECK_STR(meta("reason"), "(none)");
	CHECK_EQ(audit_burst_failed(&newest), 879);
}

/* No number of those who are nobody hides one who is known. */
static void
test_hidden(void)
{
	struct audit_entry e = denied(NULL, "unknown_account");
	int64_t n = -1;

	fresh("hidden");
	for (int i = 0; i < 1000; i++) {
		char service[32];

		(void)snprintf(service, sizeof(service), "s%d", i);
		e.service = service;
		fail_as(NOW, HERE, &e);
	}
	CHECK_EQ(count(), 64);
	fail(NOW + 1, HERE, ANN, "wrong");
	CHECK_EQ(count(), 65);
	CHECK_STR(newest.action, "login.denied");
	CHECK_STR(newest.target, ANN);
	for (int i = 0; i < 9; i++)
		fail(NOW + 2, HERE, ANN, i % 2 == 0 ? "wrong" : "locked");
	/* Something else of hers, and somebody else. */
	e = denied(ANN, "wrong");
	e.action = "account.denied";
	fail_as(NOW + 2, HERE, &e);
	fail(NOW + 2, HERE, BOB, "wrong");
	CHECK_EQ(count(), 67);
	CHECK_OK(store_burst_sum(store, ANN, "login.denied", &n, &f), &f);
	CHECK_EQ(n, 9);
	end(NOW + 3, THERE, ANN);
	CHECK_EQ(count(), 68);
	CHECK_STR(newest.action, "login.repeated");
	CHECK_STR(newest.target, ANN);
	CHECK_STR(newest.service, "");
	CHECK_STR(meta("count"), "9");
	CHECK_STR(meta("reason"), "(none)");
	CHECK_EQ(audit_burst_failed(&newest), 9);
}

/* A clock that was set back or ahead keeps none of them for ever. */
static void
test_clock(void)
{
	fresh("clock");
	fail(NOW, HERE, ANN, "wrong");
	fail(NOW + 1, HERE, ANN, "wrong");
	fail(NOW - 5000, HERE, ANN, "wrong");
	CHECK_EQ(count(), 3);
	CHECK_EQ(repeated, 1);
	fail(NOW + 100000, HERE, ANN, "wrong");
	CHECK_EQ(count(), 4);
	CHECK_EQ(repeated, 1);
}

/* What is not committed was not counted, nor told. */
static void
test_undone(void)
{
	const struct audit_entry e = denied(ANN, "wrong");
	struct store_burst b[STORE_BURST_MOST];
	size_t n = 0;

	fresh("undone");
	fail(NOW, HERE, ANN, "wrong");
	fail(NOW, HERE, ANN, "wrong");
	lines = 0;
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(store, &t, &f), &f);
		CHECK_OK(audit_burst_write(&audit, NOW, HERE, &e, &f), &f);
	}
	audit_discard(&audit);
	CHECK_EQ(lines, 0);
	CHECK_OK(store_burst_about(store, ANN, b, &n, &f), &f);
	CHECK_EQ(n, 1);
	CHECK_EQ(b[0].count, 1);
	/* And without a transaction it is no failure that can be told. */
	CHECK_EQ(audit_burst_write(&audit, NOW, HERE, &e, &f),
		 STATUS_CONFLICT);
	audit_discard(&audit);
	CHECK_EQ(lines, 0);
}

/* The first row may be pruned before its burst is over. */
static void
test_pruned(void)
{
	struct store_burst b = { .source = HERE,
				 .target = ANN,
				 .audit = { BOB },
				 .seq = 7,
				 .first_at = NOW,
				 .last_at = NOW + 3,
				 .count = 12 };

	fresh("pruned");
	b.what[0] = 1;
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(store, &t, &f), &f);
		CHECK_OK(store_burst_put(store, &b, &f), &f);
		CHECK_OK(store_commit(&t, &f), &f);
	}
	CHECK_EQ(sweep(NOW + 600), 1);
	CHECK_EQ(count(), 1);
	CHECK_STR(newest.action, "login.repeated");
	CHECK_STR(newest.actor, "anonymous");
	CHECK_STR(newest.target, ANN);
	CHECK_STR(meta("count"), "12");
	CHECK_STR(meta("first_seq"), "7");
}

int
main(void)
{
	CHECK_OK(crypto_start(&f), &f);
	test_fold();
	test_end();
	test_apart();
	test_many();
	test_hidden();
	test_clock();
	test_undone();
	test_pruned();
	store_close(store);
	return test_done();
}
