/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "wire/wire.h"

/* A packet on its way may hold a password.  On the heap, because hosts have
 * threads with small stacks. */
struct wire_packet {
	size_t len;
	uint8_t bytes[WIRE_MESSAGE_MAX];
};

static void
wire_packet_free(struct wire_packet **p)
{
	if (*p != NULL)
		explicit_bzero(*p, sizeof(**p));
	free(*p);
}
#define AUTO_PACKET __attribute__((cleanup(wire_packet_free)))

static enum status
wire_packet_new(struct wire_packet **out, struct fault *f)
{
	*out = calloc(1, sizeof(**out));
	return *out == NULL ? fault(f, STATUS_SYSTEM, "out of memory")
			    : STATUS_OK;
}

int64_t
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
wire_ready(int fd, int seconds, struct fault *f)
{
	int64_t deadline = wire_clock() + (int64_t)seconds * 1000;
	enum status st = wire_wait(fd, POLLIN, deadline, f);

	return st == STATUS_UNAVAILABLE
		       ? fault(f, STATUS_BUSY, "nothing came in time")
		       : st;
}

static enum status
wire_send_packet(int fd, const struct wire_packet *packet, struct fault *f)
{
	int64_t deadline = wire_clock() + WIRE_REPLY_SECONDS * 1000;
	enum status st;

	for (;;) {
		if (send(fd, packet->bytes, packet->len,
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
wire_send(int fd, const struct wire_message *m, struct fault *f)
{
	AUTO_PACKET struct wire_packet *packet = NULL;
	enum status st;

	if ((st = wire_packet_new(&packet, f)) != STATUS_OK ||
	    (st = wire_encode(m, packet->bytes, &packet->len, f)) != STATUS_OK)
		return st;
	return wire_send_packet(fd, packet, f);
}

static enum status
wire_receive_packet(int fd, int seconds, struct wire_packet *packet,
		    struct fault *f)
{
	int64_t deadline = wire_clock() + (int64_t)seconds * 1000;
	enum status st;
	ssize_t n;

	for (;;) {
		if ((st = wire_wait(fd, POLLIN, deadline, f)) != STATUS_OK)
			return st;
		/* MSG_TRUNC: the length the packet had, not what fitted. */
		n = recv(fd, packet->bytes, sizeof(packet->bytes),
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
	if ((size_t)n > sizeof(packet->bytes))
		return fault(f, STATUS_PROTOCOL,
			     "message of %zd bytes is too long", n);
	packet->len = (size_t)n;
	return STATUS_OK;
}

enum status
wire_receive(int fd, int seconds, struct wire_message *m, struct fault *f)
{
	AUTO_PACKET struct wire_packet *packet = NULL;
	enum status st;

	wire_message_wipe(m);
	if ((st = wire_packet_new(&packet, f)) != STATUS_OK ||
	    (st = wire_receive_packet(fd, seconds, packet, f)) != STATUS_OK)
		return st;
	return wire_decode(packet->bytes, packet->len, m, f);
}

enum status
wire_expect(int fd, int seconds, enum wire_type wanted, struct wire_message *m,
	    struct fault *f)
{
	enum status st = wire_receive(fd, seconds, m, f);
	enum wire_type got = m->type;

	if (st != STATUS_OK || got == wanted)
		return st;
	wire_message_wipe(m);
	return fault(f, STATUS_PROTOCOL,
		     "message of type %u came where %u was due", (unsigned)got,
		     (unsigned)wanted);
}
