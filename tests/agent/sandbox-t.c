/* SPDX-License-Identifier: MIT */
/*
 * The sandbox holds: each case is a child that shuts it and then does what a
 * program that was taken over would do.  It ends by a status or by SIGSYS.
 */
#include "agent/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"

#define SANDBOX_BROKEN 77 /* it could not be shut */
#define SANDBOX_DONE 0	  /* the call went through */

static int sandbox_pair[2];

static int
sandbox_in_child(int (*act)(void))
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct fault f;

		if (sandbox_shut(&f) != STATUS_OK)
			_exit(SANDBOX_BROKEN);
		_exit(act());
	}
	if (pid < 0 || waitpid(pid, &how, 0) != pid)
		return -1;
	return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

static int
sandbox_result(bool ok)
{
	return ok ? SANDBOX_DONE : errno;
}

/* All that it is for. */
static int
act_talk(void)
{
	struct pollfd p[2] = { { .fd = sandbox_pair[1], .events = POLLIN },
			       { .fd = sandbox_pair[1], .events = POLLIN } };
	struct timespec t;
	char byte = 'x';

	(void)alarm(30);
	return sandbox_result(
		send(sandbox_pair[0], &byte, 1, MSG_NOSIGNAL) == 1 &&
		poll(p, 2, 1000) == 2 &&
		recv(sandbox_pair[1], &byte, 1, 0) == 1 &&
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t) == 0);
}

static int
act_open(void)
{
	return sandbox_result(open("/etc/passwd", O_RDONLY) >= 0);
}

static int
act_write(void)
{
	return sandbox_result(
		open("/tmp/sigra-agent-t", O_WRONLY | O_CREAT, 0600) >= 0);
}

static int
act_socket(void)
{
	return sandbox_result(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static int
act_connect(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	return sandbox_result(connect(sandbox_pair[0],
				      (const struct sockaddr *)&to,
				      sizeof(to)) == 0);
}

static int
act_send_elsewhere(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX,
				  .sun_path = "/nowhere" };

	return sandbox_result(sendto(sandbox_pair[0], "x", 1, MSG_NOSIGNAL,
				     (const struct sockaddr *)&to,
				     sizeof(to)) == 1);
}

static int
act_pass_descriptor(void)
{
	struct msghdr m = { .msg_iovlen = 0 };

	return sandbox_result(sendmsg(sandbox_pair[0], &m, 0) >= 0);
}

static int
act_duplicate(void)
{
	return sandbox_result(dup(sandbox_pair[0]) >= 0);
}

static int
act_exec(void)
{
	char *const argv[] = { NULL };

	return sandbox_result(execve("/bin/true", argv, argv) == 0);
}

static int
act_fork(void)
{
	return sandbox_result(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0);
}

static int
act_map(void)
{
	return sandbox_result(mmap(NULL, 4096, PROT_READ,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1,
				   0) != MAP_FAILED);
}

static int
act_kill(void)
{
	return sandbox_result(kill(getppid(), 0) == 0);
}

static int
act_become(void)
{
	return sandbox_result(setuid(0) == 0);
}

static int
act_ioctl(void)
{
	return sandbox_result(syscall(SYS_ioctl, 0, 0, 0) == 0);
}

/* Before the filter, since asking is not allowed behind it. */
static void
test_shed(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct have[2];
	struct fault f;
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (sandbox_shed(&f) != STATUS_OK ||
		    syscall(SYS_capget, &head, have) != 0)
			_exit(1);
		_exit(have[0].effective != 0 || have[0].permitted != 0 ||
		      have[1].effective != 0 || have[1].permitted != 0);
	}
	CHECK(pid > 0 && waitpid(pid, &how, 0) == pid && how == 0);
}

int
main(void)
{
	int (*const deadly[])(void) = {
		act_open,      act_write,	   act_socket,
		act_connect,   act_send_elsewhere, act_pass_descriptor,
		act_duplicate, act_exec,	   act_fork,
		act_map,       act_kill,	   act_become,
		act_ioctl,
	};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sandbox_pair) != 0)
		exit(1);
	CHECK_EQ(sandbox_in_child(act_talk), SANDBOX_DONE);
	for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++)
		CHECK_EQ(sandbox_in_child(deadly[i]), -SIGSYS);
	test_shed();
	return test_done();
}
