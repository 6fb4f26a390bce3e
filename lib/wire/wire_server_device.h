/* SPDX-License-Identifier: MIT */
/* The verifier's side of a device. */
#ifndef WIRE_WIRE_SERVER_DEVICE_H
#define WIRE_WIRE_SERVER_DEVICE_H

#include "wire/wire.h"

/* The device's functions of a server's io. */
void wire_server_device_ops(struct io *io);

/*
 * As wire_expect(), but for what an open device may say meanwhile: its frames
 * are kept for device_receive(), and so is its end.
 */
enum status wire_server_await(struct wire_server *server, int seconds,
			      enum wire_type wanted, struct wire_message *m,
			      struct fault *f) MUST_USE;

#endif
