/* SPDX-License-Identifier: MIT */
/*
 * A host may handle SIGCHLD, ignore it, or wait for any child in a loop, and
 * an exec turns any exit signal back into SIGCHLD.  So the verifier is no
 * child of the host: an intermediate with exit signal 0, which only __WCLONE
 * waits for, forks it and ends.
 *
 * Between clone and exec only raw system calls are made: the host may have
 * threads that hold locks of libc, fork handlers, or a pending cancellation.
 */
#include "module/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/auto.h"
#include "wire/wire.h"

#define REACH_ROOT_SECONDS 3 /* then root starts a verifier itself */
#define REACH_SECONDS 10
#define REACH_SIGNALS (_NSIG - 1)
#define REACH_SIGSET (REACH_SIGNALS / 8) /* bytes of the kernel's sigset_t */
#define REACH_STACK (8UL << 20)
#define REACH_FDS_MAX (1 << 20) /* closed one by one, at most */

/* As the kernel has it: libc's calls spare signals of its own. */
struct reach_mask {
	unsigned long bits[REACH_SIGSET / sizeof(unsigned long)];
};

static void
reach_mask_set(const struct reach_mask *mask, struct reach_mask *before)
{
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, before,
		      (size_t)REACH_SIGSET);
}

static _Noreturn void
reach_exit(int code)
{
	for (;;)
		(void)syscall(SYS_exit_group, code);
}

/* A fork without handlers whose end sends no signal. */
static pid_t
reach_clone(void)
{
	return (pid_t)syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
}

/* Everything to its default, then nothing blocked: exec keeps both. */
static void
reach_child_signals(void)
{
	/* Zeroed, a kernel's sigaction is SIG_DFL, wherever its parts lie. */
	static const unsigned long standard[8];
	static const struct reach_mask none;

	for (int sig = 1; sig <= REACH_SIGNALS; sig++)
		(void)syscall(SYS_rt_sigaction, sig, standard, NULL,
			      (size_t)REACH_SIGSET);
	reach_mask_set(&none, NULL);
}

/* exec lays the arguments on a stack that su's user may have made tiny. */
static void
reach_child_stack(void)
{
	struct rlimit limit;

	if (syscall(SYS_prlimit64, 0, RLIMIT_STACK, NULL, &limit) != 0 ||
	    limit.rlim_cur >= REACH_STACK)
		return;
	limit.rlim_cur = REACH_STACK;
	if (limit.rlim_max < REACH_STACK)
		limit.rlim_max = REACH_STACK;
	(void)syscall(SYS_prlimit64, 0, RLIMIT_STACK, &limit, NULL);
}

static void
reach_child_close_above(unsigned last)
{
	struct rlimit limit = { .rlim_max = REACH_FDS_MAX };

#ifdef SYS_close_range
	if (syscall(SYS_close_range, last + 1, ~0U, 0U) == 0)
		return;
#endif
	/* A kernel before 5.9. */
	(void)syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
	if (limit.rlim_max > REACH_FDS_MAX)
		limit.rlim_max = REACH_FDS_MAX;
	for (unsigned fd = last + 1; fd < limit.rlim_max; fd++)
		(void)syscall(SYS_close, fd);
}

/* The socket as standard input, /dev/null as the others, no further one. */
static bool
reach_child_fds(int sock)
{
	if (syscall(SYS_dup3, sock, 0, 0) != 0)
		return false;
	reach_child_close_above(0);
	return syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR) == 1 &&
	       syscall(SYS_fcntl, 1, F_DUPFD, 2) == 2;
}

static _Noreturn void
reach_child(const char *path, const char *const *argv, int sock)
{
	static const char *const envp[] = { NULL };

	reach_child_signals();
	/* A host run by somebody keeps that uid, who could signal us. */
	if (!reach_child_fds(sock) || syscall(SYS_chdir, "/") != 0 ||
	    syscall(SYS_setsid) < 0 || syscall(SYS_setresgid, 0, 0, 0) != 0 ||
	    syscall(SYS_setresuid, 0, 0, 0) != 0)
		reach_exit(126);
	reach_child_stack();
	(void)syscall(SYS_execve, path, argv, envp);
	reach_exit(127);
}

static _Noreturn void
reach_intermediate(const char *path, const char *const *argv, int sock)
{
	pid_t pid = reach_clone();

	if (pid == 0)
		reach_child(path, argv, sock);
	reach_exit(pid > 0 ? 0 : 1);
}

/* The intermediate's end; a host that took it from us knows it is over. */
static enum status
reach_reap(pid_t pid, struct fault *f)
{
	int how = 0;
	pid_t got;

	do
		got = waitpid(pid, &how, (int)__WCLONE);
	while (got < 0 && errno == EINTR);
	if (got == pid && how != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "cannot fork the verifier");
	return STATUS_OK;
}

static enum status
reach_start(const struct args *args, int sock, struct fault *f)
{
	const char *path =
		args->verifier == NULL ? REACH_VERIFIER : args->verifier;
	const char *argv[] = { "sigrad", "--once", NULL, NULL, NULL };
	struct reach_mask all, before;
	int err;
	pid_t pid;

	if (args->config != NULL) {
		argv[2] = "--config";
		argv[3] = args->config;
	}
	/* No handler of the host may run in a child. */
	for (size_t i = 0; i < sizeof(all.bits) / sizeof(all.bits[0]); i++)
		all.bits[i] = ~0UL;
	reach_mask_set(&all, &before);
	pid = reach_clone();
	if (pid == 0)
		reach_intermediate(path, argv, sock);
	err = errno;
	reach_mask_set(&before, NULL);
	if (pid < 0)
		return fault_errno(f, err, "cannot fork");
	return reach_reap(pid, f);
}

/* A host without standard descriptors must not get them from us. */
static enum status
reach_above(int *fd, struct fault *f)
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

/* Start a verifier of our own on a socketpair, as root may. */
static enum status
reach_once(const struct args *args, int *out, struct fault *f)
{
	AUTO_FD int ours = -1;
	AUTO_FD int theirs = -1;
	enum status st;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_errno(f, errno, "cannot make a socket");
	ours = pair[0];
	theirs = pair[1];
	if ((st = reach_above(&ours, f)) != STATUS_OK ||
	    (st = reach_above(&theirs, f)) != STATUS_OK ||
	    (st = reach_start(args, theirs, f)) != STATUS_OK)
		return st;
	(void)close(steal_fd(&theirs));
	st = wire_client_hello(ours, WIRE_REPLY_SECONDS, f);
	if (st == STATUS_OK)
		*out = steal_fd(&ours);
	return st;
}

/*
 * Who names a verifier or a config of its own means that, not the daemon,
 * which has another; with socket= it means just that socket.
 */
static const char *
reach_socket(const struct args *args)
{
	if (args->socket != NULL)
		return args->socket;
	return args->verifier == NULL && args->config == NULL ? REACH_SOCKET
							      : NULL;
}

enum status
reach_verifier(const struct args *args, int *out, struct fault *f)
{
	const char *path = reach_socket(args);
	bool root = geteuid() == 0;
	enum status st;

	if (path != NULL) {
		st = wire_client_connect(
			path, root ? REACH_ROOT_SECONDS : REACH_SECONDS, out,
			f);
		if (st == STATUS_OK || !root)
			return st;
	}
	if (!root)
		return fault(f, STATUS_UNAVAILABLE,
			     "only a service run by root can start the "
			     "verifier, not one of uid %u",
			     geteuid());
	/* A dead, hung or flooded daemon never locks out root. */
	return reach_once(args, out, f);
}
