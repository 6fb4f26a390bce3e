/* SPDX-License-Identifier: MIT */
/* After 200 commits no key of a row that is written is on the disk. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "chained.h"
#include "test.h"

#define ROWS 200

static uint8_t keys[ROWS + 2][CHAIN_KEY_SIZE];

/* How many of the keys FROM on are in this file. */
static int
found_in(const char *path, size_t from, size_t to)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	AUTO_FREE uint8_t *all = NULL;
	struct stat sb;
	size_t size;
	int found = 0;

	if (fd < 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))
		return 0;
	size = (size_t)sb.st_size;
	if ((all = malloc(size + 1)) == NULL ||
	    read(fd, all, size) != (ssize_t)size)
		return -1000;
	for (size_t i = from; i < to; i++)
		found += memmem(all, size, keys[i], CHAIN_KEY_SIZE) != NULL;
	return found;
}

static int
found(const char *dir, size_t from, size_t to)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	int n = 0, files = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char path[700];

		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		n += found_in(path, from, to);
		files++;
	}
	if (d != NULL)
		(void)closedir(d);
	CHECK(files >= 5);
	return n;
}

int
main(void)
{
	struct audit_new_key made = { .start = 0 };
	struct chained x;
	SECRET(key);

	CHECK_OK(crypto_start(&x.f), &x.f);
	chained_make(&x, "erased");
	CHECK_OK(chained_key(&x, false, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	for (int i = 0; i < ROWS; i++)
		if (chained_row(&x, "a.row") != STATUS_OK)
			CHECK_OK(x.f.status, &x.f);
	for (int i = 0; i < ROWS + 2; i++) {
		CHECK(secret_bytes(&key, keys[i], CHAIN_KEY_SIZE));
		chain_key_next(&key);
	}
	CHECK_EQ(found(x.dir, 0, ROWS + 1), 0);
	/* That of the next row is where it belongs, so we know how to look. */
	CHECK_EQ(found(x.dir, ROWS + 1, ROWS + 2), 1);
	CHECK_OK(chained_key(&x, true, &key, &made), &x.f);
	CHECK_OK(audit_key_settle(&x.audit, &x.f), &x.f);
	CHECK_EQ(found(x.dir, 0, ROWS + 2), 0);
	CHECK_EQ(x.stuck, 0);
	chained_close(&x);
	return test_done();
}
