/* SPDX-License-Identifier: MIT */
#include "wire/wire_interrupt.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"

static sigset_t
wire_interrupt_set(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	return set;
}

/* Only looked at, never read: reading would take whatever there is. */
static int
wire_interrupt_watch(void)
{
	const sigset_t set = wire_interrupt_set();
	AUTO_FD int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);

	if (fd < 0 || fd > STDERR_FILENO)
		return steal_fd(&fd);
	return fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

void
wire_interrupt_begin(struct wire_interrupt *i)
{
	const sigset_t set = wire_interrupt_set();

	*i = (struct wire_interrupt){ .fd = wire_interrupt_watch() };
	if (i->fd < 0)
		return;
	if (pthread_sigmask(SIG_BLOCK, &set, &i->before) != 0) {
		(void)close(i->fd);
		i->fd = -1;
	}
}

void
wire_interrupt_end(struct wire_interrupt *i)
{
	if (i->fd < 0)
		return;
	(void)close(i->fd);
	i->fd = -1;
	(void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
}

/* Pending as it was, with who sent it; the kernel allows that to oneself. */
static void
wire_interrupt_return(siginfo_t *info)
{
	if (info->si_code == SI_TKILL)
		(void)syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(),
			      SIGINT, info);
	else
		(void)syscall(SYS_rt_sigqueueinfo, getpid(), SIGINT, info);
}

bool
wire_interrupt_taken(struct wire_interrupt *i)
{
	const struct timespec now = { .tv_sec = 0 };
	const sigset_t set = wire_interrupt_set();
	siginfo_t info;

	/* Behind a foreign one no other can be told: there is one at most. */
	if (i->fd < 0 || i->foreign || i->taken ||
	    sigtimedwait(&set, &info, &now) != SIGINT)
		return i->taken;
	if (info.si_code == SI_KERNEL) {
		i->taken = true;
	} else {
		i->foreign = true;
		wire_interrupt_return(&info);
	}
	return i->taken;
}

void
wire_interrupt_pause(const struct wire_interrupt *i)
{
	if (i->fd >= 0)
		(void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
}

void
wire_interrupt_resume(const struct wire_interrupt *i)
{
	const sigset_t set = wire_interrupt_set();

	if (i->fd >= 0)
		(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}
