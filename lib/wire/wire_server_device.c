/* SPDX-License-Identifier: MIT */
#include "wire/wire_server_device.h"

#include <string.h>

static struct wire_server *
wire_server_of(struct io *io)
{
	return (struct wire_server *)(void *)io;
}

static enum status
wire_server_out_of_step(const struct wire_message *m, struct fault *f)
{
	return fault(f, STATUS_PROTOCOL,
		     "message of type %u came from a device's terminal",
		     (unsigned)m->type);
}

/* A frame or the end of the device; STATUS_PROTOCOL: neither was due. */
static enum status
wire_server_device_said(struct wire_server *server,
			const struct wire_message *m, struct fault *f)
{
	if (!server->open)
		return wire_server_out_of_step(m, f);
	if (m->type == WIRE_DEVICE_ENDED) {
		server->open = false;
		server->ended = m->u.device_ended.why;
		return STATUS_OK;
	}
	if (m->type != WIRE_DEVICE_FRAME)
		return wire_server_out_of_step(m, f);
	if (++server->received > WIRE_FRAMES_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "more than %d frames from one device",
			     WIRE_FRAMES_MAX);
	return STATUS_OK;
}

static enum status
wire_server_keep(struct wire_server *server, const struct wire_message *m,
		 struct fault *f)
{
	struct wire_frame *kept = &server->frame[server->ahead];

	if (m->type != WIRE_DEVICE_FRAME)
		return STATUS_OK;
	if (server->ahead == WIRE_FRAMES_AHEAD)
		return fault(f, STATUS_PROTOCOL,
			     "more than %d frames came before an answer",
			     WIRE_FRAMES_AHEAD);
	kept->len = m->u.frame.len;
	memcpy(kept->bytes, m->u.frame.bytes, kept->len);
	server->ahead++;
	return STATUS_OK;
}

enum status
wire_server_await(struct wire_server *server, int seconds,
		  enum wire_type wanted, struct wire_message *m,
		  struct fault *f)
{
	enum status st = STATUS_OK;

	if (server->lost)
		st = fault(f, STATUS_UNAVAILABLE, "a device never ended");
	/* Bounded by the frames that a device may send. */
	while (st == STATUS_OK && server->open) {
		st = wire_receive(server->fd, seconds, m, f);
		if (st != STATUS_OK || m->type == wanted)
			return st;
		if ((st = wire_server_device_said(server, m, f)) == STATUS_OK)
			st = wire_server_keep(server, m, f);
	}
	if (st == STATUS_OK)
		return wire_expect(server->fd, seconds, wanted, m, f);
	wire_message_wipe(m);
	return st;
}

static enum status
wire_server_device_open(struct io *io, enum io_device which, struct fault *f)
{
	struct wire_server *server = wire_server_of(io);
	WIRE_MESSAGE(m);
	enum status st;

	if (server->open || server->devices == WIRE_DEVICES_MAX)
		return fault(f, STATUS_UNAVAILABLE,
			     "no more than %d devices in one request",
			     WIRE_DEVICES_MAX);
	m.type = WIRE_DEVICE_OPEN;
	m.u.device_open.which = which;
	if ((st = wire_send(server->fd, &m, f)) != STATUS_OK ||
	    (st = wire_server_await(server, WIRE_REPLY_SECONDS,
				    WIRE_DEVICE_OPENED, &m, f)) != STATUS_OK)
		return st;
	if (!m.u.device_opened.opened)
		return fault(f, STATUS_UNAVAILABLE,
			     "the terminal cannot start a device's program");
	server->devices++;
	server->open = true;
	server->ended = 0;
	server->ahead = server->received = server->sent = 0;
	return STATUS_OK;
}

static enum status
wire_server_ended(const struct wire_server *server, struct fault *f)
{
	if (server->ended == WIRE_ENDED_INTERRUPTED)
		return fault(f, STATUS_CANCELLED,
			     "the person has interrupted it");
	return fault(f, STATUS_LOST, "the device's program has ended");
}

static enum status
wire_server_device_send(struct io *io, const uint8_t *bytes, size_t len,
			struct fault *f)
{
	struct wire_server *server = wire_server_of(io);
	WIRE_MESSAGE(m);

	if (!server->open)
		return wire_server_ended(server, f);
	if (len > IO_FRAME_MAX || ++server->sent > WIRE_FRAMES_MAX)
		return fault(f, STATUS_INVALID, "frame cannot be sent");
	m.type = WIRE_DEVICE_FRAME;
	m.u.frame.len = (uint16_t)len;
	memcpy(m.u.frame.bytes, bytes, len);
	return wire_send(server->fd, &m, f);
}

/* The oldest of the frames that came while something else was awaited. */
static void
wire_server_unkeep(struct wire_server *server, uint8_t *bytes, size_t *len)
{
	*len = server->frame[0].len;
	memcpy(bytes, server->frame[0].bytes, *len);
	server->ahead--;
	memmove(&server->frame[0], &server->frame[1],
		server->ahead * sizeof(server->frame[0]));
}

static enum status
wire_server_device_receive(struct io *io, int seconds, uint8_t *bytes,
			   size_t *len, struct fault *f)
{
	struct wire_server *server = wire_server_of(io);
	WIRE_MESSAGE(m);
	enum status st;

	if (server->ahead > 0) {
		wire_server_unkeep(server, bytes, len);
		return STATUS_OK;
	}
	if (!server->open)
		return wire_server_ended(server, f);
	if ((st = wire_ready(server->fd, seconds, f)) != STATUS_OK)
		return st;
	st = wire_receive(server->fd, 0, &m, f);
	/* There is nobody any more who could be asked. */
	if (st == STATUS_UNAVAILABLE)
		return fault(f, STATUS_CANCELLED, "the terminal has gone");
	if (st != STATUS_OK ||
	    (st = wire_server_device_said(server, &m, f)) != STATUS_OK)
		return st;
	if (!server->open)
		return wire_server_ended(server, f);
	*len = m.u.frame.len;
	memcpy(bytes, m.u.frame.bytes, *len);
	return STATUS_OK;
}

/* What it said meanwhile is of no interest; that it has ended is, or it could
 * answer the next question. */
static void
wire_server_device_close(struct io *io)
{
	struct wire_server *server = wire_server_of(io);
	WIRE_MESSAGE(m);

	server->ahead = 0;
	if (!server->open)
		return;
	m.type = WIRE_DEVICE_CLOSE;
	server->lost = wire_send(server->fd, &m, NULL) != STATUS_OK;
	while (server->open && !server->lost)
		server->lost =
			wire_receive(server->fd, WIRE_REPLY_SECONDS, &m,
				     NULL) != STATUS_OK ||
			wire_server_device_said(server, &m, NULL) != STATUS_OK;
	server->open = false;
}

void
wire_server_device_ops(struct io *io)
{
	io->device_open = wire_server_device_open;
	io->device_send = wire_server_device_send;
	io->device_receive = wire_server_device_receive;
	io->device_close = wire_server_device_close;
}
