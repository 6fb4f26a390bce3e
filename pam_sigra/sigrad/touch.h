/* SPDX-License-Identifier: MIT */
/*
 * The one touch of a seat: a lock that says whose turn it is, and a file that
 * says to everybody for whom.  sigrad(8) documents the file.
 */
#ifndef SIGRAD_TOUCH_H
#define SIGRAD_TOUCH_H

#include <sys/types.h>

#include "base/io.h"

#define TOUCH_DIR_SIZE 128

/* Whose peer asks.  What starts sigra-fido for somebody's own program may be
 * no sigra-fido, and hold a seat without any key: it keeps nobody waiting but
 * others of its kind. */
enum touch_rank { TOUCH_OTHERS = 0, TOUCH_ROOT };

struct touch {
	char dir[TOUCH_DIR_SIZE]; /* "": there is none, and nobody is asked */
	int dirfd;
	enum touch_rank rank;
	int lock;		 /* while a seat is ours; else -1 */
	int file;		 /* while a touch is wanted; else -1 */
	char seat[IO_SEAT_SIZE]; /* which is ours */
};
#define TOUCH_NONE                                                            \
	{                                                                     \
		.dir = "", .dirfd = -1, .lock = -1, .file = -1                \
	}

/*
 * Where, beside the verifier's socket: "/run/sigra/touch".  As root, make it
 * and give it to OWNER; otherwise it has to be there already.  Best effort.
 */
void touch_prepare(const char *socket, uid_t owner, gid_t group);

/* Open it, before the sandbox; without it touch_enter() is
 * STATUS_UNAVAILABLE. */
void touch_open(struct touch *t, const char *socket);
void touch_close(struct touch *t);

/*
 * See struct io.  SINCE is the time now.  leave() ends the touch, too.  One of
 * TOUCH_ROOT has a seat while one of TOUCH_OTHERS does, and its touch is the
 * one that is shown; not the other way round, to enter or to begin, which is
 * STATUS_BUSY.
 */
enum status touch_enter(struct touch *t, const char *seat,
			enum touch_rank rank, struct fault *f) MUST_USE;
void touch_leave(struct touch *t);
enum status touch_begin(struct touch *t, const struct io_touch *touch,
			int64_t since, struct fault *f) MUST_USE;
void touch_end(struct touch *t);

#endif
