/* SPDX-License-Identifier: MIT */
/*
 * host-t MODULE FAKE DEVICE: what a login may not do to the process it happens
 * in, and what of that process the verifier may not get.  Each case is a host
 * of its own, in a child.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "journal.h"
#include "root.h"
#include "test.h"

#define HOST_FDS 1024
#define HOST_SIGNALS 64
/* What a thread of a careful host has; sanitizers take more. */
#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
#define HOST_STACK (1UL << 20)
#else
#define HOST_STACK (40UL << 10)
#endif

struct host_action {
	void (*handler)(int);
	int flags;
	unsigned long mask; /* libc leaves the rest of its set as it was */
};

/* Everything of a process that a module might disturb. */
struct host_state {
	int fds[HOST_FDS];
	sigset_t mask;
	struct host_action action[HOST_SIGNALS + 1];
	char cwd[512];
	mode_t mask_of_files;
	char **env;
	char *env0;
	struct rlimit files;
	struct itimerval timer;
	char locale[512];
};

static void
host_look(struct host_state *s)
{
	memset(s, 0, sizeof(*s));
	for (int fd = 0; fd < HOST_FDS; fd++)
		s->fds[fd] = fcntl(fd, F_GETFD);
	sigprocmask(SIG_BLOCK, NULL, &s->mask);
	for (int sig = 1; sig <= HOST_SIGNALS; sig++) {
		struct sigaction act = { .sa_handler = SIG_DFL };

		(void)sigaction(sig, NULL, &act);
		s->action[sig].handler = act.sa_handler;
		s->action[sig].flags = act.sa_flags;
		memcpy(&s->action[sig].mask, &act.sa_mask,
		       sizeof(s->action[sig].mask));
	}
	if (getcwd(s->cwd, sizeof(s->cwd)) == NULL)
		s->cwd[0] = '\0';
	s->mask_of_files = umask(0);
	umask(s->mask_of_files);
	s->env = environ;
	s->env0 = environ[0];
	getrlimit(RLIMIT_NOFILE, &s->files);
	getitimer(ITIMER_REAL, &s->timer);
	snprintf(s->locale, sizeof(s->locale), "%s", setlocale(LC_ALL, NULL));
}

static void
host_no_handler(int sig)
{
	(void)sig;
}

