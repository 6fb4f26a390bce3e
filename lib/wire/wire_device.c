/* SPDX-License-Identifier: MIT */
#include "wire/wire_device.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/wire.h"

enum status
wire_device_open(struct wire_device *d, const struct wire_program *program,
		 struct fault *f)
{
	enum status st;

	*d = (struct wire_device){ .open = false };
	/* A first look; what fails later shows as a program that has ended. */
	if (faccessat(AT_FDCWD, program->path, X_OK, AT_EACCESS) != 0)
		return fault(f, STATUS_UNAVAILABLE, "cannot run %s",
			     program->path);
	if ((st = wire_spawn(program, &d->fd, f)) != STATUS_OK)
		return st;
	d->open = true;
	wire_interrupt_begin(&d->interrupt);
	return STATUS_OK;
}

enum status
wire_device_send(struct wire_device *d, const uint8_t *bytes, size_t len,
		 struct fault *f)
{
	ssize_t n;

	/* Without waiting: whoever reads so slowly does not work. */
	do
		n = send(d->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n < 0 || (size_t)n != len)
		return fault(f, STATUS_LOST,
			     "the device's program takes nothing");
	return STATUS_OK;
}

/* What has come; STATUS_BUSY when nothing has. */
static enum status
wire_device_take(const struct wire_device *d, uint8_t *bytes, size_t *len,
		 struct fault *f)
{
	ssize_t n;

	do
		n = recv(d->fd, bytes, IO_FRAME_MAX, MSG_DONTWAIT | MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return fault(f, STATUS_BUSY, "nothing came in time");
	if (n <= 0 || n > IO_FRAME_MAX)
		return fault(f, STATUS_LOST, "the device's program has ended");
	*len = (size_t)n;
	return STATUS_OK;
}

enum status
wire_device_receive(struct wire_device *d, int seconds, uint8_t *bytes,
		    size_t *len, struct fault *f)
{
	int64_t deadline = wire_clock() + (int64_t)seconds * 1000;

	for (;;) {
		struct pollfd fds[IO_DEVICE_FDS];
		int at[IO_DEVICE_FDS];
		size_t n = wire_device_fds(d, at);
		int64_t left;
		enum status st;

		if (wire_interrupt_taken(&d->interrupt))
			return fault(f, STATUS_CANCELLED, "interrupted");
		st = wire_device_take(d, bytes, len, f);
		left = deadline - wire_clock();
		if (st != STATUS_BUSY || left <= 0)
			return st;
		for (size_t i = 0; i < n; i++)
			fds[i] = (struct pollfd){ .fd = at[i],
						  .events = POLLIN };
		if (poll(fds, n, (int)left) < 0 && errno != EINTR)
			return fault_errno(f, errno, "cannot wait");
	}
}

size_t
wire_device_fds(const struct wire_device *d, int *fds)
{
	size_t n = 0;

	fds[n++] = d->fd;
	if (d->interrupt.fd >= 0 && !d->interrupt.foreign)
		fds[n++] = d->interrupt.fd;
	return n;
}

void
wire_device_close(struct wire_device *d)
{
	if (!d->open)
		return;
	d->open = false;
	(void)close(d->fd);
	wire_interrupt_end(&d->interrupt);
}

enum status
wire_device_pause(struct wire_device *d, struct fault *f)
{
	if (!d->open)
		return STATUS_OK;
	if (wire_interrupt_taken(&d->interrupt))
		return fault(f, STATUS_CANCELLED, "interrupted");
	wire_interrupt_pause(&d->interrupt);
	return STATUS_OK;
}

void
wire_device_resume(struct wire_device *d)
{
	if (d->open)
		wire_interrupt_resume(&d->interrupt);
}
