/* SPDX-License-Identifier: MIT */
/*
 * The first half runs as whoever calls (root, for a real store), the second
 * in a child that has become the store's owner, so that this process can
 * still take everything back when the child fails.
 */
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "admin/init.h"
#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"
#include "sigractl/child.h"
#include "sigractl/ground.h"
#include "sigractl/init_rp.h"
#include "sigractl/out.h"
#include "sigractl/owner.h"
#include "sigractl/undo.h"
#include "store/room.h"

#define INIT_OWNER "sigra"
#define INIT_CONFIG_MODE 0755
/* One system user for all, so one init a machine: its users are kept here. */
#define INIT_MACHINE_DIR "/etc"
#define INIT_LOCK_TRIES 50	  /* for about five seconds */
#define INIT_LOCK_PAUSE 100000000 /* nanoseconds */

struct init {
	struct cmd *c;
	const char *config; /* the file's path; NULL: a trial has none */
	bool config_exists;
	const char *owner_name; /* for the report */
	uid_t owner;
	gid_t group;
	char owner_text[24];
	char rp[STORE_RP_SIZE];
	struct undo undo;
};

static bool
init_exists(const char *path)
{
	struct stat sb;

	return lstat(path, &sb) == 0 || errno != ENOENT;
}

/* Where the lock lies: a directory that no init makes or removes. */
static enum status
init_lock_dir(const struct cmd *c, char dir[PATH_MAX], struct fault *f)
{
	char store_dir[PATH_MAX];
	const char *name;
	enum status st;

	if (geteuid() != 0 && c->where == NULL)
		return fault(f, STATUS_DENIED,
			     "only root can make this host's store: sudo "
			     "sigractl init (a trial: sigractl -s "
			     "sqlite:/PATH/TO/FILE init)");
	if (geteuid() == 0 && !ground_is_trial(c)) {
		(void)text_copy(dir, PATH_MAX, INIT_MACHINE_DIR);
		return STATUS_OK;
	}
	st = file_split(c->where + sizeof(GROUND_PREFIX) - 1, store_dir,
			sizeof(store_dir), &name, f);
	if (st != STATUS_OK)
		return st;
	return file_split(store_dir, dir, PATH_MAX, &name, f);
}

/*
 * From the first look to the last undoing: what one init finds missing, no
 * other may be making.  The lock goes when OUT is closed.
 */
static enum status
init_lock(const struct cmd *c, int *out, struct fault *f)
{
	const struct timespec pause = { .tv_nsec = INIT_LOCK_PAUSE };
	char dir[PATH_MAX];
	AUTO_FD int fd = -1;
	enum status st;

	if ((st = init_lock_dir(c, dir, f)) != STATUS_OK)
		return st;
	/* Whose it is does not matter: nothing is read from it or made. */
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", dir);
	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return fault_errno(f, errno, "cannot lock %s", dir);
		if (i == INIT_LOCK_TRIES)
			return fault(f, STATUS_CONFLICT,
				     "another init is running: it holds the "
				     "lock of %s (lslocks shows who does); "
				     "nothing was changed",
				     dir);
		(void)nanosleep(&pause, NULL);
	}
	*out = steal_fd(&fd);
	return STATUS_OK;
}

static enum status
init_config_read(struct init *in, struct fault *f)
{
	struct cmd *c = in->c;
	struct fault why = { .text = "" };
	enum status st;

	st = config_load(in->config, geteuid(), &c->config, &why);
	if (st != STATUS_OK)
		return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
	if (c->where == NULL || strcmp(c->where, c->config.store_where) == 0)
		return STATUS_OK;
	return fault(f, STATUS_CONFLICT,
		     "%s exists and names another store (%s): change it, or "
		     "leave -s out",
		     in->config, c->config.store_where);
}

/* What the config will say once it is written. */
static enum status
init_config_guess(struct init *in, struct fault *f)
{
	struct config *config = &in->c->config;
	char dir[PATH_MAX];
	const char *name;
	enum status st;
	int n;

	config_defaults(config);
	if ((st = file_split(in->config, dir, sizeof(dir), &name, f)) !=
	    STATUS_OK)
		return st;
	n = snprintf(config->store_key, sizeof(config->store_key),
		     "%s/sigra.key", dir);
	if (n < 0 || (size_t)n >= sizeof(config->store_key) ||
	    (in->c->where != NULL &&
	     !text_copy(config->store_where, sizeof(config->store_where),
			in->c->where)))
		return fault(f, STATUS_INVALID, "a path is too long");
	return STATUS_OK;
}

