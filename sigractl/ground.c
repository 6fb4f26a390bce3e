/* SPDX-License-Identifier: MIT */
#include "sigractl/ground.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "session/keycheck.h"
#include "sigractl/args.h"
#include "sigractl/child.h"
#include "sigractl/out.h"
#include "sigractl/owner.h"
#include "sigractl/self.h"

enum status
ground_where_valid(const struct cmd *c, struct fault *f)
{
	static const char prefix[] = GROUND_PREFIX "/";

	if (c->where == NULL)
		return STATUS_OK;
	if (c->actor.delegated)
		return fault(f, STATUS_DENIED,
			     "-s is not for sudo: as root another store would "
			     "be opened for you; use the configured one");
	if (strncmp(c->where, prefix, sizeof(prefix) - 1) != 0)
		return fault(
			f, STATUS_INVALID,
			"-s %s: give the store as sqlite: and an absolute "
			"path, as in sqlite:/var/lib/sigra/sigra.db",
			c->where);
	return STATUS_OK;
}

static enum status
ground_where_set(struct cmd *c, struct fault *f)
{
	if (c->where != NULL &&
	    !text_copy(c->config.store_where, sizeof(c->config.store_where),
		       c->where))
		return fault(f, STATUS_INVALID, "-s: the path is too long");
	return STATUS_OK;
}

enum status
ground_trial(struct cmd *c, struct fault *f)
{
	const char *path = c->where + sizeof(GROUND_PREFIX) - 1;
	int dir = (int)(strrchr(path, '/') - path);
	struct buf b;

	config_defaults(&c->config);
	buf_start(&b, c->config.store_key, sizeof(c->config.store_key));
	buf_printf(&b, "%.*s/sigra.key", dir, path);
	if (b.full)
		return fault(f, STATUS_INVALID, "-s: the path is too long");
	return ground_where_set(c, f);
}

enum status
ground_config_valid(const struct cmd *c, struct fault *f)
{
	if (!c->actor.delegated || c->config_path == NULL ||
	    strcmp(c->config_path, SIGRA_CONFIG) == 0)
		return STATUS_OK;
	return fault(f, STATUS_DENIED,
		     "-c is not for sudo: as root another file would be read, "
		     "and another store opened, for you; use %s",
		     SIGRA_CONFIG);
}

/* A file that cannot be used is not the fault of how we were called.  What
 * stands in it may not be for whoever calls by sudo. */
static enum status
ground_config_broken(const struct cmd *c, enum status st,
		     const struct fault *why, struct fault *f)
{
	if (st == STATUS_NOT_FOUND || st == STATUS_INVALID)
		st = STATUS_UNAVAILABLE;
	if (c->actor.delegated)
		return fault(f, st,
			     "%s cannot be used: sigractl doctor tells root "
			     "why",
			     SIGRA_CONFIG);
	return fault(f, st, "%s", why->text);
}

enum status
ground_config(struct cmd *c, struct fault *f)
{
	const char *path = c->config_path;
	struct fault why = { .text = "" };
	enum status st;

	if (ground_is_trial(c))
		return ground_trial(c, f);
	st = config_load(path == NULL ? SIGRA_CONFIG : path, geteuid(),
			 &c->config, &why);
	if (st != STATUS_OK)
		return ground_config_broken(c, st, &why, f);
	return ground_where_set(c, f);
}

static void
ground_syslog(void *ctx, const char *line)
{
	(void)ctx;
	syslog(LOG_NOTICE, "%s", line);
}

/* Whom the verbs are told about, as far as it is known by now. */
static void
ground_admin_scope(struct cmd *c)
{
	if (c->rights.self.s[0] != '\0')
		c->admin.self = &c->rights.self;
	if (c->rights.org.s[0] != '\0')
		c->admin.org = &c->rights.org;
}

void
ground_admin(struct cmd *c)
{
	/* A trial store's doings are nobody's but its owner's. */
	audit_start(&c->audit, c->store, c->host,
		    ground_is_trial(c) ? NULL : ground_syslog, NULL);
	breach_close(&c->breach);
	breach_open(&c->breach, c->config.password_breach_file, geteuid());
	c->admin = (struct admin){ .store = c->store,
				   .keys = &c->keys,
				   .config = &c->config,
				   .audit = &c->audit,
				   .actor = c->actor.text,
				   .breach = &c->breach,
				   .again = rights_again,
				   .again_ctx = c,
				   .now = c->now };
	ground_admin_scope(c);
	if (c->actor.loginuid[0] != '\0') {
		c->admin.loginuid = c->actor.loginuid;
		c->admin.sudo_uid = c->actor.sudo_uid;
	}
}

/* No store gives NOT_FOUND, which for us means that no user was found. */
static enum status
ground_store_missing(enum status st, struct fault *f)
{
	struct fault why = *f;

	if (st != STATUS_NOT_FOUND && st != STATUS_INVALID)
		return st;
	return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
}

enum status
ground_open(struct cmd *c, enum store_mode mode, struct fault *f)
{
	bool broke_off = false;
	enum status st;

	if ((st = store_open(c->config.store_where, mode, &c->store, f)) !=
		    STATUS_OK ||
	    (st = session_key_load(c->store, c->config.store_key, geteuid(),
				   &c->keys, &broke_off, f)) != STATUS_OK)
		return ground_store_missing(st, f);
	if (broke_off)
		out_warning("a rekey broke off: run 'sigractl store rekey' "
			    "again, which finishes it");
	ground_admin(c);
	return STATUS_OK;
}

