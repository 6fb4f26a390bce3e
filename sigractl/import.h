/* SPDX-License-Identifier: MIT */
/* What an import reads, before we become the store's owner. */
#ifndef SIGRACTL_IMPORT_H
#define SIGRACTL_IMPORT_H

#include "admin/import.h"
#include "sigractl/cmd.h"

#define IMPORT_LIST_MAX (8 << 20) /* bytes of a file with a line a user */

/* Files, whole, in one piece of memory; it is wiped. */
struct import_files {
	char *room;
	size_t size, used;
	struct admin_import_text *of;
	struct import_home *homes; /* what OF points at */
	size_t n;
};
void import_files_end(struct import_files *i);
#define IMPORT_FILES(name)                                                    \
	__attribute__((cleanup(                                               \
		import_files_end))) struct import_files name = { .n = 0 }

/* PATH, as the actor, or standard input for NULL; at most MAX bytes.  USER,
 * whose it is, stays the caller's and may be NULL. */
enum status import_read_file(const struct actor *a, const char *path,
			     const char *user, size_t max,
			     struct import_files *out, struct fault *f)
	MUST_USE;

/* A file that people have in their homes. */
struct import_homes {
	const char *file;    /* below the home */
	const char *command; /* what takes it over */
	size_t max;	     /* its bytes */
	bool secret;	     /* nobody else may have been able to read it */
};

/*
 * The file of every account that has one, each as the user whose home it is.
 * Root only.  One that cannot be used says why.
 */
enum status import_read_homes(struct cmd *c, const struct import_homes *homes,
			      struct import_files *out, struct fault *f)
	MUST_USE;

/* Take over what was read, and say it.  ORIGIN: of KIND U2F, else NULL.
 * TAKEN: how many were, or would be; or NULL. */
enum status import_run(struct cmd *c, struct import_files *files,
		       enum admin_import_kind kind, const char *origin,
		       size_t *taken, struct fault *f) MUST_USE;

/* --- pieces of these --- */

/* Room for N files of MAX bytes each. */
enum status import_files_start(struct import_files *i, size_t n, size_t max,
			       struct fault *f) MUST_USE;
/* All that FD holds is the next text's. */
enum status import_files_read(struct import_files *i, int fd, size_t max,
			      struct admin_import_text *text, struct fault *f)
	MUST_USE;

#endif
