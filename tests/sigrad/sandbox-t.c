/* SPDX-License-Identifier: MIT */
/*
 * The sandbox holds: each case is a child that shuts it and then does what a
 * worker that was taken over would do.  It ends by a status or by SIGSYS.
 */
#include "sigrad/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "qr/qr.h"
#include "test.h"

#define SANDBOX_BROKEN 77 /* it could not be shut */
#define SANDBOX_DONE 0	  /* the call went through */

static char sandbox_inside[4200]; /* a path in the directory left open */
static int sandbox_listener = -1; /* somebody else's descriptor */

/* Run in the child; what it returns is its exit status: errno, or done. */
static int
sandbox_in_child(int (*act)(void))
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct fault f;

		if (sandbox_shut(test_dir(), &f) != STATUS_OK)
			_exit(SANDBOX_BROKEN);
		_exit(act());
	}
	if (pid < 0 || waitpid(pid, &how, 0) != pid)
		return -1;
	return WIFSIGNALED(how) ? -WTERMSIG(how) : WEXITSTATUS(how);
}

static int
sandbox_result(bool ok)
{
	return ok ? SANDBOX_DONE : errno;
}

static int
sandbox_open(const char *path, int flags)
{
	return sandbox_result(open(path, flags, 0600) >= 0);
}

static int
act_nothing(void)
{
	return SANDBOX_DONE;
}

static int
act_read_outside(void)
{
	return sandbox_open("/etc/passwd", O_RDONLY);
}

static int
act_list_outside(void)
{
	return sandbox_open("/", O_RDONLY | O_DIRECTORY);
}

static int
act_write_outside(void)
{
	return sandbox_open("/tmp/sigra-sandbox-t", O_WRONLY | O_CREAT);
}

static int
act_climb_out(void)
{
	char path[4300];
	int n = snprintf(path, sizeof(path),
			 "%s/../../../../../../../../etc/passwd", test_dir());

	return n < 0 ? EINVAL : sandbox_open(path, O_RDONLY);
}

static int
act_use_inside(void)
{
	char byte = 'x';
	int fd = open(sandbox_inside, O_RDWR | O_CREAT | O_EXCL, 0600);
	bool ok = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		  pwrite(fd, &byte, 1, 0) == 1 && ftruncate(fd, 4096) == 0 &&
		  mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       0) != MAP_FAILED &&
		  fdatasync(fd) == 0 && unlink(sandbox_inside) == 0;

	return sandbox_result(ok);
}

/* What setting up a device takes: a key, its picture, a code of it. */
static int
act_enroll(void)
{
	static struct qr_picture picture;
	const struct qr_style style = { .glyphs = QR_BLOCKS };
	char code[CRYPTO_OTP_DIGITS_MAX + 1];
	struct fault f;
	QR_CODE(qr);
	SECRET(key);

	crypto_secret_random(&key, 20);
	if (qr_encode("otpauth://totp/ann@machine?secret=JBSWY3DPEHPK3PXP",
		      &qr, &f) != STATUS_OK ||
	    qr_draw(&qr, &style, &picture, &f) != STATUS_OK ||
	    crypto_hotp(&key, CRYPTO_SHA1, 1, 6, code, &f) != STATUS_OK)
		return EINVAL;
	return SANDBOX_DONE;
}

static int
act_uptime(void)
{
	struct timespec t;

	/* Not by way of the vDSO, which some machines have not. */
	return sandbox_result(syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &t) ==
			      0);
}

static int
act_socket(void)
{
	return sandbox_result(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
}

static int
act_socket_inet(void)
{
	return sandbox_result(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int
act_accept(void)
{
	return sandbox_result(accept(sandbox_listener, NULL, NULL) >= 0);
}

static int
act_exec(void)
{
	char *const argv[] = { NULL };

	return sandbox_result(execve("/bin/true", argv, argv) == 0);
}

static int
act_fork(void)
{
	return sandbox_result(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0);
}

static int
act_map_code(void)
{
	return sandbox_result(mmap(NULL, 4096, PROT_READ | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1,
				   0) != MAP_FAILED);
}

static int
act_make_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return sandbox_result(mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0);
}

static int
act_trace(void)
{
	return sandbox_result(ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0);
}

static int
act_kill(void)
{
	return sandbox_result(kill(getppid(), 0) == 0);
}

static int
act_rename_store(void)
{
	return sandbox_result(rename(sandbox_inside, sandbox_inside) == 0);
}

static int
act_change_mode(void)
{
	return sandbox_result(chmod(test_dir(), 0777) == 0);
}

/* The costliest thing a verifier does, by either library and without
 * threads. */
static int
act_hash(void)
{
	uint8_t salt[CRYPTO_SALT_SIZE] = { 0 }, tag[CRYPTO_TAG_SIZE];
	struct fault f;
	SECRET(password);

	if (secret_set(&password, "correct horse", 13, &f) != STATUS_OK)
		return 1;
	for (uint32_t lanes = 1; lanes <= 4; lanes++) {
		struct crypto_argon2 cost = { 8192, 1, lanes };

		if (crypto_argon2id(&password, salt, &cost, tag, &f) !=
		    STATUS_OK)
			return 2;
	}
	return SANDBOX_DONE;
}

static int
act_privileges(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1;
}

static bool
sandbox_has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static void
test_files(void)
{
	CHECK_EQ(sandbox_in_child(act_use_inside), SANDBOX_DONE);
	if (!sandbox_has_landlock()) {
		test_note("no landlock: paths are not restricted here");
		return;
	}
	CHECK_EQ(sandbox_in_child(act_read_outside), EACCES);
	CHECK_EQ(sandbox_in_child(act_list_outside), EACCES);
	CHECK_EQ(sandbox_in_child(act_write_outside), EACCES);
	CHECK_EQ(sandbox_in_child(act_climb_out), EACCES);
}

static void
test_calls(void)
{
	CHECK_EQ(sandbox_in_child(act_socket), EACCES);
	CHECK_EQ(sandbox_in_child(act_socket_inet), EACCES);
	CHECK_EQ(sandbox_in_child(act_accept), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_exec), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_fork), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_map_code), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_make_code), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_trace), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_kill), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_rename_store), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_change_mode), -SIGSYS);
	CHECK_EQ(sandbox_in_child(act_privileges), -SIGSYS);
}

static void
test_absent(void)
{
	struct fault f;
	int how = 0;
	pid_t pid;

	if (!sandbox_has_landlock())
		return;
	pid = fork();
	if (pid == 0)
		_exit(sandbox_shut("/nonexistent/dir", &f) == STATUS_OK);
	CHECK(pid > 0 && waitpid(pid, &how, 0) == pid && how == 0);
}

int
main(void)
{
	int n = snprintf(sandbox_inside, sizeof(sandbox_inside), "%s/file",
			 test_dir());

	CHECK(n > 0 && (size_t)n < sizeof(sandbox_inside));
	CHECK(crypto_start(NULL) == STATUS_OK);
	sandbox_listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	CHECK(sandbox_listener >= 0);
	CHECK_EQ(sandbox_in_child(act_nothing), SANDBOX_DONE);
	CHECK_EQ(sandbox_in_child(act_hash), SANDBOX_DONE);
	CHECK_EQ(sandbox_in_child(act_enroll), SANDBOX_DONE);
	CHECK_EQ(sandbox_in_child(act_uptime), SANDBOX_DONE);
	test_files();
	test_calls();
	test_absent();
	return test_done();
}
