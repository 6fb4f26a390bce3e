/* SPDX-License-Identifier: MIT */
#include "sigrad/touch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "sigrad/seat.h"

/* Beside the socket; false where it is too long or no such path. */
static bool
touch_path(const char *socket, char out[TOUCH_DIR_SIZE])
{
	char dir[TOUCH_DIR_SIZE];
	const char *name;
	struct buf b;

	if (file_split(socket, dir, sizeof(dir), &name, NULL) != STATUS_OK)
		return false;
	buf_start(&b, out, TOUCH_DIR_SIZE);
	buf_printf(&b, "%s/touch", dir);
	return !b.full;
}

void
touch_prepare(const char *socket, uid_t owner, gid_t group)
{
	char path[TOUCH_DIR_SIZE], parent[TOUCH_DIR_SIZE];
	AUTO_FD int dir = -1;
	AUTO_FD int made = -1;
	const char *name;

	/* In a directory that nobody else could have put it into. */
	if (!touch_path(socket, path) ||
	    file_split(path, parent, sizeof(parent), &name, NULL) != STATUS_OK)
		return;
	if (mkdir(parent, 0700) == 0)
		(void)chmod(parent, 0755);
	if (file_dir_open(parent, 0, 0022, &dir, NULL) != STATUS_OK ||
	    (mkdirat(dir, name, 0700) != 0 && errno != EEXIST))
		return;
	/* One that was there may have been made for another owner. */
	made = openat(dir, name,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made < 0 || fchown(made, owner, group) != 0 ||
	    fchmod(made, 0755) != 0)
		return;
}

void
touch_open(struct touch *t, const char *socket)
{
	*t = (struct touch)TOUCH_NONE;
	if (!touch_path(socket, t->dir) ||
	    file_dir_open(t->dir, geteuid(), 0022, &t->dirfd, NULL) !=
		    STATUS_OK)
		t->dir[0] = '\0';
}

static void
touch_drop(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
touch_close(struct touch *t)
{
	touch_leave(t);
	touch_drop(&t->dirfd);
}

/*
 * What is locked of SEAT.lock, a byte each: the turn of root's peers, that of
 * others, and the file SEAT for as long as it is changed.  By locks that can
 * be looked at without being taken, or whoever looks would be in the way.
 */
enum touch_byte { TOUCH_TURN_ROOT, TOUCH_TURN_OTHERS, TOUCH_FILE };

static int
touch_fcntl(int fd, int command, short type, enum touch_byte at)
{
	struct flock range = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1
	};
	int r;

	do
		r = fcntl(fd, command, &range);
	while (r != 0 && errno == EINTR);
	return r != 0 ? -1 : range.l_type;
}

/* In doubt, yes. */
static bool
touch_root_has(int lock)
{
	return touch_fcntl(lock, F_OFD_GETLK, F_WRLCK, TOUCH_TURN_ROOT) !=
	       F_UNLCK;
}

static enum status
touch_busy(const char *seat, struct fault *f)
{
	return fault(f, STATUS_BUSY, "another touch is wanted at %s", seat);
}

static enum status
touch_turn(int lock, const char *seat, enum touch_rank rank, struct fault *f)
{
	const bool root = rank == TOUCH_ROOT;

	if (touch_fcntl(lock, F_OFD_SETLK, F_WRLCK,
			root ? TOUCH_TURN_ROOT : TOUCH_TURN_OTHERS) != -1)
		return root || !touch_root_has(lock) ? STATUS_OK
						     : touch_busy(seat, f);
	if (errno == EAGAIN || errno == EACCES)
		return touch_busy(seat, f);
	return fault_errno(f, errno, "cannot lock %s.lock", seat);
}

/*
 * Nobody else can open the lock's file, and so nobody but a verifier can hold
 * a seat.  It stays: one that is removed would be two.
 */
static enum status
touch_lock(struct touch *t, const char *seat, struct fault *f)
{
	struct file_trust trust = { .owner = geteuid(), .forbidden = 0077 };
	AUTO_FD int fd = -1;
	char name[IO_SEAT_SIZE + 8];
	enum status st;
	struct buf b;

	buf_start(&b, name, sizeof(name));
	buf_printf(&b, "%s.lock", seat);
	fd = openat(t->dirfd, name,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s/%s", t->dir,
				   name);
	if ((st = file_check(fd, name, &trust, f)) != STATUS_OK ||
	    (st = touch_turn(fd, seat, t->rank, f)) != STATUS_OK)
		return st;
	t->lock = steal_fd(&fd);
	return STATUS_OK;
}