static enum status
init_plan(struct init *in, struct fault *f)
{
	struct cmd *c = in->c;

	if (ground_is_trial(c))
		return ground_trial(c, f);
	in->config = c->config_path == NULL ? SIGRA_CONFIG : c->config_path;
	in->config_exists = init_exists(in->config);
	return in->config_exists ? init_config_read(in, f)
				 : init_config_guess(in, f);
}

static enum status
init_owner_named(struct init *in, const char *name, struct fault *f)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL)
		return fault(f, STATUS_NOT_FOUND,
			     "there is no system user '%s'", name);
	in->owner = pw->pw_uid;
	in->group = pw->pw_gid;
	in->owner_name = name;
	if (geteuid() != 0 && geteuid() != in->owner)
		return fault(f, STATUS_DENIED,
			     "only root can make a store for '%s': try sudo",
			     name);
	return STATUS_OK;
}

static enum status
init_owner_make(struct init *in, struct fault *f)
{
	enum status st;

	if (getpwnam(INIT_OWNER) == NULL) {
		if ((st = admin_init_user_add(INIT_OWNER, f)) != STATUS_OK)
			return st;
		undo_user(&in->undo, INIT_OWNER);
	}
	return init_owner_named(in, INIT_OWNER, f);
}

static enum status
init_owner(struct init *in, struct fault *f)
{
	const char *name = cmd_option(in->c, "owner");

	if (name != NULL)
		return init_owner_named(in, name, f);
	if (geteuid() == 0 && in->config != NULL)
		return init_owner_make(in, f);
	in->owner = geteuid();
	in->group = getegid();
	(void)snprintf(in->owner_text, sizeof(in->owner_text), "uid %u",
		       in->owner);
	in->owner_name = in->owner_text;
	return STATUS_OK;
}

static const char *
init_store_path(const struct init *in)
{
	return in->c->config.store_where + sizeof(GROUND_PREFIX) - 1;
}

/*
 * SQLite would take them for changes of the new store's, not yet made, and the
 * audit for its chain.  Empty ones, as every closed store has, hold nothing.
 */
static enum status
init_nothing_left(const char *path, struct fault *f)
{
	static const char *const ends[] = { "-wal", "-journal", "-chain" };
	char name[PATH_MAX + 16];
	struct stat sb;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		if (lstat(name, &sb) == 0 ? sb.st_size != 0 : errno != ENOENT)
			return fault(f, STATUS_CONFLICT,
				     "%s is left of another store: move it "
				     "away first",
				     name);
	}
	return STATUS_OK;
}

/* Nothing is begun that would end at a thing that is there. */
static enum status
init_nothing_there(const struct init *in, struct fault *f)
{
	const char *key = in->c->config.store_key;
	const char *path = init_store_path(in);
	enum status st;

	if (strncmp(in->c->config.store_where, GROUND_PREFIX "/",
		    sizeof(GROUND_PREFIX)) != 0)
		return fault(f, STATUS_INVALID,
			     "store.where must be " GROUND_PREFIX
			     " and an absolute path");
	if (init_exists(path))
		return fault(f, STATUS_CONFLICT,
			     "the store %s exists: nothing was changed", path);
	if ((st = init_nothing_left(path, f)) != STATUS_OK)
		return st;
	if (init_exists(key))
		return fault(f, STATUS_CONFLICT,
			     "the key %s exists, and another store may need "
			     "it: move it away first",
			     key);
	return STATUS_OK;
}

static enum status
init_store_dir(struct init *in, struct fault *f)
{
	const char *where = in->c->config.store_where, *name;
	char dir[PATH_MAX];
	enum status st;
	bool there;

	st = file_split(init_store_path(in), dir, sizeof(dir), &name, f);
	if (st != STATUS_OK)
		return st;
	there = init_exists(dir);
	st = store_prepare(where, in->owner, in->group, f);
	if (st == STATUS_OK && !there)
		undo_dir(&in->undo, dir);
	return st;
}

static enum status
init_config_write(struct init *in, struct fault *f)
{
	char dir[PATH_MAX];
	const char *name;
	enum status st;

	if (in->config == NULL || in->config_exists)
		return STATUS_OK;
	st = file_split(in->config, dir, sizeof(dir), &name, f);
	if (st != STATUS_OK)
		return st;
	if (!init_exists(dir)) {
		if (mkdir(dir, 0700) != 0)
			return fault_errno(f, errno, "cannot make %s", dir);
		undo_dir(&in->undo, dir);
		/* umask keeps mkdir() from it. */
		if (chmod(dir, INIT_CONFIG_MODE) != 0)
			return fault_errno(f, errno, "cannot open %s to all",
					   dir);
	}
	st = admin_init_config(in->config, in->c->where, f);
	if (st == STATUS_OK)
		undo_file(&in->undo, in->config);
	return st;
}

