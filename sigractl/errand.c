/* SPDX-License-Identifier: MIT */
#include "sigractl/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"

#define ERRAND_NOBODY 65534

/* What the child is told. */
enum { ERRAND_SHOW = 's', ERRAND_KEEP = 'k' };

enum errand_what { ERRAND_READ = 1, ERRAND_NEW, ERRAND_WRITE, ERRAND_FORCE };

/* The child's side of it. */
struct errand_file {
	enum errand_what what;
	const char *path; /* as it was given */
	const char *name; /* its last part */
	int dir;
	int fd;
	char draft[NAME_MAX + 1];
};

static enum status
errand_status(int err)
{
	switch (err) {
	case ENOENT:
	case ENOTDIR:
		return STATUS_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return STATUS_DENIED;
	case EEXIST:
		return STATUS_CONFLICT;
	case ELOOP:
	case ENAMETOOLONG:
	case EISDIR:
		return STATUS_INVALID;
	default:
		return STATUS_SYSTEM;
	}
}

static enum status
errand_fault(const struct errand_file *file, int err, const char *what,
	     struct fault *f)
{
	char why[128];

	if (err == ELOOP)
		return fault(f, STATUS_INVALID,
			     "%s is a symbolic link, which is not followed: "
			     "name the file itself",
			     file->path);
	return fault(f, errand_status(err), "cannot %s %s: %s", what,
		     file->path, strerror_r(err, why, sizeof(why)));
}

/* For good: nothing of root is left in this process. */
static enum status
errand_become(uid_t uid, struct fault *f)
{
	const struct passwd *pw;
	gid_t gid = ERRAND_NOBODY;

	if (geteuid() != 0 || uid == 0)
		return STATUS_OK;
	if ((pw = getpwuid(uid)) != NULL)
		gid = pw->pw_gid;
	if ((pw != NULL ? initgroups(pw->pw_name, gid) : setgroups(0, NULL)) !=
		    0 ||
	    setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
		return fault_errno(f, errno, "cannot become uid %u", uid);
	if (setuid(0) == 0)
		return fault(f, STATUS_SYSTEM, "root could be regained");
	if (prctl(PR_SET_DUMPABLE, 0) != 0)
		return fault_errno(f, errno, "cannot shut off tracing");
	return STATUS_OK;
}

static enum status
errand_open_read(struct errand_file *file, struct fault *f)
{
	struct stat sb;

	file->fd = open(file->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
					    O_NOCTTY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &sb) != 0)
		return errand_fault(file, errno, "open", f);
	if (!S_ISREG(sb.st_mode))
		return fault(f, STATUS_INVALID, "%s is no regular file",
			     file->path);
	return STATUS_OK;
}

static enum status
errand_open_dir(struct errand_file *file, struct fault *f)
{
	const char *slash = strrchr(file->path, '/');
	char dir[PATH_MAX] = ".";

	file->name = slash == NULL ? file->path : slash + 1;
	if (slash != NULL &&
	    snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - file->path),
		     file->path) >= PATH_MAX)
		return errand_fault(file, ENAMETOOLONG, "make", f);
	if (file->name[0] == '\0' || strcmp(file->name, ".") == 0 ||
	    strcmp(file->name, "..") == 0)
		return fault(f, STATUS_INVALID, "'%s' does not name a file",
			     file->path);
	file->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->dir < 0)
		return errand_fault(file, errno, "make", f);
	return STATUS_OK;
}

