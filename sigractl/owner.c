/* SPDX-License-Identifier: MIT */
#include "sigractl/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a name in the environment may still say: how output looks. */
static const char *const owner_kept[] = { "LANG", "LC_ALL", "LC_CTYPE",
					  "NO_COLOR", "TERM" };
#define OWNER_KEPT (sizeof(owner_kept) / sizeof(owner_kept[0]))

static enum status
owner_environment(struct fault *f)
{
	char *value[OWNER_KEPT];

	for (size_t i = 0; i < OWNER_KEPT; i++) {
		const char *v = getenv(owner_kept[i]);

		value[i] = v == NULL ? NULL : strdup(v);
	}
	if (clearenv() != 0)
		return fault(f, STATUS_SYSTEM, "cannot clear the environment");
	for (size_t i = 0; i < OWNER_KEPT; i++) {
		if (value[i] != NULL)
			(void)setenv(owner_kept[i], value[i], 1);
		free(value[i]);
	}
	return STATUS_OK;
}

static bool owner_silent; /* standard output was no file to write to */

bool
owner_mute(void)
{
	return owner_silent;
}

/* A library must not write its messages into the store. */
static enum status
owner_descriptors(struct fault *f)
{
	int fd, how = fcntl(STDOUT_FILENO, F_GETFL);

	owner_silent = how < 0 || (how & O_ACCMODE) == O_RDONLY;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd < 3);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open /dev/null");
	(void)close(fd);
	return STATUS_OK;
}

/* As high as we may: a container's root may not raise what it was given. */
static void
owner_limit_raise(__rlimit_resource_t which)
{
	struct rlimit all = { .rlim_cur = RLIM_INFINITY,
			      .rlim_max = RLIM_INFINITY };

	if (setrlimit(which, &all) == 0 || getrlimit(which, &all) != 0)
		return;
	all.rlim_cur = all.rlim_max;
	(void)setrlimit(which, &all);
}

/* Whoever runs sudo can lower what root inherits, and break writes so. */
static void
owner_limits(void)
{
	struct rlimit none = { .rlim_cur = 0, .rlim_max = 0 };
	struct rlimit files = { .rlim_cur = 256, .rlim_max = 256 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_NOFILE, &files);
	owner_limit_raise(RLIMIT_FSIZE);
	owner_limit_raise(RLIMIT_CPU);
	owner_limit_raise(RLIMIT_AS);
	owner_limit_raise(RLIMIT_DATA);
}

enum status
owner_clean(struct fault *f)
{
	enum status st;

	if ((st = owner_descriptors(f)) != STATUS_OK ||
	    (st = owner_environment(f)) != STATUS_OK)
		return st;
	owner_limits();
	(void)umask(0077);
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return fault_errno(f, errno, "cannot shut off tracing");
	return STATUS_OK;
}

enum status
owner_become(uid_t uid, gid_t gid, struct fault *f)
{
	if (chdir("/") != 0)
		return fault_errno(f, errno, "cannot change to /");
	if (geteuid() != 0 && geteuid() != uid)
		return fault(f, STATUS_DENIED,
			     "only root and the owner of the store may do "
			     "this: try sudo sigractl ...");
	if (geteuid() != 0)
		return STATUS_OK;
	/* A user namespace may forbid it, and then has nothing to drop. */
	if (setgroups(0, NULL) != 0 && uid != 0)
		return fault_errno(f, errno, "cannot drop groups");
	if (uid == 0)
		return STATUS_OK;
	if (setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
		return fault_errno(f, errno, "cannot become uid %u", uid);
	if (setuid(0) == 0)
		return fault(f, STATUS_SYSTEM, "root could be regained");
	/* A change of identity sets it anew. */
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return fault_errno(f, errno, "cannot shut off tracing");
	return STATUS_OK;
}