static enum status
init_key(struct init *in, struct fault *f)
{
	const char *key = in->c->config.store_key;
	enum status st;

	st = crypto_keys_create(key, in->owner, &in->c->keys, f);
	if (st == STATUS_OK)
		undo_file(&in->undo, key);
	return st;
}

/* In a child: become the owner and make the file, which is whole or absent. */
static enum status
init_make(void *ctx, struct fault *f)
{
	struct init *in = ctx;
	enum status st = owner_become(in->owner, in->group, f);

	return st == STATUS_OK
		       ? store_create(in->c->config.store_where, in->c->now, f)
		       : st;
}

static enum status
init_first_rows(const struct init *in, struct fault *f)
{
	struct cmd *c = in->c;
	struct fault none;
	bool whole;
	enum status st =
		store_open(c->config.store_where, STORE_WRITE, &c->store, f);

	if (st != STATUS_OK)
		return st;
	ground_admin(c);
	st = admin_init_store(&c->admin, in->rp, f);
	if (st == STATUS_OK && !ground_is_trial(c))
		status_ignore(store_reserve_make(c->store, &whole, &none),
			      "gc tries again, and doctor tells of it");
	return st;
}

/* In another: its first rows. */
static enum status
init_fill(void *ctx, struct fault *f)
{
	struct init *in = ctx;
	enum status st;

	openlog("sigractl", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	st = owner_become(in->owner, in->group, f);
	if (st == STATUS_OK)
		st = init_first_rows(in, f);
	ground_leave(in->c);
	return st;
}

/* It was not there, and nobody else is at it: what is there now we made. */
static enum status
init_second_half(struct init *in, struct fault *f)
{
	enum status st = child_run(init_make, in, NULL, 0, f);

	if (st == STATUS_OK || init_exists(init_store_path(in)))
		undo_store(&in->undo, init_store_path(in));
	return st == STATUS_OK ? child_run(init_fill, in, NULL, 0, f) : st;
}

static enum status
init_steps(struct init *in, struct fault *f)
{
	enum status st;

	if ((st = init_plan(in, f)) != STATUS_OK ||
	    (st = init_nothing_there(in, f)) != STATUS_OK ||
	    (st = init_owner(in, f)) != STATUS_OK ||
	    (st = init_store_dir(in, f)) != STATUS_OK ||
	    (st = init_config_write(in, f)) != STATUS_OK ||
	    (st = init_key(in, f)) != STATUS_OK)
		return st;
	return init_second_half(in, f);
}

static enum status
init_report(const struct init *in, struct fault *f)
{
	const struct config *config = &in->c->config;
	AUTO_JSON *j = NULL;

	if (!in->c->json) {
		undo_print(&in->undo);
		if (in->config_exists)
			out_line("Kept the file %s", in->config);
		out_line("The store %s belongs to %s.", config->store_where,
			 in->owner_name);
		if (in->rp[0] != '\0')
			out_line("Security keys will be made for the RP id "
				 "'%s'.",
				 in->rp);
		out_line(
			"Next: sigractl user add NAME, then sigractl password "
			"set NAME.");
		out_line("So that nobody can rewrite the audit unseen: "
			 "sigractl audit init-key.");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "store", out_string(config->store_where));
	out_put(j, "config", out_string(in->config));
	out_put(j, "owner", out_string(in->owner_name));
	out_put(j, "rp_id", out_string(in->rp));
	out_put(j, "made", undo_json(&in->undo));
	return out_json(j, f);
}

enum status
cmd_init(struct cmd *c, struct fault *f)
{
	struct init in = { .c = c };
	struct fault why = { .text = "" };
	const char *warning;
	AUTO_FD int lock = -1;
	enum status st;

	/* Whoever waits may still be interrupted. */
	if ((st = init_rp(c, in.rp, &warning, f)) != STATUS_OK ||
	    (st = init_lock(c, &lock, f)) != STATUS_OK)
		return st;
	child_signals_hold();
	st = init_steps(&in, &why);
	if (st == STATUS_OK) {
		child_signals_free();
		if (warning != NULL)
			out_warning(warning);
		return init_report(&in, f);
	}
	undo_all(&in.undo);
	child_signals_free();
	return fault(f, st, "%s%s", why.text,
		     in.undo.n == 0 ? ""
				    : " (what init had made is removed again; "
				      "it can be run once more)");
}
