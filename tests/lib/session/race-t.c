/* SPDX-License-Identifier: MIT */
/* One code, typed by many at the same moment. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guests.h"

#define GOOD "correct horse"
#define ROUNDS 50
#define ACTS 5
#define AT_ONCE 16
#define WHERE "192.0.2.1"

/* How a child ends. */
enum { IN = 10, SPENT, OTHER };

static struct fixture x;
static struct store_account ann;

static void
real_pause(struct io *io, unsigned milliseconds)
{
	(void)io;
	(void)poll(NULL, 0, (int)milliseconds / 10 + 1);
}

/* A handle of SQLite never crosses fork(2). */
static void
child(int go, const char *password, const char *code)
{
	struct request r = fixture_request(PHASE_AUTH, "ann", WHERE);
	struct session_verdict v;
	char where[600], byte;
	struct fault f;

	(void)snprintf(where, sizeof(where), "sqlite:%s/race/sigra.db",
		       test_dir());
	if (store_open(where, STORE_WRITE, &x.store, &f) != STATUS_OK)
		_exit(OTHER);
	x.env.store = x.audit.store = x.store;
	x.io.pause = real_pause;
	fixture_type(&x, 2, password, code);
	/* Ends when the parent has started all of us. */
	if (read(go, &byte, 1) != 0)
		_exit(OTHER);
	v = fixture_run(&x, &r);
	if (v.step == POLICY_ALLOW)
		_exit(IN);
	_exit(v.step == POLICY_DENY && v.reason == POLICY_SPENT ? SPENT
								: OTHER);
}

static void
start_all(const char *password, const char *code)
{
	int go[2];

	if (pipe(go) != 0)
		abort();
	for (int i = 0; i < AT_ONCE; i++) {
		pid_t pid = fork();

		if (pid < 0)
			abort();
		if (pid > 0)
			continue;
		(void)close(go[1]);
		child(go[0], password, code);
	}
	(void)close(go[0]);
	(void)close(go[1]);
}

static void
check_uncharged(const char *factor)
{
	struct store_guess_counts n = { .pair_failed = -1 };
	struct fault f;

	CHECK_OK(store_guess_count(x.store, ann.id.s, "ip:" WHERE, factor,
				   x.now, 86400, 900, 60, 86400, &n, &f),
		 &f);
	CHECK_EQ(n.pair_failed, 0);
	CHECK_EQ(n.pair_pending, 0);
	CHECK_EQ(n.run_failed, 0);
	CHECK_EQ(n.source_failed, 0);
}

static void
race(const char *password, const char *code)
{
	int in = 0, spent = 0, other = 0, status;

	start_all(password, code);
	while (wait(&status) > 0) {
		int how = WIFEXITED(status) ? WEXITSTATUS(status) : OTHER;

		in += how == IN;
		spent += how == SPENT;
		other += how != IN && how != SPENT;
	}
	CHECK_EQ(in, 1);
	CHECK_EQ(spent, AT_ONCE - 1);
	CHECK_EQ(other, 0);
}

/* The code by which somebody acts as her is good once, too. */
static void
race_acts(void)
{
	char code[CODE_TEXT_LENGTH + 1];

	x.now += 60;
	guests_acts(&x, &ann, "system", 600, code);
	race(code, "123456");
}

int
main(void)
{
	fixture_start(&x, "race");
	fixture_user(&x, "ann", GOOD, &ann);
	fixture_totp(&x, &ann, "ann");
	for (int i = 0; i < ROUNDS; i++) {
		x.now += 60;
		/* Every tenth time a backup code. */
		race(GOOD,
		     i % 10 == 9 ? fixture_once(&x, &ann, STORE_CODE_BACKUP, 0)
				 : fixture_code(&x, "ann", 0));
	}
	for (int i = 0; i < ACTS; i++)
		race_acts();
	check_uncharged("password");
	check_uncharged("otp");
	CHECK_EQ(fixture_audited(&x, "login.granted"), ROUNDS + ACTS);
	CHECK_EQ(fixture_failed(&x), (ROUNDS + ACTS) * (AT_ONCE - 1));
	fixture_stop(&x);
	return test_done();
}
