/* SPDX-License-Identifier: MIT */
/*
 * The reserve: a file beside the store, that can be cut.  It goes in pieces,
 * so that whoever fills the disk does not get all of it at once; and for
 * logins alone, or what runs every minute would have used it up by then.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "store/room.h"
#include "store/sqlite/sqlite.h"

#define RESERVE_SUFFIX "-reserve"
/* More than a login writes: with less than that left the disk is full. */
#define RESERVE_LOW (256 * 1024)
#define RESERVE_PIECE (2 * RESERVE_LOW)
/* As a piece leaves a full disk.  With less than that left the log is used
 * again after so many pages, and is not cut: what it has nobody else gets. */
#define RESERVE_NEAR (RESERVE_LOW + RESERVE_PIECE)
#define RESERVE_LOG_PAGES 64

/* Of STORE in DIR.  Negative: it is not there, or none of ours, and
 * errno says why. */
static int
reserve_open(int dir, const char *store, int flags)
{
	const struct file_trust trust = { .owner = geteuid(),
					  .forbidden = 0177 };
	char name[NAME_MAX + sizeof(RESERVE_SUFFIX)];
	struct fault unsaid;
	struct buf b;

	buf_start(&b, name, sizeof(name));
	buf_printf(&b, "%s" RESERVE_SUFFIX, store);

	AUTO_FD int fd = openat(
		dir, name,
		flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd >= 0 && file_check(fd, name, &trust, &unsaid) != STATUS_OK) {
		errno = EPERM;
		return -1;
	}
	return steal_fd(&fd);
}

/* One cuts or makes it at a time; who comes second finds that done. */
static bool
reserve_lock(int fd)
{
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &all) == 0;
}

static int64_t
reserve_left(int dir, int64_t *disk)
{
	struct statvfs fs;

	/* Not known: then it is full when a write says so. */
	if (fstatvfs(dir, &fs) != 0)
		return INT64_MAX;
	if (disk != NULL)
		*disk = (int64_t)(fs.f_blocks * fs.f_frsize);
	return (int64_t)((geteuid() == 0 ? fs.f_bfree : fs.f_bavail) *
			 fs.f_frsize);
}

/* Blocks that are ours, which a file with holes has not. */
static int64_t
reserve_size(int fd)
{
	struct stat sb;

	return fstat(fd, &sb) == 0 ? (int64_t)sb.st_blocks * 512 : 0;
}

/* How much; 0: there is none, or another one is at it. */
static int64_t
reserve_give(int dir, const char *store)
{
	AUTO_FD int fd = reserve_open(dir, store, 0);
	int64_t size, rest;

	if (fd < 0 || !reserve_lock(fd) || (size = reserve_size(fd)) <= 0)
		return 0;
	rest = size > RESERVE_PIECE ? size - RESERVE_PIECE : 0;
	return ftruncate(fd, rest) == 0 ? size - rest : 0;
}

/* What is written from now on takes the place of what was. */
static void
reserve_spare(struct sqlite *s)
{
	struct fault unsaid;

	(void)sqlite3_wal_autocheckpoint(s->db, RESERVE_LOG_PAGES);
	status_ignore(sqlite_exec(s->db, "PRAGMA journal_size_limit = -1",
				  "cannot set up", &unsaid),
		      "the log takes a little more room");
}

int64_t
sqlite_reserve_enter(const struct sqlite_place *p)
{
	return reserve_left(p->dir, NULL) < RESERVE_LOW
		       ? reserve_give(p->dir, p->name)
		       : 0;
}

void
sqlite_reserve_look(struct sqlite *s)
{
	int64_t left;

	if (!s->login || (left = reserve_left(s->dir, NULL)) >= RESERVE_NEAR)
		return;
	if (left < RESERVE_LOW)
		s->given += reserve_give(s->dir, s->name);
	reserve_spare(s);
}

/* A quota's end looks like a disk's to who writes, and like room to others. */
static bool
reserve_full(struct sqlite *s, int rc)
{
	int error = sqlite3_system_errno(s->db);

	return (rc & 0xff) == SQLITE_FULL || rc == SQLITE_IOERR_SHMSIZE ||
	       ((rc & 0xff) == SQLITE_IOERR &&
		(error == ENOSPC || error == EDQUOT));
}

void
sqlite_reserve_failed(struct sqlite *s, int rc)
{
	int64_t given;

	if (!s->login || !reserve_full(s, rc))
		return;
	given = reserve_give(s->dir, s->name);
	s->given += given;
	/* After another error a commit may have happened all the same. */
	s->again = given > 0 && (rc & 0xff) == SQLITE_FULL;
	reserve_spare(s);
}

enum status
sqlite_reserve_make(void *handle, bool *whole, struct fault *f)
{
	struct sqlite *s = handle;
	AUTO_FD int fd = reserve_open(s->dir, s->name, O_CREAT);
	int64_t size;
	int err;

	if (fd < 0)
		return fault_errno(f, errno, "cannot make %s" RESERVE_SUFFIX,
				   s->name);
	if (!reserve_lock(fd))
		return fault(f, STATUS_BUSY,
			     "the store's reserve is in use: try again");
	size = reserve_size(fd);
	*whole = size >= STORE_RESERVE_SIZE;
	if (*whole)
		return STATUS_OK;
	/* What would be given back at once is not taken. */
	if (reserve_left(s->dir, NULL) <
	    STORE_RESERVE_SIZE - size + 2 * RESERVE_PIECE)
		return STATUS_OK;
	err = posix_fallocate(fd, 0, STORE_RESERVE_SIZE);
	if (err == 0 && fsync(fd) != 0)
		err = errno;
	if (err == 0) {
		*whole = true;
		return STATUS_OK;
	}
	if ((err == ENOSPC || err == EDQUOT) && ftruncate(fd, size) == 0)
		return STATUS_OK;
	return fault_errno(f, err, "cannot make %s" RESERVE_SUFFIX, s->name);
}

static int64_t
reserve_file(const struct sqlite *s, const char *suffix)
{
	char name[NAME_MAX + 32];
	struct stat sb;
	struct buf b;

	buf_start(&b, name, sizeof(name));
	buf_printf(&b, "%s%s", s->name, suffix);
	if (fstatat(s->dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return (int64_t)sb.st_blocks * 512;
}

enum status
sqlite_room(void *handle, struct store_room *out, struct fault *f)
{
	const struct sqlite *s = handle;
	struct store_room r = { .store = reserve_file(s, ""),
				.log = reserve_file(s, "-wal"),
				.reserve = reserve_file(s, RESERVE_SUFFIX) };

	r.left = reserve_left(s->dir, &r.disk);
	if (r.left == INT64_MAX)
		return fault_errno(f, errno, "cannot examine the disk of %s",
				   s->name);
	*out = r;
	return STATUS_OK;
}

int64_t
sqlite_given(void *handle)
{
	struct sqlite *s = handle;
	int64_t given = s->given;

	s->given = 0;
	return given;
}

bool
sqlite_again(void *handle)
{
	struct sqlite *s = handle;
	bool again = s->again;

	s->again = false;
	return again;
}
