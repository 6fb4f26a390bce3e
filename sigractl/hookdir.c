/* SPDX-License-Identifier: MIT */
#include "sigractl/hookdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"

#define HOOKDIR_OTHERS 0022 /* may not write it */

void
hookdir_event(bool before, const char *words, char out[HOOKDIR_EVENT_SIZE])
{
	struct buf b;

	buf_start(&b, out, HOOKDIR_EVENT_SIZE);
	buf_printf(&b, "%s-%s", before ? "pre" : "post", words);
	for (char *p = out; *p != '\0'; p++)
		if (*p == ' ')
			*p = '-';
}

void
hookdir_close(const struct hookdir *d)
{
	if (d->fd >= 0)
		(void)close(d->fd);
}

static enum status
hookdir_enter(int at, const char *name, int *out, struct fault *f)
{
	AUTO_FD int fd = openat(at, name,
				O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
					O_NONBLOCK | O_CLOEXEC);
	struct stat sb;

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_NOT_FOUND, "%s does not exist", name);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open directory %s", name);
	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", name);
	if (sb.st_uid != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "directory %s belongs to uid %u: run chown root "
			     "on it",
			     name, sb.st_uid);
	if ((sb.st_mode & HOOKDIR_OTHERS) != 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "directory %s has mode %04o: run chmod go-w on "
			     "it",
			     name, sb.st_mode & 07777);
	*out = steal_fd(&fd);
	return STATUS_OK;
}

/* As run-parts(8) has it: an editor's copy is none, nor one that was put
 * aside with a dot. */
static bool
hookdir_is_hook(const char *name)
{
	static const char all[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789_-";

	return name[strspn(name, all)] == '\0';
}

static int
hookdir_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum status
hookdir_add(struct hookdir *d, const char *name, struct fault *f)
{
	struct buf b;

	if (!hookdir_is_hook(name))
		return STATUS_OK;
	if (d->n == HOOKDIR_MAX)
		return fault(f, STATUS_UNAVAILABLE,
			     "there are more than %d hooks", HOOKDIR_MAX);
	buf_start(&b, d->name[d->n], sizeof(d->name[0]));
	buf_text(&b, name);
	d->n++;
	return STATUS_OK;
}

static enum status
hookdir_read(struct hookdir *d, DIR *from, struct fault *f)
{
	enum status st = STATUS_OK;

	while (st == STATUS_OK) {
		const struct dirent *e;

		errno = 0;
		if ((e = readdir(from)) == NULL)
			break;
		st = hookdir_add(d, e->d_name, f);
	}
	if (st == STATUS_OK && errno != 0)
		return fault_errno(f, errno, "cannot read the directory");
	qsort(d->name, d->n, sizeof(d->name[0]), hookdir_order);
	if (st == STATUS_OK && d->n == 0)
		return fault(f, STATUS_NOT_FOUND, "there is no hook in it");
	return st;
}

static enum status
hookdir_names(struct hookdir *d, struct fault *f)
{
	AUTO_FD int fd =
		openat(d->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *from = fd < 0 ? NULL : fdopendir(fd);
	enum status st;

	if (from == NULL)
		return fault_errno(f, errno, "cannot read the directory");
	(void)steal_fd(&fd);
	st = hookdir_read(d, from, f);
	(void)closedir(from);
	return st;
}

enum status
hookdir_open(const char *config, const char *event, struct hookdir *out,
	     struct fault *f)
{
	AUTO_FD int beside = -1, hooks = -1;
	char dir[PATH_MAX];
	const char *name;
	enum status st;

	out->n = 0;
	if ((st = file_split(config, dir, sizeof(dir), &name, f)) !=
		    STATUS_OK ||
	    (st = hookdir_enter(AT_FDCWD, dir, &beside, f)) != STATUS_OK ||
	    (st = hookdir_enter(beside, "hooks.d", &hooks, f)) != STATUS_OK ||
	    (st = hookdir_enter(hooks, event, &out->fd, f)) != STATUS_OK)
		return st;
	return hookdir_names(out, f);
}

enum status
hookdir_check(const struct hookdir *d, const char *name, struct fault *f)
{
	const struct file_trust trust = { .owner = 0,
					  .forbidden = HOOKDIR_OTHERS };
	AUTO_FD int fd = -1;
	struct stat sb;
	enum status st;

	if ((st = file_open(d->fd, name, &trust, &fd, f)) != STATUS_OK)
		return st;
	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot examine %s", name);
	if ((sb.st_mode & 0100) == 0)
		return fault(f, STATUS_UNAVAILABLE,
			     "%s cannot be run: chmod +x it, or put a dot in "
			     "its name",
			     name);
	return STATUS_OK;
}
