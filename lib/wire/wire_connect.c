/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "wire/wire.h"

/* Whose is the socket?  Nobody but root may have put it there. */
static enum status
wire_connect_owner(const char *path, uid_t *owner, struct fault *f)
{
	char dir[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	AUTO_FD int dirfd = -1;
	const char *name;
	struct stat sb;
	enum status st;

	if ((st = file_split(path, dir, sizeof(dir), &name, f)) != STATUS_OK)
		return st;
	if ((st = file_dir_open(dir, 0, 0022, &dirfd, f)) != STATUS_OK)
		return st;
	if (fstatat(dirfd, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "no verifier listens at %s", path);
	if (!S_ISSOCK(sb.st_mode))
		return fault(f, STATUS_UNAVAILABLE, "%s is no socket", path);
	*owner = sb.st_uid;
	return STATUS_OK;
}

/* A host without standard descriptors must not get them from us. */
static enum status
wire_connect_socket(int *out, struct fault *f)
{
	AUTO_FD int fd = socket(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fault_errno(f, errno, "cannot make a socket");
	if (fd > STDERR_FILENO) {
		*out = steal_fd(&fd);
		return STATUS_OK;
	}
	*out = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (*out < 0)
		return fault_errno(f, errno, "cannot make a socket");
	return STATUS_OK;
}

static enum status
wire_connect_check(int fd, uid_t owner, struct fault *f)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0)
		return fault_errno(f, errno, "cannot learn who listens");
	if (cred.uid != 0 && cred.uid != owner)
		return fault(f, STATUS_UNAVAILABLE,
			     "uid %u listens there, not the verifier",
			     cred.uid);
	return STATUS_OK;
}

enum status
wire_client_connect(const char *path, int seconds, int *out, struct fault *f)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	AUTO_FD int fd = -1;
	uid_t owner = 0;
	enum status st;

	if (!text_copy(to.sun_path, sizeof(to.sun_path), path))
		return fault(f, STATUS_INVALID,
			     "path of the socket is too long");
	if ((st = wire_connect_owner(path, &owner, f)) != STATUS_OK ||
	    (st = wire_connect_socket(&fd, f)) != STATUS_OK)
		return st;
	/* Without blocking: a full queue is an answer too. */
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "the verifier at %s takes no connection%s", path,
			     errno == EAGAIN ? ": its queue is full" : "");
	if ((st = wire_connect_check(fd, owner, f)) != STATUS_OK ||
	    (st = wire_client_hello(fd, seconds, f)) != STATUS_OK)
		return st;
	*out = steal_fd(&fd);
	return STATUS_OK;
}
