/* SPDX-License-Identifier: MIT */
/*
 * Ownership that ends with the scope, so that every failure is a plain
 * return.  AUTO_FREE char *s; AUTO_FD int fd = -1; steal_fd(&fd) to keep.
 */
#ifndef BASE_AUTO_H
#define BASE_AUTO_H

#include <stdlib.h>
#include <unistd.h>

static inline void
auto_free(void *p)
{
	free(*(void **)p);
}

static inline void
auto_close(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline int
steal_fd(int *fd)
{
	int kept = *fd;

	*fd = -1;
	return kept;
}

static inline void *
auto_steal(void *p)
{
	void *kept = *(void **)p;

	*(void **)p = NULL;
	return kept;
}

#define AUTO_FREE __attribute__((cleanup(auto_free)))
#define AUTO_FD __attribute__((cleanup(auto_close)))
/* Hand the pointer on: the scope no longer owns it. */
#define steal(pp) ((__typeof__(*(pp)))auto_steal(pp))

#endif
