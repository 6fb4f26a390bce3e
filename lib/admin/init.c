/* SPDX-License-Identifier: MIT */
#include "admin/init.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "admin/key.h"
#include "admin/rules.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "session/keycheck.h"

#define INIT_CONFIG_SIZE 8192

static enum status
admin_init_run(char *const argv[], struct fault *f)
{
	char *const env[] = { (char[]){ "PATH=/usr/sbin:/usr/bin:/sbin:/bin" },
			      (char[]){ "LC_ALL=C" }, NULL };
	int err, how;
	pid_t pid;

	err = posix_spawn(&pid, argv[0], NULL, NULL, argv, env);
	if (err != 0)
		return fault_errno(f, err, "cannot run %s", argv[0]);
	while (waitpid(pid, &how, 0) < 0)
		if (errno != EINTR)
			return fault_errno(f, errno, "cannot wait for %s",
					   argv[0]);
	if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
		return fault(f, STATUS_SYSTEM,
			     "%s failed (status %d); make the user yourself "
			     "and name it with --owner",
			     argv[0], WIFEXITED(how) ? WEXITSTATUS(how) : -1);
	return STATUS_OK;
}

enum status
admin_init_user_add(const char *name, struct fault *f)
{
	char user[STORE_NAME_SIZE];
	char *const argv[] = { (char[]){ "/usr/sbin/useradd" },
			       (char[]){ "--system" },
			       (char[]){ "--user-group" },
			       (char[]){ "--no-create-home" },
			       (char[]){ "--home-dir" },
			       (char[]){ "/nonexistent" },
			       (char[]){ "--shell" },
			       (char[]){ "/usr/sbin/nologin" },
			       user,
			       NULL };

	if (!text_copy(user, sizeof(user), name))
		return fault(f, STATUS_INVALID,
			     "the owner's name is too long");
	return admin_init_run(argv, f);
}

enum status
admin_init_user_remove(const char *name, struct fault *f)
{
	char user[STORE_NAME_SIZE];
	char *const argv[] = { (char[]){ "/usr/sbin/userdel" }, user, NULL };

	if (!text_copy(user, sizeof(user), name))
		return fault(f, STATUS_INVALID,
			     "the owner's name is too long");
	return admin_init_run(argv, f);
}

/* The file so far, and the section it is in. */
struct admin_init_text {
	struct buf b;
	char section[64];
	const char *where; /* NULL: the default */
};

/* NAME is "section.option". */
static void
admin_init_line(void *ctx, const char *name, const char *value)
{
	struct admin_init_text *t = ctx;
	size_t len = strcspn(name, ".");
	const char *option = name + len + (name[len] == '.');

	if (strlen(t->section) != len || strncmp(t->section, name, len) != 0) {
		buf_printf(&t->b, "\n[%.*s]\n", (int)len, name);
		memcpy(t->section, name, len);
		t->section[len] = '\0';
	}
	if (t->where != NULL && strcmp(name, "store.where") == 0)
		buf_printf(&t->b, "%s = %s\n", option, t->where);
	else
		buf_printf(&t->b, "#%s = %s\n", option, value);
}

enum status
admin_init_config(const char *path, const char *where, struct fault *f)
{
	char text[INIT_CONFIG_SIZE];
	struct admin_init_text t = { .where = where };
	struct config defaults;
	AUTO_FD int fd = -1;
	enum status st;

	buf_start(&t.b, text, sizeof(text));
	buf_text(&t.b,
		 "# Where the store and its key lie, and the limits of this "
		 "host: sigra.conf(5).\n# A line in comment shows the default."
		 "  Who may log in does not stand here;\n"
		 "# that is policy, and lives in the store: see sigractl "
		 "policy list.\n");
	config_defaults(&defaults);
	config_each(&defaults, admin_init_line, &t);
	if (t.b.full)
		return fault(f, STATUS_INVALID,
			     "the store's name is too long");
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0 && errno == EEXIST)
		return fault(f, STATUS_CONFLICT, "%s exists", path);
	if (fd < 0)
		return fault_errno(f, errno, "cannot make %s", path);
	if ((st = file_write(fd, text, t.b.len, f)) == STATUS_OK &&
	    (fchmod(fd, 0644) != 0 || fsync(fd) != 0))
		st = fault_errno(f, errno, "cannot write %s", path);
	if (st != STATUS_OK)
		(void)unlink(path);
	return st;
}

enum status
admin_init_store(const struct admin *a, const char *rp, struct fault *f)
{
	enum status st;
	STORE_TXN(txn);

	if ((st = store_begin(a->store, &txn, f)) != STATUS_OK ||
	    (st = session_key_check_put(a->store, a->keys, f)) != STATUS_OK ||
	    (st = admin_rules_install(a, f)) != STATUS_OK ||
	    (st = admin_key_policy_install(a, rp, f)) != STATUS_OK ||
	    (st = admin_audit(a, "store.created", NULL,
			      (const struct audit_pair[ADMIN_PAIRS_MAX]){
				      { "rp", rp } },
			      f)) != STATUS_OK)
		return st;
	return admin_commit(a, &txn, f);
}
