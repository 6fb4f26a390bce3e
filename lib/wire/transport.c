/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wire/wire.h"

/* A packet on its way may hold a password. */
struct wire_packet {
	size_t len;
	uint8_t bytes[WIRE_MESSAGE_MAX];
};

static void
wire_packet_wipe(struct wire_packet *p)
{
	explicit_bzero(p, sizeof(*p));
}

#define WIRE_PACKET(name)                                                     \
	__attribute__((cleanup(                                               \
		wire_packet_wipe))) struct wire_packet name = { .len = 0 }

/* Milliseconds on the clock that nobody can set. */
static int64_t
wire_clock(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum status
wire_wait(int fd, short events, int64_t deadline, struct fault *f)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int64_t left = deadline - wire_clock();
		int n;

		if (left < 0)
			left = 0;
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0)
			return STATUS_OK;
		if (n == 0 && left == 0)
			return fault(f, STATUS_UNAVAILABLE,
				     "the peer let its time pass");
		if (n < 0 && errno != EINTR)
			return fault_errno(f, errno,
					   "cannot wait for the peer");
	}
}

enum status
wire_send(int fd, const struct wire_message *m, struct fault *f)
{
	int64_t deadline = wire_clock() + WIRE_REPLY_SECONDS * 1000;
	WIRE_PACKET(packet);
	enum status st;

	if ((st = wire_encode(m, packet.bytes, &packet.len, f)) != STATUS_OK)
		return st;
	for (;;) {
		if (send(fd, packet.bytes, packet.len,
			 MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return STATUS_OK;
		if (errno == EPIPE || errno == ECONNRESET)
			return fault(f, STATUS_UNAVAILABLE,
				     "the peer has gone");
		if (errno != EINTR && errno != EAGAIN)
			return fault_errno(f, errno, "cannot send");
		if ((st = wire_wait(fd, POLLOUT, deadline, f)) != STATUS_OK)
			return st;
	}
}

enum status
wire_receive(int fd, int seconds, struct wire_message *m, struct fault *f)
{
	int64_t deadline = wire_clock() + (int64_t)seconds * 1000;
	WIRE_PACKET(packet);
	enum status st;
	ssize_t n;

	for (;;) {
		if ((st = wire_wait(fd, POLLIN, deadline, f)) != STATUS_OK)
			return st;
		/* MSG_TRUNC: the length the packet had, not what fitted. */
		n = recv(fd, packet.bytes, sizeof(packet.bytes),
			 MSG_DONTWAIT | MSG_TRUNC);
		if (n >= 0)
			break;
		if (errno == ECONNRESET)
			return fault(f, STATUS_UNAVAILABLE,
				     "the peer has gone");
		if (errno != EINTR && errno != EAGAIN)
			return fault_errno(f, errno, "cannot receive");
	}
	if (n == 0)
		return fault(f, STATUS_UNAVAILABLE, "the peer has gone");
	if ((size_t)n > sizeof(packet.bytes))
		return fault(f, STATUS_PROTOCOL,
			     "message of %zd bytes is too long", n);
	return wire_decode(packet.bytes, (size_t)n, m, f);
}

enum status
wire_expect(int fd, int seconds, enum wire_type wanted, struct wire_message *m,
	    struct fault *f)
{
	WIRE_MESSAGE(got);
	enum status st;

	if ((st = wire_receive(fd, seconds, &got, f)) != STATUS_OK)
		return st;
	if (got.type != wanted)
		return fault(f, STATUS_PROTOCOL,
			     "message of type %u came where %u was due",
			     (unsigned)got.type, (unsigned)wanted);
	memcpy(m, &got, sizeof(*m));
	return STATUS_OK;
}
