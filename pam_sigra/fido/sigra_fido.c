/* SPDX-License-Identifier: MIT */
/*
 * sigra-fido(8): talks to security keys for a verifier at descriptor 0, once.
 * Whoever starts it is not believed, nor is a key.
 */
#include <errno.h>
#include <fcntl.h>
#include <fido.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fido/sandbox.h"
#include "fido/watch.h"

#define MAIN_FILES 128 /* a socket for each of 64 keys, and a few */
#define MAIN_REQUEST_SECONDS 60

/* Ctrl-C is the terminal's side's: it ends us by closing our socket, and a key
 * must hear of it. */
static void
main_signals(void)
{
	static const int ignored[] = { SIGINT,	SIGQUIT, SIGHUP, SIGPIPE,
				       SIGTSTP, SIGTTIN, SIGTTOU };
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
}

/* Descriptor 0, and nothing behind 1 and 2: what a library says is for no
 * terminal. */
static enum status
main_descriptors(struct fault *f)
{
	struct rlimit files = { MAIN_FILES, MAIN_FILES };
	int type = 0, null;
	socklen_t len = sizeof(type);

	if (getsockopt(0, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    type != SOCK_SEQPACKET)
		return fault(f, STATUS_INVALID,
			     "descriptor 0 is not a packet socket");
	if ((null = open("/dev/null", O_RDWR)) < 0 || dup2(null, 1) < 0 ||
	    (FIDO_KEEP_STDERR == 0 && dup2(null, 2) < 0))
		return fault_errno(f, errno, "cannot open /dev/null");
	if (close_range(3, ~0U, 0) != 0)
		return fault_errno(f, errno, "cannot close descriptors");
	/* Where it may not be raised, fewer keys have to do. */
	(void)setrlimit(RLIMIT_NOFILE, &files);
	return STATUS_OK;
}

int
main(void)
{
	struct fault f = { .text = "" };
	enum status st;

	if (clearenv() != 0 || chdir("/") != 0)
		return 1;
	(void)umask(0077);
	main_signals();
	(void)alarm(MAIN_REQUEST_SECONDS);
	if (main_descriptors(&f) != STATUS_OK ||
	    prctl(PR_SET_DUMPABLE, 0) != 0)
		return 1;
	fido_init(0);
	sandbox_prepare();
	st = watch_run(0, &f);
	return st == STATUS_OK ? 0 : 1;
}
