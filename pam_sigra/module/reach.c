/* SPDX-License-Identifier: MIT */
#include "module/reach.h"

#include <stdbool.h>
#include <unistd.h>

#include "base/auto.h"
#include "wire/wire.h"
#include "wire/wire_spawn.h"

#define REACH_ROOT_SECONDS 3 /* then root starts a verifier itself */
#define REACH_SECONDS 10

/* Start a verifier of our own, as root may. */
static enum status
reach_once(const struct args *args, int *out, struct fault *f)
{
	const char *argv[] = { "sigrad", "--once", NULL, NULL, NULL };
	const struct wire_program program = {
		.path = args->verifier == NULL ? REACH_VERIFIER
					       : args->verifier,
		.argv = argv,
	};
	AUTO_FD int fd = -1;
	enum status st;

	if (args->config != NULL) {
		argv[2] = "--config";
		argv[3] = args->config;
	}
	if ((st = wire_spawn(&program, &fd, f)) != STATUS_OK)
		return st;
	st = wire_client_hello(fd, WIRE_REPLY_SECONDS, f);
	if (st == STATUS_OK)
		*out = steal_fd(&fd);
	return st;
}

/*
 * Who names a verifier or a config of its own means that, not the daemon,
 * which has another; with socket= it means just that socket.
 */
static const char *
reach_socket(const struct args *args)
{
	if (args->socket != NULL)
		return args->socket;
	return args->verifier == NULL && args->config == NULL ? REACH_SOCKET
							      : NULL;
}

enum status
reach_verifier(const struct args *args, int *out, struct fault *f)
{
	const char *path = reach_socket(args);
	bool root = geteuid() == 0;
	enum status st;

	if (path != NULL) {
		st = wire_client_connect(
			path, root ? REACH_ROOT_SECONDS : REACH_SECONDS, out,
			f);
		if (st == STATUS_OK || !root)
			return st;
	}
	if (!root)
		return fault(f, STATUS_UNAVAILABLE,
			     "only a service run by root can start the "
			     "verifier, not one of uid %u",
			     geteuid());
	/* A dead, hung or flooded daemon never locks out root. */
	return reach_once(args, out, f);
}
