/* SPDX-License-Identifier: MIT */
/* Processes that want the same thing at once, each with its own handle. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fixture.h"

#define ROUNDS 150
#define WRITERS 8
#define TURNS 25

static struct fault f;
static char where[512];

static struct shared {
	pthread_barrier_t start;
	enum status said[2][ROUNDS];
	unsigned done[WRITERS];
	bool won[2][WRITERS][TURNS]; /* steps, codes */
} * shared;

/* One thing that only one of two may get. */
struct prize {
	const char *name;
	void (*lay_out)(struct store *s, unsigned round);
	enum status (*grab)(struct store *s, unsigned round, unsigned who);
};

static void
login_lay_out(struct store *s, unsigned round)
{
	struct store_login l = { .id = fixture_id(10000 + round),
				 .account = fixture_id(1),
				 .at = NOW };
	enum status st;

	(void)strcpy(l.user, "user1");
	ALONE(s, st, store_login_insert(s, &l, &f));
	if (st != STATUS_OK)
		CHECK(false);
}

static enum status
login_grab(struct store *s, unsigned round, unsigned who)
{
	const struct id id = fixture_id(10000 + round);

	return store_login_consume(s, &id, NOW + 1 + who, &f);
}

static void
guess_lay_out(struct store *s, unsigned round)
{
	struct store_guess g = { .id = fixture_id(20000 + round),
				 .at = NOW,
				 .deadline = NOW + 60 };
	enum status st;

	(void)strcpy(g.subject, "a");
	(void)strcpy(g.source, "x");
	(void)strcpy(g.factor, "password");
	ALONE(s, st, store_guess_insert(s, &g, STORE_GUESS_PENDING, &f));
	if (st != STATUS_OK)
		CHECK(false);
}

static enum status
guess_grab(struct store *s, unsigned round, unsigned who)
{
	const struct id id = fixture_id(20000 + round);

	return store_guess_settle(
		s, &id, who == 0 ? STORE_GUESS_PASSED : STORE_GUESS_FAILED,
		&f);
}

static void
name_lay_out(struct store *s, unsigned round)
{
	fixture_add_account(s, 30000 + round);
}

/* Both read version 1 beforehand; only one may write version 2. */
static enum status
name_grab(struct store *s, unsigned round, unsigned who)
{
	struct store_account a = fixture_account(30000 + round);

	(void)snprintf(a.name, sizeof(a.name), "new%u-%u", who, round);
	return store_account_update(s, &a, &f);
}

static void
step_lay_out(struct store *s, unsigned round)
{
	const struct store_otp d = fixture_otp(50000 + round, STORE_TOTP);
	enum status st;

	ALONE(s, st, store_otp_insert(s, &d, &f));
	if (st != STATUS_OK)
		CHECK(false);
}

/* The same code, typed twice. */
static enum status
step_grab(struct store *s, unsigned round, unsigned who)
{
	const struct id id = fixture_id(50000 + round);

	return store_otp_spend(s, &id, 101, NOW + 1 + who, &f);
}

static void
counter_lay_out(struct store *s, unsigned round)
{
	const struct store_otp d = fixture_otp(60000 + round, STORE_HOTP);
	enum status st;

	ALONE(s, st, store_otp_insert(s, &d, &f));
	if (st != STATUS_OK)
		CHECK(false);
}

static enum status
counter_grab(struct store *s, unsigned round, unsigned who)
{
	const struct id id = fixture_id(60000 + round);

	return store_otp_spend(s, &id, 107, NOW + 1 + who, &f);
}

static void
code_lay_out(struct store *s, unsigned round)
{
	const struct store_code c =
		fixture_code(70000 + round, STORE_CODE_BACKUP);
	enum status st;

	ALONE(s, st, store_code_insert(s, &c, &f));
	if (st != STATUS_OK)
		CHECK(false);
}

/* As a login does: found unspent, and then spent. */
static enum status
code_grab(struct store *s, unsigned round, unsigned who)
{
	struct store_code c = fixture_code(70000 + round, STORE_CODE_BACKUP);
	enum status st;

	if ((st = store_code_find(s, &c.account, c.kind, c.hash, &c, &f)) !=
	    STATUS_OK)
		return st;
	return store_code_spend(s, &c.id, NOW + 1 + who, &f);
}

static void
run_one(const struct prize *p, unsigned who)
{
	struct store *s = NULL;

	if (store_open(where, STORE_WRITE, &s, &f) != STATUS_OK)
		_exit(2);
	for (unsigned i = 0; i < ROUNDS; i++) {
		STORE_TXN(t);
		enum status st;

		(void)pthread_barrier_wait(&shared->start);
		st = store_begin(s, &t, &f);
		if (st == STATUS_OK)
			st = p->grab(s, i, who);
		if (st == STATUS_OK)
			st = store_commit(&t, &f);
		store_txn_end(&t);
		shared->said[who][i] = st;
	}
	store_close(s);
	_exit(0);
}

