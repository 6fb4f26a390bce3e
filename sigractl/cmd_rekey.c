/* SPDX-License-Identifier: MIT */
/*
 * A new key, in an order that can break off anywhere.  Root writes the new
 * key beside the old one; the store's owner seals everything anew and commits;
 * root gives the new key the old one's name.  At every moment one of the two
 * files is the store's key, and the store says which: so does the next call.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "admin/keep.h"
#include "base/auto.h"
#include "base/file.h"
#include "session/keycheck.h"
#include "sigractl/child.h"
#include "sigractl/codes.h"
#include "sigractl/ground.h"
#include "sigractl/out.h"
#include "sigractl/owner.h"

enum rekey_fit {
	REKEY_NONE,
	REKEY_OLD,   /* the key file is the store's key */
	REKEY_FRESH, /* the one beside it is: a rekey broke off */
};

struct rekey {
	struct cmd *c;
	const char *key;
	char fresh[PATH_MAX];
	uid_t uid;
	gid_t gid;
	struct {
		enum rekey_fit fit;
		struct admin_kept kept;
	} result; /* of the child */
};

/* Two at once would each take the other's key for a left-over. */
static enum status
rekey_lock(const struct rekey *r, int *lock, struct fault *f)
{
	AUTO_FD int fd =
		open(r->key, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat ours, there;

	if (fd < 0 && errno == ENOENT)
		return fault(f, STATUS_UNAVAILABLE,
			     "there is no key file %s: put it back first, by "
			     "sigractl key import",
			     r->key);
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", r->key);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &ours) != 0 ||
	    lstat(r->key, &there) != 0 || ours.st_ino != there.st_ino ||
	    ours.st_dev != there.st_dev)
		return fault(f, STATUS_BUSY,
			     "another rekey is under way: try again later");
	*lock = steal_fd(&fd);
	return STATUS_OK;
}

static bool
rekey_fits(struct cmd *c, const char *path)
{
	CRYPTO_KEYS(k);

	return crypto_keys_load(path, geteuid(), &k, NULL) == STATUS_OK &&
	       session_key_check(c->store, &k, NULL) == STATUS_OK;
}

/* In the child: which of the two is the store's? */
static enum status
rekey_find(void *ctx, struct fault *f)
{
	struct rekey *r = ctx;
	struct cmd *c = r->c;
	enum status st;

	if ((st = owner_become(r->uid, r->gid, f)) != STATUS_OK ||
	    (st = store_open(c->config.store_where, STORE_READ, &c->store,
			     f)) != STATUS_OK)
		return st;
	if (rekey_fits(c, r->key))
		r->result.fit = REKEY_OLD;
	else if (rekey_fits(c, r->fresh))
		r->result.fit = REKEY_FRESH;
	ground_leave(c);
	return STATUS_OK;
}

/* In the child: seal everything anew. */
static enum status
rekey_seal(void *ctx, struct fault *f)
{
	struct rekey *r = ctx;
	struct cmd *c = r->c;
	enum status st;
	CRYPTO_KEYS(old);

	openlog("sigractl", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	if ((st = owner_become(r->uid, r->gid, f)) == STATUS_OK)
		st = ground_open(c, STORE_WRITE, f);
	if (st != STATUS_OK)
		return st;
	old = c->keys;
	st = crypto_keys_load(r->fresh, geteuid(), &c->keys, f);
	if (st == STATUS_OK)
		st = admin_keep_rekey(&c->admin, &old, &r->result.kept, f);
	ground_leave(c);
	return st;
}

/* The new key takes its name, for good. */
static enum status
rekey_name(const struct rekey *r, struct fault *f)
{
	char dir[PATH_MAX];
	const char *name;
	enum status st;

	if ((st = file_split(r->key, dir, sizeof(dir), &name, f)) != STATUS_OK)
		return st;

	AUTO_FD int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || rename(r->fresh, r->key) != 0 || fsync(fd) != 0)
		return fault(f, STATUS_IN_DOUBT,
			     "the store has the new key, but %s has not "
			     "become %s: %s; run store rekey again",
			     r->fresh, r->key, strerror(errno));
	return STATUS_OK;
}

static enum status
rekey_do(struct rekey *r, struct fault *f)
{
	enum status st;

	/* Of a rekey that never came as far as the store. */
	if (unlink(r->fresh) != 0 && errno != ENOENT)
		return fault_errno(f, errno, "cannot remove %s", r->fresh);
	st = crypto_keys_create(r->fresh, r->uid, &r->c->keys, f);
	if (st != STATUS_OK)
		return st;
	crypto_keys_wipe(&r->c->keys);
	st = child_run(rekey_seal, r, &r->result, sizeof(r->result), f);
	if (st == STATUS_OK)
		return rekey_name(r, f);
	if (st == STATUS_IN_DOUBT) {
		struct fault why = *f;

		return fault(f, st,
			     "%s; which key is right shows when store rekey "
			     "is run again",
			     why.text);
	}
	if (unlink(r->fresh) != 0)
		out_warning("the new key could not be removed again; the next "
			    "store rekey will");
	return st;
}

static enum status
rekey_run(struct rekey *r, struct fault *f)
{
	AUTO_FD int lock = -1;
	enum status st;
	int n;

	n = snprintf(r->fresh, sizeof(r->fresh), "%s.new", r->key);
	if (n < 0 || n >= PATH_MAX)
		return fault(f, STATUS_INVALID, "the path is too long");
	if ((st = ground_owner(r->c, &r->uid, &r->gid, f)) != STATUS_OK)
		return st;
	if (geteuid() != 0 && geteuid() != r->uid)
		return fault(f, STATUS_DENIED,
			     "only root and the owner of the store may do "
			     "this: try sudo sigractl ...");
	if ((st = rekey_lock(r, &lock, f)) != STATUS_OK ||
	    (st = child_run(rekey_find, r, &r->result, sizeof(r->result),
			    f)) != STATUS_OK)
		return st;
	switch (r->result.fit) {
	case REKEY_OLD:
		return rekey_do(r, f);
	case REKEY_FRESH:
		return rekey_name(r, f);
	case REKEY_NONE:
		break;
	}
	return fault(f, STATUS_UNAVAILABLE,
		     "the key file %s is not this store's: put the right one "
		     "in place",
		     r->key);
}

enum status
cmd_store_rekey(struct cmd *c, struct fault *f)
{
	struct rekey r = { .c = c, .key = c->config.store_key };
	AUTO_JSON *j = NULL;
	enum status st;

	child_signals_hold();
	st = rekey_run(&r, f);
	child_signals_free();
	if (st == STATUS_NOT_FOUND) {
		struct fault why = *f;

		return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
	}
	if (st != STATUS_OK)
		return st;
	if (!c->json) {
		if (r.result.fit == REKEY_FRESH)
			out_line("Finished the rekey that had broken off.");
		else
			out_line("The store has a new key; %lld rows are "
				 "sealed with it.",
				 (long long)r.result.kept.rows);
		codes_say_voided(&r.result.kept.voided);
		out_line("Export it now, and make a backup: the old ones are "
			 "of the old key.");
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "rows", json_integer(r.result.kept.rows));
	out_put(j, "finished", json_boolean(r.result.fit == REKEY_FRESH));
	codes_put_voided(&r.result.kept.voided, j);
	return out_json(j, f);
}
