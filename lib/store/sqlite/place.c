/* SPDX-License-Identifier: MIT */
/*
 * Where the file lies: nothing of it may belong to, be writable by or be
 * replaced by anybody but its owner, who is who we are.  Files are looked at
 * through O_PATH descriptors: closing a real one would drop the locks that
 * SQLite holds on the same file elsewhere in this process.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "store/sqlite/sqlite.h"

/* Those that linux/magic.h does not name. */
#define SQLITE_LUSTRE_MAGIC 0x0BD00BD0
#define SQLITE_KAFS_MAGIC 0x6B414653

const char *
sqlite_place_remote(uint64_t magic)
{
	static const struct {
		uint64_t magic;
		const char *name;
	} remote[] = {
		{ NFS_SUPER_MAGIC, "NFS" },
		{ SMB_SUPER_MAGIC, "SMB" },
		{ CIFS_SUPER_MAGIC, "CIFS" },
		{ SMB2_SUPER_MAGIC, "SMB2" },
		{ AFS_SUPER_MAGIC, "AFS" },
		{ AFS_FS_MAGIC, "AFS" },
		{ SQLITE_KAFS_MAGIC, "AFS" },
		{ CODA_SUPER_MAGIC, "Coda" },
		{ NCP_SUPER_MAGIC, "NCP" },
		{ V9FS_MAGIC, "9P" },
		{ CEPH_SUPER_MAGIC, "Ceph" },
		{ SQLITE_LUSTRE_MAGIC, "Lustre" },
	};

	for (size_t i = 0; i < STORE_LEN(remote); i++)
		if ((uint32_t)remote[i].magic == (uint32_t)magic)
			return remote[i].name;
	return NULL;
}

static enum status
sqlite_place_local(int fd, const char *what, struct fault *f)
{
	struct statfs fs;
	const char *remote;

	if (fstatfs(fd, &fs) != 0)
		return fault_errno(f, errno, "cannot examine %s", what);
	if ((remote = sqlite_place_remote((uint64_t)fs.f_type)) != NULL)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s is on %s: keep the store on a local disk",
			     what, remote);
	return STATUS_OK;
}

/* A system call's failure is, for whoever wanted the store, its absence. */
static enum status
sqlite_place_status(enum status st, struct fault *f)
{
	if (st != STATUS_SYSTEM)
		return st;
	if (f != NULL)
		f->status = STATUS_UNAVAILABLE;
	return STATUS_UNAVAILABLE;
}

/* DIR without symbolic links, still the directory behind FD. */
static enum status
sqlite_place_resolve(int fd, const char *dir, const char *name, char *path,
		     struct fault *f)
{
	AUTO_FREE char *real = realpath(dir, NULL);
	struct stat ours, there;
	struct buf b;

