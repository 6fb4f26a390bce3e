/* SPDX-License-Identifier: MIT */
/*
 * Programs of devices: as whom they run, what they get of the host, and what
 * Ctrl-C at a real terminal does while one is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

#define DEVICE_ALLOW "verdict allow\n"

static volatile sig_atomic_t device_signals;
static int device_master = -1;	/* the other end of our terminal */
static bool device_kills;	/* rather than to type */
static int device_blocked = -1; /* SIGINT, at the question */

static void
device_handle(int sig)
{
	(void)sig;
	device_signals++;
}

static bool
device_sigint_blocked(void)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	return sigismember(&mask, SIGINT) == 1;
}

/* A notice is what Ctrl-C follows upon; a question is answered. */
static int
device_conversation(int n, const struct pam_message **msg,
		    struct pam_response **resp, void *appdata)
{
	(void)appdata;
	if (n != 1)
		return PAM_CONV_ERR;
	*resp = calloc(1, sizeof(**resp));
	if (msg[0]->msg_style != PAM_TEXT_INFO) {
		device_blocked = device_sigint_blocked();
		(*resp)->resp = strdup("1234");
		return PAM_SUCCESS;
	}
	if (device_kills)
		(void)kill(getpid(), SIGINT);
	else if (write(device_master, "\003", 1) != 1)
		return PAM_CONV_ERR;
	return PAM_SUCCESS;
}

static int
device_login(void)
{
	const struct pam_conv conv = { device_conversation, NULL };
	pam_handle_t *pamh = NULL;
	int code;

	if (pam_start_confdir("test", "root", &conv, host_dir, &pamh) !=
	    PAM_SUCCESS)
		return -1;
	code = pam_authenticate(pamh, 0);
	pam_end(pamh, code);
	return code;
}

/* Be the leader of a session with a terminal. */
static bool
device_terminal(void)
{
	int fd;

	device_master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (device_master < 0 || grantpt(device_master) != 0 ||
	    unlockpt(device_master) != 0 || setsid() < 0)
		return false;
	fd = open(ptsname(device_master), O_RDWR | O_CLOEXEC);
	return fd >= 0 && ioctl(fd, TIOCSCTTY, 0) == 0;
}

static void
device_key_facts(void)
{
	host_verifier("phase auth\ndevice key\nframe ?\nhear 30\n"
		      "frame x\nhear 30\n" DEVICE_ALLOW);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("device ok\n"));
	NEED(host_verifier_was("heard argv sigra-fido fds 0 1 2 null 1 "
			       "env none cwd / leader 1 Uid:\t0\t0\t0\t0 "
			       "Gid:\t0\t0\t0\t0 "));
	NEED(host_verifier_was(" SigBlk:\t0000000000000000 "
			       "SigIgn:\t0000000000000000\n"));
	NEED(host_verifier_was("heard lost\n"));
}

/* What a program of a device gets of its host: nothing. */
static void
case_key(void)
{
	sigset_t all;

	for (int i = 0; i < 50; i++)
		NEED(open("/dev/null", O_RDONLY) >= 0);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGCHLD, device_handle);
	sigfillset(&all);
	sigdelset(&all, SIGCHLD);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setenv("SSH_AUTH_SOCK", "/run/agent", 1);
	NEED(chdir(host_dir) == 0);
	device_key_facts();
	NEED(device_signals == 0);
	NEED(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
}

/* sudo: whoever runs it must not be able to signal the program. */
static void
case_key_set_user_id(void)
{
	NEED(setresuid(65534, 0, 0) == 0);
	device_key_facts();
}

static void
case_key_absent(void)
{
	char path[600], aside[620];

	snprintf(path, sizeof(path), "%s/libexec/sigra-fido", host_dir);
	snprintf(aside, sizeof(aside), "%s.aside", path);
	NEED(rename(path, aside) == 0);
	host_verifier("phase auth\ndevice key\nhear 0\n"
		      "ask secret password Password: \n" DEVICE_ALLOW);
	NEED(device_login() == PAM_SUCCESS);
	NEED(rename(aside, path) == 0);
	NEED(host_verifier_was("device unavailable\n"));
	NEED(host_verifier_was("answer 4 1234\n"));
}

#define DEVICE_AGENT                                                          \
	"phase auth\nfacts\ndevice agent\nframe ?\nhear 30\n" DEVICE_ALLOW

/* The agent of whoever runs the host, as that user, and never as root. */
static void
case_agent_set_user_id(void)
{
	const struct passwd *pw = getpwnam("nobody");
	gid_t some[2] = { 4711, 0 };
	char want[200];

	NEED(pw != NULL && pw->pw_uid != 0);
	setenv("SSH_AUTH_SOCK", "/run/agent.1", 1);
	NEED(setgroups(2, some) == 0 && chmod(host_dir, 0755) == 0);
	NEED(setresuid(pw->pw_uid, 0, 0) == 0);
	host_verifier(DEVICE_AGENT);
	NEED(device_login() == PAM_SUCCESS);
	snprintf(want, sizeof(want),
		 " Uid:\t%u\t%u\t%u\t%u Gid:\t%u\t%u\t%u\t%u "
		 "Groups:\t%u  SigBlk",
		 pw->pw_uid, pw->pw_uid, pw->pw_uid, pw->pw_uid, pw->pw_gid,
		 pw->pw_gid, pw->pw_gid, pw->pw_gid, pw->pw_gid);
	NEED(host_verifier_was("heard argv sigra-agent /run/agent.1 fds 0 1 2 "
			       "null 1 env none "));
	NEED(host_verifier_was(want));
}

