/* SPDX-License-Identifier: MIT */
/*
 * The sandbox holds: each case is a child that shuts it and then does what a
 * worker that was taken over would do.  It ends by a status or by SIGSYS.
 */
#include "sigrad/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "factor/fido2.h"
#include "qr/qr.h"
#include "sigrad/facts.h"
#include "sigrad/logind.h"
#include "sigrad/touch.h"
#include "test.h"

#define SANDBOX_BROKEN 77 /* it could not be shut */
#define SANDBOX_DONE 0	  /* the call went through */

static char sandbox_inside[4200]; /* a path in the directory left open */
static char sandbox_touch[600];	  /* another one, for touches */
static char sandbox_socket[600];
static struct touch sandbox_t = TOUCH_NONE;
static bool sandbox_logind;	  /* it knows of sessions here */
static int sandbox_listener = -1; /* somebody else's descriptor */

/* Run in the child; what it returns is its exit status: errno, or done. */
static int
sandbox_in_child(int (*act)(void))
{
	int how = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct fault f;

		if (sandbox_shut(test_dir(), sandbox_touch, &f) != STATUS_OK)
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

/* Who asks is looked up, by /proc and by logind. */
static int
act_place(void)
{
	struct seat_facts facts;

	facts_collect(FACTS_PROC, getpid(), &facts);
	if (!facts.known || strcmp(facts.comm[0], "sigrad-sandbox-") != 0)
		return 1;
	if (!sandbox_logind)
		return SANDBOX_DONE;
	strcpy(facts.unit.session, "3");
	logind_ask(&facts);
	return facts.session && strcmp(facts.seat, "seat0") == 0 &&
			       facts.user_remote
		       ? SANDBOX_DONE
		       : 2;
}

/* A touch is asked for, and everybody may read of it. */
static int
act_touch(void)
{
	const struct io_touch touch = { .service = "sudo", .user = "ann" };
	struct fault f;

	for (int i = 0; i < 2; i++) {
		if (touch_enter(&sandbox_t, "seat0", (enum touch_rank)i, &f) !=
			    STATUS_OK ||
		    touch_begin(&sandbox_t, &touch, 1, &f) != STATUS_OK)
			return 1;
		touch_leave(&sandbox_t);
	}
	return SANDBOX_DONE;
}

/* What a key has signed is checked; this is nobody's signature. */
static int
act_assertion(void)
{
	static const struct {
		int64_t algorithm;
		size_t len;
		const char *public;
	} keys[] = {
		/* The point that P-256 begins with. */
		{ -7, 64,
		  "\x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4"
		  "\x40"
		  "\xf2\x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8"
		  "\x98"
		  "\xc2\x96\x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a"
		  "\x7c"
		  "\x0f\x9e\x16\x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40"
		  "\x68"
		  "\x37\xbf\x51\xf5" },
		{ -8, 32,
		  "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64"
		  "\x07"
		  "\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7"
		  "\x07"
		  "\x51\x1a" },
	};
	static const uint8_t hash[32] = { 1 };
	uint8_t authdata[FIDO2_AUTHDATA_SIZE] = { 0 };
	struct fido2_assertion a = { .authdata = authdata,
				     .authdata_len = sizeof(authdata),
				     .signature = hash,
				     .signature_len = sizeof(hash) };
	static const uint8_t der[] = { 0x30, 6, 2, 1, 5, 2, 1, 7 };
	static const uint8_t raw[64] = { 3 };
	struct fido2_verdict v;
	struct fault f;

	crypto_sha256("example.org", 11, authdata);
	authdata[32] = 1;
	authdata[36] = 9;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		a.signature = keys[i].algorithm == -7 ? der : raw;
		a.signature_len =
			keys[i].algorithm == -7 ? sizeof(der) : sizeof(raw);
		if (fido2_signature_check("example.org", keys[i].algorithm,
					  (const uint8_t *)keys[i].public,
					  keys[i].len, hash, false, &a, &v,
					  &f) != STATUS_OK)
			return 10 + (int)i;
		if (v.refusal != FIDO2_SIGNATURE)
			return 20 + (int)v.refusal;
	}
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
act_open_up(void)
{
	int fd = open(sandbox_inside, O_RDWR | O_CREAT, 0600);

	return sandbox_result(fchmod(fd, 0666) == 0);
}

static int
act_write_proc(void)
{
	return sandbox_open("/proc/self/oom_score_adj", O_WRONLY);
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
	CHECK_EQ(sandbox_in_child(act_write_proc), EACCES);
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
	CHECK_EQ(sandbox_in_child(act_open_up), -SIGSYS);
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
		_exit(sandbox_shut("/nonexistent/dir", "", &f) == STATUS_OK);
	CHECK(pid > 0 && waitpid(pid, &how, 0) == pid && how == 0);
}

static bool
sandbox_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	bool ok = fd >= 0 &&
		  write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

/* A logind of our own, where one may be put up. */
static void
sandbox_sessions(void)
{
	struct fault f;

	sandbox_logind =
		logind_load(&f) == STATUS_OK && unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("none", "/run", "tmpfs", 0, NULL) == 0 &&
		mkdir("/run/systemd", 0755) == 0 &&
		mkdir("/run/systemd/sessions", 0755) == 0 &&
		mkdir("/run/systemd/users", 0755) == 0 &&
		sandbox_write("/run/systemd/sessions/3",
			      "UID=1000\nUSER=ann\nACTIVE=1\nREMOTE=0\n"
			      "STATE=active\nSEAT=seat0\n") &&
		sandbox_write("/run/systemd/sessions/4",
			      "UID=1000\nUSER=ann\nACTIVE=1\nREMOTE=1\n"
			      "STATE=active\n") &&
		sandbox_write("/run/systemd/users/1000",
			      "NAME=ann\nSESSIONS=3 4\n");
}

static void
sandbox_ground(void)
{
	snprintf(sandbox_touch, sizeof(sandbox_touch), "%s/run/touch",
		 test_dir());
	snprintf(sandbox_socket, sizeof(sandbox_socket), "%s/run/socket",
		 test_dir());
	touch_prepare(sandbox_socket, geteuid(), getegid());
	touch_open(&sandbox_t, sandbox_socket);
	sandbox_sessions();
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
	sandbox_ground();
	CHECK_EQ(sandbox_in_child(act_place), SANDBOX_DONE);
	if (sandbox_t.dirfd >= 0)
		CHECK_EQ(sandbox_in_child(act_touch), SANDBOX_DONE);
	CHECK(fido2_library_load(NULL) == STATUS_OK);
	CHECK_EQ(sandbox_in_child(act_assertion), SANDBOX_DONE);
	test_files();
	test_calls();
	test_absent();
	return test_done();
}