/* One line of the file: nothing from outside makes two of it. */
static void
touch_line(struct buf *b, const char *key, const char *value)
{
	char safe[512];

	text_encode(value, strlen(value), safe, sizeof(safe));
	buf_printf(b, "%s=%s\n", key, safe);
}

/* Whole and locked before anybody may read it. */
static enum status
touch_show(struct touch *t, const struct io_touch *touch, int64_t since,
	   struct fault *f)
{
	AUTO_FD int fd = -1;
	char text[1536];
	enum status st;
	struct buf b;

	buf_start(&b, text, sizeof(text));
	touch_line(&b, "service", touch->service);
	touch_line(&b, "user", touch->user);
	buf_printf(&b, "since=%lld\n", (long long)since);
	/* What a verifier that was killed has left, or who has to stand back.
	 */
	(void)unlinkat(t->dirfd, t->seat, 0);
	fd = openat(t->dirfd, t->seat,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
		return fault_errno(f, errno, "cannot make %s/%s", t->dir,
				   t->seat);
	t->file = steal_fd(&fd);
	st = file_write(t->file, text, b.len, f);
	if (st == STATUS_OK && fchmod(t->file, 0644) != 0)
		st = fault_errno(f, errno, "cannot open up %s/%s", t->dir,
				 t->seat);
	return st;
}

/* Root's peers may have another there by now. */
static void
touch_hide(const struct touch *t)
{
	struct stat ours, shown;

	if (fstat(t->file, &ours) == 0 &&
	    fstatat(t->dirfd, t->seat, &shown, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_dev == shown.st_dev && ours.st_ino == shown.st_ino)
		(void)unlinkat(t->dirfd, t->seat, 0);
}

enum status
touch_enter(struct touch *t, const char *seat, enum touch_rank rank,
	    struct fault *f)
{
	enum status st;

	if (t->dirfd < 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "there is no directory for touches");
	if (!seat_name_valid(seat) || t->lock >= 0)
		return fault(f, STATUS_INVALID,
			     "no touch can be wanted there");
	(void)text_copy(t->seat, sizeof(t->seat), seat);
	t->rank = rank;
	st = touch_lock(t, seat, f);
	/* A directory that is not as it should be costs the key, no more. */
	return st == STATUS_OK || st == STATUS_BUSY ? st : STATUS_UNAVAILABLE;
}

void
touch_leave(struct touch *t)
{
	touch_end(t);
	touch_drop(&t->lock);
}

static enum status
touch_put(struct touch *t, const struct io_touch *touch, int64_t since,
	  struct fault *f)
{
	enum status st = STATUS_OK;

	/* Nobody has it for longer than this. */
	if (touch_fcntl(t->lock, F_OFD_SETLKW, F_WRLCK, TOUCH_FILE) == -1)
		return fault_errno(f, errno, "cannot lock %s.lock", t->seat);
	if (t->rank != TOUCH_ROOT && touch_root_has(t->lock))
		st = touch_busy(t->seat, f);
	if (st == STATUS_OK)
		st = touch_show(t, touch, since, f);
	(void)touch_fcntl(t->lock, F_OFD_SETLK, F_UNLCK, TOUCH_FILE);
	return st;
}

enum status
touch_begin(struct touch *t, const struct io_touch *touch, int64_t since,
	    struct fault *f)
{
	enum status st;

	if (t->lock < 0 || t->file >= 0)
		return fault(f, STATUS_INVALID,
			     "no touch can be wanted there now");
	st = touch_put(t, touch, since, f);
	if (st != STATUS_OK)
		touch_end(t);
	/* A full disk costs the key, no more. */
	return st == STATUS_OK || st == STATUS_BUSY ? st : STATUS_UNAVAILABLE;
}

void
touch_end(struct touch *t)
{
	if (t->file >= 0) {
		(void)touch_fcntl(t->lock, F_OFD_SETLKW, F_WRLCK, TOUCH_FILE);
		touch_hide(t);
		(void)touch_fcntl(t->lock, F_OFD_SETLK, F_UNLCK, TOUCH_FILE);
	}
	touch_drop(&t->file);
}
