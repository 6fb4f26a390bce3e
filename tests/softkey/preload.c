/* SPDX-License-Identifier: MIT */
/*
 * For tests: makes libfido2 see the nodes of a file in place of hidraw ones,
 * "path vendor product" a line.  The file is $SOFTKEYS, or /run/softkeys where
 * there is no environment (setuid programs, by /etc/ld.so.preload).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fido.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PRELOAD_EXPORT __attribute__((visibility("default")))

static char preload_list[512] = "/run/softkeys";

__attribute__((constructor)) static void
preload_start(void)
{
	const char *list = secure_getenv("SOFTKEYS");

	if (list != NULL)
		(void)snprintf(preload_list, sizeof(preload_list), "%s", list);
}

static void *
preload_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
	int *handle = fd < 0 ? NULL : malloc(sizeof(*handle));

	if (handle != NULL)
		*handle = fd;
	return handle;
}

static void
preload_close(void *handle)
{
	(void)close(*(int *)handle);
	free(handle);
}

static int
preload_read(void *handle, unsigned char *buf, size_t len, int ms)
{
	struct pollfd p = { .fd = *(int *)handle, .events = POLLIN };

	if (poll(&p, 1, ms) != 1)
		return -1;
	return (int)read(p.fd, buf, len);
}

static int
preload_write(void *handle, const unsigned char *buf, size_t len)
{
	return (int)write(*(int *)handle, buf, len);
}

static const fido_dev_io_t preload_io = { preload_open, preload_close,
					  preload_read, preload_write };

PRELOAD_EXPORT int
fido_dev_info_manifest(fido_dev_info_t *list, size_t ilen, size_t *olen)
{
	FILE *f = fopen(preload_list, "re");
	char line[256], path[128];

	*olen = 0;
	while (f != NULL && *olen < ilen &&
	       fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%127s", path) == 1 &&
		    fido_dev_info_set(list, *olen, path, "Software keys",
				      "softkey", &preload_io, NULL) == FIDO_OK)
			(*olen)++;
	}
	if (f != NULL)
		(void)fclose(f);
	return FIDO_OK;
}

PRELOAD_EXPORT int
fido_dev_open(fido_dev_t *dev, const char *path)
{
	int (*real)(fido_dev_t *, const char *);

	*(void **)&real = dlsym(RTLD_NEXT, "fido_dev_open");
	if (real == NULL)
		return FIDO_ERR_INTERNAL;
	if (strncmp(path, "/dev/pts/", 9) == 0)
		(void)fido_dev_set_io_functions(dev, &preload_io);
	return real(dev, path);
}
