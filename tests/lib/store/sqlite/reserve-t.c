/* SPDX-License-Identifier: MIT */
/*
 * A disk that is full: a file system of a few megabytes, in a name space of
 * our own.  Where nobody may make one, what needs none is tested.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fixture.h"
#include "raw.h"
#include "store/room.h"

#define MIB ((int64_t)1 << 20)

static struct fault f;
static char where[512], dir[400];

static int64_t
reserve_size(void)
{
	char path[600];
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s-reserve", fixture_path(where));
	return stat(path, &sb) == 0 ? (int64_t)sb.st_blocks * 512 : -1;
}

static bool
make(struct store *s)
{
	bool whole = false;

	CHECK_OK(store_reserve_make(s, &whole, &f), &f);
	return whole;
}

static struct store_room
room(struct store *s)
{
	struct store_room r = { .store = 0 };

	CHECK_OK(store_room(s, &r, &f), &f);
	return r;
}

/* One account more. */
static enum status
write_one(struct store *s, unsigned n)
{
	const struct store_account a = fixture_account(n);
	enum status st;
	STORE_TXN(t);

	if ((st = store_begin(s, &t, &f)) != STATUS_OK ||
	    (st = store_account_insert(s, &a, &f)) != STATUS_OK)
		return st;
	return store_commit(&t, &f);
}

static void
test_made(void)
{
	struct store *s = fixture_store("made");
	struct store_room r;
	char path[600];
	struct stat sb;

	(void)snprintf(where, sizeof(where), "%s", fixture_where("made"));
	CHECK_EQ(reserve_size(), -1);
	/* Without one all goes on as ever. */
	CHECK_EQ(write_one(s, 1), STATUS_OK);
	r = room(s);
	CHECK_EQ(r.reserve, 0);
	CHECK(make(s));
	CHECK(make(s));
	CHECK(reserve_size() >= STORE_RESERVE_SIZE);
	r = room(s);
	CHECK(r.reserve >= STORE_RESERVE_SIZE);
	CHECK(r.store > 4096 && r.store < 4 * MIB);
	CHECK(r.left > 0 && r.left <= r.disk);
	CHECK_EQ(write_one(s, 2), STATUS_OK);
	CHECK_EQ(store_reserve_given(s), 0);
	CHECK(!store_again(s));
	(void)snprintf(path, sizeof(path), "%s-reserve", fixture_path(where));
	CHECK(stat(path, &sb) == 0);
	CHECK_EQ(sb.st_mode & 07777, 0600);
	/* One that others could write is none of ours. */
	CHECK(chmod(path, 0666) == 0);
	{
		bool whole = false;

		CHECK(store_reserve_make(s, &whole, &f) != STATUS_OK);
		CHECK(!whole);
	}
	CHECK(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
	{
		bool whole = false;

		CHECK(store_reserve_make(s, &whole, &f) != STATUS_OK);
	}
	store_close(s);
}

static bool
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	return fd >= 0 && close(fd) == 0 && done;
}

/* A file system of SIZE, over the directory of the store "full". */
static bool
small_disk(const char *size)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char users[64], groups[64];

	(void)snprintf(users, sizeof(users), "%u %u 1", uid, uid);
	(void)snprintf(groups, sizeof(groups), "%u %u 1", gid, gid);
	if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) != 0)
		return false;
	if (uid != 0 && (!put("/proc/self/uid_map", users) ||
			 !put("/proc/self/setgroups", "deny") ||
			 !put("/proc/self/gid_map", groups)))
		return false;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    (mkdir(dir, 0700) != 0 && errno != EEXIST))
		return false;
	return mount("tmpfs", dir, "tmpfs", 0, size) == 0 &&
	       chmod(dir, 0700) == 0;
}

/* Whoever else writes on that disk takes all there is. */
static int
hog(void)
{
	static const char zero[4096];
	char path[600];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/hog", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0)
		return -1;
	while (write(fd, zero, sizeof(zero)) > 0)
		;
	return close(fd);
}

static struct store *
full_store(void)
{
	struct store *s = NULL;

	CHECK_OK(store_create(where, NOW, &f), &f);
	CHECK_OK(store_open(where, STORE_LOGIN, &s, &f), &f);
	CHECK(make(s));
	return s;
}

/* The disk fills up while a transaction is under way: it fails whole, and may
 * be tried again, once for each piece. */
static void
test_meanwhile(struct store *s)
{
	const struct store_account a = fixture_account(600001);
	enum status st;

	CHECK_EQ(write_one(s, 600000), STATUS_OK);
	CHECK(!store_again(s));
	{
		STORE_TXN(t);

		CHECK_OK(store_begin(s, &t, &f), &f);
		CHECK(hog() == 0);
		st = store_account_insert(s, &a, &f);
		if (st == STATUS_OK)
			st = store_commit(&t, &f);
	}
	CHECK_EQ(st, STATUS_UNAVAILABLE);
	CHECK(store_again(s));
	CHECK(!store_again(s));
	CHECK(store_reserve_given(s) > 0);
	CHECK_EQ(write_one(s, 600001), STATUS_OK);
}

