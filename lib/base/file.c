/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"

enum status
file_dir_open(const char *path, uid_t owner, mode_t forbidden, int *out,
	      struct fault *f)
{
	AUTO_FD int fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat sb;

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_NOT_FOUND, "%s does not exist", path);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open directory %s", path);
	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", path);
	if (sb.st_uid != owner && sb.st_uid != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s belongs to uid %u; expected %u or root", path,
			     sb.st_uid, owner);
	if ((sb.st_mode & forbidden) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s has mode %04o: run chmod %04o on it", path,
			     sb.st_mode & 07777,
			     sb.st_mode & 07777 & ~forbidden);
	*out = steal_fd(&fd);
	return STATUS_OK;
}

enum status
file_check(int fd, const char *name, const struct file_trust *trust,
	   struct fault *f)
{
	struct stat sb;

	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", name);
	if (!S_ISREG(sb.st_mode))
		return fault(f, STATUS_UNAVAILABLE, "%s is no regular file",
			     name);
	if (sb.st_nlink != 1)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s has %lu links; expected one", name,
			     (unsigned long)sb.st_nlink);
	if (sb.st_uid != trust->owner && !(trust->or_root && sb.st_uid == 0))
		return fault(f, STATUS_UNAVAILABLE,
			     "%s belongs to uid %u; expected %u", name,
			     sb.st_uid, trust->owner);
	if ((sb.st_mode & trust->forbidden) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s has mode %04o: run chmod %04o on it", name,
			     sb.st_mode & 07777,
			     sb.st_mode & 07777 & ~trust->forbidden);
	if (trust->size_max != 0 && sb.st_size > trust->size_max)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s is larger than %lld "
			     "bytes",
			     name, (long long)trust->size_max);
	return STATUS_OK;
}

enum status
file_open(int dirfd, const char *name, const struct file_trust *trust,
	  int *out, struct fault *f)
{
	AUTO_FD int fd = openat(
		dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	enum status st;

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_NOT_FOUND, "%s does not exist", name);
	if (fd < 0 && errno == ELOOP)
		return fault(f, STATUS_UNAVAILABLE, "%s is a symbolic link",
			     name);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", name);
	if ((st = file_check(fd, name, trust, f)) != STATUS_OK)
		return st;
	*out = steal_fd(&fd);
	return STATUS_OK;
}

enum status
file_read(int fd, void *bytes, size_t size, size_t *len, struct fault *f)
{
	uint8_t *p = bytes, extra;
	size_t got = 0;

	for (;;) {
		bool over = got == size;
		ssize_t n = read(fd, over ? &extra : p + got,
				 over ? 1 : size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_errno(f, errno, "cannot read");
		if (n == 0)
			break;
		if (over)
			return fault(f, STATUS_INVALID,
				     "input is longer than %zu bytes", size);
		got += (size_t)n;
	}
	*len = got;
	return STATUS_OK;
}

enum status
file_write(int fd, const void *bytes, size_t len, struct fault *f)
{
	const uint8_t *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_errno(f, errno, "cannot write");
		p += n;
		len -= (size_t)n;
	}
	return STATUS_OK;
}

enum status
file_split(const char *path, char *dir, size_t size, const char **name,
	   struct fault *f)
{
	const char *slash = strrchr(path, '/');
	size_t len;

	if (path[0] != '/' || slash[1] == '\0')
		return fault(f, STATUS_INVALID,
			     "'%s' is not the absolute path of a file", path);
	len = slash == path ? 1 : (size_t)(slash - path);
	if (len >= size)
		return fault(f, STATUS_INVALID, "path is too long");
	memcpy(dir, path, len);
	dir[len] = '\0';
	*name = slash + 1;
	return STATUS_OK;
}