static void
case_agent_nameless(void)
{
	setenv("SSH_AUTH_SOCK", "/run/agent.1", 1);
	NEED(setresuid(54321, 0, 0) == 0);
	host_verifier(DEVICE_AGENT);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("device unavailable\n"));
}

/* Where there is one, and where there is none. */
static void
case_agent(void)
{
	static const char *const none[] = { "", "agent", "agent/x", "~/x" };
	char path[200];

	host_verifier(DEVICE_AGENT);
	unsetenv("SSH_AUTH_SOCK");
	NEED(device_login() == PAM_SUCCESS);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		setenv("SSH_AUTH_SOCK", none[i], 1);
		NEED(device_login() == PAM_SUCCESS);
	}
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[108] = '\0';
	setenv("SSH_AUTH_SOCK", path, 1);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("facts phase=auth flags=8 "));
	NEED(host_verifier_was("device unavailable\n"));
	NEED(!host_verifier_was("facts phase=auth flags=18 "));
	NEED(!host_verifier_was("device ok\n"));
	path[107] = '\0';
	setenv("SSH_AUTH_SOCK", path, 1);
	NEED(device_login() == PAM_SUCCESS);
	/* Root's is never spoken to: it would be somebody else's. */
	if (getuid() == 0) {
		NEED(!host_verifier_was("facts phase=auth flags=18 "));
		return;
	}
	NEED(host_verifier_was("facts phase=auth flags=18 "));
	NEED(host_verifier_was("device ok\n"));
	NEED(host_verifier_was("/xxxxxxx"));
}

/* What stands in sshd's environment is not of the person. */
static void
case_agent_ssh(void)
{
	char password[] = "tr0ub4dor";
	pam_handle_t *pamh = host_start(password);

	setenv("SSH_AUTH_SOCK", "/run/agent", 1);
	NEED(pam_set_item(pamh, PAM_TTY, "ssh") == PAM_SUCCESS);
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	NEED(host_verifier_was("facts phase=auth flags=0 "));
	pam_end(pamh, PAM_SUCCESS);
}

#define DEVICE_WAIT                                                           \
	"phase auth\ndevice key\nask secret pin PIN: \ntell info Touch\n"     \
	"hear 30\nclose\nask secret password Password: \n" DEVICE_ALLOW

/* Typed while a key is waited for: the wait is over, and the host lives. */
static void
device_typed(void)
{
	NEED(device_terminal());
	host_verifier(DEVICE_WAIT);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("heard cancelled\n"));
	NEED(device_signals == 0);
	NEED(!device_sigint_blocked() && device_blocked == 0);
}

static void
case_typed_default(void)
{
	device_typed();
}

static void
case_typed_handled(void)
{
	struct sigaction act = { .sa_handler = device_handle };

	NEED(sigaction(SIGINT, &act, NULL) == 0);
	device_typed();
	NEED(*host_line == 0);
	/* Afterwards it is the host's. */
	NEED(write(device_master, "\003", 1) == 1);
	for (int i = 0; i < 3000 && device_signals == 0; i++)
		(void)usleep(10000);
	NEED(device_signals == 1);
}

static void
case_typed_ignored(void)
{
	struct sigaction now;

	NEED(signal(SIGINT, SIG_IGN) != SIG_ERR);
	device_typed();
	NEED(sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler == SIG_IGN);
}

/* sudo has it blocked. */
static void
case_typed_blocked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	NEED(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	NEED(device_terminal());
	host_verifier(DEVICE_WAIT);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("heard cancelled\n"));
	NEED(device_sigint_blocked() && device_blocked == 1);
	NEED(sigpending(&set) == 0 && sigismember(&set, SIGINT) == 0);
}

#define DEVICE_SENT                                                           \
	"phase auth\ndevice key\ntell info Touch\nframe hello\nhear 30\n"     \
	"close\nask secret password Password: \n" DEVICE_ALLOW

/* Sent by a process: the host gets it, as soon as the key is done with. */
static void
case_sent_handled(void)
{
	struct sigaction act = { .sa_handler = device_handle };

	NEED(sigaction(SIGINT, &act, NULL) == 0);
	device_kills = true;
	host_verifier(DEVICE_SENT);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("heard hello\n"));
	NEED(device_signals == 1);
}

static void
case_sent_default(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		device_kills = true;
		host_verifier(DEVICE_SENT);
		_exit(device_login());
	}
	NEED(waitpid(pid, &status, 0) == pid);
	NEED(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}

static void
case_sent_ignored(void)
{
	NEED(signal(SIGINT, SIG_IGN) != SIG_ERR);
	device_kills = true;
	host_verifier(DEVICE_SENT);
	NEED(device_login() == PAM_SUCCESS);
	NEED(host_verifier_was("heard hello\n"));
}

void
host_devices(bool privileged)
{
	host_case("a key's program gets nothing", case_key);
	host_case("an agent, and none", case_agent);
	host_case("no agent of sshd's", case_agent_ssh);
	if (privileged) {
		host_case("a key's program of sudo", case_key_set_user_id);
		host_case("an agent of sudo", case_agent_set_user_id);
		host_case("an agent of nobody", case_agent_nameless);
	}
	host_case("Ctrl-C, by default", case_typed_default);
	host_case("Ctrl-C, handled", case_typed_handled);
	host_case("Ctrl-C, ignored", case_typed_ignored);
	host_case("Ctrl-C, blocked", case_typed_blocked);
	host_case("SIGINT sent, handled", case_sent_handled);
	host_case("SIGINT sent, by default", case_sent_default);
	host_case("SIGINT sent, ignored", case_sent_ignored);
	host_case("no program", case_key_absent);
}
