/* SPDX-License-Identifier: MIT */
/*
 * A file in the homes of many people.  Root knows the homes, the store's
 * owner the accounts, and only the user himself reads a file: three parts,
 * each with no more rights than it needs.
 */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/account.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "sigractl/child.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/import.h"

struct import_home {
	char user[STORE_NAME_SIZE];
	char why[FAULT_TEXT_SIZE];
};

/* --- which accounts there are: a child that is the store's owner --- */

struct homes_names {
	struct cmd *c;
	int fd; /* of memory that both have */
	enum status st;
	struct fault *f;
};

static bool
homes_each(void *ctx, const struct store_account *acct)
{
	struct homes_names *names = ctx;

	/* One whose deletion is due is nobody's any more. */
	if (strcmp(admin_account_state(acct, names->c->now), "deleted") == 0)
		return true;
	names->st = file_write(names->fd, acct->name, sizeof(acct->name),
			       names->f);
	return names->st == STATUS_OK;
}

static enum status
homes_list(void *ctx, struct fault *f)
{
	struct homes_names *names = ctx;
	enum status st;

	names->f = f;
	if ((st = ground_become(names->c, f)) != STATUS_OK ||
	    (st = ground_open(names->c, STORE_READ, f)) != STATUS_OK ||
	    (st = store_account_list(names->c->store, "", homes_each, names,
				     f)) != STATUS_OK)
		return st;
	return names->st;
}

/* FD holds as many names of STORE_NAME_SIZE bytes. */
static enum status
homes_names(struct cmd *c, int *fd, size_t *n, struct fault *f)
{
	struct homes_names names = { .c = c };
	struct stat sb;
	enum status st;

	if ((*fd = memfd_create("accounts", MFD_CLOEXEC)) < 0)
		return fault_errno(f, errno, "cannot make a file in memory");
	names.fd = *fd;
	if ((st = child_run(homes_list, &names, NULL, 0, f)) != STATUS_OK)
		return st;
	if (fstat(*fd, &sb) != 0 || lseek(*fd, 0, SEEK_SET) != 0)
		return fault_errno(f, errno, "cannot read the names");
	*n = (size_t)sb.st_size / STORE_NAME_SIZE;
	return STATUS_OK;
}

/* --- one home --- */

/* What the other module would have refused, too; and what anybody could have
 * written. */
static enum status
homes_judge(int fd, uid_t uid, const struct import_homes *homes,
	    struct fault *f)
{
	const mode_t others = homes->secret ? 077 : 022;
	struct stat sb;

	if (fstat(fd, &sb) != 0)
		return fault_errno(f, errno, "cannot look at it");
	if (sb.st_uid != uid && (homes->secret || sb.st_uid != 0))
		return fault(f, STATUS_INVALID,
			     "%s belongs to uid %u: whose device is it?",
			     homes->file, sb.st_uid);
	if ((sb.st_mode & others) != 0)
		return fault(f, STATUS_INVALID,
			     "%s is open to others (mode %03o), who may %s "
			     "the key",
			     homes->file, sb.st_mode & 0777,
			     homes->secret ? "know" : "have written");
	return STATUS_OK;
}

static enum status
homes_read(const struct passwd *pw, const struct import_homes *homes,
	   struct import_files *out, struct admin_import_text *text,
	   struct fault *f)
{
	struct actor user = { .files = pw->pw_uid };
	char path[PATH_MAX];
	enum status st;
	ERRAND(e);

	if (pw->pw_dir[0] != '/')
		return STATUS_NOT_FOUND;
	if (snprintf(path, sizeof(path), "%s/%s", pw->pw_dir, homes->file) >=
	    (int)sizeof(path))
		return fault(f, STATUS_INVALID, "the home's path is too long");
	if ((st = errand_read(&user, path, &e, f)) != STATUS_OK ||
	    (st = homes_judge(e.fd, pw->pw_uid, homes, f)) != STATUS_OK)
		return st;
	return import_files_read(out, e.fd, homes->max, text, f);
}

/* NOT_FOUND: nothing to say of it. */
static enum status
homes_one(struct import_home *home, const struct import_homes *homes,
	  struct import_files *out, struct admin_import_text *text)
{
	struct fault why = { .text = "" };
	const struct passwd *pw;
	enum status st;

	*text = (struct admin_import_text){ .user = home->user };
	errno = 0;
	if ((pw = getpwnam(home->user)) != NULL)
		st = homes_read(pw, homes, out, text, &why);
	else if (errno == EIO || errno == EAGAIN || errno == ENOMEM)
		st = fault_errno(&why, errno, "cannot ask for the home");
	else
		return STATUS_NOT_FOUND;
	if (st == STATUS_OK || st == STATUS_NOT_FOUND)
		return st;
	(void)text_copy(home->why, sizeof(home->why), why.text);
	text->why = home->why;
	return STATUS_OK;
}

enum status
import_read_homes(struct cmd *c, const struct import_homes *homes,
		  struct import_files *out, struct fault *f)
{
	AUTO_FD int fd = -1;
	enum status st;
	size_t n = 0;

	if (geteuid() != 0)
		return fault(f, STATUS_DENIED,
			     "only root becomes other users: sudo sigractl "
			     "%s --all-homes",
			     homes->command);
	if ((st = homes_names(c, &fd, &n, f)) != STATUS_OK || n == 0)
		return st;
	if ((st = import_files_start(out, n, homes->max, f)) != STATUS_OK)
		return st;
	if ((out->homes = calloc(n, sizeof(*out->homes))) == NULL)
		return fault_errno(f, ENOMEM, "cannot hold the names");
	for (size_t i = 0; i < n; i++) {
		struct import_home *home = &out->homes[i];

		if (read(fd, home->user, STORE_NAME_SIZE) != STORE_NAME_SIZE)
			return fault_errno(f, errno, "cannot read the names");
		home->user[STORE_NAME_SIZE - 1] = '\0';
		if (homes_one(home, homes, out, &out->of[out->n]) == STATUS_OK)
			out->n++;
	}
	return STATUS_OK;
}
