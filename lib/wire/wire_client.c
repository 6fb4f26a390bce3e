/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>

#include "wire/wire.h"

/* How much of its allowance the verifier has used. */
struct wire_client {
	int fd;
	struct io *io;
	unsigned prompts;
	unsigned members;
	unsigned devices;  /* asked for */
	bool open;	   /* one is */
	unsigned received; /* frames from it */
	unsigned sent;	   /* frames to it */
};

enum status
wire_client_hello(int fd, int seconds, struct fault *f)
{
	AUTO_WIRE struct wire_message *m = NULL;
	enum status st;

	if ((st = wire_message_new(&m, f)) != STATUS_OK)
		return st;
	m->type = WIRE_HELLO;
	m->u.hello.low = WIRE_VERSION_LOW;
	m->u.hello.high = WIRE_VERSION_HIGH;
	if ((st = wire_send(fd, m, f)) != STATUS_OK ||
	    (st = wire_expect(fd, seconds, WIRE_WELCOME, m, f)) != STATUS_OK)
		return st;
	if (m->u.welcome.version < WIRE_VERSION_LOW ||
	    m->u.welcome.version > WIRE_VERSION_HIGH)
		return fault(f, STATUS_PROTOCOL,
			     "verifier speaks no version from %u to %u: "
			     "install module and verifier of one release",
			     WIRE_VERSION_LOW, WIRE_VERSION_HIGH);
	return STATUS_OK;
}

static enum status
wire_client_request(int fd, const struct request *request, struct fault *f)
{
	AUTO_WIRE struct wire_message *m = NULL;
	enum status st;

	if ((st = wire_message_new(&m, f)) != STATUS_OK)
		return st;
	m->type = WIRE_REQUEST;
	m->u.request = *request;
	return wire_send(fd, m, f);
}

static enum status
wire_client_ask(struct wire_client *c, const struct prompt *prompt,
		struct fault *f)
{
	AUTO_WIRE struct wire_message *m = NULL;
	enum status st;

	if ((st = wire_message_new(&m, f)) != STATUS_OK)
		return st;
	st = c->io->ask(c->io, prompt, &m->u.answer.text, f);
	m->type = WIRE_ANSWER;
	if (st == STATUS_OK) {
		m->u.answer.given = WIRE_GIVEN;
	} else if (st == STATUS_CANCELLED || st == STATUS_INVALID) {
		secret_wipe(&m->u.answer.text);
		m->u.answer.given =
			st == STATUS_INVALID ? WIRE_TOO_LONG : WIRE_CANCELLED;
	} else {
		return st;
	}
	return wire_send(c->fd, m, f);
}

static enum status
wire_client_prompt(struct wire_client *c, const struct prompt *prompt,
		   struct fault *f)
{
	if (++c->prompts > WIRE_PROMPTS_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "verifier asks more than %d times",
			     WIRE_PROMPTS_MAX);
	if (prompt->kind == PROMPT_INFO || prompt->kind == PROMPT_ERROR) {
		status_ignore(c->io->tell(c->io, prompt, f),
			      "what cannot be shown changes no verdict");
		return STATUS_OK;
	}
	return wire_client_ask(c, prompt, f);
}

static enum status
wire_client_member(struct wire_client *c, const struct wire_message *asked,
		   struct fault *f)
{
	AUTO_WIRE struct wire_message *m = NULL;
	const char *names[IO_GROUPS_MAX];
	enum status st;

	if (++c->members > WIRE_MEMBERS_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "verifier asks for groups more than %d times",
			     WIRE_MEMBERS_MAX);
	if ((st = wire_message_new(&m, f)) != STATUS_OK)
		return st;
	for (size_t i = 0; i < asked->u.member.n; i++)
		names[i] = asked->u.member.name[i];
	m->type = WIRE_MEMBERSHIP;
	st = c->io->member(c->io, names, asked->u.member.n,
			   &m->u.membership.mask, f);
	if (st != STATUS_OK)
		return st;
	return wire_send(c->fd, m, f);
}

static void
wire_client_close(struct wire_client *c)
{
	if (c->open)
		c->io->device_close(c->io);
	c->open = false;
}

/* Each device that opened ends once: of itself, or because it is told to. */
static enum status
wire_client_end(struct wire_client *c, enum wire_ended why,
		struct wire_message *m, struct fault *f)
{
	wire_client_close(c);
	wire_message_wipe(m);
	m->type = WIRE_DEVICE_ENDED;
	m->u.device_ended.why = why;
	return wire_send(c->fd, m, f);
}

static enum status
wire_client_open(struct wire_client *c, struct wire_message *m,
		 struct fault *f)
{
	enum io_device which = m->u.device_open.which;

	if (c->open || ++c->devices > WIRE_DEVICES_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "verifier asks for more than %d devices",
			     WIRE_DEVICES_MAX);
	c->open = c->io->device_open != NULL &&
		  c->io->device_open(c->io, which, NULL) == STATUS_OK;
	c->received = c->sent = 0;
	wire_message_wipe(m);
	m->type = WIRE_DEVICE_OPENED;
	m->u.device_opened.opened = c->open;
	return wire_send(c->fd, m, f);
}

/* A frame that crosses the end of its device is nobody's. */
static enum status
wire_client_to_device(struct wire_client *c, struct wire_message *m,
		      struct fault *f)
{
	if (c->devices == 0 || ++c->sent > WIRE_FRAMES_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "frame for a device that is not there");
	if (!c->open || c->io->device_send(c->io, m->u.frame.bytes,
					   m->u.frame.len, NULL) == STATUS_OK)
		return STATUS_OK;
	return wire_client_end(c, WIRE_ENDED_EXIT, m, f);
}

