/* SPDX-License-Identifier: MIT */
/* One touch at a seat, and what everybody may read of it. */
#include "sigrad/touch.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

static char touch_socket[600], touch_file[700];

static const struct io_touch touch_ann = { .service = "sudo", .user = "ann" };

/* The seat, and then the touch. */
static enum status
wish_at(struct touch *t, const char *seat, const struct io_touch *touch,
	int64_t since, struct fault *f)
{
	enum status st = touch_enter(t, seat, TOUCH_ROOT, f);

	return st == STATUS_OK ? touch_begin(t, touch, since, f) : st;
}

static enum status
wish(struct touch *t, const struct io_touch *touch, int64_t since,
     struct fault *f)
{
	return wish_at(t, "seat0", touch, since, f);
}

static size_t
touch_read(const char *path, char *out, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (fd >= 0)
		close(fd);
	out[n < 0 ? 0 : n] = '\0';
	return n < 0 ? 0 : (size_t)n;
}

/* As a desktop would: is it wanted now? */
static bool
touch_wanted(void)
{
	int fd = open(touch_file, O_RDONLY | O_CLOEXEC);
	bool wanted = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return wanted;
}

static void
test_one(void)
{
	struct touch a = TOUCH_NONE, b = TOUCH_NONE;
	struct fault f = { .text = "" };
	char text[2000];
	struct stat sb;

	touch_open(&a, touch_socket);
	touch_open(&b, touch_socket);
	CHECK(!touch_wanted());
	CHECK_OK(wish(&a, &touch_ann, 1234567890, &f), &f);
	CHECK(touch_read(touch_file, text, sizeof(text)) > 0);
	CHECK_STR(text, "service=sudo\nuser=ann\nsince=1234567890\n");
	CHECK(stat(touch_file, &sb) == 0 && (sb.st_mode & 07777) == 0644);
	CHECK(touch_wanted());
	/* The seat outlasts a touch; without it none is wanted. */
	touch_end(&a);
	CHECK(access(touch_file, F_OK) != 0);
	CHECK_EQ(touch_enter(&b, "seat0", TOUCH_ROOT, &f), STATUS_BUSY);
	CHECK_EQ(touch_begin(&b, &touch_ann, 7, &f), STATUS_INVALID);
	CHECK_OK(touch_begin(&a, &touch_ann, 1234567890, &f), &f);
	/* A second one, here or there. */
	CHECK_EQ(wish(&b, &touch_ann, 7, &f), STATUS_BUSY);
	CHECK_EQ(wish(&a, &touch_ann, 7, &f), STATUS_INVALID);
	CHECK_OK(wish_at(&b, "seat-2", &touch_ann, 7, &f), &f);
	touch_leave(&b);
	CHECK(touch_read(touch_file, text, sizeof(text)) > 0);
	CHECK_STR(text, "service=sudo\nuser=ann\nsince=1234567890\n");
	touch_leave(&a);
	touch_leave(&a);
	CHECK(access(touch_file, F_OK) != 0);
	CHECK_OK(wish(&b, &touch_ann, 8, &f), &f);
	touch_close(&b);
	CHECK(access(touch_file, F_OK) != 0);
	touch_close(&a);
}