/* Right, wrong and every other phase leave all of it as it was. */
static void
case_state(void)
{
	static struct host_state before, after;
	char right[] = "tr0ub4dor", wrong[] = "wrong";
	pam_handle_t *pamh;
	sigset_t some;

	NEED(chdir(host_dir) == 0);
	NEED(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	umask(0123);
	signal(SIGUSR1, host_no_handler);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&some);
	sigaddset(&some, SIGUSR2);
	sigaddset(&some, SIGTERM);
	sigprocmask(SIG_BLOCK, &some, NULL);
	pamh = host_start(right);
	host_look(&before);
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	NEED(pam_setcred(pamh, PAM_ESTABLISH_CRED) == PAM_SUCCESS);
	NEED(pam_acct_mgmt(pamh, 0) == PAM_SUCCESS);
	NEED(pam_chauthtok(pamh, 0) == PAM_SUCCESS);
	NEED(pam_open_session(pamh, 0) == PAM_SUCCESS);
	NEED(pam_close_session(pamh, 0) == PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	pamh = host_start(wrong);
	NEED(pam_authenticate(pamh, 0) == PAM_AUTH_ERR);
	pam_end(pamh, PAM_AUTH_ERR);
	host_look(&after);
	NEED(memcmp(before.fds, after.fds, sizeof(before.fds)) == 0);
	NEED(memcmp(&before, &after, sizeof(before)) == 0);
	NEED(getenv("SIGRA_LOGIN") == NULL);
}

static volatile sig_atomic_t host_signals;

static void
host_count(int sig)
{
	(void)sig;
	host_signals++;
}

static void
case_sigchld_handled(void)
{
	struct sigaction act = { .sa_handler = host_count };

	NEED(sigaction(SIGCHLD, &act, NULL) == 0);
	for (int i = 0; i < 5; i++)
		NEED(host_login() == PAM_SUCCESS);
	/* The verifier's end must have come and gone, too. */
	usleep(20000);
	NEED(host_signals == 0);
	NEED(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

static void
case_sigchld_ignored(void)
{
	NEED(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
	for (int i = 0; i < 5; i++)
		NEED(host_login() == PAM_SUCCESS);
	NEED(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

static _Atomic int host_reaped;

/* A host that waits for whatever child there is. */
static void *
host_reaper(void *own)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, 0)) != *(pid_t *)own) {
		if (pid > 0)
			host_reaped++;
	}
	return NULL;
}

static void
case_waits_for_any(void)
{
	pthread_t thread;
	pid_t own = fork();

	if (own == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(0);
	}
	NEED(pthread_create(&thread, NULL, host_reaper, &own) == 0);
	for (int i = 0; i < 20; i++)
		NEED(host_login() == PAM_SUCCESS);
	kill(own, SIGKILL);
	pthread_join(thread, NULL);
	NEED(host_reaped == 0);
}

static void
case_no_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	host_closed = true;
	NEED(host_login() == PAM_SUCCESS);
	for (int fd = 0; fd < 3; fd++)
		NEED(fcntl(fd, F_GETFD) < 0 && errno == EBADF);
}

static void
case_writes_nothing(void)
{
	struct stat sb;
	char path[600];
	int fd;

	snprintf(path, sizeof(path), "%s/output", host_dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	NEED(fd >= 0);
	for (int i = 0; i < 3; i++)
		NEED(dup2(fd, i) == i);
	NEED(host_login() == PAM_SUCCESS);
	NEED(fstat(fd, &sb) == 0 && sb.st_size == 0);
}

/* Not one descriptor to spare, then one, and so on: no success by chance. */
static void
case_few_fds(void)
{
	struct rlimit limit = { .rlim_cur = 256, .rlim_max = 256 };
	char password[] = "tr0ub4dor";
	pam_handle_t *pamh = host_start(password);
	bool denied = false, succeeded = false;
	int low;

	/* libpam opens its own files at the first call. */
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	low = dup(0);
	close(low);
	for (int spare = 0; spare < 20; spare++) {
		int code, next;

		limit.rlim_cur = (rlim_t)(low + spare);
		NEED(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		code = pam_authenticate(pamh, 0);
		/* PAM_SYSTEM_ERR is libpam's own, for want of a socket. */
		NEED(code == PAM_SUCCESS || code == PAM_AUTHINFO_UNAVAIL ||
		     code == PAM_SYSTEM_ERR);
		NEED(spare > 1 || code != PAM_SUCCESS);
		denied = denied || code == PAM_AUTHINFO_UNAVAIL;
		succeeded = code == PAM_SUCCESS;
		limit.rlim_cur = 256;
		NEED(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		next = dup(0);
		NEED(next == low);
		close(next);
	}
	NEED(denied && succeeded);
	pam_end(pamh, PAM_SUCCESS);
}

/* A host's own timers go on while we wait. */
static void
case_interrupted(void)
{
	struct sigaction act = { .sa_handler = host_count };
	struct itimerval often = { .it_interval = { .tv_usec = 100 },
				   .it_value = { .tv_usec = 100 } };
	struct itimerval never = { .it_value = { .tv_usec = 0 } };

	NEED(sigaction(SIGALRM, &act, NULL) == 0);
	NEED(setitimer(ITIMER_REAL, &often, NULL) == 0);
	for (int i = 0; i < 50; i++)
		NEED(host_login() == PAM_SUCCESS);
	NEED(setitimer(ITIMER_REAL, &never, NULL) == 0);
	NEED(host_signals > 0);
	NEED(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

static void
case_verifier(void)
{
	char argv[700];
	sigset_t all;

	for (int i = 0; i < 200; i++)
		NEED(open("/dev/null", O_RDONLY) >= 0);
	for (int sig = 1; sig <= HOST_SIGNALS; sig++)
		(void)signal(sig, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setenv("LD_BIND_NOW", "1", 1);
	NEED(chdir(host_dir) == 0);
	NEED(host_login() == PAM_SUCCESS);
	NEED(host_verifier_was("fds 0 1 2\n"));
	NEED(host_verifier_was("null 1\n"));
	snprintf(argv, sizeof(argv),
		 "argv sigrad --once --config %s/verifier\n", host_dir);
	NEED(host_verifier_was(argv));
	NEED(host_verifier_was("env none\n"));
	NEED(host_verifier_was("cwd /\n"));
	NEED(host_verifier_was("leader 1\n"));
	NEED(host_verifier_was("SigBlk:\t0000000000000000\n"));
	NEED(host_verifier_was("SigIgn:\t0000000000000000\n"));
	NEED(host_verifier_was("Uid:\t0\t0\t0\t0\n"));
}

static void *
host_thread(void *code)
{
	*(int *)code = host_login();
	return NULL;
}

/* A thread with little room, as many a server's. */
static void
case_small_stack(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int code = -1;

	NEED(pthread_attr_init(&attr) == 0);
	NEED(pthread_attr_setstacksize(&attr, HOST_STACK) == 0);
	NEED(pthread_create(&thread, &attr, host_thread, &code) == 0);
	NEED(pthread_join(thread, NULL) == 0);
	NEED(code == PAM_SUCCESS);
}

static void
case_unprivileged(void)
{
	char password[] = "tr0ub4dor";
	pam_handle_t *pamh = host_start(password);

	/* libpam opens its own files at the first call. */
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	NEED(setresuid(1234, 1234, 1234) == 0);
	journal_clear();
	NEED(pam_authenticate(pamh, 0) == PAM_AUTHINFO_UNAVAIL);
	pam_end(pamh, PAM_AUTHINFO_UNAVAIL);
	NEED(journal_count() == 1);
	NEED(strstr(journal_line(0), "only a service run by root") != NULL);
}

int
main(int argc, char **argv)
{
	bool privileged = geteuid() == 0;

	if (argc != 4)
		errx(2, "usage: host-t MODULE FAKE DEVICE");
	if (!root_become()) {
		test_skip("neither root nor user namespaces");
		return test_done();
	}
	host_files(argv[1], argv[2], argv[3]);
	host_case("leaves the host as it was", case_state);
	host_case("SIGCHLD handler never runs", case_sigchld_handled);
	host_case("SIGCHLD ignored", case_sigchld_ignored);
	host_case("host waits for any child", case_waits_for_any);
	host_case("no descriptors 0 to 2", case_no_standard_fds);
	host_case("writes nothing", case_writes_nothing);
	host_case("few descriptors", case_few_fds);
	host_case("interrupted by signals", case_interrupted);
	host_case("verifier inherits nothing", case_verifier);
	host_facts(privileged);
	host_devices(privileged);
	host_case("small stack", case_small_stack);
	if (privileged)
		host_case("unprivileged host", case_unprivileged);
	return test_done();
}
