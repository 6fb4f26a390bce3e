/* SPDX-License-Identifier: MIT */
#include "sigractl/undo.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin/init.h"
#include "base/text.h"

static void
undo_add(struct undo *u, enum undo_kind kind, const char *name)
{
	/* One of each kind but files and directories, two of those. */
	assert(u->n < UNDO_MAX);
	u->step[u->n].kind = kind;
	(void)text_copy(u->step[u->n].name, sizeof(u->step[u->n].name), name);
	u->n++;
}

void
undo_user(struct undo *u, const char *name)
{
	undo_add(u, UNDO_USER, name);
}

void
undo_dir(struct undo *u, const char *path)
{
	undo_add(u, UNDO_DIR, path);
}

void
undo_file(struct undo *u, const char *path)
{
	undo_add(u, UNDO_FILE, path);
}

void
undo_store(struct undo *u, const char *path)
{
	undo_add(u, UNDO_STORE, path);
}

static void
undo_warn(const char *name)
{
	char text[PATH_MAX + 128];

	(void)snprintf(text, sizeof(text), "cannot remove %s: %s", name,
		       strerror(errno));
	out_warning(text);
}

/* Only what an engine makes beside its file; a backup may begin like it. */
static void
undo_store_files(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal",
					    "-reserve" };
	char name[PATH_MAX + 16];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		if (unlink(name) != 0 && errno != ENOENT)
			undo_warn(name);
	}
}

void
undo_all(const struct undo *u)
{
	for (size_t i = u->n; i-- > 0;) {
		const char *name = u->step[i].name;
		struct fault why = { .text = "" };

		switch (u->step[i].kind) {
		case UNDO_USER:
			if (admin_init_user_remove(name, &why) != STATUS_OK)
				out_warning(why.text);
			break;
		case UNDO_DIR:
			if (rmdir(name) != 0)
				undo_warn(name);
			break;
		case UNDO_FILE:
			if (unlink(name) != 0)
				undo_warn(name);
			break;
		case UNDO_STORE:
			undo_store_files(name);
			break;
		}
	}
}

static const char *
undo_word(enum undo_kind kind)
{
	switch (kind) {
	case UNDO_USER:
		return "system user";
	case UNDO_DIR:
		return "directory";
	case UNDO_FILE:
		return "file";
	case UNDO_STORE:
		break;
	}
	return "store";
}

void
undo_print(const struct undo *u)
{
	for (size_t i = 0; i < u->n; i++)
		out_line("Made the %s %s", undo_word(u->step[i].kind),
			 u->step[i].name);
}

json_t *
undo_json(const struct undo *u)
{
	json_t *list = json_array();

	for (size_t i = 0; i < u->n; i++)
		out_push(list, out_string(u->step[i].name));
	return list;
}
