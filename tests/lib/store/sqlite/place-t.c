/* SPDX-License-Identifier: MIT */
/* What the file, its side files and its directory have to be. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fixture.h"
#include "store/sqlite/sqlite.h"

static struct fault f;
static char where[700], dir[400], path[512];

static char *
in_dir(const char *name)
{
	static char text[600];

	(void)snprintf(text, sizeof(text), "%s/%s", dir, name);
	return text;
}

/* A closed store of its own for each test, with its side files. */
static void
fresh(const char *name)
{
	struct store *s = fixture_store(name);

	fixture_add_account(s, 9);
	store_close(s);
	(void)strcpy(where, fixture_where(name));
	(void)strcpy(path, fixture_path(where));
	(void)strcpy(dir, path);
	*strrchr(dir, '/') = '\0';
}

static enum status
try_open(void)
{
	struct store *s = NULL;
	enum status st = store_open(where, STORE_WRITE, &s, &f);
	enum status reading;

	store_close(s);
	s = NULL;
	reading = store_open(where, STORE_READ, &s, &f);
	store_close(s);
	if (reading != st)
		test_note("reading: %s", status_name(reading));
	CHECK(reading == st);
	return st;
}

static void
test_modes(void)
{
	static const char *const files[] = { "sigra.db", "sigra.db-wal",
					     "sigra.db-shm" };
	struct stat sb;
	struct store *s;

	fresh("modes");
	(void)umask(0);
	s = fixture_open(where);
	fixture_add_account(s, 1);
	for (size_t i = 0; i < 3; i++) {
		CHECK(stat(in_dir(files[i]), &sb) == 0);
		CHECK_EQ(sb.st_mode & 07777, 0600);
		CHECK_EQ(sb.st_uid, geteuid());
	}
	CHECK(stat(dir, &sb) == 0);
	CHECK_EQ(sb.st_mode & 07777, 0700);
	store_close(s);
	(void)umask(022);
	CHECK_EQ(try_open(), STATUS_OK);
	for (size_t i = 0; i < 3; i++) {
		CHECK(chmod(in_dir(files[i]), 0640) == 0);
		CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
		CHECK(strstr(f.text, files[i]) != NULL);
		CHECK(chmod(in_dir(files[i]), 0602) == 0);
		CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
		CHECK(chmod(in_dir(files[i]), 0600) == 0);
	}
	CHECK(chmod(dir, 0710) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(chmod(dir, 0701) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(chmod(dir, 0700) == 0);
	CHECK_EQ(try_open(), STATUS_OK);
}

static void
test_links(void)
{
	char other[600];

	fresh("links");
	CHECK(link(path, in_dir("twin")) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(unlink(in_dir("twin")) == 0);
	CHECK_EQ(try_open(), STATUS_OK);
	(void)strcpy(other, in_dir("real"));
	CHECK(rename(path, other) == 0);
	CHECK(symlink("real", path) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(unlink(path) == 0);
	CHECK(rename(other, path) == 0);
	CHECK(unlink(in_dir("sigra.db-wal")) == 0);
	CHECK(symlink("elsewhere", in_dir("sigra.db-wal")) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(access(in_dir("elsewhere"), F_OK) != 0);
	CHECK(unlink(in_dir("sigra.db-wal")) == 0);
	CHECK_EQ(try_open(), STATUS_OK);
	CHECK(symlink("elsewhere", in_dir("sigra.db-journal")) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(unlink(in_dir("sigra.db-journal")) == 0);
	/* The directory itself. */
	(void)snprintf(other, sizeof(other), "%s/alias", test_dir());
	CHECK(symlink(dir, other) == 0);
	(void)snprintf(where, sizeof(where), "sqlite:%s/sigra.db", other);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
}

/* A link further up is the administrator's; what it leads to is checked. */
static void
test_link_above(void)
{
	char up[600];

	fresh("up");
	(void)snprintf(up, sizeof(up), "%s/all", test_dir());
	CHECK(symlink(test_dir(), up) == 0);
	(void)snprintf(where, sizeof(where), "sqlite:%s/up/sigra.db", up);
	CHECK_EQ(try_open(), STATUS_OK);
}

static void
test_types(void)
{
	fresh("types");
	CHECK(unlink(path) == 0);
	CHECK_EQ(try_open(), STATUS_NOT_FOUND);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(unlink(path) == 0);
	CHECK(mkdir(path, 0700) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK_EQ(store_create(where, NOW, &f), STATUS_CONFLICT);
	CHECK(rmdir(path) == 0);
	CHECK(rename(dir, in_dir("../moved")) == 0);
	CHECK_EQ(try_open(), STATUS_NOT_FOUND);
	CHECK(symlink("moved", dir) == 0);
	CHECK_EQ(store_create(where, NOW, &f), STATUS_UNAVAILABLE);
}

/* What a creator left behind that was killed halfway is in nobody's way. */
static void
test_create_leftovers(void)
{
	fresh("leftover");
	CHECK(rename(path, in_dir("sigra.db.new")) == 0);
	CHECK_EQ(try_open(), STATUS_NOT_FOUND);
	CHECK_OK(store_create(where, NOW, &f), &f);
	CHECK_EQ(try_open(), STATUS_OK);
	CHECK(access(in_dir("sigra.db.new"), F_OK) != 0);
	CHECK(access(in_dir("sigra.db.new-journal"), F_OK) != 0);
}

static void
test_owner(void)
{
	uid_t uid = 0;
	gid_t gid = 0;

	fresh("owner");
	if (geteuid() != 0) {
		test_skip("needs root: another owner");
		return;
	}
	CHECK(chown(path, 1, 0) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(chown(path, 0, 0) == 0);
	CHECK(chown(in_dir("sigra.db-wal"), 1, 0) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(chown(in_dir("sigra.db-wal"), 0, 0) == 0);
	CHECK_EQ(try_open(), STATUS_OK);
	CHECK(chown(dir, 1, 2) == 0);
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK_OK(store_owner(where, &uid, &gid, &f), &f);
	CHECK_EQ(uid, 1);
	CHECK_EQ(gid, 2);
	CHECK_EQ(store_create(where, NOW, &f), STATUS_UNAVAILABLE);
}

/* As root for somebody: prepared by root, made and opened by the owner. */
static void
test_for_another(void)
{
	struct stat sb;
	int status = -1;
	pid_t pid;

	if (geteuid() != 0) {
		test_skip("needs root: a store for somebody else");
		return;
	}
	CHECK(chmod(test_dir(), 0711) == 0);
	(void)snprintf(dir, sizeof(dir), "%s/other", test_dir());
	(void)snprintf(where, sizeof(where), "sqlite:%s/sigra.db", dir);
	CHECK_OK(store_prepare(where, 1, 2, &f), &f);
	CHECK_OK(store_prepare(where, 1, 2, &f), &f);
	CHECK(stat(dir, &sb) == 0);
	CHECK_EQ(sb.st_uid, 1);
	CHECK_EQ(sb.st_gid, 2);
	CHECK_EQ(sb.st_mode & 07777, 0700);
	CHECK_EQ(store_prepare(where, 3, 3, &f), STATUS_UNAVAILABLE);
	pid = fork();
	if (pid == 0) {
		struct store *s = NULL;

		if (setgid(2) != 0 || setuid(1) != 0 ||
		    store_create(where, NOW, &f) != STATUS_OK ||
		    store_open(where, STORE_WRITE, &s, &f) != STATUS_OK)
			_exit(1);
		store_close(s);
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK_EQ(status, 0);
	CHECK(stat(in_dir("sigra.db"), &sb) == 0);
	CHECK_EQ(sb.st_uid, 1);
	/* Root, without having become the owner, leaves no file there. */
	CHECK_EQ(try_open(), STATUS_UNAVAILABLE);
	CHECK(chmod(test_dir(), 0700) == 0);
}

static void
test_prepare(void)
{
	char deep[600];
	struct stat sb;

	fresh("prepare");
	CHECK_OK(store_prepare(where, geteuid(), getegid(), &f), &f);
	CHECK(chmod(dir, 0755) == 0);
	CHECK_EQ(store_prepare(where, geteuid(), getegid(), &f),
		 STATUS_UNAVAILABLE);
	CHECK(strstr(f.text, "chmod 0700") != NULL);
	CHECK(chmod(dir, 0700) == 0);
	(void)snprintf(deep, sizeof(deep), "sqlite:%s/no/such/db", dir);
	CHECK_EQ(store_prepare(deep, geteuid(), getegid(), &f),
		 STATUS_NOT_FOUND);
	/* Below what others may write to, it could be swapped. */
	CHECK(mkdir(in_dir("open"), 0777) == 0);
	CHECK(chmod(in_dir("open"), 0777) == 0);
	(void)snprintf(deep, sizeof(deep), "sqlite:%s/open/store/db", dir);
	CHECK_EQ(store_prepare(deep, geteuid(), getegid(), &f),
		 STATUS_UNAVAILABLE);
	CHECK(lstat(in_dir("open/store"), &sb) != 0);
	CHECK(chmod(in_dir("open"), 01777) == 0);
	CHECK_OK(store_prepare(deep, geteuid(), getegid(), &f), &f);
	CHECK(stat(in_dir("open/store"), &sb) == 0);
	CHECK_EQ(sb.st_mode & 07777, 0700);
	(void)snprintf(deep, sizeof(deep), "sqlite:%s/sigra.db/db", dir);
	CHECK_EQ(store_prepare(deep, geteuid(), getegid(), &f),
		 STATUS_UNAVAILABLE);
}

static void
test_remote(void)
{
	CHECK_STR(sqlite_place_remote(0x6969), "NFS");
	CHECK_STR(sqlite_place_remote(0xFF534D42), "CIFS");
	/* As a 32-bit machine's signed f_type arrives. */
	CHECK_STR(sqlite_place_remote((uint64_t)(int32_t)0xFF534D42), "CIFS");
	CHECK_STR(sqlite_place_remote(0x01021997), "9P");
	CHECK(sqlite_place_remote(0xEF53) == NULL);	/* ext4 */
	CHECK(sqlite_place_remote(0x01021994) == NULL); /* tmpfs */
	CHECK(sqlite_place_remote(0x58465342) == NULL); /* xfs */
}

int
main(void)
{
	test_modes();
	test_links();
	test_link_above();
	test_types();
	test_create_leftovers();
	test_owner();
	test_for_another();
	test_prepare();
	test_remote();
	return test_done();
}
