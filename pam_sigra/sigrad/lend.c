/* SPDX-License-Identifier: MIT */
#include "sigrad/lend.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "fido/fido.h"
#include "sigrad/pool.h"

#define LEND_SECONDS 5 /* the master's time to answer */

static struct terminal *
lend_of(struct io *io)
{
	return (struct terminal *)(void *)io;
}

int
lend_connect(const char *verifier_socket)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	AUTO_FD int fd = -1;
	char dir[sizeof(to.sun_path)];
	const char *name;
	struct buf b;

	if (file_split(verifier_socket, dir, sizeof(dir), &name, NULL) !=
	    STATUS_OK)
		return -1;
	buf_start(&b, to.sun_path, sizeof(to.sun_path));
	buf_printf(&b, "%s/fido.sock", dir);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (b.full || fd < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return -1;
	return steal_fd(&fd);
}

void
lend_close(struct terminal *t)
{
	if (t->lent.fd >= 0)
		(void)close(t->lent.fd);
	t->lent.fd = -1;
}

/* Is this a question that the unit's program may be asked? */
static bool
lend_allowed(struct terminal *t)
{
	struct io *io = &t->server.io;
	struct io_place place;

	return t->control >= 0 && t->lent.fd < 0 &&
	       t->lent.asked < WIRE_DEVICES_MAX &&
	       io->place(io, &place, NULL) == STATUS_OK &&
	       place.where == IO_LOCAL;
}

static bool
lend_borrow(struct terminal *t)
{
	if (!lend_allowed(t))
		return false;
	t->lent.asked++;
	t->lent.fd = pool_borrow(t->control, LEND_SECONDS);
	return t->lent.fd >= 0;
}

static enum status
lend_open(struct io *io, enum io_device which, struct fault *f)
{
	struct terminal *t = lend_of(io);
	enum status st;

	lend_close(t);
	t->lent.key = which == IO_DEVICE_KEY;
	t->lent.heard = false;
	t->lent.first_len = 0;
	st = t->wire.device_open(io, which, f);
	if (st == STATUS_UNAVAILABLE && t->lent.key && lend_borrow(t))
		return STATUS_OK;
	return st;
}

static enum status
lend_put(int fd, const uint8_t *bytes, size_t len, struct fault *f)
{
	if (send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len)
		return STATUS_OK;
	return fault(f, STATUS_LOST, "the device's program takes nothing");
}

static enum status
lend_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	struct terminal *t = lend_of(io);

	if (t->lent.fd >= 0)
		return lend_put(t->lent.fd, bytes, len, f);
	/* The question; it holds nothing secret. */
	if (t->lent.first_len == 0 && len <= sizeof(t->lent.first)) {
		memcpy(t->lent.first, bytes, len);
		t->lent.first_len = len;
	}
	return t->wire.device_send(io, bytes, len, f);
}

/* A frame of the unit's program, unless the terminal goes away first. */
static enum status
lend_take(struct terminal *t, int seconds, uint8_t *bytes, size_t *len,
	  struct fault *f)
{
	int64_t deadline = wire_clock() + (int64_t)seconds * 1000;

	for (;;) {
		struct pollfd fds[2] = {
			{ .fd = t->lent.fd, .events = POLLIN },
			{ .fd = t->server.fd, .events = POLLRDHUP },
		};
		int64_t left = deadline - wire_clock();
		ssize_t n;

		if (poll(fds, 2, left > 0 ? (int)left : 0) < 0 &&
		    errno != EINTR)
			return fault_errno(f, errno, "cannot wait");
		n = recv(t->lent.fd, bytes, IO_FRAME_MAX,
			 MSG_DONTWAIT | MSG_TRUNC);
		if (n > 0 && n <= IO_FRAME_MAX) {
			*len = (size_t)n;
			return STATUS_OK;
		}
		if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			return fault(f, STATUS_LOST,
				     "the device's program has ended");
		if (fds[1].revents != 0)
			return fault(f, STATUS_CANCELLED,
				     "the terminal has gone");
		if (left <= 0)
			return fault(f, STATUS_BUSY, "nothing came in time");
	}
}

/* Was that the terminal's program saying that it may not, or dying of it? */
static bool
lend_denied(enum status st, const uint8_t *bytes, size_t len)
{
	struct fido_frame frame;
	bool denied;

	if (st != STATUS_OK)
		return st == STATUS_LOST;
	denied = fido_decode(bytes, len, &frame, NULL) == STATUS_OK &&
		 frame.kind == FIDO_FRAME_REPLY &&
		 frame.u.reply.end == FIDO_DENIED;
	fido_frame_wipe(&frame);
	return denied;
}

static enum status
lend_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
	     struct fault *f)
{
	struct terminal *t = lend_of(io);
	enum status st;

	if (t->lent.fd >= 0)
		return lend_take(t, seconds, bytes, len, f);
	st = t->wire.device_receive(io, seconds, bytes, len, f);
	if (st == STATUS_BUSY || t->lent.heard || !t->lent.key ||
	    t->lent.first_len == 0)
		return st;
	t->lent.heard = true;
	if (!lend_denied(st, bytes, *len) || !lend_borrow(t))
		return st;
	t->wire.device_close(io);
	if ((st = lend_put(t->lent.fd, t->lent.first, t->lent.first_len, f)) !=
	    STATUS_OK)
		return st;
	return lend_take(t, seconds, bytes, len, f);
}

static void
lend_end(struct io *io)
{
	struct terminal *t = lend_of(io);

	lend_close(t);
	t->wire.device_close(io);
}

void
lend_ops(struct io *io)
{
	io->device_open = lend_open;
	io->device_send = lend_send;
	io->device_receive = lend_receive;
	io->device_close = lend_end;
}
