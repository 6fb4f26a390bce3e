/* SPDX-License-Identifier: MIT */
/* So many hash at a time, and no more; the dead make room. */
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sigrad/slots.h"
#include "test.h"

#define SLOTS 3
#define CHILDREN 12

static struct fault f;
static int said[2], go[2];

static void
work(void)
{
	struct slots s;
	char byte = 'i';

	if (slots_open(&s, test_dir(), SLOTS, &f) != STATUS_OK ||
	    s.gate.enter(&s.gate, &f) != STATUS_OK ||
	    write(said[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1)
		_exit(1);
	s.gate.leave(&s.gate);
	slots_close(&s);
	_exit(0);
}

static bool
heard(int ms)
{
	struct pollfd p = { .fd = said[0], .events = POLLIN };
	char byte;

	return poll(&p, 1, ms) == 1 && read(said[0], &byte, 1) == 1;
}

static void
test_many(void)
{
	unsigned failed = 0;
	int how;

	for (int i = 0; i < CHILDREN; i++)
		if (fork() == 0)
			work();
	for (int i = 0; i < SLOTS; i++)
		CHECK(heard(20000));
	/* All others look for a slot by now, again and again. */
	CHECK(!heard(50));
	for (int i = SLOTS; i < CHILDREN; i++) {
		CHECK_EQ(write(go[1], "g", 1), 1);
		CHECK(heard(20000));
	}
	CHECK(!heard(0));
	for (int i = 0; i < SLOTS; i++)
		CHECK_EQ(write(go[1], "g", 1), 1);
	for (int i = 0; i < CHILDREN; i++)
		failed += wait(&how) < 0 || how != 0;
	CHECK_EQ(failed, 0);
}

static void
test_killed(void)
{
	pid_t pid[SLOTS];
	int how;

	for (int i = 0; i < SLOTS; i++) {
		if ((pid[i] = fork()) == 0)
			work();
		CHECK(heard(20000));
	}
	CHECK_EQ(kill(pid[1], SIGKILL), 0);
	CHECK(waitpid(pid[1], &how, 0) == pid[1]);
	if ((pid[1] = fork()) == 0)
		work();
	CHECK(heard(20000));
	CHECK_EQ(write(go[1], "ggg", SLOTS), SLOTS);
	for (int i = 0; i < SLOTS; i++)
		CHECK(waitpid(pid[i], &how, 0) == pid[i] && how == 0);
}

static void
test_files(void)
{
	struct slots s;
	char path[512];
	size_t n = strlen(test_dir());

	/* 0: one a processor. */
	CHECK_OK(slots_open(&s, test_dir(), 0, &f), &f);
	CHECK_EQ(s.n, sysconf(_SC_NPROCESSORS_ONLN) > SLOTS_MAX
			      ? SLOTS_MAX
			      : sysconf(_SC_NPROCESSORS_ONLN));
	slots_close(&s);

	/* One that others may open could be held by them. */
	memcpy(path, test_dir(), n);
	memcpy(path + n, "/sigra.slot-1", sizeof("/sigra.slot-1"));
	CHECK_EQ(chmod(path, 0666), 0);
	CHECK_EQ(slots_open(&s, test_dir(), SLOTS, &f), STATUS_UNAVAILABLE);
	slots_close(&s);
}

int
main(void)
{
	CHECK(test_dir() != NULL && pipe(said) == 0 && pipe(go) == 0);
	test_many();
	test_killed();
	test_files();
	return test_done();
}
