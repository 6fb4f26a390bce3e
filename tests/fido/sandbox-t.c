/* SPDX-License-Identifier: MIT */
/*
 * The sandbox holds: each case is a child that shuts it and then does what one
 * that a key has taken over would do.
 */
#include "fido/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <fido.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define SANDBOX_BROKEN 77 /* it could not be shut */

static int
sandbox_in_child(int (*act)(void), bool shut)
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (shut && sandbox_shut(20, NULL) != STATUS_OK)
			_exit(SANDBOX_BROKEN);
		_exit(act());
	}
	if (pid < 0 || waitpid(pid, &how, 0) != pid)
		return -1;
	return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

static int
act_open(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0;
}

static int
act_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0;
}

static int
act_exec(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none);
}

static int
act_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0;
}

static int
act_kill(void)
{
	return kill(getppid(), 0);
}

static int
act_trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0;
}

static int
act_control(void)
{
	int n;

	return ioctl(0, FIONREAD, &n) != 0 && errno == EPERM;
}

static int
act_alarm(void)
{
	return alarm(0) == 0;
}

static int
act_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static int
act_become_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED || mprotect(p, 4096, PROT_EXEC) != 0;
}

static int
act_unshare(void)
{
	return (int)syscall(SYS_unshare, 0x10000000);
}

/* What is not forbidden but limited. */
static int
act_memory(void)
{
	return mmap(NULL, 512UL << 20, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		       ? 0
		       : 1;
}

/* What has to work: OpenSSL, memory, descriptors that are open. */
static int
act_work(void)
{
	fido_assert_t *a = fido_assert_new();
	char *p = malloc(1U << 20);
	bool ok = a != NULL && p != NULL &&
		  fido_assert_set_rp(a, "none") == FIDO_OK && getpid() > 0;

	free(p);
	sandbox_prepare();
	fido_assert_free(&a);
	return ok ? 0 : 1;
}

static const struct {
	int (*act)(void);
	int end;
	const char *what;
} sandbox_cases[] = {
	{ act_open, -SIGSYS, "open" },
	{ act_socket, -SIGSYS, "socket" },
	{ act_exec, -SIGSYS, "exec" },
	{ act_fork, -SIGSYS, "fork" },
	{ act_kill, -SIGSYS, "kill" },
	{ act_trace, -SIGSYS, "ptrace" },
	{ act_control, -SIGSYS, "ioctl" },
	{ act_alarm, -SIGSYS, "alarm" },
	{ act_code, -SIGSYS, "new code" },
	{ act_become_code, -SIGSYS, "memory that becomes code" },
	{ act_unshare, -SIGSYS, "unshare" },
	{ act_memory, 0, "too much memory" },
	{ act_work, 0, "the work itself" },
};

static void
test_cases(void)
{
	for (size_t i = 0;
	     i < sizeof(sandbox_cases) / sizeof(sandbox_cases[0]); i++) {
		test_note("%s", sandbox_cases[i].what);
		CHECK_EQ(sandbox_in_child(sandbox_cases[i].act, true),
			 sandbox_cases[i].end);
	}
	/* Without it they could: the cases are no cases of another thing. */
	CHECK_EQ(sandbox_in_child(act_open, false), 0);
	CHECK_EQ(sandbox_in_child(act_socket, false), 0);
	CHECK_EQ(sandbox_in_child(act_fork, false), 0);
	CHECK_EQ(sandbox_in_child(act_memory, false), 1);
}

int
main(void)
{
	sandbox_prepare();
	test_cases();
	return test_done();
}
