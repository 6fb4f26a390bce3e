/* SPDX-License-Identifier: MIT */
#include "sigractl/help.h"

#include <string.h>

#include "sigractl/args.h"
#include "sigractl/out.h"

#define HELP_COLUMN 30

void
help_usage(FILE *to)
{
	(void)fputs(
		"usage: sigractl [-c FILE | -s STORE] [--org SLUG] [--json] "
		"COMMAND [ARGUMENT...]\n"
		"Try 'sigractl help' for the commands, 'sigractl help user "
		"add' for one.\n",
		to);
}

static void
help_pair(const char *left, const char *right)
{
	(void)printf("  %-*s  %s\n", HELP_COLUMN, left, right);
}

/* Has the row an option of this name? */
static bool
help_own(const struct cmd_row *row, const char *name)
{
	const struct cmd_option *o = row == NULL ? NULL : row->options;

	while (o != NULL && o->name != NULL)
		if (strcmp((o++)->name, name) == 0)
			return true;
	return false;
}

/* ROW, or NULL: behind its words an option of its own is meant. */
static void
help_globals(const struct cmd_row *row)
{
	(void)puts("\nOptions of every command:");
	help_pair("-c, --config FILE", "use FILE, not " SIGRA_CONFIG);
	help_pair("-s, --store sqlite:/PATH",
		  "use this store; without -c: a trial");
	if (!help_own(row, "org"))
		help_pair("--org SLUG", "of this organization, and no other");
	help_pair("--json", "print JSON");
	help_pair("-h, --help", "say what the command does");
}

void
help_table(const char *noun)
{
	if (noun == NULL)
		(void)puts("sigractl: who may log in to this host, and how\n\n"
			   "Commands:");
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r)) {
		char left[80];

		if (noun != NULL && !args_noun(r, noun))
			continue;
		(void)snprintf(left, sizeof(left), "%s %s", r->words, r->args);
		help_pair(left, r->help);
	}
	if (noun != NULL)
		return;
	help_globals(NULL);
	help_pair("--version", "print the version");
	help_pair("--commands", "print the commands, a line each");
	(void)puts("\nExit status: 0 done, 1 failed, 2 usage, 3 not found, "
		   "4 conflict, 5 denied,\n6 refused by policy, 7 store "
		   "unavailable.  More in sigractl(8).");
}

void
help_row(const struct cmd_row *row)
{
	(void)printf("usage: sigractl %s%s%s%s\n%s\n", row->words,
		     row->options == NULL ? "" : " [OPTION...]",
		     row->args[0] == '\0' ? "" : " ", row->args, row->help);
	if (row->options != NULL)
		(void)puts("\nOptions:");
	for (const struct cmd_option *o = row->options;
	     o != NULL && o->name != NULL; o++) {
		char left[80];

		(void)snprintf(left, sizeof(left), "--%s%s%s", o->name,
			       o->value == NULL ? "" : " ",
			       o->value == NULL ? "" : o->value);
		help_pair(left, o->help);
	}
	help_globals(row);
	(void)puts(
		"\nMembers of the JSON object; [] is an array, {} an object "
		"or null:");
	out_folded(row->json, 2);
}

void
help_commands(void)
{
	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r))
		(void)puts(r->words);
}

/* Is the row one of those that the arguments name? */
static bool
help_wanted(const struct cmd *c, const struct cmd_row *row)
{
	if (c->args == 0)
		return true;
	if (c->args == 1)
		return args_noun(row, c->arg[0]);
	return row == args_row(c->arg[0], c->arg[1]);
}

static enum status
help_json(const struct cmd *c, struct fault *f)
{
	AUTO_JSON *j = json_object();
	json_t *list = json_array();

	for (const struct cmd_row *r = cmd_row_next(NULL); r != NULL;
	     r = cmd_row_next(r)) {
		json_t *one = NULL;

		if (!help_wanted(c, r))
			continue;
		one = json_object();
		out_put(one, "command", json_string(r->words));
		out_put(one, "arguments", out_string(r->args));
		out_put(one, "help", json_string(r->help));
		out_put(one, "json", json_string(r->json));
		out_push(list, one);
	}
	out_put(j, "commands", list);
	return out_json(j, f);
}

static enum status
help_missing(const struct cmd *c, struct fault *f)
{
	char near[128], words[128];

	(void)snprintf(words, sizeof(words), "%s%s%s", c->arg[0],
		       c->args > 1 ? " " : "", c->args > 1 ? c->arg[1] : "");
	args_suggest(words, near, sizeof(near));
	return fault(f, STATUS_NOT_FOUND, "there is no command '%s'%s", words,
		     near);
}

enum status
cmd_help(struct cmd *c, struct fault *f)
{
	const struct cmd_row *first = cmd_row_next(NULL);

	while (first != NULL && !help_wanted(c, first))
		first = cmd_row_next(first);
	if (first == NULL)
		return help_missing(c, f);
	if (c->json)
		return help_json(c, f);
	if (c->args == 0)
		help_table(NULL);
	else if (c->args == 2 || args_row(c->arg[0], NULL) != NULL)
		help_row(first);
	else
		help_table(c->arg[0]);
	return STATUS_OK;
}
