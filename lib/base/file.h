/* SPDX-License-Identifier: MIT */
/*
 * Opening files whose content is believed.  Nothing is followed, nothing is
 * waited for, and what was opened is checked through its descriptor.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/fault.h"

/* What a trusted file must be. */
struct file_trust {
	uid_t owner;	  /* the file belongs to this uid ... */
	bool or_root;	  /* ... or to uid 0 */
	mode_t forbidden; /* permission bits that must not be set */
	off_t size_max;	  /* 0: no limit */
};

/*
 * Open directory PATH (absolute) as a descriptor: a real directory, owned by
 * OWNER or root, without any of the FORBIDDEN permission bits.
 */
enum status file_dir_open(const char *path, uid_t owner, mode_t forbidden,
			  int *out, struct fault *f) MUST_USE;

/*
 * Open NAME (no slash) in DIRFD for reading: O_NOFOLLOW, O_NONBLOCK,
 * O_CLOEXEC, then regular, one link, and as TRUST says.  STATUS_NOT_FOUND
 * when it is absent.
 */
enum status file_open(int dirfd, const char *name,
		      const struct file_trust *trust, int *out,
		      struct fault *f) MUST_USE;

/*
 * The same checks on a descriptor that is open already; NAME is for the
 * sentence only.
 */
enum status file_check(int fd, const char *name,
		       const struct file_trust *trust, struct fault *f)
	MUST_USE;

/*
 * Read all of FD, at most SIZE bytes; STATUS_INVALID when there is more.
 */
enum status file_read(int fd, void *bytes, size_t size, size_t *len,
		      struct fault *f) MUST_USE;

/* Write all of it, or fail. */
enum status file_write(int fd, const void *bytes, size_t len, struct fault *f)
	MUST_USE;

/*
 * Split an absolute path into its directory and last part.  STATUS_INVALID
 * when it is relative, ends in a slash or does not fit DIR of SIZE bytes.
 */
enum status file_split(const char *path, char *dir, size_t size,
		       const char **name, struct fault *f) MUST_USE;

#endif
