/* SPDX-License-Identifier: MIT */
/* What init has made so far, to be told or to be taken back. */
#ifndef SIGRACTL_UNDO_H
#define SIGRACTL_UNDO_H

#include <limits.h>

#include "sigractl/out.h"

#define UNDO_MAX 8

enum undo_kind {
	UNDO_USER = 1,
	UNDO_DIR,
	UNDO_FILE,
	UNDO_STORE, /* the file, and its side files */
};

struct undo {
	size_t n;
	struct {
		enum undo_kind kind;
		char name[PATH_MAX];
	} step[UNDO_MAX];
};

void undo_user(struct undo *u, const char *name);
void undo_dir(struct undo *u, const char *path);
void undo_file(struct undo *u, const char *path);
void undo_store(struct undo *u, const char *path);

/* Newest first; what cannot be removed is said as a warning. */
void undo_all(const struct undo *u);

void undo_print(const struct undo *u);
json_t *undo_json(const struct undo *u);

#endif
