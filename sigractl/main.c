/* SPDX-License-Identifier: MIT */
/* sigractl(8).  Its index is the table: rows_*.c. */
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sigractl/args.h"
#include "sigractl/ground.h"
#include "sigractl/help.h"
#include "sigractl/out.h"
#include "sigractl/owner.h"

const char *
cmd_option(const struct cmd *c, const char *name)
{
	for (size_t i = 0;
	     c->row->options != NULL && c->row->options[i].name != NULL; i++)
		if (strcmp(c->row->options[i].name, name) == 0)
			return c->option[i];
	return NULL;
}

enum status
cmd_option_all(const struct cmd *c, const char *name, char *out, size_t size,
	       struct fault *f)
{
	const char *value = cmd_option(c, name);
	struct buf b;

	buf_start(&b, out, size);
	for (unsigned i = 0; value != NULL;) {
		if (value[0] == '\0')
			return fault(f, STATUS_INVALID, "--%s is empty", name);
		buf_printf(&b, "%s%s", b.len == 0 ? "" : ",", value);
		while (i < c->agains &&
		       strcmp(c->row->options[c->again[i].option].name,
			      name) != 0)
			i++;
		value = i < c->agains ? c->again[i++].value : NULL;
	}
	if (b.full)
		return fault(f, STATUS_INVALID,
			     "--%s: all of it is longer than %zu bytes", name,
			     size - 1);
	return STATUS_OK;
}

void
cmd_clock(struct cmd *c)
{
	c->now = time(NULL);
	c->admin.now = c->now;
}

enum cmd_exit
cmd_exit_of(enum status st)
{
	switch (st) {
	case STATUS_OK:
		return CMD_DONE;
	case STATUS_INVALID:
		return CMD_USAGE;
	case STATUS_NOT_FOUND:
		return CMD_NOT_FOUND;
	case STATUS_CONFLICT:
	case STATUS_LOST:
		return CMD_CONFLICT;
	case STATUS_DENIED:
		return CMD_DENIED;
	case STATUS_REFUSED:
		return CMD_REFUSED;
	case STATUS_BUSY:
	case STATUS_UNAVAILABLE:
	case STATUS_SCHEMA:
	case STATUS_CORRUPT:
		return CMD_UNAVAILABLE;
	case STATUS_IN_DOUBT:
	case STATUS_CANCELLED:
	case STATUS_PROTOCOL:
	case STATUS_SYSTEM:
		break;
	}
	return CMD_FAILED;
}

/* We leave the directory before the file is read. */
static enum status
main_config_path(struct cmd *c, char path[PATH_MAX], struct fault *f)
{
	char cwd[PATH_MAX];
	int n;

	if (c->config_path == NULL || c->config_path[0] == '/')
		return STATUS_OK;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		return fault(f, STATUS_INVALID, "-c %s: give an absolute path",
			     c->config_path);
	n = snprintf(path, PATH_MAX, "%s/%s", cwd, c->config_path);
	if (n < 0 || n >= PATH_MAX)
		return fault(f, STATUS_INVALID, "-c: the path is too long");
	c->config_path = path;
	return STATUS_OK;
}

/* What needs no store, no identity and no rights. */
static bool
main_says(const struct cmd *c)
{
	if (c->version)
		(void)puts("sigractl " SIGRA_VERSION);
	else if (c->commands)
		help_commands();
	else if (c->help && c->row != NULL)
		help_row(c->row);
	else if (c->help)
		help_table(NULL);
	else
		return false;
	return true;
}

static enum status
main_run(int argc, char **argv, const char *sudo_uid, struct cmd *c,
	 struct fault *f)
{
	char path[PATH_MAX];
	enum status st;

	if ((st = args_parse(argc, argv, c, f)) != STATUS_OK || main_says(c))
		return st;
	if (c->row == NULL) {
		help_usage(stderr);
		c->exit = CMD_USAGE;
		return STATUS_OK;
	}
	if ((st = actor_find(sudo_uid, &c->actor, f)) != STATUS_OK ||
	    (st = main_config_path(c, path, f)) != STATUS_OK ||
	    (st = ground_enter(c, f)) != STATUS_OK ||
	    (st = hooks_before(c, f)) != STATUS_OK ||
	    (st = c->row->run(c, f)) != STATUS_OK)
		return st;
	hooks_after(c);
	return STATUS_OK;
}

int
main(int argc, char **argv)
{
	static struct cmd c;
	struct fault f = { .text = "" };
	const char *sudo = getenv("SUDO_UID");
	char sudo_uid[64] = "";
	enum status st;

	/* One too long to be a number is kept long enough to be none. */
	if (sudo != NULL)
		(void)snprintf(sudo_uid, sizeof(sudo_uid), "%s", sudo);
	st = owner_clean(&f);
	(void)setlocale(LC_CTYPE, "");
	c.now = time(NULL);
	if (st == STATUS_OK)
		st = main_run(argc, argv, sudo_uid, &c, &f);
	ground_leave(&c);
	hooks_end(&c);
	if (st == STATUS_OK)
		st = out_finish(&f);
	if (st == STATUS_OK)
		return (int)c.exit;
	out_error(f.text);
	return (int)cmd_exit_of(st);
}
