/* SPDX-License-Identifier: MIT */
/* Writers killed at random moments: what was reported is there, whole. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../fixture.h"

#define ROUNDS 50

static struct fault f;
static char where[512];

/* Three rows of one transaction that have to agree. */
static enum status
step(struct store *s, unsigned n)
{
	struct store_audit a = { .id = fixture_id(100000 + n), .at = NOW };
	struct store_account account;
	char text[32];
	enum status st;
	STORE_TXN(t);

	(void)strcpy(a.host, "host");
	(void)strcpy(a.action, "user.renamed");
	(void)strcpy(a.outcome, "success");
	memset(a.meta, 'm', 5000);
	(void)snprintf(text, sizeof(text), "%u", n);
	if ((st = store_begin(s, &t, &f)) != STATUS_OK ||
	    (st = store_account_by_name(s, "user1", &account, &f)) !=
		    STATUS_OK)
		return st;
	account.updated_at = n;
	if ((st = store_account_update(s, &account, &f)) != STATUS_OK ||
	    (st = store_audit_insert(s, &a, &f)) != STATUS_OK ||
	    (st = store_meta_put(s, "n", text, &f)) != STATUS_OK)
		return st;
	return store_commit(&t, &f);
}

static void
run_writer(unsigned from, int report)
{
	struct store *s = NULL;

	if (store_open(where, STORE_WRITE, &s, &f) != STATUS_OK)
		_exit(1);
	for (unsigned n = from + 1;; n++)
		if (step(s, n) != STATUS_OK ||
		    write(report, &n, sizeof(n)) != sizeof(n))
			_exit(2);
}

/* The last number reported by a writer that was killed after a while. */
static unsigned
run_and_kill(unsigned from, long microseconds)
{
	struct timespec pause = { .tv_nsec = microseconds * 1000 };
	unsigned last = from, n;
	int report[2], status = 0;
	pid_t pid;

	CHECK(pipe(report) == 0);
	if ((pid = fork()) == 0)
		run_writer(from, report[1]);
	(void)close(report[1]);
	(void)nanosleep(&pause, NULL);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status));
	while (read(report[0], &n, sizeof(n)) == sizeof(n))
		last = n;
	(void)close(report[0]);
	return last;
}

static void
see_problem(void *ctx, const char *problem)
{
	test_note("%s", problem);
	++*(unsigned *)ctx;
}

static bool
count(void *ctx, const struct store_audit *a)
{
	*(unsigned *)ctx += a->meta[4999] == 'm';
	return true;
}

int
main(void)
{
	const struct store_audit_filter all = { .limit = 0 };
	struct store *s = fixture_store("crash");
	unsigned done = 0, seed = (unsigned)getpid(), far = 0;
	unsigned longest = 25000; /* microseconds until it is killed */

	fixture_add_account(s, 1);
	store_close(s);
	(void)strcpy(where, fixture_where("crash"));
	for (int round = 0; round < ROUNDS; round++) {
		unsigned reported, problems = 0, rows = 0, found;
		struct store_account a;
		char text[32] = "0";
		enum status st;

		reported =
			run_and_kill(done, (unsigned)rand_r(&seed) % longest);
		s = fixture_open(where);
		CHECK_OK(store_integrity(s, see_problem, &problems, &f), &f);
		CHECK_EQ(problems, 0);
		st = store_meta_get(s, "n", text, sizeof(text), &f);
		CHECK(st == STATUS_OK || st == STATUS_NOT_FOUND);
		found = (unsigned)atoi(text);
		/* One more than it could still report is all there may be. */
		CHECK(found == reported || found == reported + 1);
		CHECK_OK(store_audit_list(s, &all, count, &rows, &f), &f);
		CHECK_EQ(rows, found);
		CHECK_OK(store_account_by_name(s, "user1", &a, &f), &f);
		CHECK_EQ(a.version, found + 1);
		store_close(s);
		far += found > done;
		/* On a slow machine it does not come to writing by then. */
		if (far == 0 && longest < 500000)
			longest += longest / 2;
		done = found;
	}
	test_note("%u of %d rounds wrote, %u in all", far, ROUNDS, done);
	CHECK(done > 0);
	return test_done();
}
