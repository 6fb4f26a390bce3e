/* SPDX-License-Identifier: MIT */
#include "sigractl/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"

#define PROGRAM_READS 16 /* before the time is looked at again */

/* One that runs. */
struct program_talk {
	const struct program *program;
	int in, from, pidfd; /* -1: closed */
	pid_t pid;
	size_t sent;
	char *out;
	size_t size, len;
	int64_t until; /* milliseconds */
};

static int64_t
program_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
program_end(struct program_talk *t)
{
	int *const fds[] = { &t->in, &t->from, &t->pidfd };

	for (size_t i = 0; i < 3; i++)
		if (*fds[i] >= 0)
			(void)close(steal_fd(fds[i]));
}

/* Nothing is inherited but the three descriptors; 0: it runs. */
static int
program_spawn(struct program_talk *t, int in, int out)
{
	const struct program *p = t->program;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t all, none;
	int err;

	(void)sigfillset(&all);
	(void)sigemptyset(&none);
	if ((err = posix_spawn_file_actions_init(&files)) != 0)
		return err;
	if ((err = posix_spawnattr_init(&attr)) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return err;
	}
	if ((err = posix_spawn_file_actions_adddup2(&files, in, 0)) == 0 &&
	    (err = posix_spawn_file_actions_adddup2(&files, out, 1)) == 0 &&
	    (err = posix_spawn_file_actions_adddup2(&files, out, 2)) == 0 &&
	    (err = posix_spawn_file_actions_addclosefrom_np(&files, 3)) == 0 &&
	    (err = posix_spawnattr_setsigdefault(&attr, &all)) == 0 &&
	    (err = posix_spawnattr_setsigmask(&attr, &none)) == 0 &&
	    (err = posix_spawnattr_setflags(
		     &attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF |
				    POSIX_SPAWN_SETSIGMASK)) == 0)
		err = posix_spawn(&t->pid, p->path, &files, &attr,
				  (char *const *)(uintptr_t)p->argv,
				  (char *const *)(uintptr_t)p->env);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return err;
}

static enum status
program_start(struct program_talk *t, struct fault *f)
{
	AUTO_FD int in = -1, out = -1;
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(f, errno, "cannot make a pipe");
	in = ends[0];
	t->in = ends[1];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(f, errno, "cannot make a pipe");
	t->from = ends[0];
	out = ends[1];
	if (fcntl(t->in, F_SETFL, O_NONBLOCK) != 0 ||
	    fcntl(t->from, F_SETFL, O_NONBLOCK) != 0)
		return fault_errno(f, errno, "cannot set up a pipe");
	if ((err = program_spawn(t, in, out)) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot run %s: %s",
			     t->program->path, strerror(err));
	t->pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	return STATUS_OK;
}

static void
program_feed(struct program_talk *t)
{
	size_t left = t->program->len - t->sent;
	ssize_t n = 0;

	if (left > 0)
		n = write(t->in, (const char *)t->program->input + t->sent,
			  left);
	if (n > 0)
		t->sent += (size_t)n;
	/* One that does not want to hear it all is no failure. */
	if (t->sent == t->program->len || (n < 0 && errno == EPIPE))
		(void)close(steal_fd(&t->in));
}

/* What does not fit is read and dropped. */
static void
program_hear(struct program_talk *t)
{
	char bytes[4096];
	ssize_t n = -1;

	/* Whoever writes faster than we read must not keep us. */
	for (unsigned i = 0; i < PROGRAM_READS; i++) {
		if ((n = read(t->from, bytes, sizeof(bytes))) <= 0)
			break;

		size_t some = (size_t)n;

		if (some > t->size - 1 - t->len)
			some = t->size - 1 - t->len;
		memcpy(t->out + t->len, bytes, some);
		t->len += some;
	}
	if (n == 0)
		(void)close(steal_fd(&t->from));
}

/* Until it has ended; what it left running may keep the pipe open.  False
 * when its time is over. */
static bool
program_wait(struct program_talk *t)
{
	for (;;) {
		struct pollfd fds[] = { { .fd = t->in, .events = POLLOUT },
					{ .fd = t->from, .events = POLLIN },
					{ .fd = t->pidfd, .events = POLLIN } };
		int64_t left = t->until - program_clock();

		if (left <= 0)
			return false;
		if (poll(fds, 3, (int)left) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents != 0)
			program_feed(t);
		if (fds[1].revents != 0)
			program_hear(t);
		/* Without a pidfd the end of the pipe has to do. */
		if (fds[2].revents != 0 || (t->pidfd < 0 && t->from < 0))
			return true;
	}
}

static enum status
program_talk(struct program_talk *t, int *code, struct fault *f)
{
	bool ended;
	int how;

	ended = program_wait(t);
	if (!ended) {
		(void)kill(-t->pid, SIGKILL);
		(void)kill(t->pid, SIGKILL);
	}
	while (waitpid(t->pid, &how, 0) < 0 && errno == EINTR)
		continue;
	if (!ended)
		return fault(f, STATUS_BUSY, "%s took longer than %u seconds",
			     t->program->path, t->program->seconds);
	if (t->from >= 0)
		program_hear(t);
	t->out[t->len] = '\0';
	*code = WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
	return STATUS_OK;
}

enum status
program_run(const struct program *p, char *out, size_t size, int *code,
	    struct fault *f)
{
	struct program_talk t = { .program = p,
				  .in = -1,
				  .from = -1,
				  .pidfd = -1,
				  .out = out,
				  .size = size,
				  .until = program_clock() +
					   p->seconds * INT64_C(1000) };
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	enum status st = program_start(&t, f);

	out[0] = '\0';
	if (st == STATUS_OK)
		st = program_talk(&t, code, f);
	program_end(&t);
	(void)signal(SIGPIPE, before);
	return st;
}
