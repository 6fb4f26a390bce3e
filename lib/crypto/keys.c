/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define CRYPTO_DIR_FORBIDDEN (S_IWGRP | S_IWOTH)
#define CRYPTO_FILE_FORBIDDEN (S_IRWXG | S_IRWXO)

void
crypto_keys_wipe(struct crypto_keys *k)
{
	sodium_memzero(k, sizeof(*k));
}

/* The directory of PATH, checked, and the file's name in it. */
static enum status
crypto_keys_dir(const char *path, uid_t owner, int *dirfd, const char **name,
		struct fault *f)
{
	char dir[PATH_MAX];
	enum status st;

	if ((st = file_split(path, dir, sizeof(dir), name, f)) != STATUS_OK)
		return st;
	st = file_dir_open(dir, owner, CRYPTO_DIR_FORBIDDEN, dirfd, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_UNAVAILABLE,
			     "directory %s of the key "
			     "file does not exist: run sigractl init",
			     dir);
	return st;
}

enum status
crypto_keys_load(const char *path, uid_t owner, struct crypto_keys *k,
		 struct fault *f)
{
	const struct file_trust trust = {
		.owner = owner,
		.or_root = true,
		.forbidden = CRYPTO_FILE_FORBIDDEN,
		.size_max = CRYPTO_KEY_SIZE,
	};
	AUTO_FD int dirfd = -1;
	AUTO_FD int fd = -1;
	const char *name;
	enum status st;
	size_t len;
	CRYPTO_KEYS(got);

	if ((st = crypto_keys_dir(path, owner, &dirfd, &name, f)) != STATUS_OK)
		return st;
	st = file_open(dirfd, name, &trust, &fd, f);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_UNAVAILABLE,
			     "there is no key file %s: "
			     "put the copy of it back, or run sigractl init",
			     path);
	if (st != STATUS_OK)
		return st;
	st = file_read(fd, got.master, sizeof(got.master), &len, f);
	if (st != STATUS_OK)
		return st;
	if (len != sizeof(got.master))
		return fault(f, STATUS_UNAVAILABLE,
			     "key file %s has %zu "
			     "bytes instead of %d: put the copy of it back",
			     path, len, CRYPTO_KEY_SIZE);
	memcpy(k, &got, sizeof(got));
	return STATUS_OK;
}

/* Fill the new, still empty file, and make it last. */
static enum status
crypto_keys_write(int fd, uid_t owner, const struct crypto_keys *k,
		  struct fault *f)
{
	enum status st;

	if (fchmod(fd, S_IRUSR | S_IWUSR) != 0)
		return fault_errno(f, errno, "cannot set the key file's mode");
	if (geteuid() == 0 && fchown(fd, owner, (gid_t)-1) != 0)
		return fault_errno(f, errno,
				   "cannot give the key file to "
				   "uid %u",
				   owner);
	st = file_write(fd, k->master, sizeof(k->master), f);
	if (st != STATUS_OK)
		return st;
	if (fsync(fd) != 0)
		return fault_errno(f, errno, "cannot sync the key file");
	return STATUS_OK;
}

/* The whole file gets its name in one step, and only if nothing has it. */
static enum status
crypto_keys_link(int dirfd, const char *part, const char *name,
		 const char *path, struct fault *f)
{
	if (linkat(dirfd, part, dirfd, name, 0) != 0)
		return errno == EEXIST
			       ? fault(f, STATUS_CONFLICT,
				       "key file %s exists, and a "
				       "key is never overwritten",
				       path)
			       : fault_errno(f, errno,
					     "cannot make key file %s", path);
	if (unlinkat(dirfd, part, 0) != 0 || fsync(dirfd) != 0)
		return fault_errno(f, errno, "cannot sync the key file");
	return STATUS_OK;
}

enum status
crypto_keys_put(const char *path, uid_t owner, const struct crypto_keys *k,
		struct fault *f)
{
	char part[NAME_MAX + 1];
	AUTO_FD int dirfd = -1;
	AUTO_FD int fd = -1;
	const char *name;
	enum status st;
	struct buf b;

	if (geteuid() != 0 && geteuid() != owner)
		return fault(f, STATUS_DENIED,
			     "only root can make a key file "
			     "for uid %u",
			     owner);
	if ((st = crypto_keys_dir(path, owner, &dirfd, &name, f)) != STATUS_OK)
		return st;
	buf_start(&b, part, sizeof(part));
	buf_printf(&b, "%s.part", name);
	if (b.full)
		return fault(f, STATUS_INVALID, "path is too long");
	/* One that was killed has left half a key behind. */
	(void)unlinkat(dirfd, part, 0);
	fd = openat(dirfd, part,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    S_IRUSR | S_IWUSR);
	if (fd < 0)
		return fault_errno(f, errno, "cannot make key file %s", path);
	if ((st = crypto_keys_write(fd, owner, k, f)) == STATUS_OK)
		st = crypto_keys_link(dirfd, part, name, path, f);
	if (st != STATUS_OK)
		(void)unlinkat(dirfd, part, 0);
	return st;
}

enum status
crypto_keys_create(const char *path, uid_t owner, struct crypto_keys *k,
		   struct fault *f)
{
	enum status st;
	CRYPTO_KEYS(fresh);

	crypto_random(fresh.master, sizeof(fresh.master));
	if ((st = crypto_keys_put(path, owner, &fresh, f)) != STATUS_OK)
		return st;
	return crypto_keys_load(path, owner, k, f);
}