static enum status
errand_open_write(struct errand_file *file, struct fault *f)
{
	uint8_t random[6];
	char hex[2 * sizeof(random) + 1];
	struct stat sb;
	enum status st;

	if ((st = errand_open_dir(file, f)) != STATUS_OK)
		return st;
	if (fstatat(file->dir, file->name, &sb, AT_SYMLINK_NOFOLLOW) == 0) {
		if (file->what != ERRAND_FORCE)
			return fault(f, STATUS_CONFLICT,
				     "%s exists: name another%s", file->path,
				     file->what == ERRAND_NEW
					     ? ""
					     : ", or give --force");
		if (S_ISDIR(sb.st_mode))
			return errand_fault(file, EISDIR, "make", f);
	}
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return errand_fault(file, errno, "make", f);
	text_hex(random, sizeof(random), hex);
	(void)snprintf(file->draft, sizeof(file->draft), ".sigra-%s", hex);
	file->fd = openat(file->dir, file->draft,
			  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			  0600);
	if (file->fd < 0)
		return errand_fault(file, errno, "make", f);
	return STATUS_OK;
}

static bool
errand_rename(const struct errand_file *file)
{
	if (file->what == ERRAND_FORCE)
		return renameat(file->dir, file->draft, file->dir,
				file->name) == 0;
	if (renameat2(file->dir, file->draft, file->dir, file->name,
		      RENAME_NOREPLACE) == 0)
		return true;
	/* A file system that does not know the flag. */
	if (errno != EINVAL ||
	    linkat(file->dir, file->draft, file->dir, file->name, 0) != 0)
		return false;
	return unlinkat(file->dir, file->draft, 0) == 0;
}

static enum status
errand_name(const struct errand_file *file, struct fault *f)
{
	if (fsync(file->fd) != 0)
		return errand_fault(file, errno, "write", f);
	if (!errand_rename(file))
		return errand_fault(file, errno, "make", f);
	if (fsync(file->dir) != 0)
		return fault(f, STATUS_IN_DOUBT,
			     "%s is written, but may not last", file->path);
	return STATUS_OK;
}

/* A fault, and with it a descriptor (-1: none). */
static bool
errand_send(int talk, const struct fault *why, int fd)
{
	struct fault copy = *why;
	union {
		struct cmsghdr head;
		char b[CMSG_SPACE(sizeof(int))];
	} room = { .b = "" };
	struct iovec iov = { .iov_base = &copy, .iov_len = sizeof(copy) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = room.b;
		msg.msg_controllen = sizeof(room.b);
		room.head.cmsg_level = SOL_SOCKET;
		room.head.cmsg_type = SCM_RIGHTS;
		room.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&room.head), &fd, sizeof(fd));
	}
	return sendmsg(talk, &msg, MSG_NOSIGNAL) == (ssize_t)sizeof(copy);
}

/* What was not kept; another file that took its name is not ours. */
static void
errand_drop(const struct errand_file *file, bool named)
{
	const char *name = named ? file->name : file->draft;
	struct stat is, ours;

	if (fstat(file->fd, &ours) == 0 &&
	    fstatat(file->dir, name, &is, AT_SYMLINK_NOFOLLOW) == 0 &&
	    is.st_dev == ours.st_dev && is.st_ino == ours.st_ino)
		(void)unlinkat(file->dir, name, 0);
}

/* Does as it is told until the file is kept, or nobody tells it anything. */
static void
errand_serve(const struct errand_file *file, int talk)
{
	bool named = false;

	for (;;) {
		struct fault why = { .text = "" };
		enum status st = STATUS_OK;
		char word;

		if (recv(talk, &word, 1, 0) != 1) {
			errand_drop(file, named);
			return;
		}
		if (!named)
			st = errand_name(file, &why);
		named = named || st == STATUS_OK || st == STATUS_IN_DOUBT;
		why.status = st;
		if ((errand_send(talk, &why, -1) && named &&
		     word == ERRAND_SHOW))
			continue;
		if (!named || word == ERRAND_SHOW)
			errand_drop(file, named);
		return;
	}
}