/* A verifier that is killed holds no seat, and its file says nothing. */
static void
test_killed(void)
{
	struct touch t = TOUCH_NONE;
	struct fault f = { .text = "" };
	char text[2000];
	pid_t pid = fork();

	if (pid == 0) {
		touch_open(&t, touch_socket);
		if (wish(&t, &touch_ann, 1, &f) == STATUS_OK)
			(void)raise(SIGKILL);
		_exit(1);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(access(touch_file, F_OK) == 0);
	CHECK(!touch_wanted());
	/* Whoever holds what was left behind holds nobody up. */
	{
		int fd = open(touch_file, O_RDONLY | O_CLOEXEC);

		CHECK(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
		touch_open(&t, touch_socket);
		CHECK_OK(wish(&t, &touch_ann, 2, &f), &f);
		CHECK(touch_read(touch_file, text, sizeof(text)) > 0);
		CHECK_STR(text, "service=sudo\nuser=ann\nsince=2\n");
		touch_close(&t);
		close(fd);
	}
}

static void
check_shown(const char *want)
{
	char text[2000] = "";

	CHECK(touch_read(touch_file, text, sizeof(text)) > 0);
	CHECK_STR(text, want);
	CHECK(touch_wanted());
}

static const struct io_touch touch_self = { .service = "self", .user = "bob" };
static const char shown_self[] = "service=self\nuser=bob\nsince=5\n";
static const char shown_root[] = "service=sudo\nuser=ann\nsince=6\n";

/* What starts sigra-fido for a person may be hers, and wait as she likes. */
static void
test_rank(void)
{
	struct touch root = TOUCH_NONE, self = TOUCH_NONE, other = TOUCH_NONE;
	struct fault f = { .text = "" };

	touch_open(&root, touch_socket);
	touch_open(&self, touch_socket);
	touch_open(&other, touch_socket);
	CHECK_OK(touch_enter(&self, "seat0", TOUCH_OTHERS, &f), &f);
	CHECK_OK(touch_begin(&self, &touch_self, 5, &f), &f);
	check_shown(shown_self);
	CHECK_EQ(touch_enter(&other, "seat0", TOUCH_OTHERS, &f), STATUS_BUSY);
	/* It keeps no login of root's from its key ... */
	CHECK_OK(touch_enter(&root, "seat0", TOUCH_ROOT, &f), &f);
	CHECK_EQ(touch_enter(&other, "seat0", TOUCH_ROOT, &f), STATUS_BUSY);
	check_shown(shown_self);
	CHECK_OK(touch_begin(&root, &touch_ann, 6, &f), &f);
	check_shown(shown_root);
	/* ... nor does its end take from it, or its beginning. */
	touch_end(&self);
	check_shown(shown_root);
	CHECK_EQ(touch_begin(&self, &touch_self, 5, &f), STATUS_BUSY);
	check_shown(shown_root);
	touch_leave(&self);
	check_shown(shown_root);
	CHECK_EQ(touch_enter(&self, "seat0", TOUCH_OTHERS, &f), STATUS_BUSY);
	CHECK_OK(touch_enter(&self, "seat-2", TOUCH_OTHERS, &f), &f);
	touch_leave(&self);
	touch_leave(&root);
	CHECK(access(touch_file, F_OK) != 0);
	/* Who was refused holds nothing. */
	CHECK_OK(touch_enter(&other, "seat0", TOUCH_OTHERS, &f), &f);
	CHECK_OK(touch_begin(&other, &touch_self, 5, &f), &f);
	touch_leave(&other);
	CHECK(access(touch_file, F_OK) != 0);
	CHECK_OK(touch_enter(&self, "seat0", TOUCH_OTHERS, &f), &f);
	touch_close(&self);
	touch_close(&root);
	touch_close(&other);
}

/* Where two change the file, one after the other does: what it says is always
 * root's, whoever begins and ends meanwhile. */
static void
test_at_once(void)
{
	struct touch root = TOUCH_NONE, self = TOUCH_NONE;
	struct fault f = { .text = "" };
	pid_t pid = fork();

	if (pid == 0) {
		touch_open(&self, touch_socket);
		for (int i = 0; i < 2000; i++) {
			if (touch_enter(&self, "seat0", TOUCH_OTHERS, &f) ==
			    STATUS_OK)
				status_ignore(
					touch_begin(&self, &touch_self, 5, &f),
					"it may be another's turn");
			touch_leave(&self);
		}
		_exit(0);
	}
	touch_open(&root, touch_socket);
	for (int i = 0; i < 500; i++) {
		CHECK_OK(touch_enter(&root, "seat0", TOUCH_ROOT, &f), &f);
		CHECK_OK(touch_begin(&root, &touch_ann, 6, &f), &f);
		check_shown(shown_root);
		touch_leave(&root);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(access(touch_file, F_OK) != 0);
	touch_close(&root);
}

/* Nobody else may open what decides whose turn it is. */
static void
test_lock(void)
{
	struct touch t = TOUCH_NONE;
	struct fault f = { .text = "" };
	char path[720];
	struct stat sb;

	touch_open(&t, touch_socket);
	CHECK_OK(wish(&t, &touch_ann, 1, &f), &f);
	snprintf(path, sizeof(path), "%s.lock", touch_file);
	CHECK(stat(path, &sb) == 0 && (sb.st_mode & 07777) == 0600);
	touch_leave(&t);
	CHECK(chmod(path, 0666) == 0);
	CHECK(wish(&t, &touch_ann, 1, &f) != STATUS_OK);
	CHECK(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
	CHECK(wish(&t, &touch_ann, 1, &f) != STATUS_OK);
	CHECK(unlink(path) == 0);
	touch_close(&t);
}

static void
test_hostile(void)
{
	const struct io_touch odd = { .service = "a\nuser=root",
				      .user = "b\x1b[2J\nsince=0\n" };
	struct touch t = TOUCH_NONE;
	struct fault f = { .text = "" };
	char text[2000];

	touch_open(&t, touch_socket);
	CHECK_OK(wish(&t, &odd, 5, &f), &f);
	CHECK(touch_read(touch_file, text, sizeof(text)) > 0);
	CHECK_STR(text, "service=a\\x0auser=root\n"
			"user=b\\x1b[2J\\x0asince=0\\x0a\nsince=5\n");
	touch_leave(&t);
	CHECK_EQ(wish_at(&t, "../x", &touch_ann, 5, &f), STATUS_INVALID);
	CHECK_EQ(wish_at(&t, "", &touch_ann, 5, &f), STATUS_INVALID);
	touch_close(&t);
	/* Without a place for it nobody is asked. */
	touch_open(&t, "/nonexistent/sigrad.sock");
	CHECK_EQ(wish(&t, &touch_ann, 5, &f), STATUS_UNAVAILABLE);
	CHECK_STR(t.dir, "");
	touch_close(&t);
	touch_open(&t, "relative");
	CHECK_EQ(wish(&t, &touch_ann, 5, &f), STATUS_UNAVAILABLE);
	touch_close(&t);
}

/* Made for its owner, beside the socket, and in nobody's directory. */
static void
test_prepare(void)
{
	char socket[600], path[600];
	struct stat sb;

	snprintf(socket, sizeof(socket), "%s/run/sigrad.sock", test_dir());
	snprintf(path, sizeof(path), "%s/run/touch", test_dir());
	touch_prepare(socket, 4711, 4712);
	CHECK(stat(path, &sb) == 0 && sb.st_uid == 4711 && sb.st_gid == 4712 &&
	      (sb.st_mode & 07777) == 0755);
	touch_prepare(socket, 4713, 4713);
	CHECK(stat(path, &sb) == 0 && sb.st_uid == 4713);
	snprintf(path, sizeof(path), "%s/run", test_dir());
	CHECK(stat(path, &sb) == 0 && (sb.st_mode & 07777) == 0755);
	snprintf(path, sizeof(path), "%s/open", test_dir());
	CHECK(mkdir(path, 0777) == 0 && chmod(path, 0777) == 0);
	snprintf(socket, sizeof(socket), "%s/open/sigrad.sock", test_dir());
	touch_prepare(socket, 4711, 4711);
	snprintf(path, sizeof(path), "%s/open/touch", test_dir());
	CHECK(stat(path, &sb) != 0);
}

int
main(void)
{
	char dir[600];

	umask(0077);
	snprintf(touch_socket, sizeof(touch_socket), "%s/sigrad.sock",
		 test_dir());
	snprintf(dir, sizeof(dir), "%s/touch", test_dir());
	snprintf(touch_file, sizeof(touch_file), "%s/seat0", dir);
	CHECK(mkdir(dir, 0755) == 0);
	test_one();
	test_killed();
	test_rank();
	test_at_once();
	test_lock();
	test_hostile();
	if (geteuid() == 0)
		test_prepare();
	return test_done();
}