static void
wait_for(pid_t pid)
{
	int status = -1;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
}

static void
barrier(unsigned n)
{
	pthread_barrierattr_t attr;

	(void)pthread_barrierattr_init(&attr);
	(void)pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	CHECK(pthread_barrier_init(&shared->start, &attr, n) == 0);
}

static void
test_prize(const struct prize *p)
{
	unsigned won[2] = { 0, 0 }, odd = 0;
	struct store *s = fixture_open(where);
	pid_t pid[2];

	for (unsigned i = 0; i < ROUNDS; i++)
		p->lay_out(s, i);
	store_close(s); /* a handle never crosses fork */
	barrier(2);
	for (unsigned who = 0; who < 2; who++)
		if ((pid[who] = fork()) == 0)
			run_one(p, who);
	for (unsigned who = 0; who < 2; who++)
		wait_for(pid[who]);
	for (unsigned i = 0; i < ROUNDS; i++) {
		enum status a = shared->said[0][i], b = shared->said[1][i];

		won[0] += a == STATUS_OK;
		won[1] += b == STATUS_OK;
		odd += !((a == STATUS_OK && b == STATUS_LOST) ||
			 (a == STATUS_LOST && b == STATUS_OK));
	}
	test_note("%s: %u and %u, %u odd", p->name, won[0], won[1], odd);
	CHECK(odd == 0);
	CHECK_EQ(won[0] + won[1], ROUNDS);
}

static enum status
increment(struct store *s, unsigned n)
{
	char text[32] = "", next[32];
	struct store_audit a = { .id = fixture_id(n), .at = NOW };
	enum status st;
	STORE_TXN(t);

	(void)strcpy(a.host, "host");
	(void)strcpy(a.action, "user.created");
	(void)strcpy(a.outcome, "success");
	if ((st = store_begin(s, &t, &f)) != STATUS_OK ||
	    (st = store_meta_get(s, "n", text, sizeof(text), &f)) != STATUS_OK)
		return st;
	(void)snprintf(next, sizeof(next), "%d", atoi(text) + 1);
	if ((st = store_meta_put(s, "n", next, &f)) != STATUS_OK ||
	    (st = store_audit_insert(s, &a, &f)) != STATUS_OK)
		return st;
	return store_commit(&t, &f);
}

static void
run_writer(unsigned who)
{
	struct store *s = NULL;

	(void)pthread_barrier_wait(&shared->start);
	if (store_open(where, STORE_WRITE, &s, &f) != STATUS_OK)
		_exit(2);
	for (unsigned i = 0; i < TURNS; i++)
		shared->done[who] +=
			increment(s, 40000 + who * 100 + i) == STATUS_OK;
	store_close(s);
	_exit(0);
}

static bool
highest(void *ctx, const struct store_audit *a)
{
	int64_t *seen = ctx;

	seen[0]++;
	if (a->seq > seen[1])
		seen[1] = a->seq;
	return true;
}

static void
test_writers(void)
{
	const struct store_audit_filter all = { .limit = 0 };
	struct store *s = fixture_open(where);
	int64_t seen[2] = { 0, 0 };
	char text[32] = "";
	pid_t pid[WRITERS];
	enum status st;

	ALONE(s, st, store_meta_put(s, "n", "0", &f));
	CHECK_EQ(st, STATUS_OK);
	store_close(s);
	barrier(WRITERS);
	for (unsigned who = 0; who < WRITERS; who++)
		if ((pid[who] = fork()) == 0)
			run_writer(who);
	for (unsigned who = 0; who < WRITERS; who++) {
		wait_for(pid[who]);
		CHECK_EQ(shared->done[who], TURNS);
	}
	s = fixture_open(where);
	CHECK_OK(store_meta_get(s, "n", text, sizeof(text), &f), &f);
	CHECK_EQ(atoi(text), WRITERS * TURNS);
	CHECK_OK(store_audit_list(s, &all, highest, seen, &f), &f);
	CHECK_EQ(seen[0], WRITERS * TURNS);
	CHECK_EQ(seen[1], WRITERS * TURNS);
	store_close(s);
}

/* Many at one step of a device and at one code, round after round. */
static bool
crowd_grab(struct store *s, bool step, unsigned round)
{
	const struct id id = fixture_id(step ? 80000 : 81000 + round);
	enum status st;
	STORE_TXN(t);

	(void)pthread_barrier_wait(&shared->start);
	st = store_begin(s, &t, &f);
	if (st == STATUS_OK)
		st = step ? store_otp_spend(s, &id, 101 + round, NOW, &f)
			  : store_code_spend(s, &id, NOW, &f);
	if (st == STATUS_OK)
		st = store_commit(&t, &f);
	if (st != STATUS_OK && st != STATUS_LOST)
		_exit(3);
	return st == STATUS_OK;
}

