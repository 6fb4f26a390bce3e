/* SPDX-License-Identifier: MIT */
#include "sigrad/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"

#define LISTEN_BACKLOG 128

bool
listen_inherited(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	int64_t n, who;

	return pid != NULL && fds != NULL &&
	       text_number(pid, 1, INT32_MAX, &who) && who == getpid() &&
	       text_number(fds, 1, 1, &n);
}

enum status
listen_keep(struct fault *f)
{
	int flags;

	if (dup2(3, 0) != 0)
		return fault_errno(f, errno, "cannot keep the socket");
	flags = fcntl(0, F_GETFL);
	if (flags < 0 || fcntl(0, F_SETFL, flags | O_NONBLOCK) != 0)
		return fault_errno(f, errno, "cannot use the socket");
	return STATUS_OK;
}

/* A worker that was being forked may hold its dead master's socket for a
 * moment; the kernel names who called listen(2). */
static bool
listen_lives(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
	       peer.pid <= 0 || kill(peer.pid, 0) == 0 || errno != ESRCH;
}

static enum status
listen_clear(const struct sockaddr_un *at, struct fault *f)
{
	AUTO_FD int fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat sb;

	if (lstat(at->sun_path, &sb) != 0)
		return STATUS_OK;
	if (!S_ISSOCK(sb.st_mode))
		return fault(f, STATUS_CONFLICT, "%s is no socket",
			     at->sun_path);
	if (fd < 0)
		return fault_errno(f, errno, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0
		    ? listen_lives(fd)
		    : errno == EAGAIN)
		return fault(f, STATUS_CONFLICT,
			     "another verifier listens at %s", at->sun_path);
	if (unlink(at->sun_path) != 0)
		return fault_errno(f, errno, "cannot remove %s", at->sun_path);
	return STATUS_OK;
}

static enum status
listen_dir(const char *path, struct fault *f)
{
	char dir[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	const char *name;
	enum status st = file_split(path, dir, sizeof(dir), &name, f);
	AUTO_FD int fd = -1;

	if (st != STATUS_OK)
		return st;
	if (mkdir(dir, 0700) == 0 && chmod(dir, 0755) != 0)
		return fault_errno(f, errno, "cannot open up %s", dir);
	return file_dir_open(dir, geteuid(), 0022, &fd, f);
}

enum status
listen_make(const char *path, int *out, struct fault *f)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	AUTO_FD int fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enum status st;

	if (fd < 0)
		return fault_errno(f, errno, "cannot make a socket");
	if (!text_copy(at.sun_path, sizeof(at.sun_path), path))
		return fault(f, STATUS_INVALID, "%s is too long a path", path);
	if ((st = listen_dir(path, f)) != STATUS_OK ||
	    (st = listen_clear(&at, f)) != STATUS_OK)
		return st;
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
	    chmod(path, 0666) != 0 || listen(fd, LISTEN_BACKLOG) != 0)
		return fault_errno(f, errno, "cannot listen at %s", path);
	*out = steal_fd(&fd);
	return STATUS_OK;
}