/* Nobody gets any of it by connecting, while others have the store open. */
static void
test_opened(struct store *s)
{
	int64_t left = room(s).reserve;

	CHECK(hog() == 0);
	for (int i = 0; i < 20; i++) {
		struct store *login = NULL;

		CHECK_OK(store_open(where, STORE_LOGIN, &login, &f), &f);
		CHECK_EQ(store_reserve_given(login), 0);
		store_close(login);
		CHECK(hog() == 0);
	}
	CHECK_EQ(room(s).reserve, left);
}

/* It is written as long as there is some of it, and nothing is lost then. */
static void
test_full(void)
{
	struct store *s = full_store();
	unsigned n = 1, done;
	int64_t left, given = 0;
	struct store *other = NULL;
	char problems[512] = "";

	test_meanwhile(s);
	test_opened(s);
	left = room(s).reserve;
	CHECK_OK(store_open(where, STORE_WRITE, &other, &f), &f);
	CHECK(hog() == 0);
	/* It is for logins alone. */
	CHECK(write_one(other, 500000) != STATUS_OK);
	CHECK(!store_again(other));
	CHECK_EQ(store_reserve_given(other), 0);
	CHECK_EQ(room(s).reserve, left);
	store_close(other);
	for (; n < 100000 && write_one(s, n) == STATUS_OK; n++) {
		given += store_reserve_given(s);
		if (n <= 4)
			CHECK(hog() == 0);
	}
	done = n - 1;
	test_note("%u transactions on a full disk, %lld bytes given", done,
		  (long long)given);
	/* Others took the first pieces; the rest lasts. */
	CHECK(done >= 100);
	CHECK(given >= left - MIB);
	CHECK(room(s).reserve < MIB);
	/* Now it is over, each time with the same answer, and what was said
	 * to be done is. */
	CHECK(hog() == 0);
	for (int i = 0; i < 20; i++)
		status_ignore(write_one(s, 200000 + (unsigned)i),
			      "it is over");
	CHECK(write_one(s, 300000) != STATUS_OK);
	CHECK_EQ(room(s).reserve, 0);
	store_close(s);
	CHECK_EQ(raw_problems(where, problems, sizeof(problems)), 0);
	CHECK_STR(problems, "");
	CHECK(raw_integer(fixture_path(where),
			  "SELECT count(*) FROM account") >= (int64_t)done);
}

/* Once there is room all is as before. */
static void
test_room_again(void)
{
	struct store *s = NULL;
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/hog", dir);
	CHECK(unlink(path) == 0);
	CHECK_OK(store_open(where, STORE_WRITE, &s, &f), &f);
	CHECK_EQ(write_one(s, 400000), STATUS_OK);
	CHECK_EQ(store_reserve_given(s), 0);
	store_tidy(s);
	CHECK(make(s));
	CHECK(reserve_size() >= STORE_RESERVE_SIZE);
	/* What would be taken back at once is not made. */
	CHECK(truncate(path, 0) != 0);
	(void)snprintf(path, sizeof(path), "%s-reserve", fixture_path(where));
	CHECK(truncate(path, 0) == 0);
	CHECK(hog() == 0);
	CHECK(!make(s));
	CHECK_EQ(reserve_size(), 0);
	store_close(s);
}

/* Bytes that HOG leaves. */
static void
hog_but(off_t size)
{
	char path[600];
	struct stat sb;

	(void)snprintf(path, sizeof(path), "%s/hog", dir);
	CHECK(hog() == 0 && stat(path, &sb) == 0);
	CHECK(truncate(path, sb.st_size - size) == 0);
}

static struct store *
whole(void)
{
	struct store *s = NULL;
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/hog", dir);
	CHECK(unlink(path) == 0);
	CHECK_OK(store_open(where, STORE_LOGIN, &s, &f), &f);
	store_tidy(s);
	CHECK(make(s));
	return s;
}

/* Near the end of the disk the log stays small, and is written over. */
static void
test_near(void)
{
	struct store *s = whole();
	int64_t log;

	hog_but(740 * 1024);
	for (unsigned n = 700000; n < 700100; n++)
		CHECK_EQ(write_one(s, n), STATUS_OK);
	CHECK_EQ(store_reserve_given(s), 0);
	log = room(s).log;
	CHECK(log > 0 && log < 400 * 1024);
	for (unsigned n = 710000; n < 710100; n++)
		CHECK_EQ(write_one(s, n), STATUS_OK);
	/* Not cut, either. */
	CHECK(room(s).log >= log);
	store_close(s);
}

/* The first one has to make the log's index. */
static void
test_first(void)
{
	struct store *s = whole();
	char path[600];

	store_close(s);
	(void)snprintf(path, sizeof(path), "%s-shm", fixture_path(where));
	CHECK(unlink(path) == 0);
	CHECK(hog() == 0);
	CHECK(store_open(where, STORE_WRITE, &s, &f) != STATUS_OK);
	CHECK_OK(store_open(where, STORE_LOGIN, &s, &f), &f);
	CHECK(store_reserve_given(s) > 0);
	store_close(s);
}

int
main(void)
{
	test_made();
	(void)snprintf(where, sizeof(where), "sqlite:%s/full/t.db",
		       test_dir());
	(void)snprintf(dir, sizeof(dir), "%s/full", test_dir());
	if (small_disk("size=12m")) {
		test_full();
		test_room_again();
		test_near();
		test_first();
		CHECK(umount2(dir, MNT_DETACH) == 0);
	} else {
		test_note("no file system can be made here");
	}
	return test_done();
}
