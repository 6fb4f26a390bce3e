/* SPDX-License-Identifier: MIT */
/* What the verifier is told of the process that a login happens in. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

static pid_t host_facts_parent; /* of the cases */

/* A set-user-id program, as su: the person's uid is told, and not kept. */
static void
case_set_user_id(void)
{
	NEED(setresuid(1234, 0, 0) == 0);
	NEED(host_login() == PAM_SUCCESS);
	NEED(host_verifier_was("Uid:\t0\t0\t0\t0\n"));
	NEED(host_verifier_was(" ruid=1234 "));
}

/* Could whoever reads the prompts read UTF-8?  Told by the host's locale, and
 * never by setting one. */
static void
case_locale(void)
{
	static const char unset[] = " flags=8 ", set[] = " flags=0 ";
	char password[] = "tr0ub4dor";
	pam_handle_t *pamh = host_start(password);

	setenv("LC_ALL", "C.UTF-8", 1);
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	NEED(host_verifier_was(unset) && !host_verifier_was(set));
	NEED(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	NEED(host_verifier_was(set));
	host_forget();
	/* Over there is a terminal of its own. */
	NEED(setlocale(LC_CTYPE, "C") != NULL);
	NEED(pam_set_item(pamh, PAM_TTY, "ssh") == PAM_SUCCESS);
	NEED(pam_authenticate(pamh, 0) == PAM_SUCCESS);
	NEED(host_verifier_was(set) && !host_verifier_was(unset));
	NEED(strcmp(setlocale(LC_CTYPE, NULL), "C") == 0);
	pam_end(pamh, PAM_SUCCESS);
}

/* When a process began, told by ps(1)'s source and not by our reading. */
static unsigned long long
host_began(pid_t pid)
{
	unsigned long long began = 0;
	char path[64], line[1024] = "";
	FILE *f;
	char *at;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f == NULL)
		return 0;
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	at = strrchr(line, ')');
	if (at == NULL ||
	    sscanf(at,
		   ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u "
		   "%*u %*d %*d %*d %*d %*d %*d %llu",
		   &began) != 1)
		return 0;
	return began;
}

/* Whose child the host is; a name that looks like the rest misleads nobody. */
static void
case_processes(void)
{
	pid_t parent = getpid(), child;
	char line[256];
	int status = 0;

	NEED(prctl(PR_SET_NAME, ") 1 (x) R 1 2") == 0);
	child = fork();
	if (child == 0) {
		if (prctl(PR_SET_NAME, "a) S 1 1 1") != 0 || setsid() < 0)
			_exit(98);
		child = fork();
		if (child == 0)
			_exit(host_login() == PAM_SUCCESS ? 0 : 97);
		while (waitpid(child, &status, 0) < 0)
			continue;
		snprintf(line, sizeof(line), " leader %d %llu ancestors ",
			 getpid(), host_began(getpid()));
		if (status != 0 || host_began(getpid()) == 0 ||
		    !host_verifier_was(line))
			_exit(96);
		/* The host, its parent, and that one's: us. */
		snprintf(line, sizeof(line), " %d %llu %d %llu", getpid(),
			 host_began(getpid()), parent, host_began(parent));
		_exit(host_verifier_was(line) ? 0 : 95);
	}
	NEED(waitpid(child, &status, 0) == child);
	NEED(status == 0);
	NEED(!host_verifier_was(" 1 0 1 0"));
}

/* A long line of them ends at the sixteenth, and always before process 1. */
static void
case_deep(void)
{
	int status = 0;
	pid_t child = 0;

	for (int i = 0; i < 20 && child == 0; i++)
		child = fork();
	if (child == 0)
		_exit(host_login() == PAM_SUCCESS ? 0 : 97);
	(void)waitpid(child, &status, 0);
	if (getppid() != host_facts_parent)
		_exit(status == 0 ? 0 : 96);
	NEED(status == 0);
	NEED(host_verifier_was(" ancestors 16 "));
}

void
host_facts(bool privileged)
{
	host_facts_parent = getpid();
	host_case("locale", case_locale);
	host_case("processes", case_processes);
	host_case("deep processes", case_deep);
	if (privileged)
		host_case("set-user-id host", case_set_user_id);
}
