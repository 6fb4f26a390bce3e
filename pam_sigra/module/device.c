/* SPDX-License-Identifier: MIT */
#include "module/device.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/text.h"
#include "module/caller.h"

#define DEVICE_AGENT "SSH_AUTH_SOCK="

/* Not getenv(3): sudo has one of its own, which finds nothing. */
bool
device_agent(char out[DEVICE_SOCKET_SIZE])
{
	size_t len = strlen(DEVICE_AGENT);

	out[0] = '\0';
	for (char **e = environ; e != NULL && *e != NULL; e++)
		if (strncmp(*e, DEVICE_AGENT, len) == 0)
			return (*e)[len] == '/' &&
			       text_copy(out, DEVICE_SOCKET_SIZE, *e + len);
	return false;
}

/* DIR/NAME in PATH of PATH_MAX. */
static enum status
device_path(const struct args *args, const char *name, char *path,
	    struct fault *f)
{
	struct buf b;

	buf_start(&b, path, PATH_MAX);
	buf_text(&b, args->libexec == NULL ? DEVICE_LIBEXEC : args->libexec);
	buf_text(&b, "/");
	buf_text(&b, name);
	return b.full ? fault(f, STATUS_INVALID, "path of %s is too long",
			      name)
		      : STATUS_OK;
}

/* As whoever the host acts as: root's program becomes somebody else itself,
 * once it has opened the key. */
static enum status
device_key(struct wire_device *d, const struct args *args, char *path,
	   struct fault *f)
{
	const char *const argv[] = { "sigra-fido", NULL };
	const struct wire_program program = {
		.path = path, .argv = argv, .uid = geteuid(), .gid = getegid()
	};
	enum status st = device_path(args, argv[0], path, f);

	return st == STATUS_OK ? wire_device_open(d, &program, f) : st;
}

/* As whoever runs the host, with that user's own groups: a socket that this
 * user cannot reach is not reached through us. */
static enum status
device_ask_agent(struct wire_device *d, const struct args *args, char *path,
		 struct fault *f)
{
	char at[DEVICE_SOCKET_SIZE];
	const char *const argv[] = { "sigra-agent", at, NULL };
	struct wire_program program = {
		.path = path, .argv = argv, .uid = getuid(), .gid = getgid()
	};
	AUTO_FREE gid_t *groups = NULL;
	enum status st = device_path(args, argv[0], path, f);
	int n = 0;

	if (st != STATUS_OK)
		return st;
	if (!device_agent(at))
		return fault(f, STATUS_UNAVAILABLE, "there is no SSH agent");
	if (geteuid() == 0) {
		st = caller_groups_of(program.uid, &program.gid, &groups, &n,
				      f);
		if (st != STATUS_OK)
			return st;
		program.regroup = true;
		program.groups = groups;
		program.groups_n = (size_t)n;
	}
	return wire_device_open(d, &program, f);
}

enum status
device_start(struct wire_device *d, enum io_device which,
	     const struct args *args, struct fault *f)
{
	/* Hosts have threads with small stacks. */
	AUTO_FREE char *path = malloc(PATH_MAX);

	if (path == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	switch (which) {
	case IO_DEVICE_KEY:
		return device_key(d, args, path, f);
	case IO_DEVICE_AGENT:
		return device_ask_agent(d, args, path, f);
	}
	return fault(f, STATUS_UNAVAILABLE, "unknown device");
}
