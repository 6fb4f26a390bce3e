/* SPDX-License-Identifier: MIT */
/*
 * A host may handle SIGCHLD, ignore it, or wait for any child in a loop, and
 * an exec turns any exit signal back into SIGCHLD.  So the program is no
 * child of the host: an intermediate with exit signal 0, which only __WCLONE
 * waits for, forks it and ends.
 *
 * Between clone and exec only raw system calls are made: the host may have
 * threads that hold locks of libc, fork handlers, or a pending cancellation.
 */
#include "wire/wire_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/auto.h"

#define SPAWN_SIGNALS (_NSIG - 1)
#define SPAWN_SIGSET (SPAWN_SIGNALS / 8) /* bytes of the kernel's sigset_t */
#define SPAWN_STACK (8UL << 20)
#define SPAWN_FDS_MAX (1 << 20) /* closed one by one, at most */

/* As the kernel has it: libc's calls spare signals of its own. */
struct spawn_mask {
	unsigned long bits[SPAWN_SIGSET / sizeof(unsigned long)];
};

static void
spawn_mask_set(const struct spawn_mask *mask, struct spawn_mask *before)
{
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, before,
		      (size_t)SPAWN_SIGSET);
}

static _Noreturn void
spawn_exit(int code)
{
	for (;;)
		(void)syscall(SYS_exit_group, code);
}

/* A fork without handlers whose end sends no signal. */
static pid_t
spawn_clone(void)
{
	return (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
}

/* Everything to its default, then nothing blocked: exec keeps both. */
static void
spawn_child_signals(void)
{
	/* Zeroed, a kernel's sigaction is SIG_DFL, wherever its parts lie. */
	static const unsigned long standard[8];
	static const struct spawn_mask none;

	for (int sig = 1; sig <= SPAWN_SIGNALS; sig++)
		(void)syscall(SYS_rt_sigaction, sig, standard, NULL,
			      (size_t)SPAWN_SIGSET);
	spawn_mask_set(&none, NULL);
}

/* exec lays the arguments on a stack that su's user may have made tiny. */
static void
spawn_child_stack(void)
{
	struct rlimit limit;

	if (syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &limit) != 0 ||
	    limit.rlim_cur >= SPAWN_STACK)
		return;
	limit.rlim_cur = SPAWN_STACK;
	if (limit.rlim_max < SPAWN_STACK)
		limit.rlim_max = SPAWN_STACK;
	(void)syscall(SYS_prlimit64, 0, RLIMIT_STACK, &limit, NULL);
}

static void
spawn_child_close_above(unsigned last)
{
	struct rlimit limit = { .rlim_max = SPAWN_FDS_MAX };

#ifdef SYS_close_range
	if (syscall(SYS_close_range, last + 1, ~0U, 0U) == 0)
		return;
#endif
	/* A kernel before 5.9. */
	(void)syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
	if (limit.rlim_max > SPAWN_FDS_MAX)
		limit.rlim_max = SPAWN_FDS_MAX;
	for (unsigned fd = last + 1; fd < limit.rlim_max; fd++)
		(void)syscall(SYS_close, fd);
}

/* The socket as standard input, /dev/null as the others, no further one. */
static bool
spawn_child_fds(int sock)
{
	if (syscall(SYS_dup3, sock, 0, 0) != 0)
		return false;
	spawn_child_close_above(0);
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR) == 1 &&
	       syscall(SYS_fcntl, 1, F_DUPFD, 2) == 2;
}

/* A host run by somebody keeps that uid, who could signal the program. */
static bool
spawn_child_become(const struct wire_program *p)
{
	if (p->regroup && syscall(SYS_setgroups, p->groups_n, p->groups) != 0)
		return false;
	return syscall(SYS_setresgid, p->gid, p->gid, p->gid) == 0 &&
	       syscall(SYS_setresuid, p->uid, p->uid, p->uid) == 0;
}

static _Noreturn void
spawn_child(const struct wire_program *p, int sock)
{
	static const char *const envp[] = { NULL };

	spawn_child_signals();
	if (!spawn_child_fds(sock) || syscall(SYS_chdir, "/") != 0 ||
	    syscall(SYS_setsid) < 0)
		spawn_exit(126);
	spawn_child_stack();
	if (!spawn_child_become(p))
		spawn_exit(126);
	(void)syscall(SYS_execve, p->path, p->argv, envp);
	spawn_exit(127);
}

static _Noreturn void
spawn_intermediate(const struct wire_program *p, int sock)
{
	pid_t pid = spawn_clone();

	if (pid == 0)
		spawn_child(p, sock);
	spawn_exit(pid > 0 ? 0 : 1);
}

/* The intermediate's end; a host that took it from us knows it is over. */
static enum status
spawn_reap(pid_t pid, const char *path, struct fault *f)
{
	int how = 0;
	pid_t got;

	do
		got = waitpid(pid, &how, (int)__WCLONE);
	while (got < 0 && errno == EINTR);
	if (got == pid && how != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot fork %s", path);
	return STATUS_OK;
}

static enum status
spawn_start(const struct wire_program *p, int sock, struct fault *f)
{
	struct spawn_mask all, before;
	int err;
	pid_t pid;

	/* No handler of the host may run in a child. */
	for (size_t i = 0; i < sizeof(all.bits) / sizeof(all.bits[0]); i++)
		all.bits[i] = ~0UL;
	spawn_mask_set(&all, &before);
	pid = spawn_clone();
	if (pid == 0)
		spawn_intermediate(p, sock);
	err = errno;
	spawn_mask_set(&before, NULL);
	if (pid < 0)
		return fault_errno(f, err, "cannot fork");
	return spawn_reap(pid, p->path, f);
}

/* A host without standard descriptors must not get them from us. */
static enum status
spawn_above(int *fd, struct fault *f)
{
	int higher;

	if (*fd > STDERR_FILENO)
		return STATUS_OK;
	higher = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (higher < 0)
		return fault_errno(f, errno, "cannot make a socket");
	(void)close(*fd);
	*fd = higher;
	return STATUS_OK;
}

enum status
wire_spawn(const struct wire_program *program, int *out, struct fault *f)
{
	AUTO_FD int ours = -1;
	AUTO_FD int theirs = -1;
	enum status st;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_errno(f, errno, "cannot make a socket");
	ours = pair[0];
	theirs = pair[1];
	if ((st = spawn_above(&ours, f)) != STATUS_OK ||
	    (st = spawn_above(&theirs, f)) != STATUS_OK ||
	    (st = spawn_start(program, theirs, f)) != STATUS_OK)
		return st;
	*out = steal_fd(&ours);
	return STATUS_OK;
}
