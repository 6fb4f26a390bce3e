/* SPDX-License-Identifier: MIT */
#include "sigrad/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"

#define SANDBOX_FILES                                                         \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |         \
	 LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |        \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define SANDBOX_ALL                                                           \
	(SANDBOX_FILES | LANDLOCK_ACCESS_FS_EXECUTE |                         \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR |       \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_SOCK |         \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |       \
	 LANDLOCK_ACCESS_FS_MAKE_SYM)

#define SANDBOX_READ                                                          \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* What is not there stays forbidden, whoever makes it later. */
static enum status
sandbox_dir(int rules, const char *path, __u64 access, struct fault *f)
{
	struct landlock_path_beneath_attr dir = { .allowed_access = access };
	AUTO_FD int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", path);
	dir.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		    &dir, 0) != 0)
		return fault_errno(f, errno, "cannot restrict paths");
	return STATUS_OK;
}

static enum status
sandbox_paths(const char *store_dir, const char *touch_dir, struct fault *f)
{
	struct landlock_ruleset_attr all = { .handled_access_fs =
						     SANDBOX_ALL };
	AUTO_FD int rules = -1;
	enum status st;

	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all),
			     0);
	if (rules < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return STATUS_OK;
	if (rules < 0)
		return fault_errno(f, errno, "cannot make path rules");
	if ((st = sandbox_dir(rules, store_dir, SANDBOX_FILES, f)) !=
	    STATUS_OK)
		return st;
	/* Who asks is looked up when it matters, and only then. */
	status_ignore(sandbox_dir(rules, "/proc", SANDBOX_READ, NULL),
		      "then nobody is at this machine");
	status_ignore(sandbox_dir(rules, "/run/systemd", SANDBOX_READ, NULL),
		      "there is no logind");
	if (touch_dir[0] != '\0')
		status_ignore(
			sandbox_dir(rules, touch_dir, SANDBOX_FILES, NULL),
			"then no key is asked");
	if (syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		return fault_errno(f, errno, "cannot restrict paths");
	return STATUS_OK;
}

/* What SQLite, Argon2id, the conversation and syslog take. */
static const int sandbox_calls[] = {
	SCMP_SYS(access),	 SCMP_SYS(brk),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(close),	 SCMP_SYS(dup),
	SCMP_SYS(exit),		 SCMP_SYS(exit_group),
	SCMP_SYS(faccessat),	 SCMP_SYS(faccessat2),
	SCMP_SYS(fallocate),	 SCMP_SYS(fcntl),
	SCMP_SYS(fdatasync),	 SCMP_SYS(flock),
	SCMP_SYS(fstat),	 SCMP_SYS(fstatfs),
	SCMP_SYS(fsync),	 SCMP_SYS(ftruncate),
	SCMP_SYS(futex),	 SCMP_SYS(getcwd),
	SCMP_SYS(getegid),	 SCMP_SYS(geteuid),
	SCMP_SYS(getgid),	 SCMP_SYS(getpid),
	SCMP_SYS(getrandom),	 SCMP_SYS(getsockopt),
	SCMP_SYS(gettid),	 SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),	 SCMP_SYS(lseek),
	SCMP_SYS(lstat),	 SCMP_SYS(madvise),
	SCMP_SYS(mremap),	 SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),	 SCMP_SYS(newfstatat),
	SCMP_SYS(open),		 SCMP_SYS(openat),
	SCMP_SYS(poll),		 SCMP_SYS(ppoll),
	SCMP_SYS(pread64),	 SCMP_SYS(pwrite64),
	SCMP_SYS(read),		 SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),	 SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),	 SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigaction),	 SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),	 SCMP_SYS(sched_yield),
	SCMP_SYS(sendmsg),	 SCMP_SYS(sendto),
	SCMP_SYS(stat),		 SCMP_SYS(statfs),
	SCMP_SYS(sysinfo),	 SCMP_SYS(time),
	SCMP_SYS(unlink),	 SCMP_SYS(unlinkat),
	SCMP_SYS(write),	 SCMP_SYS(writev),
};

/*
 * Memory may be mapped, but never as code, nor become it.  syslog(3) makes a
 * new socket when its daemon was restarted: it is told no, rather than that a
 * login dies between its commit and its verdict.
 */
static int
sandbox_allow(scmp_filter_ctx ctx)
{
	int err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				   SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	if (err == 0)
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* What says that a touch is wanted is for everybody to read. */
	if (err == 0)
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, SCMP_SYS(fchmod), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, 0644));
	for (size_t i = 0;
	     err == 0 && i < sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, sandbox_calls[i],
				       0);
	if (err == 0)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES),
				       SCMP_SYS(socket), 0);
	if (err == 0)
		err = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES),
				       SCMP_SYS(connect), 0);
	return err;
}

static enum status
sandbox_filter(struct fault *f)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err;

	if (ctx == NULL)
		return fault(f, STATUS_SYSTEM, "cannot make a call filter");
	err = sandbox_allow(ctx);
	if (err == 0)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	if (err != 0)
		return fault_errno(f, -err, "cannot load the call filter");
	return STATUS_OK;
}

enum status
sandbox_shut(const char *store_dir, const char *touch_dir, struct fault *f)
{
	enum status st;

	/* syslog(3) would read the zone's file at its first line. */
	tzset();
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_errno(f, errno, "cannot give up privileges");
	if ((st = sandbox_paths(store_dir, touch_dir, f)) != STATUS_OK)
		return st;
	return sandbox_filter(f);
}
