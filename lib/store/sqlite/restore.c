/* SPDX-License-Identifier: MIT */
/*
 * A backup into the place of the store.  It becomes a draft beside it, and the
 * two change names in one step.  A log belongs to a name, so whoever has the
 * store open would go on with the log of another file: nobody may, and nobody
 * can begin to meanwhile, as everybody who opens it holds the directory's
 * lock (sqlite_open()) until SQLite's own lock is his.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "store/sqlite/sqlite.h"

/* The bytes that SQLite locks: pending, reserved, shared. */
#define SQLITE_LOCK_BEGIN 0x40000000
#define SQLITE_LOCK_LENGTH 512

#define SQLITE_RESTORE_LOOKS 20
#define SQLITE_RESTORE_PAUSE_NS 100000000L /* two seconds in all */

struct sqlite_restore {
	struct sqlite_place place, draft;
	int lock; /* the draft's file */
	bool done;
};

static enum status
sqlite_restore_busy(const struct sqlite_place *p, struct fault *f)
{
	return fault(f, STATUS_BUSY,
		     "%s is in use: stop sigrad, wait for logins under way, "
		     "and try again",
		     p->path);
}

/* Somebody has locked RANGE.  Not for long, it may be: a verifier whose
 * verdict is out is still closing the store. */
static bool
sqlite_restore_held(int fd, struct flock range)
{
	const struct timespec pause = { .tv_nsec = SQLITE_RESTORE_PAUSE_NS };

	for (int i = 0; i < SQLITE_RESTORE_LOOKS; i++) {
		struct flock found = range;

		if (fcntl(fd, F_OFD_GETLK, &found) == 0 &&
		    found.l_type == F_UNLCK)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

/* Lock the file, or only ask (HOLD NULL); one that is no file is nobody's. */
static enum status
sqlite_restore_lock(const struct sqlite_place *p, int *hold, struct fault *f)
{
	struct flock range = { .l_type = F_WRLCK,
			       .l_whence = SEEK_SET,
			       .l_start = SQLITE_LOCK_BEGIN,
			       .l_len = SQLITE_LOCK_LENGTH };
	struct stat sb;

	if (fstatat(p->dir, p->name, &sb, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(sb.st_mode))
		return STATUS_OK;

	AUTO_FD int fd = openat(p->dir, p->name,
				O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot open %s: %s",
			     p->path, strerrordesc_np(errno));
	if (hold == NULL)
		return sqlite_restore_held(fd, range)
			       ? sqlite_restore_busy(p, f)
			       : STATUS_OK;
	if (fcntl(fd, F_OFD_SETLK, &range) != 0)
		return sqlite_restore_busy(p, f);
	*hold = steal_fd(&fd);
	return STATUS_OK;
}

static enum status
sqlite_restore_take(struct sqlite_restore *r, int fd,
		    const struct store_progress *progress, struct fault *f)
{
	unsigned from = 0, to = 0;
	enum status st;

	if ((st = sqlite_restore_lock(&r->place, NULL, f)) != STATUS_OK ||
	    (st = sqlite_draft_copy(fd, r->lock, progress, f)) != STATUS_OK)
		return st;
	if (fsync(r->lock) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot write %s: %s",
			     r->draft.path, strerrordesc_np(errno));
	return sqlite_migrate(r->draft.path, &from, &to, f);
}

enum status
sqlite_restore_begin(const char *path, int fd,
		     const struct store_progress *progress, void **restore,
		     const char **draft, struct fault *f)
{
	struct sqlite_restore *r = calloc(1, sizeof(*r));
	enum status st;

	if (r == NULL)
		return fault(f, STATUS_UNAVAILABLE, "out of memory");
	r->place.dir = r->lock = -1;
	if ((st = sqlite_place_enter(path, &r->place, f)) == STATUS_OK &&
	    (st = sqlite_draft_make(&r->place, ".restore", &r->draft, &r->lock,
				    f)) == STATUS_OK)
		st = sqlite_restore_take(r, fd, progress, f);
	if (st != STATUS_OK) {
		sqlite_restore_end(r);
		return st;
	}
	*restore = r;
	*draft = r->draft.path;
	return STATUS_OK;
}

/* Of one that cannot be read, the log is kept beside it as it is. */
static void
sqlite_restore_log(const struct sqlite_place *p,
		   const struct sqlite_place *old)
{
	static const char *const side[] = { "-journal", "-wal" };

	for (size_t i = 0; i < STORE_LEN(side); i++) {
		char from[NAME_MAX + 32], to[NAME_MAX + 32];
		struct buf a, b;

		buf_start(&a, from, sizeof(from));
		buf_printf(&a, "%s%s", p->name, side[i]);
		buf_start(&b, to, sizeof(to));
		buf_printf(&b, "%s%s", old->name, side[i]);
		(void)sqlite_draft_rename(p->dir, from, to, 0);
	}
	sqlite_draft_sweep_side(p);
}

/* The draft takes the name OLD first, so that one exchange does the rest. */
static bool
sqlite_restore_exchange(const struct sqlite_restore *r,
			const struct sqlite_place *old)
{
	const struct sqlite_place *p = &r->place, *draft = &r->draft;

	if (!sqlite_draft_rename(p->dir, draft->name, old->name,
				 RENAME_NOREPLACE))
		return false;
	if (sqlite_draft_rename(p->dir, old->name, p->name, RENAME_EXCHANGE))
		return true;
	/* A file system that cannot: for a moment there is no store. */
	return sqlite_draft_rename(p->dir, old->name, draft->name, 0) &&
	       sqlite_draft_rename(p->dir, p->name, old->name, 0) &&
	       sqlite_draft_rename(p->dir, draft->name, p->name, 0);
}

static enum status
sqlite_restore_swap(struct sqlite_restore *r, const struct sqlite_place *old,
		    bool *kept, struct fault *f)
{
	const struct sqlite_place *p = &r->place;
	struct stat sb;
	bool there;

	there = fstatat(p->dir, p->name, &sb, AT_SYMLINK_NOFOLLOW) == 0;
	sqlite_restore_log(p, old);
	if (there ? !sqlite_restore_exchange(r, old)
		  : !sqlite_draft_rename(p->dir, r->draft.name, p->name,
					 RENAME_NOREPLACE))
		return fault(f, STATUS_UNAVAILABLE, "cannot rename %s: %s",
			     r->draft.path, strerrordesc_np(errno));
	r->done = true;
	*kept = there;
	if (fsync(p->dir) != 0)
		return fault(f, STATUS_IN_DOUBT,
			     "the store is restored, but may not last: %s",
			     strerrordesc_np(errno));
	return STATUS_OK;
}

enum status
sqlite_restore_finish(void *restore, const char *suffix, bool *kept,
		      struct fault *f)
{
	struct sqlite_restore *r = restore;
	struct fault damage = { .text = "" };
	struct sqlite_place old;
	AUTO_FD int hold = -1;
	struct stat sb;
	enum status st;

	if ((st = sqlite_draft_name(&r->place, suffix, &old, f)) != STATUS_OK)
		return st;
	if (fstatat(old.dir, old.name, &sb, AT_SYMLINK_NOFOLLOW) == 0)
		return fault(f, STATUS_CONFLICT, "%s exists", old.path);
	if ((st = sqlite_draft_settle(&r->draft, f)) != STATUS_OK)
		return st;
	if (fsync(r->lock) != 0 || flock(r->place.dir, LOCK_EX) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot finish %s: %s",
			     r->draft.path, strerrordesc_np(errno));
	/* Whole without its log, if it can be; it may be beyond that. */
	if (sqlite_draft_settle(&r->place, &damage) == STATUS_BUSY)
		st = sqlite_restore_busy(&r->place, f);
	if (st == STATUS_OK)
		st = sqlite_restore_lock(&r->place, &hold, f);
	if (st == STATUS_OK)
		st = sqlite_restore_swap(r, &old, kept, f);
	(void)flock(r->place.dir, LOCK_UN);
	return st;
}

void
sqlite_restore_end(void *restore)
{
	struct sqlite_restore *r = restore;

	if (r->lock >= 0 && !r->done)
		sqlite_draft_sweep(&r->draft);
	if (r->lock >= 0)
		(void)close(r->lock);
	sqlite_place_leave(&r->place);
	free(r);
}
