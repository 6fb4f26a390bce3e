/* SPDX-License-Identifier: MIT */
#include "sigractl/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "wire/wire_spawn.h"

/* What goes back with the socket. */
union starter_room {
	struct cmsghdr head;
	char b[CMSG_SPACE(sizeof(int))];
};

/* FD -1: it could not be started. */
static bool
starter_answer(int talk, const struct fault *why, int fd)
{
	struct fault copy = *why;
	union starter_room room = { .b = "" };
	struct iovec iov = { .iov_base = &copy, .iov_len = sizeof(copy) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = room.b;
		msg.msg_controllen = sizeof(room.b);
		room.head.cmsg_level = SOL_SOCKET;
		room.head.cmsg_type = SCM_RIGHTS;
		room.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&room.head), &fd, sizeof(fd));
	}
	return sendmsg(talk, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(copy);
}

/* Until nobody asks any more. */
static _Noreturn void
starter_serve(const char *path, const char *name, int talk)
{
	const char *const argv[] = { name, NULL };
	const struct wire_program program = {
		.path = path, .argv = argv, .uid = geteuid(), .gid = getegid()
	};
	char word;

	/* Whoever is at the terminal interrupts our parent, not this. */
	(void)setsid();
	while (recv(talk, &word, 1, 0) == 1) {
		struct fault why = { .text = "" };
		AUTO_FD int fd = -1;

		why.status = wire_spawn(&program, &fd, &why);
		if (!starter_answer(talk, &why, fd))
			break;
	}
	_exit(0);
}

enum status
starter_begin(const char *dir, const char *name, struct starter *out,
	      struct fault *f)
{
	char path[PATH_MAX];
	int ends[2], n;
	pid_t pid;

	n = snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (n < 0 || (size_t)n >= sizeof(path) || path[0] != '/')
		return fault(f, STATUS_INVALID,
			     "--libexec %s: give an absolute path", dir);
	if (access(path, X_OK) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s is not there, or cannot be run: install "
			     "Sigra whole",
			     path);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return fault_errno(f, errno, "cannot make a socket pair");
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)close(ends[0]);
		starter_serve(path, name, ends[1]);
	}
	(void)close(ends[1]);
	out->talk = ends[0];
	out->pid = pid;
	return pid > 0 ? STATUS_OK : fault_errno(f, errno, "cannot fork");
}

enum status
starter_start(const struct starter *s, int *out, struct fault *f)
{
	struct fault why = { .text = "" };
	union starter_room room = { .b = "" };
	struct iovec iov = { .iov_base = &why, .iov_len = sizeof(why) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = room.b,
			      .msg_controllen = sizeof(room.b) };
	const struct cmsghdr *head = NULL;
	ssize_t n = -1;

	if (send(s->talk, "s", 1, MSG_NOSIGNAL) == 1)
		do
			n = recvmsg(s->talk, &msg, MSG_CMSG_CLOEXEC);
		while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(why))
		return fault(f, STATUS_SYSTEM,
			     "the part that starts programs died");
	why.text[sizeof(why.text) - 1] = '\0';
	head = CMSG_FIRSTHDR(&msg);
	if (why.status != STATUS_OK || head == NULL ||
	    head->cmsg_type != SCM_RIGHTS)
		return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
	memcpy(out, CMSG_DATA(head), sizeof(*out));
	return STATUS_OK;
}

void
starter_end(struct starter *s)
{
	if (s->talk >= 0)
		(void)close(s->talk);
	while (s->pid > 0 && waitpid(s->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	s->talk = s->pid = -1;
}
