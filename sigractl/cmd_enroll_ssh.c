/* SPDX-License-Identifier: MIT */
/* An SSH public key, as its .pub file has it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "sigractl/errand.h"
#include "sigractl/ground.h"
#include "sigractl/item.h"

#define SSH_FILE_MAX 16384 /* more than any private key, to know it by */

/* What was read; somebody may have named a private key. */
struct ssh_file {
	char b[SSH_FILE_MAX];
	size_t len;
};

static void
ssh_file_wipe(struct ssh_file *file)
{
	explicit_bzero(file, sizeof(*file));
}

static const char *
ssh_file_name(const struct cmd *c)
{
	return strcmp(c->arg[1], "-") == 0 ? "standard input" : c->arg[1];
}

/* As the actor. */
static enum status
ssh_file_read(const struct cmd *c, struct ssh_file *out, struct fault *f)
{
	const char *path = c->arg[1], *name = ssh_file_name(c);
	struct fault why = { .text = "" };
	int fd = STDIN_FILENO;
	enum status st;
	ERRAND(e);

	if (strcmp(path, "-") != 0) {
		st = errand_read(&c->actor, path, &e, f);
		if (st != STATUS_OK)
			return st;
		fd = e.fd;
	}
	st = file_read(fd, out->b, sizeof(out->b), &out->len, &why);
	if (st == STATUS_INVALID)
		return fault(f, st, "%s holds more than a public key", name);
	if (st == STATUS_OK && out->len == 0)
		return fault(f, STATUS_INVALID, "%s is empty", name);
	return st == STATUS_OK ? st : fault(f, st, "%s: %s", name, why.text);
}

static enum status
ssh_key_read(const struct cmd *c, bool authority, struct sshkey *key,
	     char comment[STORE_LABEL_SIZE], struct fault *f)
{
	__attribute__((
		cleanup(ssh_file_wipe))) struct ssh_file file = { .len = 0 };
	struct fault why = { .text = "" };
	enum status st;

	if ((st = ssh_file_read(c, &file, f)) != STATUS_OK)
		return st;
	st = sshkey_line_parse(file.b, file.len, key, comment,
			       STORE_LABEL_SIZE, &why);
	if (st == STATUS_OK)
		st = admin_ssh_key_fits(key, authority, &why);
	return st == STATUS_OK
		       ? st
		       : fault(f, st, "%s: %s", ssh_file_name(c), why.text);
}

enum status
cmd_enroll_ssh_key(struct cmd *c, struct fault *f)
{
	bool authority = cmd_option(c, "ca") != NULL;
	const char *label = cmd_option(c, "label");
	char comment[STORE_LABEL_SIZE] = "", done[512];
	struct admin_item item;
	struct sshkey key;
	enum status st;

	if (label != NULL && label[0] == '\0')
		return fault(f, STATUS_INVALID, "--label: it is empty");
	if ((st = ssh_key_read(c, authority, &key, comment, f)) != STATUS_OK ||
	    (st = ground_become(c, f)) != STATUS_OK ||
	    (st = ground_open(c, STORE_WRITE, f)) != STATUS_OK ||
	    (st = admin_ssh_key_add(&c->admin, c->arg[0],
				    label == NULL ? "" : label, &key, comment,
				    authority, &item, f)) != STATUS_OK)
		return st;
	(void)snprintf(done, sizeof(done),
		       "Added '%s' (%s) to the keys of "
		       "%s.%s",
		       admin_item_label(&item), admin_item_word(&item),
		       item.account.name,
		       authority ? " It is no key to log in with: its "
				   "certificates are."
				 : "");
	return item_end(c, &item, done, f);
}
