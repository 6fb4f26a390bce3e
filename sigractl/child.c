/* SPDX-License-Identifier: MIT */
#include "sigractl/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"

struct child_report {
	struct fault fault;
	unsigned char result[CHILD_RESULT_MAX];
};

static void
child_work(enum status (*work)(void *ctx, struct fault *f), void *ctx,
	   const void *result, size_t size, int to)
{
	struct child_report r = { .fault = { .text = "" } };
	enum status st = work(ctx, &r.fault);

	r.fault.status = st;
	if (size > 0)
		memcpy(r.result, result, size);
	/* When it cannot be told, the parent takes it for a death. */
	st = file_write(to, &r, sizeof(r), NULL);
	_exit(st == STATUS_OK ? 0 : 1);
}

enum status
child_run(enum status (*work)(void *ctx, struct fault *f), void *ctx,
	  void *result, size_t size, struct fault *f)
{
	struct child_report r = { .fault = { .text = "" } };
	AUTO_FD int from = -1, to = -1;
	size_t len = 0;
	enum status st;
	int ends[2];
	pid_t pid;

	assert(size <= CHILD_RESULT_MAX);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_errno(f, errno, "cannot make a pipe");
	from = ends[0];
	to = ends[1];
	(void)fflush(stdout);
	if ((pid = fork()) < 0)
		return fault_errno(f, errno, "cannot fork");
	if (pid == 0)
		child_work(work, ctx, result, size, to);
	(void)close(steal_fd(&to));
	st = file_read(from, &r, sizeof(r), &len, f);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (st != STATUS_OK || len != sizeof(r))
		return fault(f, STATUS_IN_DOUBT,
			     "the part that works on the store died");
	if (r.fault.status == STATUS_OK) {
		if (size > 0)
			memcpy(result, r.result, size);
		return STATUS_OK;
	}
	r.fault.text[sizeof(r.fault.text) - 1] = '\0';
	return fault(f, r.fault.status, "%s", r.fault.text);
}

static void
child_alone(int talk)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid();
	child_signals_hold();
	for (int fd = 0; fd < CHILD_TALK; fd++)
		(void)dup2(null, fd);
	if (talk != CHILD_TALK)
		(void)dup2(talk, CHILD_TALK);
	(void)close_range(CHILD_TALK + 1, UINT_MAX, 0);
}

enum status
child_begin(void (*serve)(const void *ctx), const void *ctx, struct child *out,
	    struct fault *f)
{
	AUTO_FD int ours = -1, its = -1;
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return fault_errno(f, errno, "cannot make a socket pair");
	ours = ends[0];
	its = ends[1];
	(void)fflush(stdout);
	if ((pid = fork()) < 0)
		return fault_errno(f, errno, "cannot fork");
	if (pid == 0) {
		child_alone(its);
		serve(ctx);
		_exit(0);
	}
	*out = (struct child){ .talk = steal_fd(&ours), .pid = pid };
	return STATUS_OK;
}

void
child_end(struct child *c)
{
	if (c->pid <= 0)
		return;
	(void)close(c->talk);
	while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	*c = (struct child){ .talk = -1 };
}

static void
child_signals(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGQUIT);
	(void)sigaddset(&set, SIGTSTP);
	(void)sigprocmask(how, &set, NULL);
}

void
child_signals_hold(void)
{
	child_signals(SIG_BLOCK);
}

void
child_signals_free(void)
{
	child_signals(SIG_UNBLOCK);
}
