/* SPDX-License-Identifier: MIT */
#include "agent/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SANDBOX_FDS 2 /* what poll(2) is given; no new one fits below it */

static const int sandbox_calls[] = {
	SCMP_SYS(alarm),     /* the time of the request ... */
	SCMP_SYS(setitimer), /* ... where alarm(2) is none */
	SCMP_SYS(clock_gettime),   SCMP_SYS(exit),
	SCMP_SYS(exit_group),	   SCMP_SYS(poll),
	SCMP_SYS(ppoll),	   SCMP_SYS(recvfrom),
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn),
};

enum status
sandbox_shed(struct fault *f)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	const struct __user_cap_data_struct none[2] = { { .effective = 0 } };

	if (syscall(SYS_capset, &head, none) != 0)
		return fault_errno(f, errno, "cannot give up capabilities");
	return STATUS_OK;
}

static enum status
sandbox_limits(struct fault *f)
{
	static const struct {
		__rlimit_resource_t what;
		rlim_t most;
	} limits[] = {
		{ RLIMIT_CORE, 0 },	{ RLIMIT_FSIZE, 0 },
		{ RLIMIT_MEMLOCK, 0 },	{ RLIMIT_NPROC, 0 },
		{ RLIMIT_MSGQUEUE, 0 }, { RLIMIT_NOFILE, SANDBOX_FDS },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct rlimit l = { limits[i].most, limits[i].most };

		if (setrlimit(limits[i].what, &l) != 0)
			return fault_errno(f, errno, "cannot set limits");
	}
	return STATUS_OK;
}

static enum status
sandbox_filter(struct fault *f)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int err = 0;

	if (ctx == NULL)
		return fault(f, STATUS_SYSTEM, "cannot make a call filter");
	for (size_t i = 0;
	     err == 0 && i < sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, sandbox_calls[i],
				       0);
	/* To nobody but whom a socket is connected with. */
	if (err == 0)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(sendto),
				       1, SCMP_A4(SCMP_CMP_EQ, 0));
	if (err == 0)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	if (err != 0)
		return fault_errno(f, -err, "cannot load the call filter");
	return STATUS_OK;
}

enum status
sandbox_shut(struct fault *f)
{
	enum status st;

	if ((st = sandbox_shed(f)) != STATUS_OK)
		return st;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fault_errno(f, errno, "cannot give up privileges");
	if ((st = sandbox_limits(f)) != STATUS_OK)
		return st;
	return sandbox_filter(f);
}
