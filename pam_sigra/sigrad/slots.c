/* SPDX-License-Identifier: MIT */
#include "sigrad/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define SLOTS_PAUSE_NS 5000000L /* between looks at all slots */

static bool
slots_take(struct slots *s)
{
	/* Not all begin at the first, so that the last is tried as soon. */
	unsigned from = (unsigned)getpid() % s->n;

	for (unsigned i = 0; i < s->n; i++) {
		unsigned at = (from + i) % s->n;

		if (flock(s->fd[at], LOCK_EX | LOCK_NB) == 0) {
			s->held = (int)at;
			return true;
		}
	}
	return false;
}

static enum status
slots_enter(struct session_gate *gate, struct fault *f)
{
	struct slots *s = (struct slots *)(void *)gate;
	struct timespec begun, now,
		pause = { .tv_sec = 0, .tv_nsec = SLOTS_PAUSE_NS };

	(void)clock_gettime(CLOCK_MONOTONIC, &begun);
	do {
		if (slots_take(s))
			return STATUS_OK;
		(void)nanosleep(&pause, NULL);
		(void)clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begun.tv_sec < SLOTS_WAIT_SECONDS);
	return fault(f, STATUS_UNAVAILABLE,
		     "no turn for a password hash in %d seconds",
		     SLOTS_WAIT_SECONDS);
}

static void
slots_leave(struct session_gate *gate)
{
	struct slots *s = (struct slots *)(void *)gate;

	if (s->held >= 0)
		(void)flock(s->fd[s->held], LOCK_UN);
	s->held = -1;
}

static enum status
slots_open_one(struct slots *s, int dirfd, unsigned i, struct fault *f)
{
	struct file_trust trust = { .owner = geteuid(), .forbidden = 0077 };
	char name[32];
	struct buf b;
	int fd;

	buf_start(&b, name, sizeof(name));
	buf_printf(&b, "sigra.slot-%u", i);
	fd = openat(dirfd, name,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", name);
	s->fd[s->n++] = fd;
	return file_check(fd, name, &trust, f);
}

enum status
slots_open(struct slots *s, const char *store_dir, unsigned n, struct fault *f)
{
	AUTO_FD int dirfd = -1;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	enum status st;

	*s = (struct slots){ .gate = { .enter = slots_enter,
				       .leave = slots_leave },
			     .held = -1 };
	if (n == 0)
		n = cpus > 0 ? (unsigned)cpus : 1;
	if (n > SLOTS_MAX)
		n = SLOTS_MAX;
	st = file_dir_open(store_dir, geteuid(), 0077, &dirfd, f);
	for (unsigned i = 0; st == STATUS_OK && i < n; i++)
		st = slots_open_one(s, dirfd, i, f);
	return st;
}

void
slots_close(struct slots *s)
{
	for (unsigned i = 0; i < s->n; i++)
		(void)close(s->fd[i]);
	s->n = 0;
}
