/* SPDX-License-Identifier: MIT */
/*
 * Room on the disk.  Beside the store lies a file that holds nothing: its
 * reserve.  When the disk is full, a transaction of who opened the store by
 * STORE_LOGIN gets a piece of it, so that a code can be spent and a login
 * written down for some time yet.
 */
#ifndef STORE_ROOM_H
#define STORE_ROOM_H

#include "store/store.h"

#define STORE_RESERVE_SIZE (4 * 1024 * 1024)

/* Bytes, as they lie on the disk. */
struct store_room {
	int64_t store, log; /* with its log */
	int64_t reserve;    /* that is left; whole: STORE_RESERVE_SIZE */
	int64_t left, disk; /* for us, on that file system; and all of it */
};

/* How much the audit has grown. */
struct store_growth {
	int64_t rows, oldest; /* oldest: when that was; 0: there is none */
	int64_t late;	      /* rows of SINCE and after */
};
enum status store_growth(struct store *s, int64_t since,
			 struct store_growth *out, struct fault *f) MUST_USE;

enum status store_room(struct store *s, struct store_room *out,
		       struct fault *f) MUST_USE;

/* Make the reserve whole again.  *WHOLE false: there is no room for that. */
enum status store_reserve_make(struct store *s, bool *whole, struct fault *f)
	MUST_USE;

/* What of it S has given back since this was asked last; 0: the disk was not
 * full. */
int64_t store_reserve_given(struct store *s);

/* Did the last transaction fail for want of room, of which there is some now?
 * Then it may be tried again, whole and once. */
bool store_again(struct store *s);

#endif
