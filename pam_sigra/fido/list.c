/* SPDX-License-Identifier: MIT */
#include "fido/list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fido.h>
#include <string.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"

/* The usage page of FIDO in a report descriptor (CTAP 2.1, 11.2.8.2). */
static const unsigned char list_usage[] = { 0x06, 0xd0, 0xf1 };

size_t
list_nodes(char paths[LIST_MAX][LIST_PATH_SIZE])
{
	fido_dev_info_t *list = fido_dev_info_new(LIST_MAX);
	size_t n = 0, found = 0;

	if (list == NULL ||
	    fido_dev_info_manifest(list, LIST_MAX, &n) != FIDO_OK)
		n = 0;
	for (size_t i = 0; i < n; i++) {
		const char *path =
			fido_dev_info_path(fido_dev_info_ptr(list, i));

		/* Readers of cards have paths of another kind. */
		if (path != NULL && strncmp(path, "/dev/", 5) == 0 &&
		    text_copy(paths[found], LIST_PATH_SIZE, path))
			found++;
	}
	fido_dev_info_free(&list, LIST_MAX);
	return found;
}

static bool
list_is_key(int sys, const char *name)
{
	unsigned char bytes[4096];
	char path[LIST_PATH_SIZE];
	AUTO_FD int fd = -1;
	struct buf b;
	ssize_t n;

	buf_start(&b, path, sizeof(path));
	buf_printf(&b, "%s/device/report_descriptor", name);
	if (b.full)
		return false;
	fd = openat(sys, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
	return n > 0 && memmem(bytes, (size_t)n, list_usage,
			       sizeof(list_usage)) != NULL;
}

static bool
list_opens(int dev, const char *name)
{
	AUTO_FD int fd = openat(dev, name,
				O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);

	return fd >= 0;
}

bool
list_hidden(const char *sys, const char *dev)
{
	AUTO_FD int devices = open(dev, O_PATH | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = opendir(sys);
	const struct dirent *e;
	bool hidden = false;

	while (dir != NULL && !hidden && (e = readdir(dir)) != NULL)
		hidden = e->d_name[0] != '.' &&
			 list_is_key(dirfd(dir), e->d_name) &&
			 !list_opens(devices, e->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	return hidden;
}
