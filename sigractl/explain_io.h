/* SPDX-License-Identifier: MIT */
#ifndef SIGRACTL_EXPLAIN_IO_H
#define SIGRACTL_EXPLAIN_IO_H

#include "base/io.h"

/* The conversation of a login at which nobody is asked anything; the caller is
 * taken to be where WHERE says. */
struct explain_io {
	struct io io; /* first: the functions find the rest by it */
	const char *user;
	int64_t now;
	enum io_where where;
};

/* All but `user`, `now` and `where`, which the caller has set. */
void explain_io_start(struct explain_io *e);

#endif
