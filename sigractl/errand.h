/* SPDX-License-Identifier: MIT */
/*
 * Files that the actor names, by a child that is nobody but the actor: what he
 * may not read or write, we do not for him, though we are root now and the
 * store's owner soon.
 */
#ifndef SIGRACTL_ERRAND_H
#define SIGRACTL_ERRAND_H

#include "sigractl/actor.h"

struct errand {
	int fd; /* the file, ours to read or write */
	int talk;
	pid_t pid;
};

/* Ends it: what was not kept is gone, without a trace in the directory. */
void errand_end(struct errand *e);
#define ERRAND(name)                                                          \
	__attribute__((cleanup(errand_end))) struct errand name = {           \
		.fd = -1, .talk = -1, .pid = -1                               \
	}

/* Open PATH, a regular file and no link.  Before owner_become(). */
enum status errand_read(const struct actor *a, const char *path,
			struct errand *e, struct fault *f) MUST_USE;

/*
 * An empty file (0600) in the directory of PATH, under another name.
 * STATUS_CONFLICT when PATH exists, unless FORCE.  Before owner_become().
 */
enum status errand_write(const struct actor *a, const char *path, bool force,
			 struct errand *e, struct fault *f) MUST_USE;
/* The same, never FORCE, for a command that has no --force to speak of. */
enum status errand_new(const struct actor *a, const char *path,
		       struct errand *e, struct fault *f) MUST_USE;

/* Put it on the disk and give it its name, to be looked at: it is gone again
 * unless it is kept. */
enum status errand_show(struct errand *e, struct fault *f) MUST_USE;

/* Put it on the disk, and give it its name: whole or not at all. */
enum status errand_keep(struct errand *e, struct fault *f) MUST_USE;

#endif
