/* SPDX-License-Identifier: MIT */
/* What both ends of the conversation need to be tested against. */
#ifndef TESTS_LIB_WIRE_PEER_H
#define TESTS_LIB_WIRE_PEER_H

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wire/wire.h"

/* Run PEER with one end of a socket in a child; our end is handed out. */
static inline pid_t
peer_start(int (*peer)(int fd), int *ours)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		exit(1);
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		_exit(peer(pair[1]));
	}
	close(pair[1]);
	*ours = pair[0];
	return pid;
}

/* What the peer returned. */
static inline int
peer_end(pid_t pid, int fd)
{
	int status = 0;

	close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#endif
