/* SPDX-License-Identifier: MIT */
#include "fido/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "fido/nobody.h"

#define SANDBOX_MEMORY (256UL << 20)
#define SANDBOX_CPU 20
#define SANDBOX_FILES 4 /* poll(2) counts what is open already */

static const struct {
	__rlimit_resource_t which;
	rlim_t most;
} sandbox_limits[] = {
	{ RLIMIT_AS, SANDBOX_MEMORY },
	{ RLIMIT_CPU, SANDBOX_CPU },
	{ RLIMIT_FSIZE, 0 },
	{ RLIMIT_NOFILE, SANDBOX_FILES },
	{ RLIMIT_CORE, 0 },
	{ RLIMIT_MEMLOCK, 0 },
};

/* What libfido2, OpenSSL, CBOR and two descriptors take. */
static const int sandbox_calls[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(futex),
	SCMP_SYS(getpid),
	SCMP_SYS(getrandom),
	SCMP_SYS(madvise),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(read),
	SCMP_SYS(recvfrom),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sendto),
	SCMP_SYS(write),
};

static enum status
sandbox_limit(struct fault *f)
{
	struct rlimit now, want;

	for (size_t i = 0;
	     i < sizeof(sandbox_limits) / sizeof(sandbox_limits[0]); i++) {
		want.rlim_cur = want.rlim_max = sandbox_limits[i].most;
		if (getrlimit(sandbox_limits[i].which, &now) == 0 &&
		    now.rlim_max < want.rlim_max)
			want.rlim_cur = want.rlim_max = now.rlim_max;
		if (setrlimit(sandbox_limits[i].which, &want) != 0)
			return fault_errno(f, errno, "cannot set a limit");
	}
	return STATUS_OK;
}

/* Memory may be mapped, but never as code, nor become it. */
static int
sandbox_allow(scmp_filter_ctx ctx)
{
	static const int mapping[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect) };
	int err = 0;

	for (size_t i = 0; err == 0 && i < 2; i++)
		err = seccomp_rule_add(
			ctx, SCMP_ACT_ALLOW, mapping[i], 1,
			SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	for (size_t i = 0;
	     err == 0 && i < sizeof(sandbox_calls) / sizeof(sandbox_calls[0]);
	     i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, sandbox_calls[i],
				       0);
	return err;
}

enum status
sandbox_shut(unsigned seconds, struct fault *f)
{
	scmp_filter_ctx ctx;
	enum status st;
	int err;

	if ((st = sandbox_limit(f)) != STATUS_OK ||
	    (st = nobody_become(seconds, f)) != STATUS_OK)
		return st;
	if ((ctx = seccomp_init(SCMP_ACT_KILL_PROCESS)) == NULL)
		return fault(f, STATUS_SYSTEM, "cannot make a call filter");
	if ((err = sandbox_allow(ctx)) == 0)
		err = seccomp_load(ctx);
	seccomp_release(ctx);
	if (err != 0)
		return fault_errno(f, -err, "cannot load the call filter");
	return STATUS_OK;
}
