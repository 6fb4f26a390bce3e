/* SPDX-License-Identifier: MIT */
#include "post/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"

#define CONFINE_CPU 10 /* seconds */
#define CONFINE_FILES 64

#define CONFINE_READ                                                          \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define CONFINE_ALL                                                           \
	(CONFINE_READ | LANDLOCK_ACCESS_FS_WRITE_FILE |                       \
	 LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_FILE |        \
	 LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR |       \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |          \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |        \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Libraries, certificates, and who has which address. */
static const char *const confine_paths[] = {
	"/usr",
	"/lib",
	"/lib64",
	"/etc/ssl",
	"/etc/pki",
	"/etc/ca-certificates",
	"/etc/resolv.conf",
	"/etc/hosts",
	"/etc/host.conf",
	"/etc/nsswitch.conf",
	"/etc/gai.conf",
	"/etc/services",
	"/etc/ld.so.cache",
	"/etc/localtime",
	"/run/systemd/resolve",
	"/run/nscd",
	"/dev/null",
	"/dev/urandom",
};

enum status
confine_process(struct fault *f)
{
	static const struct {
		__rlimit_resource_t which;
		rlim_t most;
	} limits[] = {
		{ RLIMIT_CPU, CONFINE_CPU },
		{ RLIMIT_FSIZE, 0 },
		{ RLIMIT_NOFILE, CONFINE_FILES },
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_MEMLOCK, 0 },
	};

	if (clearenv() != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return fault(f, STATUS_SYSTEM,
			     "cannot undo what is inherited");
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit all = { .rlim_cur = limits[i].most,
				      .rlim_max = limits[i].most };

		if (setrlimit(limits[i].which, &all) != 0)
			return fault_errno(f, errno, "cannot set a limit");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0) != 0)
		return fault_errno(f, errno, "cannot shut off privileges");
	return STATUS_OK;
}

/* What is not there cannot be read either. */
static enum status
confine_path(int rules, const char *path, struct fault *f)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE
	};
	AUTO_FD int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat sb;

	if (fd < 0)
		return STATUS_OK;
	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot look at %s", path);
	if (S_ISDIR(sb.st_mode))
		rule.allowed_access = CONFINE_READ;
	rule.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		    &rule, 0) != 0)
		return fault_errno(f, errno, "cannot restrict paths");
	return STATUS_OK;
}

enum status
confine_files(const char *ca, struct fault *f)
{
	const struct landlock_ruleset_attr all = { .handled_access_fs =
							   CONFINE_ALL };
	AUTO_FD int rules = -1;
	enum status st = STATUS_OK;

	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all),
			     0);
	if (rules < 0 && (errno == ENOSYS || errno == EOPNOTSUPP))
		return STATUS_OK;
	if (rules < 0)
		return fault_errno(f, errno, "cannot make path rules");
	for (size_t i = 0;
	     st == STATUS_OK &&
	     i < sizeof(confine_paths) / sizeof(confine_paths[0]);
	     i++)
		st = confine_path(rules, confine_paths[i], f);
	if (st == STATUS_OK && ca != NULL)
		st = confine_path(rules, ca, f);
	if (st != STATUS_OK)
		return st;
	if (syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		return fault_errno(f, errno, "cannot restrict paths");
	return STATUS_OK;
}
