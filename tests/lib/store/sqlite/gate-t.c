/* SPDX-License-Identifier: MIT */
/* Writers take turns: in their order, past the dead, and past the stopped. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fixture.h"
#include "store/sqlite/sqlite.h"

#define LINE 8

static struct fault f;
static char where[512];
static int said[2], go[2];

static struct sqlite *
open_one(enum store_mode mode)
{
	void *handle = NULL;

	CHECK_OK(engine_sqlite.open(fixture_path(where), mode, &handle, &f),
		 &f);
	return handle;
}

/* With patience that a test has, too. */
static void
hurry(struct sqlite *s)
{
	s->gate.wait_ms = 20;
	(void)sqlite3_busy_timeout(s->db, 20);
}

static char
hear(int fd)
{
	char byte = 0;

	return read(fd, &byte, 1) == 1 ? byte : '!';
}

static void
say(int fd, char byte)
{
	if (write(fd, &byte, 1) != 1)
		_exit(9);
}

/* Begin, say so, and commit when told to. */
static void
hold(void)
{
	void *s = NULL;

	if (engine_sqlite.open(fixture_path(where), STORE_WRITE, &s, &f) !=
		    STATUS_OK ||
	    engine_sqlite.begin(s, &f) != STATUS_OK)
		_exit(1);
	say(said[1], 'h');
	(void)hear(go[0]);
	if (engine_sqlite.commit(s, &f) != STATUS_OK)
		_exit(2);
	engine_sqlite.close(s);
	_exit(0);
}

static pid_t
holder(void)
{
	pid_t pid = fork();

	if (pid == 0)
		hold();
	CHECK_EQ(hear(said[0]), 'h');
	return pid;
}

static int
reap(pid_t pid)
{
	int how = -1;

	CHECK(waitpid(pid, &how, 0) == pid);
	return how;
}

static void
test_file(void)
{
	struct sqlite *s = open_one(STORE_WRITE), *r = open_one(STORE_READ);
	char path[600];
	struct stat sb;

	(void)snprintf(
		path, sizeof(path), "%.*s/sigra.gate",
		(int)(strrchr(fixture_path(where), '/') - fixture_path(where)),
		fixture_path(where));
	CHECK(stat(path, &sb) == 0);
	CHECK_EQ(sb.st_mode & 07777, 0600);
	CHECK_EQ(sb.st_size, 0);
	CHECK(s->gate.fd >= 0);
	CHECK_EQ(r->gate.fd, -1);
	sqlite_close(s);
	sqlite_close(r);

	/* One that is not ours alone is not used. */
	{
		void *none = NULL;

		CHECK(chmod(path, 0666) == 0);
		CHECK_EQ(engine_sqlite.open(fixture_path(where), STORE_WRITE,
					    &none, &f),
			 STATUS_UNAVAILABLE);
		CHECK(none == NULL);
		CHECK(chmod(path, 0600) == 0);
	}
}

/* Does anybody stand in the line, later than LAST? */
static bool
waiting(const struct sqlite *s, int64_t *last)
{
	struct flock q = { .l_type = F_WRLCK,
			   .l_start = *last + 1,
			   .l_len = 0 };

	if (fcntl(s->gate.fd, F_OFD_GETLK, &q) != 0 || q.l_type == F_UNLCK)
		return false;
	*last = q.l_start;
	return true;
}

static void
test_around_writes(void)
{
	struct sqlite *a = open_one(STORE_WRITE), *b = open_one(STORE_WRITE);
	int64_t any = 0;

	hurry(b);
	CHECK(!waiting(b, &any));
	CHECK_OK(sqlite_begin(a, &f), &f);
	CHECK(waiting(b, &any));
	CHECK_EQ(sqlite_begin(b, &f), STATUS_BUSY);
	CHECK(strstr(f.text, "lslocks") != NULL);
	CHECK_OK(sqlite_commit(a, &f), &f);
	any = 0;
	CHECK(!waiting(b, &any));
	CHECK_OK(sqlite_begin(b, &f), &f);
	hurry(a);
	CHECK_EQ(sqlite_begin(a, &f), STATUS_BUSY);
	sqlite_rollback(b);
	CHECK(!waiting(a, &any));
	CHECK_OK(sqlite_begin(a, &f), &f);
	sqlite_rollback(a);
	sqlite_close(a);
	sqlite_close(b);
}

static void
test_killed(void)
{
	struct sqlite *s = open_one(STORE_WRITE);
	pid_t pid = holder();

	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(WIFSIGNALED(reap(pid)));
	hurry(s);
	CHECK_OK(sqlite_begin(s, &f), &f);
	sqlite_rollback(s);
	sqlite_close(s);
}

/* Stopped while writing: busy, in the end.  Stopped in the line: past it. */
static void
test_stopped(void)
{
	struct sqlite *s = open_one(STORE_WRITE);
	struct sqlite *idle = open_one(STORE_WRITE);
	pid_t pid = holder();
	int how = -1;

	CHECK(kill(pid, SIGSTOP) == 0);
	CHECK(waitpid(pid, &how, WUNTRACED) == pid && WIFSTOPPED(how));
	hurry(s);
	CHECK_EQ(sqlite_begin(s, &f), STATUS_BUSY);
	CHECK(kill(pid, SIGCONT) == 0);
	say(go[1], 'g');
	CHECK_EQ(reap(pid), 0);
	CHECK_OK(sqlite_begin(s, &f), &f);
	sqlite_rollback(s);

	sqlite_gate_enter(&idle->gate);
	CHECK_OK(sqlite_begin(s, &f), &f);
	CHECK_OK(sqlite_commit(s, &f), &f);
	sqlite_gate_leave(&idle->gate);
	sqlite_close(idle);
	sqlite_close(s);
}

static void
stand_in_line(char name)
{
	void *handle = NULL;
	struct sqlite *s;

	if (engine_sqlite.open(fixture_path(where), STORE_WRITE, &handle,
			       &f) != STATUS_OK)
		_exit(1);
	s = handle;
	s->gate.wait_ms = 60000;
	sqlite_gate_enter(&s->gate);
	say(said[1], name);
	sqlite_close(s);
	_exit(0);
}

/* One at a time, and who came first is first. */
static void
test_order(void)
{
	struct pollfd quiet = { .fd = said[0], .events = POLLIN };
	struct sqlite *s = open_one(STORE_WRITE);
	pid_t pid[LINE];
	int64_t last = 0;
	unsigned wrong = 0;

	sqlite_gate_enter(&s->gate);
	for (int i = 0; i < LINE; i++) {
		if ((pid[i] = fork()) == 0)
			stand_in_line((char)('a' + i));
		while (!waiting(s, &last))
			(void)usleep(200);
	}
	CHECK_EQ(poll(&quiet, 1, 20), 0);
	sqlite_gate_leave(&s->gate);
	for (int i = 0; i < LINE; i++)
		wrong += hear(said[0]) != 'a' + i;
	CHECK_EQ(wrong, 0);
	for (int i = 0; i < LINE; i++)
		CHECK_EQ(reap(pid[i]), 0);
	sqlite_close(s);
}

int
main(void)
{
	struct store *s = fixture_store("gate");

	store_close(s);
	(void)snprintf(where, sizeof(where), "%s", fixture_where("gate"));
	CHECK(pipe(said) == 0 && pipe(go) == 0);
	test_file();
	test_around_writes();
	test_killed();
	test_stopped();
	test_order();
	return test_done();
}
