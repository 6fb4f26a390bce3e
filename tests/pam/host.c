/* SPDX-License-Identifier: MIT */
#include "host.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

char host_dir[512];
volatile int *host_line;
bool host_closed;

static int
host_conversation(int n, const struct pam_message **msg,
		  struct pam_response **resp, void *appdata)
{
	if (n != 1 || msg[0]->msg_style != PAM_PROMPT_ECHO_OFF)
		return PAM_CONV_ERR;
	for (int fd = 0; fd < 3 && host_closed; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			return PAM_CONV_ERR;
	}
	*resp = calloc(1, sizeof(**resp));
	(*resp)->resp = strdup(appdata);
	return PAM_SUCCESS;
}

static void
host_delay(int code, unsigned microseconds, void *appdata)
{
	(void)code;
	(void)microseconds;
	(void)appdata;
}

pam_handle_t *
host_start(char *password)
{
	const struct pam_conv conv = { host_conversation, password };
	union {
		void (*function)(int, unsigned, void *);
		const void *item;
	} delay = { host_delay };
	pam_handle_t *pamh = NULL;

	if (pam_start_confdir("test", "root", &conv, host_dir, &pamh) !=
		    PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_FAIL_DELAY, delay.item) != PAM_SUCCESS)
		_exit(99);
	return pamh;
}

int
host_login(void)
{
	char password[] = "tr0ub4dor";
	pam_handle_t *pamh = host_start(password);
	int code = pam_authenticate(pamh, 0);

	pam_end(pamh, code);
	return code;
}

bool
host_verifier_was(const char *part)
{
	char path[600], got[2048];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/verifier.log", host_dir);
	f = fopen(path, "re");
	while (f != NULL && fgets(got, sizeof(got), f) != NULL) {
		if (strstr(got, part) != NULL)
			found = true;
	}
	if (f != NULL)
		fclose(f);
	return found;
}

void
host_forget(void)
{
	char path[600];

	snprintf(path, sizeof(path), "%s/verifier.log", host_dir);
	(void)unlink(path);
}

static void
host_write(const char *name, const char *text)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", host_dir, name);
	f = fopen(path, "we");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		err(2, "%s", path);
}

/* What a login does in most cases; the device is the fake one. */
static void
host_verifier_usual(void)
{
	host_write("verifier", "phase auth\nprocess\nfacts\n"
			       "device key\nframe hello\nhear 30\n"
			       "ask secret password Password: \n"
			       "close\n"
			       "right tr0ub4dor\n"
			       "verdict allow proved login="
			       "01900000-0000-7000-8000-000000000001\n"
			       "phase any\nverdict allow\n");
}

void
host_verifier(const char *script)
{
	host_write("verifier", script);
}

/* What the verifier wrote down, for whoever looks for the fault. */
static void
host_note_log(void)
{
	char path[600], got[400];
	FILE *f;

	snprintf(path, sizeof(path), "%s/verifier.log", host_dir);
	f = fopen(path, "re");
	while (f != NULL && fgets(got, sizeof(got), f) != NULL)
		test_note("%s", got);
	if (f != NULL)
		fclose(f);
}

void
host_case(const char *name, void (*run)(void))
{
	int status = 0;
	pid_t pid;

	host_forget();
	host_verifier_usual();
	*host_line = 0;
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(2, "waitpid");
	test_note("status %x", (unsigned)status);
	if (*host_line != 0)
		host_note_log();
	test_point(status == 0 && *host_line == 0, "host", *host_line, name);
}

/* A copy, where anybody may run it. */
static void
host_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	char bytes[65536];
	ssize_t n;

	if (in < 0 || out < 0)
		err(2, "%s", to);
	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		if (write(out, bytes, (size_t)n) != n)
			err(2, "%s", to);
	close(in);
	close(out);
}

static void
host_programs(const char *device)
{
	static const char *const names[] = { "sigra-fido", "sigra-agent" };
	char path[600];

	snprintf(path, sizeof(path), "%s/libexec", host_dir);
	if (mkdir(path, 0755) != 0)
		err(2, "%s", path);
	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s/libexec/%s", host_dir,
			 names[i]);
		host_copy(device, path);
	}
}

void
host_files(const char *module, const char *fake, const char *device)
{
	static const char *const types[] = { "auth", "account", "password",
					     "session" };
	char stack[8192];
	size_t at = 0;

	host_line = mmap(NULL, sizeof(*host_line), PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(host_dir, sizeof(host_dir), "%s", test_dir());
	for (size_t i = 0; i < 4; i++)
		at += (size_t)snprintf(stack + at, sizeof(stack) - at,
				       "%s required %s verifier=%s "
				       "config=%s/verifier "
				       "libexec=%s/libexec\n",
				       types[i], module, fake, host_dir,
				       host_dir);
	host_write("test", stack);
	host_write("other", "auth requisite pam_deny.so\n");
	host_programs(device);
	host_verifier_usual();
}
