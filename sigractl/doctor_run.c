/* SPDX-License-Identifier: MIT */
/* Another program, asked about itself. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "sigractl/doctor.h"

#define DOCTOR_RUN_SECONDS 10

static int64_t
doctor_milliseconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until its end or the deadline; false: it was still talking. */
static bool
doctor_listen(int fd, char *out, size_t size)
{
	int64_t end = doctor_milliseconds() + DOCTOR_RUN_SECONDS * 1000;
	size_t len = 0;
	char rest[256];

	out[0] = '\0';
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end - doctor_milliseconds();
		bool full = len == size - 1;
		ssize_t n;

		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(fd, full ? rest : out + len,
			 full ? sizeof(rest) : size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (!full)
			len += (size_t)n;
		out[len] = '\0';
	}
}

static bool
doctor_spawn(char *const argv[], int to, pid_t *pid)
{
	char *const env[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
			      (char[]){ "LC_ALL=C" }, NULL };
	posix_spawn_file_actions_t what;
	int err;

	if (posix_spawn_file_actions_init(&what) != 0)
		return false;
	err = posix_spawn_file_actions_addopen(&what, STDIN_FILENO,
					       "/dev/null", O_RDONLY, 0);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&what, to,
						       STDOUT_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(&what, to,
						       STDERR_FILENO);
	if (err == 0)
		err = posix_spawn(pid, argv[0], &what, NULL, argv, env);
	(void)posix_spawn_file_actions_destroy(&what);
	if (err != 0)
		errno = err;
	return err == 0;
}

bool
doctor_run(char *const argv[], char *out, size_t size)
{
	AUTO_FD int from = -1, to = -1;
	int ends[2], how = -1;
	bool heard;
	pid_t pid;

	out[0] = '\0';
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	from = ends[0];
	to = ends[1];
	if (!doctor_spawn(argv, to, &pid)) {
		(void)snprintf(out, size, "cannot run it: %s",
			       strerror(errno));
		return false;
	}
	(void)close(steal_fd(&to));
	heard = doctor_listen(from, out, size);
	if (!heard) {
		(void)kill(pid, SIGKILL);
		(void)snprintf(out, size, "it did not end in %d seconds",
			       DOCTOR_RUN_SECONDS);
	}
	while (waitpid(pid, &how, 0) < 0 && errno == EINTR)
		continue;
	return heard && WIFEXITED(how) && WEXITSTATUS(how) == 0;
}
