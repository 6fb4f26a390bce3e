/* SPDX-License-Identifier: MIT */
/*
 * A device's program as the terminal's side runs it, for whatever struct io
 * has it: a socket to it, and Ctrl-C while it is open.
 */
#ifndef WIRE_WIRE_DEVICE_H
#define WIRE_WIRE_DEVICE_H

#include "base/io.h"
#include "wire/wire_interrupt.h"
#include "wire/wire_spawn.h"

/* Zeroed: none is open. */
struct wire_device {
	bool open;
	int fd;
	struct wire_interrupt interrupt;
};

/* What struct io has in its device functions (base/io.h); a program that is
 * not there is STATUS_UNAVAILABLE. */
enum status wire_device_open(struct wire_device *d,
			     const struct wire_program *program,
			     struct fault *f) MUST_USE;
enum status wire_device_send(struct wire_device *d, const uint8_t *bytes,
			     size_t len, struct fault *f) MUST_USE;
enum status wire_device_receive(struct wire_device *d, int seconds,
				uint8_t *bytes, size_t *len, struct fault *f)
	MUST_USE;
size_t wire_device_fds(const struct wire_device *d, int *fds);
void wire_device_close(struct wire_device *d);

/*
 * Around a prompt: a person at a prompt interrupts the host, as ever.
 * STATUS_CANCELLED: the device was interrupted just now, and nothing is to be
 * asked.  Both do nothing while no device is open.
 */
enum status wire_device_pause(struct wire_device *d, struct fault *f) MUST_USE;
void wire_device_resume(struct wire_device *d);

#endif