static enum status
wire_client_closed(struct wire_client *c, struct wire_message *m,
		   struct fault *f)
{
	if (c->open)
		return wire_client_end(c, WIRE_ENDED_EXIT, m, f);
	if (c->devices == 0)
		return fault(f, STATUS_PROTOCOL,
			     "end of a device that is not there");
	return STATUS_OK;
}

/* What the device's program says, unseen: one frame, or its end. */
static enum status
wire_client_from_device(struct wire_client *c, struct wire_message *m,
			struct fault *f)
{
	enum status st;
	size_t len = 0;

	wire_message_wipe(m);
	st = c->io->device_receive(c->io, 0, m->u.frame.bytes, &len, NULL);
	if (st == STATUS_BUSY)
		return STATUS_OK;
	if (st == STATUS_CANCELLED)
		return wire_client_end(c, WIRE_ENDED_INTERRUPTED, m, f);
	if (st != STATUS_OK || len < 1 || len > IO_FRAME_MAX ||
	    ++c->received > WIRE_FRAMES_MAX)
		return wire_client_end(c, WIRE_ENDED_EXIT, m, f);
	m->type = WIRE_DEVICE_FRAME;
	m->u.frame.len = (uint16_t)len;
	return wire_send(c->fd, m, f);
}

/* Wait for the verifier; while a device is open, its program is heard, too.
 * M is room for messages that go out. */
static enum status
wire_client_wait(struct wire_client *c, struct wire_message *m,
		 struct fault *f)
{
	int64_t deadline = wire_clock() + WIRE_DEVICE_SECONDS * 1000;

	while (c->open) {
		int64_t left = deadline - wire_clock();
		struct pollfd fds[1 + IO_DEVICE_FDS] = {
			{ .fd = c->fd, .events = POLLIN }
		};
		int device[IO_DEVICE_FDS];
		size_t n = c->io->device_fds(c->io, device);
		enum status st = STATUS_OK;
		bool said = false;
		int ready;

		for (size_t i = 0; i < n; i++)
			fds[1 + i] = (struct pollfd){ .fd = device[i],
						      .events = POLLIN };
		ready = poll(fds, 1 + n, left > 0 ? (int)left : 0);
		if (ready == 0 && left <= 0)
			return fault(f, STATUS_UNAVAILABLE,
				     "the verifier let its time pass");
		if (ready < 0 && errno != EINTR)
			return fault_errno(f, errno, "cannot wait");
		for (size_t i = 0; i < n && ready > 0; i++)
			said = said || fds[1 + i].revents != 0;
		if (said)
			st = wire_client_from_device(c, m, f);
		if (st != STATUS_OK || (ready > 0 && fds[0].revents != 0))
			return st;
	}
	return STATUS_OK;
}

/* Answer what the verifier has sent. */
static enum status
wire_client_answer(struct wire_client *c, struct wire_message *m,
		   struct fault *f)
{
	if (m->type == WIRE_PROMPT)
		return wire_client_prompt(c, &m->u.prompt, f);
	if (m->type == WIRE_MEMBER)
		return wire_client_member(c, m, f);
	if (m->type == WIRE_DEVICE_OPEN)
		return wire_client_open(c, m, f);
	if (m->type == WIRE_DEVICE_FRAME)
		return wire_client_to_device(c, m, f);
	if (m->type == WIRE_DEVICE_CLOSE)
		return wire_client_closed(c, m, f);
	return fault(f, STATUS_PROTOCOL,
		     "message of type %u came from the verifier",
		     (unsigned)m->type);
}

/* Whoever had a device opened may be waiting for another that was lent to the
 * verifier, until a person has fetched the key. */
static int
wire_client_seconds(const struct wire_client *c)
{
	return c->devices > 0 ? WIRE_DEVICE_SECONDS : WIRE_REPLY_SECONDS;
}

/* Serve the verifier until it has decided. */
static enum status
wire_client_serve(struct wire_client *c, struct wire_verdict *out,
		  struct exports *exports, struct fault *f)
{
	AUTO_WIRE struct wire_message *m = NULL;
	enum status st = wire_message_new(&m, f);

	while (st == STATUS_OK) {
		if ((st = wire_client_wait(c, m, f)) != STATUS_OK ||
		    (st = wire_receive(c->fd, wire_client_seconds(c), m, f)) !=
			    STATUS_OK)
			return st;
		if (m->type == WIRE_VERDICT) {
			*out = m->u.verdict;
			if (exports != NULL)
				*exports = m->u.exports;
			return STATUS_OK;
		}
		st = wire_client_answer(c, m, f);
	}
	return st;
}

enum status
wire_client_run(int fd, const struct request *request, struct io *io,
		struct wire_verdict *out, struct exports *exports,
		struct fault *f)
{
	struct wire_client client = { .fd = fd, .io = io };
	enum status st;

	if (exports != NULL)
		exports->n = 0;
	*out = (struct wire_verdict){ .step = WIRE_DENY,
				      .reason = WIRE_REASON_UNAVAILABLE };
	if ((st = wire_client_request(fd, request, f)) != STATUS_OK)
		return st;
	st = wire_client_serve(&client, out, exports, f);
	wire_client_close(&client);
	return st;
}
