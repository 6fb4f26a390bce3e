/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "sigractl/errand.h"
#include "sigractl/import.h"

void
import_files_end(struct import_files *i)
{
	if (i->room != NULL) {
		explicit_bzero(i->room, i->used);
		(void)munmap(i->room, i->size);
	}
	free(i->of);
	free(i->homes);
	*i = (struct import_files){ .n = 0 };
}

/* Pages that nothing is read into cost nothing. */
enum status
import_files_start(struct import_files *i, size_t n, size_t max,
		   struct fault *f)
{
	void *room;

	if (n > SIZE_MAX / max / 2)
		return fault(f, STATUS_INVALID, "there are too many files");
	i->of = calloc(n, sizeof(*i->of));
	room = mmap(NULL, n * max, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room != MAP_FAILED) {
		i->room = room;
		i->size = n * max;
	}
	if (i->of == NULL || i->room == NULL)
		return fault_errno(f, ENOMEM, "cannot hold the files");
	return STATUS_OK;
}

enum status
import_files_read(struct import_files *i, int fd, size_t max,
		  struct admin_import_text *text, struct fault *f)
{
	char *at = i->room + i->used;
	size_t left = i->size - i->used, len = 0;
	enum status st;

	if (max > left)
		max = left;
	st = file_read(fd, at, max, &len, f);
	if (st == STATUS_INVALID)
		return fault(f, st, "it is longer than %zu bytes", max);
	if (st != STATUS_OK)
		return st;
	i->used += len;
	text->bytes = at;
	text->len = len;
	return STATUS_OK;
}

enum status
import_read_file(const struct actor *a, const char *path, const char *user,
		 size_t max, struct import_files *out, struct fault *f)
{
	struct fault why = { .text = "" };
	int fd = STDIN_FILENO;
	enum status st;
	ERRAND(e);

	if (path == NULL && isatty(STDIN_FILENO))
		return fault(f, STATUS_INVALID,
			     "standard input is a terminal, where secrets "
			     "would be seen: give them by a pipe or a file");
	if (path != NULL) {
		if ((st = errand_read(a, path, &e, f)) != STATUS_OK)
			return st;
		fd = e.fd;
	}
	if ((st = import_files_start(out, 1, max, f)) != STATUS_OK)
		return st;
	out->of[0].user = user;
	st = import_files_read(out, fd, max, &out->of[0], &why);
	if (st != STATUS_OK)
		return fault(f, st, "%s: %s",
			     path == NULL ? "standard input" : path, why.text);
	out->n = 1;
	return STATUS_OK;
}
