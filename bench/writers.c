/* SPDX-License-Identifier: MIT */
/*
 * How long does a writer wait for its turn, and how many get one in a second,
 * when many processes write at once: with the gate of lib/store/sqlite/gate.c
 * and without it, in turns, so that a busy machine is busy for both.
 *   writers [PROCESSES [TURNS [ROUNDS]]]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/sqlite/sqlite.h"

static unsigned processes = 64, turns = 50, rounds = 3;
static char dir[] = "/tmp/sigra-bench-XXXXXX";
static char path[sizeof(dir) + 16];
static struct fault f;

static struct shared {
	pthread_barrier_t start;
	unsigned failed;
} * shared;
static double *waits; /* of all, in ms; shared, too */

static double
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
stop(const char *what)
{
	(void)fprintf(stderr, "writers: %s: %s\n", what, f.text);
	exit(1);
}

/* What a guess writes before its answer is looked at, and its audit row. */
static enum status
write_rows(void *store, const char *id, const char *who)
{
	const struct store_value guess[] = {
		store_text(id),		store_text(who),  store_text("ip:::1"),
		store_text("password"), store_integer(1), store_integer(61),
		store_integer(1),
	};
	const struct store_value audit[] = {
		store_text("bench"),   store_text(id),
		store_integer(1),      store_text("login.denied"),
		store_text("failure"), store_text("anonymous"),
		store_text(""),	       store_text(who),
		store_text(""),	       store_text("sshd"),
		store_text("ssh"),     store_text("::1"),
		store_integer(1),      store_text("{}"),
	};
	enum status st =
		engine_sqlite.run(store, STORE_SQL_GUESS_INSERT, guess,
				  STORE_LEN(guess), NULL, NULL, &f);

	if (st != STATUS_OK)
		return st;
	return engine_sqlite.run(store, STORE_SQL_AUDIT_INSERT, audit,
				 STORE_LEN(audit), NULL, NULL, &f);
}

static enum status
write_once(void *store, unsigned round, unsigned me, unsigned turn,
	   double *waited)
{
	char id[ID_LENGTH + 1], who[32];
	double begun = now_ms();
	enum status st = engine_sqlite.begin(store, &f);

	*waited = now_ms() - begun;
	if (st != STATUS_OK)
		return st;
	(void)snprintf(id, sizeof(id), "%08x-%04x-7000-8000-%012x", turn,
		       round, me);
	(void)snprintf(who, sizeof(who), "user%u", me);
	st = write_rows(store, id, who);
	if (st == STATUS_OK)
		st = engine_sqlite.commit(store, &f);
	engine_sqlite.rollback(store);
	return st;
}

static void
write_all(bool gated, unsigned round, unsigned me)
{
	void *store = NULL;

	if (engine_sqlite.open(path, STORE_WRITE, &store, &f) != STATUS_OK)
		stop("open");
	if (!gated)
		sqlite_gate_close(&((struct sqlite *)store)->gate);
	(void)pthread_barrier_wait(&shared->start);
	for (unsigned i = 0; i < turns; i++)
		if (write_once(store, round, me, i, &waits[me * turns + i]) !=
		    STATUS_OK)
			__atomic_add_fetch(&shared->failed, 1,
					   __ATOMIC_RELAXED);
	(void)pthread_barrier_wait(&shared->start);
	engine_sqlite.close(store);
	_exit(0);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
measure(bool gated, unsigned round)
{
	pthread_barrierattr_t attr;
	size_t n = (size_t)processes * turns;
	double took;

	(void)pthread_barrierattr_init(&attr);
	(void)pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	(void)pthread_barrier_init(&shared->start, &attr, processes + 1);
	shared->failed = 0;
	for (unsigned me = 0; me < processes; me++) {
		pid_t pid = fork();

		if (pid == 0)
			write_all(gated, round, me);
		if (pid < 0)
			stop("fork");
	}
	(void)pthread_barrier_wait(&shared->start);
	took = now_ms();
	(void)pthread_barrier_wait(&shared->start);
	took = now_ms() - took;
	while (wait(NULL) > 0)
		;
	qsort(waits, n, sizeof(*waits), compare);
	(void)printf("%-12s %8.0f/s   wait: half %7.1f  99%% %7.1f  "
		     "longest %7.1f ms   failed %u\n",
		     gated ? "with gate" : "without gate",
		     (double)n / took * 1e3, waits[n / 2], waits[n / 100 * 99],
		     waits[n - 1], shared->failed);
	(void)fflush(stdout);
}

static void *
share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		stop("memory");
	return p;
}

static unsigned
number(const char *text)
{
	unsigned long n = strtoul(text, NULL, 10);

	if (n == 0 || n > 10000)
		stop("give numbers from 1 to 10000");
	return (unsigned)n;
}

int
main(int argc, char **argv)
{
	unsigned *const want[] = { &processes, &turns, &rounds };
	static const char *const left[] = { "sigra.db", "sigra.db-wal",
					    "sigra.db-shm", "sigra.gate" };

	for (int i = 1; i < argc && i <= 3; i++)
		*want[i - 1] = number(argv[i]);
	shared = share(sizeof(*shared));
	waits = share((size_t)processes * turns * sizeof(*waits));
	if (mkdtemp(dir) == NULL)
		stop(dir);
	(void)snprintf(path, sizeof(path), "%s/sigra.db", dir);
	if (engine_sqlite.create(path, 1, &f) != STATUS_OK)
		stop("create");
	(void)printf("%u processes, %u transactions each\n", processes, turns);
	for (unsigned i = 0; i < rounds; i++) {
		measure(false, 2 * i);
		measure(true, 2 * i + 1);
	}
	if (chdir(dir) != 0)
		stop("leave");
	for (size_t i = 0; i < STORE_LEN(left); i++)
		(void)unlink(left[i]);
	return rmdir(dir);
}
