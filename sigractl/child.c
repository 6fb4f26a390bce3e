/* SPDX-License-Identifier: MIT */
#include "sigractl/child.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
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
