/* SPDX-License-Identifier: MIT */
/*
 * A key's program from a unit of its own (sigra-fido.socket), where that of
 * the terminal cannot be started or may not open the key: in a sandboxed
 * host, or for somebody without rights to the device.  Only for who is at
 * this machine.
 */
#ifndef SIGRAD_LEND_H
#define SIGRAD_LEND_H

#include "sigrad/terminal.h"

#define LEND_SOCKET_SIZE 108

/* Over a worker's control socket: it asks, and is answered with or without a
 * descriptor. */
#define LEND_ASKED 'k'
#define LEND_GIVEN 'f'
#define LEND_REFUSED 'n'

/* The device's functions of a terminal. */
void lend_ops(struct io *io);
void lend_close(struct terminal *t);

/* The master's part: a connection to the unit's socket beside that of the
 * verifier; -1 when it cannot be had at once. */
int lend_connect(const char *verifier_socket);

#endif
