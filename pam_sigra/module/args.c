/* SPDX-License-Identifier: MIT */
#include "module/args.h"

#include <stddef.h>
#include <string.h>

enum args_kind { ARGS_FLAG, ARGS_PATH };

struct args_row {
	const char *name; /* a path's with its "=" */
	enum args_kind kind;
	size_t offset; /* in struct args */
};

static const struct args_row args_rows[] = {
	{ "config=", ARGS_PATH, offsetof(struct args, config) },
	{ "libexec=", ARGS_PATH, offsetof(struct args, libexec) },
	{ "nodelay", ARGS_FLAG, offsetof(struct args, nodelay) },
	{ "socket=", ARGS_PATH, offsetof(struct args, socket) },
	{ "try_first_pass", ARGS_FLAG, offsetof(struct args, try_first_pass) },
	{ "use_authtok", ARGS_FLAG, offsetof(struct args, use_authtok) },
	{ "use_first_pass", ARGS_FLAG, offsetof(struct args, use_first_pass) },
	{ "verifier=", ARGS_PATH, offsetof(struct args, verifier) },
};

static const struct args_row *
args_find(const char *word)
{
	for (size_t i = 0; i < sizeof(args_rows) / sizeof(args_rows[0]); i++) {
		const struct args_row *row = &args_rows[i];

		if (row->kind == ARGS_FLAG
			    ? strcmp(word, row->name) == 0
			    : strncmp(word, row->name, strlen(row->name)) == 0)
			return row;
	}
	return NULL;
}

static enum status
args_set(const struct args_row *row, const char *word, struct args *out,
	 struct fault *f)
{
	char *member = (char *)out + row->offset;
	const char **path = (const char **)(void *)member;
	bool *on = (bool *)(void *)member;

	if (row->kind == ARGS_FLAG ? *on : *path != NULL)
		return fault(f, STATUS_INVALID,
			     "module argument '%s' is repeated", word);
	if (row->kind == ARGS_FLAG) {
		*on = true;
		return STATUS_OK;
	}
	if (word[strlen(row->name)] != '/')
		return fault(f, STATUS_INVALID,
			     "module argument '%s' needs an absolute path",
			     word);
	*path = word + strlen(row->name);
	return STATUS_OK;
}

enum status
args_parse(int argc, const char **argv, struct args *out, struct fault *f)
{
	struct args args = { .config = NULL };

	for (int i = 0; i < argc; i++) {
		const struct args_row *row = args_find(argv[i]);
		enum status st;

		if (row == NULL)
			return fault(f, STATUS_INVALID,
				     "unknown module argument '%s'", argv[i]);
		if ((st = args_set(row, argv[i], &args, f)) != STATUS_OK)
			return st;
	}
	if (args.try_first_pass && args.use_first_pass)
		return fault(f, STATUS_INVALID,
			     "module arguments try_first_pass and "
			     "use_first_pass exclude each other");
	*out = args;
	return STATUS_OK;
}
