/* SPDX-License-Identifier: MIT */
#include "sigrad/host.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"

#define HOST_FILES 1024
#define HOST_FILES_LEAST 128

/* 1 and 2 may be closed; a library must not write into the store instead. */
static enum status
host_descriptors(bool guest, struct fault *f)
{
	int fd;

	if (close_range(3, ~0U, 0) != 0)
		return fault_errno(f, errno, "cannot close descriptors");
	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd < 3);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open /dev/null");
	if (guest && (dup2(fd, 1) < 0 || dup2(fd, 2) < 0))
		return fault_errno(f, errno, "cannot duplicate /dev/null");
	(void)close(fd);
	return STATUS_OK;
}

/* Ignored signals and the mask survive exec. */
static enum status
host_signals(struct fault *f)
{
	struct sigaction act = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &act, NULL);
	act.sa_handler = SIG_IGN;
	/* A terminal that went away is a status, not a death. */
	if (sigaction(SIGPIPE, &act, NULL) != 0 || sigemptyset(&none) != 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return fault_errno(f, errno, "cannot reset signals");
	return STATUS_OK;
}

/*
 * su's user may have lowered them to break the store's writes.  Where nobody
 * may raise a hard limit (a service or container without CAP_SYS_RESOURCE, as
 * dovecot's, which limits memory) all that it allows has to do; what is too
 * little makes a write or an allocation fail, and that denies.
 */
static enum status
host_limit(__rlimit_resource_t which, rlim_t soft, const char *name,
	   struct fault *f)
{
	struct rlimit now, want = { .rlim_cur = soft, .rlim_max = soft };

	if (getrlimit(which, &now) != 0)
		return fault_errno(f, errno, "cannot read limit %s", name);
	if (soft != 0 && now.rlim_max > soft)
		want.rlim_max = now.rlim_max;
	if (setrlimit(which, &want) == 0)
		return STATUS_OK;
	now.rlim_cur = now.rlim_max;
	if (soft == 0 || errno != EPERM || setrlimit(which, &now) != 0)
		return fault_errno(f, errno, "cannot raise limit %s", name);
	return STATUS_OK;
}

/* A service needs one for each worker and each login that waits; for a guest
 * a few will do, where no more can be had. */
static enum status
host_files(struct fault *f)
{
	enum status st = host_limit(RLIMIT_NOFILE, HOST_FILES, "NOFILE", f);
	struct rlimit now;

	if (st != STATUS_OK)
		return st;
	if (getrlimit(RLIMIT_NOFILE, &now) != 0 ||
	    now.rlim_cur < HOST_FILES_LEAST)
		return fault(f, STATUS_SYSTEM, "fewer than %d descriptors",
			     HOST_FILES_LEAST);
	return STATUS_OK;
}

static enum status
host_limits(struct fault *f)
{
	enum status st;

	if ((st = host_limit(RLIMIT_FSIZE, RLIM_INFINITY, "FSIZE", f)) !=
		    STATUS_OK ||
	    (st = host_limit(RLIMIT_CPU, RLIM_INFINITY, "CPU", f)) !=
		    STATUS_OK ||
	    (st = host_limit(RLIMIT_AS, RLIM_INFINITY, "AS", f)) !=
		    STATUS_OK ||
	    (st = host_limit(RLIMIT_DATA, RLIM_INFINITY, "DATA", f)) !=
		    STATUS_OK ||
	    (st = host_files(f)) != STATUS_OK)
		return st;
	return host_limit(RLIMIT_CORE, 0, "CORE", f);
}

static void
host_write(const char *path, const char *text)
{
	AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	/* Where it cannot be, it was not taken from us either. */
	if (fd >= 0)
		status_ignore(file_write(fd, text, strlen(text), NULL),
			      "best effort");
}

/*
 * Out of the caller's hands: a user who was delegated a cgroup could freeze
 * it with us inside, holding the store, and a nice or a processor set apart
 * would be ours too.
 */
static void
host_priority(void)
{
	struct sched_param none = { .sched_priority = 0 };
	cpu_set_t all;

	host_write("/sys/fs/cgroup/cgroup.procs", "0");
	host_write("/sys/fs/cgroup/unified/cgroup.procs", "0");
	host_write("/proc/self/oom_score_adj", "0");
	(void)sched_setscheduler(0, SCHED_OTHER, &none);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	memset(&all, 0xff, sizeof(all));
	(void)sched_setaffinity(0, sizeof(all), &all);
	(void)syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, 0);
}

enum status
host_reset(bool guest, struct fault *f)
{
	enum status st;

	if (clearenv() != 0)
		return fault(f, STATUS_SYSTEM, "cannot clear environment");
	(void)umask(0077);
	if ((st = host_descriptors(guest, f)) != STATUS_OK ||
	    (st = host_signals(f)) != STATUS_OK ||
	    (st = host_limits(f)) != STATUS_OK)
		return st;
	if (guest)
		host_priority();
	if (chdir("/") != 0)
		return fault_errno(f, errno, "cannot change to /");
	return STATUS_OK;
}

enum status
host_become(uid_t uid, gid_t gid, struct fault *f)
{
	/* In a user namespace groups may be out of reach: nothing to lose. */
	if (setgroups(0, NULL) != 0 && uid != geteuid())
		return fault_errno(f, errno, "cannot drop groups");
	if (uid != geteuid() &&
	    (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0))
		return fault_errno(f, errno, "cannot become uid %u", uid);
	if (uid != 0 && setuid(0) == 0)
		return fault(f, STATUS_SYSTEM, "root could be regained");
	/* After the change of identity, which sets it anew. */
	if (prctl(PR_SET_DUMPABLE, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_errno(f, errno, "cannot shut off tracing");
	return STATUS_OK;
}

enum status
host_name(char *out, size_t size, struct fault *f)
{
	if (gethostname(out, size) != 0)
		return fault_errno(f, errno, "cannot learn the host's name");
	out[size - 1] = '\0';
	return STATUS_OK;
}