static void
errand_child(const struct actor *a, struct errand_file *file, int talk)
{
	static const int deaf[] = { SIGINT,  SIGTERM, SIGHUP,
				    SIGQUIT, SIGPIPE, SIGTSTP };
	struct fault why = { .text = "" };
	enum status st;

	/* Whoever is at the terminal ends our parent, and we clean up. */
	for (size_t i = 0; i < sizeof(deaf) / sizeof(deaf[0]); i++)
		(void)signal(deaf[i], SIG_IGN);
	if ((st = errand_become(a->files, &why)) == STATUS_OK)
		st = file->what == ERRAND_READ ? errand_open_read(file, &why)
					       : errand_open_write(file, &why);
	why.status = st;
	if (!errand_send(talk, &why, st == STATUS_OK ? file->fd : -1))
		st = STATUS_SYSTEM;
	if (st != STATUS_OK || file->what == ERRAND_READ) {
		if (file->draft[0] != '\0')
			(void)unlinkat(file->dir, file->draft, 0);
		_exit(0);
	}
	errand_serve(file, talk);
	_exit(0);
}

/* What the child says; *FD is what comes with it. */
static enum status
errand_hear(int talk, int *fd, struct fault *f)
{
	struct fault why = { .text = "" };
	union {
		struct cmsghdr head;
		char b[CMSG_SPACE(sizeof(int))];
	} room = { .b = "" };
	struct iovec iov = { .iov_base = &why, .iov_len = sizeof(why) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = room.b,
			      .msg_controllen = sizeof(room.b) };
	const struct cmsghdr *head;
	ssize_t n;

	do {
		n = recvmsg(talk, &msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(why))
		return fault(f, STATUS_SYSTEM,
			     "the part that handles the file died");
	head = CMSG_FIRSTHDR(&msg);
	if (head != NULL && head->cmsg_type == SCM_RIGHTS && fd != NULL)
		memcpy(fd, CMSG_DATA(head), sizeof(*fd));
	why.text[sizeof(why.text) - 1] = '\0';
	if (why.status != STATUS_OK)
		return fault(f, why.status, "%s", why.text);
	return STATUS_OK;
}

static enum status
errand_begin(const struct actor *a, const char *path, enum errand_what what,
	     struct errand *e, struct fault *f)
{
	struct errand_file file = {
		.what = what, .path = path, .dir = -1, .fd = -1
	};
	enum status st;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return fault_errno(f, errno, "cannot make a socket pair");
	(void)fflush(stdout);
	if ((e->pid = fork()) == 0) {
		(void)close(ends[0]);
		errand_child(a, &file, ends[1]);
	}
	(void)close(ends[1]);
	e->talk = ends[0];
	if (e->pid < 0)
		return fault_errno(f, errno, "cannot fork");
	if ((st = errand_hear(e->talk, &e->fd, f)) != STATUS_OK)
		return st;
	if (e->fd < 0)
		return fault(f, STATUS_SYSTEM, "no descriptor came for %s",
			     path);
	return STATUS_OK;
}

enum status
errand_read(const struct actor *a, const char *path, struct errand *e,
	    struct fault *f)
{
	return errand_begin(a, path, ERRAND_READ, e, f);
}

enum status
errand_write(const struct actor *a, const char *path, bool force,
	     struct errand *e, struct fault *f)
{
	return errand_begin(a, path, force ? ERRAND_FORCE : ERRAND_WRITE, e,
			    f);
}

enum status
errand_new(const struct actor *a, const char *path, struct errand *e,
	   struct fault *f)
{
	return errand_begin(a, path, ERRAND_NEW, e, f);
}

static enum status
errand_tell(const struct errand *e, char word, struct fault *f)
{
	if (send(e->talk, &word, 1, MSG_NOSIGNAL) != 1)
		return fault_errno(f, errno, "cannot finish the file");
	return errand_hear(e->talk, NULL, f);
}

enum status
errand_show(struct errand *e, struct fault *f)
{
	return errand_tell(e, ERRAND_SHOW, f);
}

enum status
errand_keep(struct errand *e, struct fault *f)
{
	return errand_tell(e, ERRAND_KEEP, f);
}

void
errand_end(struct errand *e)
{
	if (e->fd >= 0)
		(void)close(e->fd);
	if (e->talk >= 0)
		(void)close(e->talk);
	while (e->pid > 0 && waitpid(e->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	e->fd = e->talk = e->pid = -1;
}