enum status
ground_owner(const struct cmd *c, uid_t *uid, gid_t *gid, struct fault *f)
{
	struct fault why = { .text = "" };
	enum status st;

	st = store_owner(c->config.store_where, uid, gid, &why);
	if (st == STATUS_NOT_FOUND)
		return fault(f, STATUS_UNAVAILABLE, "%s", why.text);
	/* It was the config that said so: -s has been looked at already. */
	if (st == STATUS_INVALID)
		st = STATUS_UNAVAILABLE;
	return st == STATUS_OK ? st : fault(f, st, "%s", why.text);
}

enum status
ground_become(const struct cmd *c, struct fault *f)
{
	enum status st;
	uid_t uid;
	gid_t gid;

	if ((st = ground_owner(c, &uid, &gid, f)) != STATUS_OK)
		return st;
	openlog("sigractl", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	return owner_become(uid, gid, f);
}

/* Who could not open the store is an ordinary user. */
static bool
ground_is_self(const struct cmd *c)
{
	struct fault ignored;
	uid_t uid;
	gid_t gid;

	if (!args_self(c->row) || c->where != NULL || geteuid() == 0)
		return false;
	return store_owner(c->config.store_where, &uid, &gid, &ignored) !=
		       STATUS_OK ||
	       uid != geteuid();
}

/* As the store's owner, of a store that is opened for that alone. */
static enum status
ground_rights(struct cmd *c, struct fault *f)
{
	AUTO_STORE struct store *s = NULL;
	struct fault why = { .text = "" };
	enum status st;

	st = store_open(c->config.store_where, STORE_READ, &s, &why);
	return st == STATUS_OK ? rights_read(c, s, f)
			       : rights_unread(c, st, &why, f);
}

/* In a child, for what has to stay root a while. */
static enum status
ground_rights_child(void *ctx, struct fault *f)
{
	struct cmd *c = ctx;
	struct fault why = { .text = "" };
	enum status st, there;
	uid_t uid;
	gid_t gid;

	there = store_owner(c->config.store_where, &uid, &gid, &why);
	if ((st = ground_become(c, &why)) == STATUS_OK)
		return ground_rights(c, f);
	return rights_unread(c, there == STATUS_NOT_FOUND ? there : st, &why,
			     f);
}

static enum status
ground_steps(struct cmd *c, struct fault *f)
{
	enum status st = STATUS_OK;

	if (!rights_known(c))
		st = child_run(ground_rights_child, c, &c->rights,
			       sizeof(c->rights), f);
	return st == STATUS_OK ? rights_decide(c, f) : st;
}

static enum status
ground_owned(struct cmd *c, struct fault *f)
{
	enum status st = ground_become(c, f);

	if (st == STATUS_OK && !rights_known(c))
		st = ground_rights(c, f);
	return st == STATUS_OK ? rights_decide(c, f) : st;
}

static enum status
ground_store(struct cmd *c, struct fault *f)
{
	enum cmd_access access = c->row->access;
	enum status st;

	if ((st = args_enough(c, f)) != STATUS_OK)
		return st;
	if (access == CMD_STEPS || access == CMD_STEPS_SELF ||
	    access == CMD_STEPS_FILE)
		return ground_steps(c, f);
	if (access == CMD_OWNER)
		return ground_owned(c, f);
	if ((st = ground_become(c, f)) != STATUS_OK)
		return st;
	st = ground_open(c,
			 access == CMD_WRITE || access == CMD_WRITE_SELF
				 ? STORE_WRITE
				 : STORE_READ,
			 f);
	if (st != STATUS_OK)
		return ground_store_missing(st, f);
	if (!rights_known(c) &&
	    (st = rights_read(c, c->store, f)) != STATUS_OK)
		return st;
	ground_admin_scope(c);
	return rights_decide(c, f);
}

enum status
ground_enter(struct cmd *c, struct fault *f)
{
	enum status st;

	if ((st = ground_config_valid(c, f)) != STATUS_OK)
		return st;
	if (c->row->access == CMD_PLAIN ||
	    (c->row->access == CMD_STEPS_FILE && cmd_option(c, "in") != NULL))
		return rights_plain(c, f);
	if ((st = crypto_start(f)) != STATUS_OK ||
	    (st = ground_where_valid(c, f)) != STATUS_OK)
		return st;
	if (gethostname(c->host, sizeof(c->host)) != 0)
		return fault(f, STATUS_SYSTEM, "cannot learn the host's name");
	c->host[sizeof(c->host) - 1] = '\0';
	/* There is no store yet that could say who is who. */
	if (c->row->access == CMD_INIT)
		return rights_plain(c, f);
	if ((st = ground_config(c, f)) != STATUS_OK ||
	    (st = rights_start(c, f)) != STATUS_OK)
		return st;
	if (!ground_is_self(c))
		return (st = hooks_begin(c, f)) == STATUS_OK
			       ? ground_store(c, f)
			       : st;
	return c->org == NULL ? self_enter(c, f)
			      : fault(f, STATUS_DENIED,
				      "--org is for root and for sudo: try "
				      "sudo sigractl --org %s %s",
				      c->org, c->row->words);
}

void
ground_leave(struct cmd *c)
{
	if (c->store != NULL)
		store_close(c->store);
	c->store = NULL;
	crypto_keys_wipe(&c->keys);
	breach_close(&c->breach);
}
