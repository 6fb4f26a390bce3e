/* SPDX-License-Identifier: MIT */
/* Which keys are there that libfido2 does not show?  In a sysfs of our own. */
#include "fido/list.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static char list_root[4096];

static void
list_path(char out[4200], const char *name)
{
	(void)snprintf(out, 4200, "%s/%s", list_root, name);
}

static void
list_write(const char *name, const void *bytes, size_t len, mode_t mode)
{
	char path[4200];
	int fd;

	list_path(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	CHECK(fchmod(fd, mode) == 0);
	(void)close(fd);
}

static void
list_make(const char *name)
{
	char path[4200];

	list_path(path, name);
	CHECK(mkdir(path, 0700) == 0);
}

static bool
list_look(void)
{
	char sys[4200], dev[4200];

	list_path(sys, "sys");
	list_path(dev, "dev");
	return list_hidden(sys, dev);
}

int
main(void)
{
	/* A keyboard's descriptor, and a key's. */
	static const unsigned char keyboard[] = { 0x05, 0x01, 0x09, 0x06 };
	static const unsigned char key[] = { 0x06, 0xd0, 0xf1, 0x09, 0x01 };
	char path[4200];

	(void)snprintf(list_root, sizeof(list_root), "%s", test_dir());
	CHECK(!list_look());
	list_make("sys");
	list_make("dev");
	CHECK(!list_look());
	list_make("sys/hidraw0");
	CHECK(!list_look());
	list_make("sys/hidraw0/device");
	list_write("sys/hidraw0/device/report_descriptor", keyboard,
		   sizeof(keyboard), 0400);
	CHECK(!list_look());
	list_make("sys/hidraw1");
	list_make("sys/hidraw1/device");
	list_write("sys/hidraw1/device/report_descriptor", key, sizeof(key),
		   0400);
	/* No node at all, as where a service has a /dev of its own. */
	CHECK(list_look());
	list_write("dev/hidraw1", "", 0, 0600);
	CHECK(!list_look());
	if (geteuid() != 0) {
		list_path(path, "dev/hidraw1");
		CHECK(chmod(path, 0) == 0);
		CHECK(list_look());
	}
	return test_done();
}
