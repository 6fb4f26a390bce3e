/* SPDX-License-Identifier: MIT */
/* The key outside of its file: on paper, and back. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin/keep.h"
#include "base/file.h"
#include "session/keycheck.h"
#include "sigractl/child.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/keyfile.h"
#include "sigractl/out.h"
#include "sigractl/owner.h"
#include "sigractl/picture.h"
#include "sigractl/tty.h"

/* The key as text, for functions that take a string. */
struct key_text {
	char s[CRYPTO_KEY_TEXT_LENGTH + 2]; /* a newline, too */
};

static void
key_text_wipe(struct key_text *t)
{
	explicit_bzero(t, sizeof(*t));
}

#define KEY_TEXT(name)                                                        \
	__attribute__((                                                       \
		cleanup(key_text_wipe))) struct key_text name = { .s = "" }

static enum status
key_not_by_sudo(const struct cmd *c, struct fault *f)
{
	if (!c->actor.delegated)
		return STATUS_OK;
	return fault(f, STATUS_DENIED,
		     "the key is for root alone, not for sudo: log in as "
		     "root, "
		     "or unset SUDO_UID in a shell of root's");
}

static enum status
key_write(int fd, const struct crypto_keys *k, struct fault *f)
{
	SECRET(secret);
	KEY_TEXT(text);

	crypto_keys_text(k, &secret);
	if (!secret_string(&secret, text.s, sizeof(text.s) - 1))
		return fault(f, STATUS_SYSTEM, "the key has no text");
	text.s[secret.len] = '\n';
	return file_write(fd, text.s, secret.len + 1, f);
}

/* Past stdio, whose buffers nobody wipes. */
static enum status
key_show(const struct crypto_keys *k, struct fault *f)
{
	const struct picture_way way = { .below = 2,
					 .instead = "keep it as text" };
	enum status st;
	bool shown;
	SECRET(secret);
	KEY_TEXT(text);

	crypto_keys_text(k, &secret);
	if (!secret_string(&secret, text.s, sizeof(text.s)))
		return fault(f, STATUS_SYSTEM, "the key has no text");
	if ((st = picture_show(text.s, &way, &shown, f)) != STATUS_OK ||
	    (st = out_finish(f)) != STATUS_OK)
		return st;
	return key_write(STDOUT_FILENO, k, f);
}

static enum status
key_export_file(struct cmd *c, const char *path, struct fault *f)
{
	AUTO_JSON *j = NULL;
	enum status st;
	ERRAND(e);

	if ((st = errand_write(&c->actor, path, cmd_option(c, "force") != NULL,
			       &e, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = key_write(e.fd, &c->keys, f)) != STATUS_OK ||
	    (st = admin_keep_taken(&c->admin, "key.exported", path, f)) !=
		    STATUS_OK ||
	    (st = errand_keep(&e, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line("Wrote the key to %s. Keep it apart from backups.",
			 path);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "file", out_string(path));
	return out_json(j, f);
}

enum status
cmd_key_export(struct cmd *c, struct fault *f)
{
	const char *path = cmd_option(c, "file");
	enum status st;

	if ((st = key_not_by_sudo(c, f)) != STATUS_OK)
		return st;
	if (path != NULL)
		return key_export_file(c, path, f);
	if (c->json || cmd_option(c, "force") != NULL)
		return fault(f, STATUS_INVALID,
			     "--json and --force need --file");
	if (isatty(STDOUT_FILENO) == 0)
		return fault(f, STATUS_INVALID,
			     "standard output is no terminal: a file is named "
			     "by --file");
	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = admin_keep_taken(&c->admin, "key.exported", "", f)) !=
		    STATUS_OK)
		return st;
	out_line("The key of %s.", c->config.store_where);
	out_line("Keep it apart from backups:");
	return key_show(&c->keys, f);
}

/* An import under way. */
struct key_import {
	struct cmd *c;
	uid_t uid;
	gid_t gid;
	bool store; /* there is one, and the key is its */
};

static enum status
key_import_typed(struct secret *text, struct fault *f)
{
	enum status st;
	char line[4 * CRYPTO_KEY_TEXT_LENGTH];

	st = tty_ask_visible("Key: ", line, sizeof(line), f);
	if (st == STATUS_OK)
		st = secret_set(text, line, strlen(line), f);
	explicit_bzero(line, sizeof(line));
	if (st == STATUS_INVALID) {
		struct fault why = *f;

		return fault(f, st, "%s; or give --file or --stdin", why.text);
	}
	return st;
}

static enum status
key_import_read(struct cmd *c, struct fault *f)
{
	const char *path = cmd_option(c, "file");
	bool piped = cmd_option(c, "stdin") != NULL;
	enum status st;
	SECRET(text);

	if (path != NULL && piped)
		return fault(f, STATUS_INVALID,
			     "--file and --stdin exclude each other");
	if (path != NULL)
		return keyfile_read(&c->actor, path, &c->keys, f);
	st = piped ? tty_stdin_secret(&text, f) : key_import_typed(&text, f);
	if (st != STATUS_OK)
		return st;
	return crypto_keys_parse(&text, &c->keys, f);
}

/* In the child: is it the key of this store, if there is one? */
static enum status
key_import_judge(void *ctx, struct fault *f)
{
	struct key_import *in = ctx;
	struct cmd *c = in->c;
	enum status st;

	if ((st = owner_become(in->uid, in->gid, f)) != STATUS_OK)
		return st;
	st = store_open(c->config.store_where, STORE_READ, &c->store, f);
	if (st == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (st == STATUS_OK)
		st = session_key_check(c->store, &c->keys, f);
	if (st == STATUS_UNAVAILABLE && c->store != NULL)
		st = fault(f, STATUS_REFUSED,
			   "that is the key of another store");
	in->store = st == STATUS_OK;
	ground_leave(c);
	return st;
}

static enum status
key_import_put(struct key_import *in, struct fault *f)
{
	struct cmd *c = in->c;
	const char *path = c->config.store_key;
	struct stat sb;
	enum status st;

	/* Nobody is asked for what could not be used. */
	if (lstat(path, &sb) == 0)
		return fault(f, STATUS_CONFLICT,
			     "the key file %s is there, and a key is never "
			     "overwritten",
			     path);
	if ((st = ground_owner(c, &in->uid, &in->gid, f)) != STATUS_OK ||
	    (st = key_import_read(c, f)) != STATUS_OK ||
	    (st = child_run(key_import_judge, in, &in->store,
			    sizeof(in->store), f)) != STATUS_OK ||
	    (st = crypto_keys_put(path, in->uid, &c->keys, f)) != STATUS_OK)
		return st;
	if (!in->store)
		return STATUS_OK;
	if ((st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK)
		return st;
	return admin_keep_taken(&c->admin, "key.imported", "", f);
}

enum status
cmd_key_import(struct cmd *c, struct fault *f)
{
	struct key_import in = { .c = c };
	AUTO_JSON *j = NULL;
	enum status st;

	if ((st = key_not_by_sudo(c, f)) != STATUS_OK ||
	    (st = key_import_put(&in, f)) != STATUS_OK)
		return st;
	if (!c->json) {
		out_line(in.store ? "Put the key back in %s."
				  : "Put the key in %s. There is no store yet "
				    "to try it on.",
			 c->config.store_key);
		return STATUS_OK;
	}
	j = json_object();
	out_put(j, "key", out_string(c->config.store_key));
	return out_json(j, f);
}
