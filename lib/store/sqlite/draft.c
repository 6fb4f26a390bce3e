/* SPDX-License-Identifier: MIT */
/* Files beside the store that do not bear its name yet. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "store/sqlite/sqlite.h"

enum status
sqlite_draft_name(const struct sqlite_place *p, const char *suffix,
		  struct sqlite_place *draft, struct fault *f)
{
	struct buf name, path;

	draft->dir = p->dir;
	buf_start(&name, draft->name, sizeof(draft->name));
	buf_printf(&name, "%s%s", p->name, suffix);
	buf_start(&path, draft->path, sizeof(draft->path));
	buf_printf(&path, "%s%s", p->path, suffix);
	if (name.full || path.full)
		return fault(f, STATUS_INVALID, "path is too long");
	return STATUS_OK;
}

/* P's name and SUFFIX, in P's directory. */
static void
sqlite_draft_remove(const struct sqlite_place *p, const char *suffix)
{
	char name[NAME_MAX + 32];
	struct buf b;

	buf_start(&b, name, sizeof(name));
	buf_text(&b, p->name);
	buf_text(&b, suffix);
	(void)unlinkat(p->dir, name, 0);
}

void
sqlite_draft_sweep_side(const struct sqlite_place *p)
{
	sqlite_draft_remove(p, "-journal");
	sqlite_draft_remove(p, "-wal");
	sqlite_draft_remove(p, "-shm");
}

void
sqlite_draft_sweep(const struct sqlite_place *draft)
{
	sqlite_draft_remove(draft, "");
	sqlite_draft_sweep_side(draft);
}

/* renameat2(2) is declared in stdio.h, which is not for libraries here. */
bool
sqlite_draft_rename(int dir, const char *from, const char *to, unsigned how)
{
	return syscall(SYS_renameat2, dir, from, dir, to, how) == 0;
}

/* Is what FD has locked still what bears the name? */
static bool
sqlite_draft_ours(const struct sqlite_place *draft, int fd)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 &&
	       fstatat(draft->dir, draft->name, &there, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

enum status
sqlite_draft_make(const struct sqlite_place *p, const char *suffix,
		  struct sqlite_place *draft, int *lock, struct fault *f)
{
	enum status st;

	if ((st = sqlite_draft_name(p, suffix, draft, f)) != STATUS_OK)
		return st;

	AUTO_FD int fd =
		openat(draft->dir, draft->name,
		       O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, 0600) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot make %s: %s",
			     draft->path, strerrordesc_np(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !sqlite_draft_ours(draft, fd))
		return fault(f, STATUS_BUSY,
			     "another one is at work on %s: try again later",
			     draft->path);
	/* One that was killed has left something behind. */
	sqlite_draft_sweep_side(draft);
	if (ftruncate(fd, 0) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot empty %s: %s",
			     draft->path, strerrordesc_np(errno));
	*lock = steal_fd(&fd);
	return STATUS_OK;
}

static enum status
sqlite_draft_fold(const struct sqlite_place *draft, struct fault *f)
{
	AUTO_SQLITE struct sqlite *s = NULL;
	enum status st;

	if ((st = sqlite_connect(draft, STORE_WRITE, &s, f)) != STATUS_OK)
		return st;
	/* Nobody is waited for. */
	(void)sqlite3_busy_timeout(s->db, 0);
	return sqlite_settle(s->db, f);
}

enum status
sqlite_draft_settle(const struct sqlite_place *draft, struct fault *f)
{
	enum status st = sqlite_draft_fold(draft, f);

	/* It stays when its connection ends (sqlite_connect()). */
	if (st == STATUS_OK)
		sqlite_draft_sweep_side(draft);
	return st;
}

enum status
sqlite_draft_copy(int from, int to, const struct store_progress *progress,
		  struct fault *f)
{
	static const size_t most = 1 << 16;
	AUTO_FREE uint8_t *bytes = malloc(most);
	struct stat sb;
	off_t at = 0;

	if (bytes == NULL || fstat(from, &sb) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot copy");
	for (;;) {
		ssize_t n = pread(from, bytes, most, at);
		enum status st;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_errno(f, errno, "cannot read");
		if (n == 0)
			return STATUS_OK;
		if ((st = file_write(to, bytes, (size_t)n, f)) != STATUS_OK)
			return st;
		at += n;
		if (progress != NULL)
			progress->say(progress->ctx, at, sb.st_size);
	}
}