	if (real == NULL || stat(real, &there) != 0 || fstat(fd, &ours) != 0)
		return fault_errno(f, errno, "cannot find %s", dir);
	if (ours.st_dev != there.st_dev || ours.st_ino != there.st_ino)
		return fault(f, STATUS_UNAVAILABLE, "%s is being replaced",
			     dir);
	buf_start(&b, path, PATH_MAX);
	buf_printf(&b, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
	if (b.full)
		return fault(f, STATUS_INVALID, "path is too long");
	return STATUS_OK;
}

static enum status
sqlite_place_find(const char *path, struct sqlite_place *p, struct fault *f)
{
	const char *name = NULL;
	char dir[PATH_MAX];
	struct stat sb;
	enum status st;

	if ((st = file_split(path, dir, sizeof(dir), &name, f)) != STATUS_OK)
		return st;
	/* "-journal" must still fit behind it. */
	if (strlen(name) + 16 > sizeof(p->name) ||
	    !text_copy(p->name, sizeof(p->name), name))
		return fault(f, STATUS_INVALID, "the file name is too long");
	if ((st = file_dir_open(dir, geteuid(), 0077, &p->dir, f)) !=
	    STATUS_OK)
		return st;
	if (fstat(p->dir, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", dir);
	if (sb.st_uid != geteuid())
		return fault(f, STATUS_UNAVAILABLE,
			     "%s belongs to uid %u; we are uid %u", dir,
			     sb.st_uid, geteuid());
	if ((st = sqlite_place_local(p->dir, dir, f)) != STATUS_OK)
		return st;
	return sqlite_place_resolve(p->dir, dir, name, p->path, f);
}

enum status
sqlite_place_enter(const char *path, struct sqlite_place *p, struct fault *f)
{
	return sqlite_place_status(sqlite_place_find(path, p, f), f);
}

static enum status
sqlite_place_check_one(const struct sqlite_place *p, const char *suffix,
		       struct fault *f)
{
	const struct file_trust trust = { .owner = geteuid(),
					  .forbidden = 0177 };
	char name[NAME_MAX + 16];
	enum status st;
	struct buf b;

	buf_start(&b, name, sizeof(name));
	buf_text(&b, p->name);
	buf_text(&b, suffix);

	AUTO_FD int fd = openat(p->dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no store at %s: "
			     "run 'sigractl init'",
			     p->path);
	if (fd < 0)
		return fault_errno(f, errno, "cannot examine %s", name);
	if ((st = file_check(fd, name, &trust, f)) != STATUS_OK)
		return st;
	return sqlite_place_local(fd, name, f);
}

enum status
sqlite_place_check(const struct sqlite_place *p, struct fault *f)
{
	static const char *const side[] = { "-wal", "-shm", "-journal" };
	enum status st;

	if ((st = sqlite_place_check_one(p, "", f)) != STATUS_OK)
		return sqlite_place_status(st, f);
	for (size_t i = 0; i < STORE_LEN(side); i++) {
		struct fault absent;

		st = sqlite_place_check_one(p, side[i], &absent);
		if (st == STATUS_OK || st == STATUS_NOT_FOUND)
			continue;
		if (f != NULL)
			*f = absent;
		return sqlite_place_status(st, f);
	}
	return STATUS_OK;
}

enum status
sqlite_owner(const char *path, uid_t *uid, gid_t *gid, struct fault *f)
{
	const char *name = NULL;
	char dir[PATH_MAX];
	struct stat sb;
	enum status st;

	if ((st = file_split(path, dir, sizeof(dir), &name, f)) != STATUS_OK)
		return st;

	AUTO_FD int fd =
		open(dir, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no store at %s: "
			     "run 'sigractl init'",
			     path);
	if (fd < 0 || fstat(fd, &sb) != 0)
		return sqlite_place_status(
			fault_errno(f, errno, "cannot examine %s", dir), f);
	*uid = sb.st_uid;
	*gid = sb.st_gid;
	return STATUS_OK;
}

/* The directory above: whoever may write there could swap what we make. */
static enum status
sqlite_prepare_parent(const char *dir, int *out, const char **name,
		      struct fault *f)
{
	char parent[PATH_MAX];
	struct stat sb;
	AUTO_FD int fd = -1;
	enum status st;

	if ((st = file_split(dir, parent, sizeof(parent), name, f)) !=
		    STATUS_OK ||
	    (st = file_dir_open(parent, geteuid(), 0, &fd, f)) != STATUS_OK)
		return st;
	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", parent);
	if ((sb.st_mode & 0022) != 0 && (sb.st_mode & S_ISVTX) == 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s may be written by "
			     "others: the store cannot lie below it",
			     parent);
	*out = steal_fd(&fd);
	return STATUS_OK;
}

static enum status
sqlite_prepare_old(int fd, const char *dir, uid_t owner, struct fault *f)
{
	struct stat sb;

	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", dir);
	if (sb.st_uid != owner)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s belongs to uid %u, not "
			     "to %u: name its owner, or run chown on it",
			     dir, sb.st_uid, owner);
	if ((sb.st_mode & 0077) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s has mode %04o: run chmod 0700 on it", dir,
			     sb.st_mode & 07777);
	return STATUS_OK;
}

static enum status
sqlite_prepare_new(int fd, const char *dir, uid_t owner, gid_t group,
		   struct fault *f)
{
	struct stat sb;

	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", dir);
	if (sb.st_uid != geteuid())
		return fault(f, STATUS_UNAVAILABLE, "%s is being replaced",
			     dir);
	if (fchmod(fd, 0700) != 0 || fsync(fd) != 0)
		return fault_errno(f, errno, "cannot set up %s", dir);
	if ((sb.st_uid != owner || (geteuid() == 0 && sb.st_gid != group)) &&
	    fchown(fd, owner, group) != 0)
		return fault_errno(f, errno, "cannot give %s to uid %u", dir,
				   owner);
	return STATUS_OK;
}

static enum status
sqlite_prepare_dir(const char *path, uid_t owner, gid_t group, struct fault *f)
{
	const char *file = NULL, *name = NULL;
	char dir[PATH_MAX];
	AUTO_FD int parent = -1;
	enum status st;
	bool made;

	if ((st = file_split(path, dir, sizeof(dir), &file, f)) != STATUS_OK ||
	    (st = sqlite_prepare_parent(dir, &parent, &name, f)) != STATUS_OK)
		return st;
	made = mkdirat(parent, name, 0700) == 0;
	if (!made && errno != EEXIST)
		return fault_errno(f, errno, "cannot make %s", dir);

	AUTO_FD int fd = openat(
		parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return fault_errno(f, errno, "cannot open directory %s", dir);
	if ((st = sqlite_place_local(fd, dir, f)) != STATUS_OK)
		return st;
	if (!made)
		return sqlite_prepare_old(fd, dir, owner, f);
	if ((st = sqlite_prepare_new(fd, dir, owner, group, f)) != STATUS_OK) {
		(void)unlinkat(parent, name, AT_REMOVEDIR);
		return st;
	}
	if (fsync(parent) != 0)
		return fault_errno(f, errno, "cannot make %s last", dir);
	return STATUS_OK;
}

enum status
sqlite_prepare(const char *path, uid_t owner, gid_t group, struct fault *f)
{
	return sqlite_place_status(sqlite_prepare_dir(path, owner, group, f),
				   f);
}