static void
run_crowd(unsigned who)
{
	struct store *s = NULL;

	if (store_open(where, STORE_WRITE, &s, &f) != STATUS_OK)
		_exit(2);
	for (unsigned i = 0; i < TURNS; i++) {
		shared->won[0][who][i] = crowd_grab(s, true, i);
		shared->won[1][who][i] = crowd_grab(s, false, i);
	}
	store_close(s);
	_exit(0);
}

static void
crowd_lay_out(void)
{
	const struct store_otp d = fixture_otp(80000, STORE_TOTP);
	struct store *s = fixture_open(where);
	STORE_TXN(t);

	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_otp_insert(s, &d, &f), &f);
	for (unsigned i = 0; i < TURNS; i++) {
		const struct store_code c =
			fixture_code(81000 + i, STORE_CODE_BACKUP);

		CHECK_OK(store_code_insert(s, &c, &f), &f);
	}
	CHECK_OK(store_commit(&t, &f), &f);
	store_close(s);
}

static void
test_crowd(void)
{
	pid_t pid[WRITERS];

	crowd_lay_out();
	barrier(WRITERS);
	for (unsigned who = 0; who < WRITERS; who++)
		if ((pid[who] = fork()) == 0)
			run_crowd(who);
	for (unsigned who = 0; who < WRITERS; who++)
		wait_for(pid[who]);
	for (unsigned i = 0; i < TURNS; i++) {
		unsigned step = 0, code = 0;

		for (unsigned who = 0; who < WRITERS; who++) {
			step += shared->won[0][who][i];
			code += shared->won[1][who][i];
		}
		CHECK_EQ(step, 1);
		CHECK_EQ(code, 1);
	}
}

/* Creating: one wins, and the other says that it is there. */
static void
test_create(void)
{
	unsigned won = 0, conflict = 0;
	char fresh[512];
	pid_t pid[WRITERS];
	struct store *s;

	(void)strcpy(fresh, fixture_where("fresh"));
	barrier(WRITERS);
	for (unsigned who = 0; who < WRITERS; who++)
		if ((pid[who] = fork()) == 0) {
			(void)pthread_barrier_wait(&shared->start);
			_exit((int)store_create(fresh, NOW, &f));
		}
	for (unsigned who = 0; who < WRITERS; who++) {
		int status = -1;

		CHECK(waitpid(pid[who], &status, 0) == pid[who]);
		won += status == STATUS_OK;
		conflict += WEXITSTATUS(status) == STATUS_CONFLICT;
	}
	CHECK_EQ(won, 1);
	CHECK_EQ(conflict, WRITERS - 1);
	s = fixture_open(fresh);
	store_close(s);
}

/* Opening and closing another handle must not give away the first one's
 * locks: POSIX drops all of a process's with any descriptor of the file. */
static void
test_locks_kept(void)
{
	struct store *s = fixture_open(where), *second = NULL;
	int ready[2], told[2];
	bool broke_in;
	char byte = 0;
	pid_t pid;
	STORE_TXN(t);

	CHECK(pipe(ready) == 0 && pipe(told) == 0);
	if ((pid = fork()) == 0) {
		struct store *own = NULL;
		enum status st = STATUS_OK;

		if (read(ready[0], &byte, 1) != 1)
			_exit(3);
		st = store_open(where, STORE_WRITE, &own, &f);
		if (st == STATUS_OK)
			st = store_begin(own, &t, &f);
		if (st == STATUS_OK && write(told[1], "x", 1) != 1)
			_exit(4);
		store_txn_end(&t);
		store_close(own);
		_exit((int)st);
	}
	CHECK_OK(store_begin(s, &t, &f), &f);
	CHECK_OK(store_open(where, STORE_READ, &second, &f), &f);
	store_close(second);
	CHECK(write(ready[1], "x", 1) == 1);
	{
		struct timeval wait = { .tv_usec = 300000 };
		fd_set set;

		FD_ZERO(&set);
		FD_SET(told[0], &set);
		broke_in = select(told[0] + 1, &set, NULL, NULL, &wait) != 0;
	}
	CHECK(!broke_in);
	store_txn_end(&t);
	CHECK(read(told[0], &byte, 1) == 1);
	wait_for(pid);
	store_close(s);
}

int
main(void)
{
	static const struct prize prizes[] = {
		{ "login", login_lay_out, login_grab },
		{ "guess", guess_lay_out, guess_grab },
		{ "name", name_lay_out, name_grab },
		{ "step", step_lay_out, step_grab },
		{ "counter", counter_lay_out, counter_grab },
		{ "code", code_lay_out, code_grab },
	};
	struct store *s = fixture_store("race");

	fixture_add_account(s, 1);
	store_close(s);
	(void)strcpy(where, fixture_where("race"));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	for (size_t i = 0; i < sizeof(prizes) / sizeof(prizes[0]); i++)
		test_prize(&prizes[i]);
	test_crowd();
	test_writers();
	test_create();
	test_locks_kept();
	return test_done();
}
