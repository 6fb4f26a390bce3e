/* SPDX-License-Identifier: MIT */
/* kill -9 of writers at random moments: what was reported is there, and the
 * chain goes on. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "chained.h"
#include "test.h"

#define KILLS 200
#define LIFE 12000000 /* nanoseconds, at most */

/* A byte for each row that is written, until it is killed. */
static void
writer(const char *where, int report)
{
	struct chained x = { .store = NULL };

	while ((x.store != NULL ||
		chained_open(&x, where, CHAINED_HOST) == STATUS_OK) &&
	       chained_row(&x, "a.row") == STATUS_OK &&
	       write(report, "+", 1) == 1)
		continue;
	(void)fprintf(stderr, "%s\n", x.f.text);
	_exit(1);
}

static long
round_of(const char *where, uint32_t dice)
{
	struct timespec life = { .tv_nsec = (long)(dice % LIFE) };
	int ends[2], status = 0;
	pid_t child;
	long n = 0;
	char byte;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		return -1;
	if (child == 0) {
		(void)close(ends[0]);
		writer(where, ends[1]);
	}
	(void)close(ends[1]);
	/* It has begun; some are killed at their first row. */
	if (dice % 4 != 0 && read(ends[0], &byte, 1) == 1)
		n++;
	(void)nanosleep(&life, NULL);
	(void)kill(child, SIGKILL);
	while (read(ends[0], &byte, 1) == 1)
		n++;
	(void)close(ends[0]);
	if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status))
		return -1;
	return n;
}

int
main(void)
{
	struct audit_new_key made = { .start = 0 };
	uint8_t head[CHAIN_HEAD_SIZE];
	long reported = 0, failed = 0, behind = 0;
	uint32_t dice[KILLS];
	struct chained x;
	int64_t rows;
	SECRET(key);

	CHECK_OK(crypto_start(&x.f), &x.f);
	chained_make(&x, "killed");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	chained_close(&x);
	crypto_random(dice, sizeof(dice));
	(void)fflush(stdout);
	for (int i = 0; i < KILLS; i++) {
		long n = round_of(x.where, dice[i]);
		struct store *s = NULL;
		AUDIT_LINK(l);

		failed += n < 0;
		reported += n < 0 ? 0 : n;
		if (store_open(x.where, STORE_READ, &s, &x.f) != STATUS_OK ||
		    audit_link_find(s, &l, &x.f) != STATUS_OK) {
			test_note("%s", x.f.text);
			failed++;
		}
		behind += l.rolled > 0;
		store_close(s);
	}
	CHECK_EQ(failed, 0);
	CHECK_OK(chained_open(&x, x.where, CHAINED_HOST), &x.f);
	CHECK_OK(chained_row(&x, "a.last"), &x.f);
	rows = chained_proved(&x, CHAINED_HOST, made.start, &key, head);
	test_note("%ld rows were reported, %lld are there; %ld of %d kills "
		  "left the file behind",
		  reported, (long long)rows - 2, behind, KILLS);
	CHECK(reported > 0 && rows - 2 >= reported);
	CHECK(rows - 2 <= reported + KILLS);
	CHECK_EQ(x.stuck, 0);
	chained_close(&x);
	return test_done();
}
