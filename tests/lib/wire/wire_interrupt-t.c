/* SPDX-License-Identifier: MIT */
/* Ctrl-C at a real terminal, and SIGINT from elsewhere. */
#include "wire/wire_interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static volatile sig_atomic_t handled;
static volatile pid_t sender;

static void
handle(int sig, siginfo_t *info, void *ctx)
{
	(void)sig;
	(void)ctx;
	handled++;
	sender = info->si_pid;
}

/* Of a session of its own, whose terminal's other end is handed out. */
static int
terminal_take(void)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), fd;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
	    setsid() < 0)
		return -1;
	fd = open(ptsname(master), O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		return -1;
	return master;
}

static bool
ready(const struct wire_interrupt *i, int milliseconds)
{
	struct pollfd p = { .fd = i->fd, .events = POLLIN };

	return poll(&p, 1, milliseconds) == 1;
}

static bool
blocked(void)
{
	sigset_t mask;

	return pthread_sigmask(SIG_BLOCK, NULL, &mask) == 0 &&
	       sigismember(&mask, SIGINT) == 1;
}

/* Ctrl-C, until the terminal has dealt with it: its echo comes after. */
static bool
type_whole(int master)
{
	char c = 0;

	if (write(master, "\003", 1) != 1)
		return false;
	while (c != 'C')
		if (read(master, &c, 1) != 1)
			return false;
	return true;
}

enum { BY_HANDLER, BY_DEFAULT, BY_NOBODY };

static void
dispose(int how)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	act.sa_sigaction = handle;
	if (how != BY_HANDLER) {
		act.sa_flags = 0;
		act.sa_handler = how == BY_DEFAULT ? SIG_DFL : SIG_IGN;
	}
	(void)sigaction(SIGINT, &act, NULL);
}

/* Ctrl-C is taken, whatever the host would have done with it. */
static int
case_typed(int how, bool was_blocked)
{
	struct wire_interrupt i;
	int master = terminal_take();
	sigset_t set;

	dispose(how);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	if (was_blocked)
		sigprocmask(SIG_BLOCK, &set, NULL);
	wire_interrupt_begin(&i);
	if (master < 0 || i.fd <= 2 || !blocked() || wire_interrupt_taken(&i))
		return 1;
	if (write(master, "\003", 1) != 1 || !ready(&i, 30000))
		return 2;
	if (!wire_interrupt_taken(&i) || !wire_interrupt_taken(&i))
		return 3;
	wire_interrupt_pause(&i);
	if (blocked() != was_blocked)
		return 4;
	wire_interrupt_resume(&i);
	if (!blocked())
		return 5;
	wire_interrupt_end(&i);
	if (blocked() != was_blocked || handled != 0)
		return 6;
	/* Afterwards it is the host's again. */
	dispose(BY_HANDLER);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (write(master, "\003", 1) != 1)
		return 7;
	for (int n = 0; n < 3000 && handled == 0; n++)
		(void)usleep(10000);
	return handled == 1 && sender == 0 ? 0 : 8;
}

/* One that a process has sent waits, and arrives as it was sent. */
static int
case_sent(bool to_thread)
{
	struct wire_interrupt i;
	int master = terminal_take();

	dispose(BY_HANDLER);
	wire_interrupt_begin(&i);
	if (to_thread)
		(void)raise(SIGINT);
	else
		(void)kill(getpid(), SIGINT);
	if (master < 0 || !ready(&i, 30000) || wire_interrupt_taken(&i) ||
	    wire_interrupt_taken(&i) || !i.foreign || handled != 0)
		return 1;
	/* Whatever is typed after that, too, is the host's. */
	if (!type_whole(master))
		return 2;
	if (wire_interrupt_taken(&i) || handled != 0)
		return 3;
	wire_interrupt_end(&i);
	return handled == 1 && sender == getpid() ? 0 : 4;
}

static int
case_sent_kills(void)
{
	struct wire_interrupt i;

	dispose(BY_DEFAULT);
	wire_interrupt_begin(&i);
	(void)kill(getpid(), SIGINT);
	if (wire_interrupt_taken(&i))
		return 1;
	wire_interrupt_end(&i);
	return 2;
}

static int
case_nowhere(void)
{
	struct wire_interrupt i;

	/* No descriptor is left: nothing is changed, and nothing seen. */
	while (open("/dev/null", O_RDONLY) >= 0)
		continue;
	wire_interrupt_begin(&i);
	if (i.fd >= 0 || blocked() || wire_interrupt_taken(&i))
		return 1;
	wire_interrupt_pause(&i);
	wire_interrupt_resume(&i);
	wire_interrupt_end(&i);
	return blocked() ? 2 : 0;
}

static int
case_low(void)
{
	struct wire_interrupt i;

	for (int fd = 0; fd < 3; fd++)
		(void)close(fd);
	wire_interrupt_begin(&i);
	if (i.fd <= 2 || fcntl(i.fd, F_GETFD) != FD_CLOEXEC)
		return 1;
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 2;
	wire_interrupt_end(&i);
	return 0;
}

static int
in_child(int which)
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (which < 6)
			_exit(case_typed(which % 3, which >= 3));
		if (which < 8)
			_exit(case_sent(which == 7));
		_exit(which == 8   ? case_sent_kills()
		      : which == 9 ? case_nowhere()
				   : case_low());
	}
	if (pid < 0 || waitpid(pid, &how, 0) != pid)
		return -1;
	return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

int
main(void)
{
	for (int which = 0; which < 11; which++) {
		test_note("case %d", which);
		CHECK_EQ(in_child(which), which == 8 ? -SIGINT : 0);
	}
	return test_done();
}
