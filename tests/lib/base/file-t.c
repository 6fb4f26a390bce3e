/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "test.h"

static int dirfd_;

static void
make(const char *name, mode_t mode)
{
	AUTO_FD int fd = openat(dirfd_, name, O_CREAT | O_WRONLY, 0600);
	struct fault f;

	CHECK(fd >= 0);
	CHECK_OK(file_write(fd, "hello", 5, &f), &f);
	CHECK(fchmod(fd, mode) == 0);
}

static enum status
try_open(const char *name, const struct file_trust *trust)
{
	AUTO_FD int fd = -1;
	struct fault f;

	return file_open(dirfd_, name, trust, &fd, &f);
}

static void
test_open(void)
{
	struct file_trust mine = { .owner = getuid(), .forbidden = 0077 };
	struct file_trust small = mine, other = mine;

	small.size_max = 4;
	other.owner = getuid() + 1;
	make("good", 0600);
	make("loose", 0640);
	CHECK(symlinkat("good", dirfd_, "link") == 0);
	CHECK(mkfifoat(dirfd_, "fifo", 0600) == 0);
	CHECK_EQ(try_open("good", &mine), STATUS_OK);
	CHECK_EQ(try_open("absent", &mine), STATUS_NOT_FOUND);
	CHECK_EQ(try_open("loose", &mine), STATUS_UNAVAILABLE);
	CHECK_EQ(try_open("link", &mine), STATUS_UNAVAILABLE);
	CHECK_EQ(try_open("fifo", &mine), STATUS_UNAVAILABLE);
	CHECK_EQ(try_open("good", &small), STATUS_UNAVAILABLE);
	CHECK_EQ(try_open("good", &other), STATUS_UNAVAILABLE);
	CHECK(linkat(dirfd_, "good", dirfd_, "twin", 0) == 0);
	CHECK_EQ(try_open("good", &mine), STATUS_UNAVAILABLE);
	CHECK(unlinkat(dirfd_, "twin", 0) == 0);
}

static void
test_read(void)
{
	struct file_trust mine = { .owner = getuid(), .forbidden = 0077 };
	AUTO_FD int fd = -1;
	struct fault f;
	char bytes[8];
	size_t len = 0;

	CHECK_OK(file_open(dirfd_, "good", &mine, &fd, &f), &f);
	CHECK_OK(file_read(fd, bytes, sizeof(bytes), &len, &f), &f);
	CHECK_EQ(len, 5);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_OK(file_read(fd, bytes, 5, &len, &f), &f);
	CHECK(lseek(fd, 0, SEEK_SET) == 0);
	CHECK_EQ(file_read(fd, bytes, 4, &len, &f), STATUS_INVALID);
}

static void
test_dir_and_split(void)
{
	const char *name = NULL;
	char dir[16];
	struct fault f;
	int fd = -1;

	CHECK(chmod(test_dir(), 0770) == 0);
	CHECK_EQ(file_dir_open(test_dir(), getuid(), 0022, &fd, &f),
		 STATUS_UNAVAILABLE);
	CHECK(chmod(test_dir(), 0700) == 0);
	CHECK_EQ(file_dir_open("/no/such", getuid(), 0, &fd, &f),
		 STATUS_NOT_FOUND);
	CHECK_EQ(fd, -1);
	CHECK_OK(file_split("/a/b", dir, sizeof(dir), &name, &f), &f);
	CHECK_STR(dir, "/a");
	CHECK_STR(name, "b");
	CHECK_OK(file_split("/b", dir, sizeof(dir), &name, &f), &f);
	CHECK_STR(dir, "/");
	CHECK_EQ(file_split("b", dir, sizeof(dir), &name, &f), STATUS_INVALID);
	CHECK_EQ(file_split("/a/", dir, sizeof(dir), &name, &f),
		 STATUS_INVALID);
	CHECK_EQ(file_split("", dir, sizeof(dir), &name, &f), STATUS_INVALID);
	CHECK_EQ(file_split("/0123456789abcdefgh/x", dir, sizeof(dir), &name,
			    &f),
		 STATUS_INVALID);
}

int
main(void)
{
	struct fault f;

	CHECK_OK(file_dir_open(test_dir(), getuid(), 0077, &dirfd_, &f), &f);
	test_open();
	test_read();
	test_dir_and_split();
	return test_done();
}
