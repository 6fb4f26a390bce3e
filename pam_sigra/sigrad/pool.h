/* SPDX-License-Identifier: MIT */
/*
 * Worker processes.  Each opens its own ground after fork (a handle of SQLite
 * never crosses one), says that it is ready, gets one connection, serves it
 * and ends; the end of its control socket is the end of it.
 */
#ifndef SIGRAD_POOL_H
#define SIGRAD_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"

#define POOL_MAX 256

enum pool_state { POOL_STARTING = 1, POOL_SPARE, POOL_BUSY };

struct pool_worker {
	enum pool_state state;
	int control;
	uid_t uid;     /* POOL_BUSY: whom it serves */
	unsigned lent; /* programs of keys that it was given */
};

struct pool {
	const struct config *config;
	size_t n;
	struct pool_worker worker[POOL_MAX];
};

/* Fork one more.  In the child this does not return. */
enum status pool_fork(struct pool *p, struct fault *f) MUST_USE;

/* One that keeps the store open, so that its log stays warm. */
enum status pool_fork_keeper(struct pool *p, int *control, struct fault *f)
	MUST_USE;

/* Its control socket is readable: ready, wants something, or gone.  False:
 * gone, and the last one has taken its place; *FAILED if it never was ready.
 */
bool pool_heard(struct pool *p, size_t i, bool *failed);

/* A worker's part: ask the master, whose socket is CONTROL, for a security
 * key's program (sigrad/lend.h); -1 when there is none within SECONDS. */
int pool_borrow(int control, int seconds);

/* Give FD (closed here) to worker I, which is spare.  False: it is gone. */
bool pool_give(struct pool *p, size_t i, int fd, uid_t uid);

size_t pool_count(const struct pool *p, enum pool_state state);

/* End those that serve nobody. */
void pool_dismiss(struct pool *p);

#endif
