/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/file.h"
#include "test.h"

static char path[300];
static struct config c;
static struct fault f;

static void
write_conf(const char *text, mode_t mode)
{
	AUTO_FD int fd = -1;

	(void)unlink(path);
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK_OK(file_write(fd, text, strlen(text), &f), &f);
	CHECK(fchmod(fd, mode) == 0);
}

static enum status
load(void)
{
	return config_load(path, getuid(), &c, &f);
}

static void
test_load(void)
{
	char key[400];

	CHECK_EQ(load(), STATUS_NOT_FOUND);
	write_conf("[store]\nwhere = sqlite:/x/y.db\n", 0644);
	CHECK_OK(load(), &f);
	CHECK_STR(c.store_where, "sqlite:/x/y.db");
	(void)snprintf(key, sizeof(key), "%s/sigra.key", test_dir());
	CHECK_STR(c.store_key, key);
	write_conf("[store]\nkey = /abs/key\n", 0600);
	CHECK_OK(load(), &f);
	CHECK_STR(c.store_key, "/abs/key");
	CHECK_STR(c.store_where, "sqlite:/var/lib/sigra/sigra.db");
}

static void
test_untrusted(void)
{
	char other[320];

	write_conf("[guess]\npair_tries = 9\n", 0664);
	memset(&c, 0, sizeof(c));
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK_EQ(c.guess_pair_tries, 0);
	CHECK(chmod(path, 0602) == 0);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK(chmod(path, 0600) == 0);
	CHECK_OK(load(), &f);
	CHECK_EQ(c.guess_pair_tries, 9);
	/* Somebody else's, unless root's. */
	CHECK_EQ(config_load(path, getuid() + 1, &c, &f),
		 getuid() == 0 ? STATUS_OK : STATUS_UNAVAILABLE);
	CHECK(chmod(test_dir(), 0777) == 0);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK(chmod(test_dir(), 0700) == 0);
	(void)snprintf(other, sizeof(other), "%s/other", test_dir());
	CHECK(rename(path, other) == 0);
	CHECK(symlink(other, path) == 0);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK(unlink(path) == 0);
	CHECK(link(other, path) == 0);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK(unlink(path) == 0);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK(unlink(path) == 0);
	CHECK_EQ(config_load("sigra.conf", getuid(), &c, &f), STATUS_INVALID);
	CHECK_EQ(config_load("/", getuid(), &c, &f), STATUS_INVALID);
	CHECK_EQ(config_load("", getuid(), &c, &f), STATUS_INVALID);
	CHECK_EQ(config_load("/nowhere/at/all", getuid(), &c, &f),
		 STATUS_NOT_FOUND);
}

/* As root: a file that another user owns is not believed. */
static void
test_owner(void)
{
	if (getuid() != 0) {
		test_skip("needs root");
		return;
	}
	write_conf("", 0600);
	CHECK(chown(path, 12345, 12345) == 0);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	CHECK_OK(config_load(path, 12345, &c, &f), &f);
}

static void
test_broken(void)
{
	char expected[340];
	char *big = malloc(65538);

	write_conf("[guess]\npair_tries = 0\n", 0600);
	CHECK_EQ(load(), STATUS_INVALID);
	(void)snprintf(expected, sizeof(expected), "%s: line 2: ", path);
	CHECK(strncmp(f.text, expected, strlen(expected)) == 0);
	CHECK(big != NULL);
	memset(big, '\n', 65537);
	big[65537] = '\0';
	write_conf(big, 0600);
	CHECK_EQ(load(), STATUS_UNAVAILABLE);
	big[65536] = '\0';
	write_conf(big, 0600);
	CHECK_OK(load(), &f);
	free(big);
}

/* What config_each() says is a file that reads back as the same config. */
struct dump {
	char text[16384];
	size_t n;
};

static void
dump_one(void *ctx, const char *name, const char *value)
{
	struct dump *d = ctx;
	const char *dot = strchr(name, '.');
	size_t len = strlen(d->text);

	d->n++;
	CHECK(dot != NULL);
	(void)snprintf(d->text + len, sizeof(d->text) - len,
		       "[%.*s]\n%s = %s\n", (int)(dot - name), name, dot + 1,
		       value);
}

static void
test_each(void)
{
	static struct dump d;
	struct config want;
	size_t rows = 0;

#define TEXT(section, name, size, value) rows++;
#define NUMBER(section, name, low, high, value) rows++;
#define FLAG(section, name, value) rows++;
#include "config/options.def"
#undef TEXT
#undef NUMBER
#undef FLAG
	config_defaults(&want);
	want.guess_pair_tries = 17;
	want.jwt_accept = true;
	memcpy(want.store_key, "/k", sizeof("/k"));
	config_each(&want, dump_one, &d);
	CHECK_EQ(d.n, rows);
	write_conf(d.text, 0600);
	CHECK_OK(load(), &f);
	CHECK_EQ(c.guess_pair_tries, 17);
	CHECK(c.jwt_accept);
	CHECK_STR(c.store_key, "/k");
	CHECK_STR(c.account_name_regex, want.account_name_regex);
	CHECK_EQ(c.argon2_memory_kib, want.argon2_memory_kib);
}

int
main(void)
{
	(void)snprintf(path, sizeof(path), "%s/sigra.conf", test_dir());
	test_load();
	test_untrusted();
	test_owner();
	test_broken();
	test_each();
	return test_done();
}
