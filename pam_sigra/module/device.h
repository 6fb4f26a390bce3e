/* SPDX-License-Identifier: MIT */
/* The programs that ask a security key, or an SSH agent, for the person. */
#ifndef PAM_SIGRA_MODULE_DEVICE_H
#define PAM_SIGRA_MODULE_DEVICE_H

#include "base/io.h"
#include "module/args.h"
#include "wire/wire_device.h"

#define DEVICE_SOCKET_SIZE 108 /* of a path, as in struct sockaddr_un */

/*
 * Where the person's SSH agent listens, by SSH_AUTH_SOCK of the host's
 * environment; false when there is none, or none that could be connected to.
 * It is believed in nothing: a way to ask, and only with the rights of whoever
 * runs the host.
 */
bool device_agent(char out[DEVICE_SOCKET_SIZE]);

/* Start the program of a device.  STATUS_UNAVAILABLE: there is none here. */
enum status device_start(struct wire_device *d, enum io_device which,
			 const struct args *args, struct fault *f) MUST_USE;

#endif
