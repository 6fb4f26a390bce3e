/* SPDX-License-Identifier: MIT */
/*
 * The gate in front of a write transaction.  SQLite lets writers look again
 * after ever longer pauses, and whoever has just come overtakes those who
 * pause; here they stand in line.
 *
 * The place of each is the time it came, and it holds a lock on the byte of
 * sigra.gate at that offset, which stays an empty file; its turn is when
 * nobody holds one before it.  The kernel takes a lock away with its holder.
 * The line decides only who is next: that there is one writer at a time
 * remains SQLite's business, and so the gate can delay, but never refuse.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "store/sqlite/sqlite.h"

#define SQLITE_GATE_NAME "sigra.gate"
#define SQLITE_GATE_PAUSE_NS 100000 /* at least, between two looks */
#define SQLITE_GATE_PAUSE_MAX_NS 2000000

enum status
sqlite_gate_open(const struct sqlite_place *p, struct sqlite_gate *gate,
		 struct fault *f)
{
	const struct file_trust trust = { .owner = geteuid(),
					  .forbidden = 0177 };
	AUTO_FD int fd = openat(
		p->dir, SQLITE_GATE_NAME,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	enum status st;

	if (fd < 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "cannot open %s beside %s: %s", SQLITE_GATE_NAME,
			     p->path, strerrordesc_np(errno));
	if ((st = file_check(fd, SQLITE_GATE_NAME, &trust, f)) != STATUS_OK)
		return st;
	gate->fd = steal_fd(&fd);
	return STATUS_OK;
}

static int64_t
sqlite_gate_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Stand in line; two who came at the same moment do it one after the other. */
static bool
sqlite_gate_queue(int fd, int64_t *place)
{
	struct flock mine = { .l_type = F_WRLCK,
			      .l_whence = SEEK_SET,
			      .l_start = sqlite_gate_now(),
			      .l_len = 1 };

	while (fcntl(fd, F_OFD_SETLK, &mine) != 0) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return false;
		mine.l_start++;
	}
	*place = mine.l_start;
	return true;
}

/* How long before us came whoever has its turn now; 0: it is ours. */
static int64_t
sqlite_gate_ahead(int fd, int64_t place)
{
	struct flock other = { .l_type = F_WRLCK,
			       .l_whence = SEEK_SET,
			       .l_start = 0,
			       .l_len = place };

	if (fcntl(fd, F_OFD_GETLK, &other) != 0 || other.l_type == F_UNLCK)
		return 0;
	return place - other.l_start;
}

/* Whoever has many before it need not look so often. */
static void
sqlite_gate_pause(int64_t ahead)
{
	int64_t ns = ahead / 8;
	struct timespec pause = { .tv_sec = 0 };

	if (ns < SQLITE_GATE_PAUSE_NS)
		ns = SQLITE_GATE_PAUSE_NS;
	if (ns > SQLITE_GATE_PAUSE_MAX_NS)
		ns = SQLITE_GATE_PAUSE_MAX_NS;
	pause.tv_nsec = (long)ns;
	(void)nanosleep(&pause, NULL);
}

void
sqlite_gate_enter(const struct sqlite_gate *gate)
{
	int64_t place, ahead, last;

	if (gate->fd < 0 || !sqlite_gate_queue(gate->fd, &place))
		return;
	/* One that was stopped in the line must not stop the others. */
	last = sqlite_gate_now() + (int64_t)gate->wait_ms * 1000000;
	while ((ahead = sqlite_gate_ahead(gate->fd, place)) > 0 &&
	       sqlite_gate_now() < last)
		sqlite_gate_pause(ahead);
}

void
sqlite_gate_leave(const struct sqlite_gate *gate)
{
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	if (gate->fd >= 0)
		(void)fcntl(gate->fd, F_OFD_SETLK, &all);
}

void
sqlite_gate_close(struct sqlite_gate *gate)
{
	if (gate->fd >= 0)
		(void)close(gate->fd);
	gate->fd = -1;
}
