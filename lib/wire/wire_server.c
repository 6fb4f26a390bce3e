/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <time.h>

#include "base/text.h"
#include "wire/wire_server_device.h"

static struct wire_server *
wire_server_of(struct io *io)
{
	return (struct wire_server *)(void *)io;
}

static enum status
wire_server_prompt(struct wire_server *server, const struct prompt *prompt,
		   struct fault *f)
{
	WIRE_MESSAGE(m);

	if (++server->prompts > WIRE_PROMPTS_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "more than %d prompts in one request",
			     WIRE_PROMPTS_MAX);
	m.type = WIRE_PROMPT;
	m.u.prompt = *prompt;
	return wire_send(server->fd, &m, f);
}

static enum status
wire_server_ask(struct io *io, const struct prompt *prompt,
		struct secret *answer, struct fault *f)
{
	struct wire_server *server = wire_server_of(io);
	WIRE_MESSAGE(m);
	enum status st;

	if ((st = wire_server_prompt(server, prompt, f)) != STATUS_OK)
		return st;
	st = wire_server_await(server, server->answer_seconds, WIRE_ANSWER, &m,
			       f);
	if (st != STATUS_OK)
		return st;
	if (m.u.answer.given == WIRE_CANCELLED)
		return fault(f, STATUS_CANCELLED, "no answer was given");
	if (m.u.answer.given == WIRE_TOO_LONG)
		return fault(f, STATUS_INVALID, "answer is too long");
	secret_copy(answer, &m.u.answer.text);
	return STATUS_OK;
}

static enum status
wire_server_tell(struct io *io, const struct prompt *prompt, struct fault *f)
{
	return wire_server_prompt(wire_server_of(io), prompt, f);
}

static enum status
wire_server_member(struct io *io, const char *const *names, size_t n,
		   uint32_t *mask, struct fault *f)
{
	struct wire_server *server = wire_server_of(io);
	WIRE_MESSAGE(m);
	WIRE_MESSAGE(reply);
	enum status st;

	if (n > IO_GROUPS_MAX || ++server->members > WIRE_MEMBERS_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "more groups asked for than one request may");
	m.type = WIRE_MEMBER;
	m.u.member.n = (uint8_t)n;
	for (size_t i = 0; i < n; i++) {
		if (!text_copy(m.u.member.name[i], sizeof(m.u.member.name[i]),
			       names[i]))
			return fault(f, STATUS_INVALID,
				     "group name is too long: %s", names[i]);
	}
	if ((st = wire_send(server->fd, &m, f)) != STATUS_OK)
		return st;
	st = wire_server_await(server, WIRE_REPLY_SECONDS, WIRE_MEMBERSHIP,
			       &reply, f);
	if (st != STATUS_OK)
		return st;
	if (reply.u.membership.mask >> n != 0)
		return fault(f, STATUS_PROTOCOL,
			     "membership of groups that were not asked for");
	*mask = reply.u.membership.mask;
	return STATUS_OK;
}

static int64_t
wire_server_now(struct io *io)
{
	(void)io;
	return (int64_t)time(NULL);
}

static int64_t
wire_server_uptime(struct io *io)
{
	struct timespec now = { 0 };

	(void)io;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec;
}

static void
wire_server_pause(struct io *io, unsigned milliseconds)
{
	struct timespec left = {
		.tv_sec = (time_t)(milliseconds / 1000),
		.tv_nsec = (long)(milliseconds % 1000) * 1000000,
	};

	(void)io;
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		continue;
}

static enum status
wire_server_welcome(int fd, const struct wire_message *hello, struct fault *f)
{
	WIRE_MESSAGE(m);
	enum status st;

	m.type = WIRE_WELCOME;
	m.u.welcome.version = hello->u.hello.high < WIRE_VERSION_HIGH
				      ? hello->u.hello.high
				      : WIRE_VERSION_HIGH;
	if (m.u.welcome.version < hello->u.hello.low ||
	    m.u.welcome.version < WIRE_VERSION_LOW)
		m.u.welcome.version = 0;
	if ((st = wire_send(fd, &m, f)) != STATUS_OK)
		return st;
	if (m.u.welcome.version == 0)
		return fault(f, STATUS_PROTOCOL,
			     "module speaks versions %u to %u, verifier %u to "
			     "%u: install both of one release",
			     hello->u.hello.low, hello->u.hello.high,
			     WIRE_VERSION_LOW, WIRE_VERSION_HIGH);
	return STATUS_OK;
}

enum status
wire_server_start(struct wire_server *server, int fd, struct wire_message *out,
		  struct fault *f)
{
	enum status st;

	*server = (struct wire_server){
		.io = { .ask = wire_server_ask,
			.tell = wire_server_tell,
			.member = wire_server_member,
			.now = wire_server_now,
			.uptime = wire_server_uptime,
			.pause = wire_server_pause },
		.fd = fd,
		.answer_seconds = WIRE_ANSWER_SECONDS,
	};
	wire_server_device_ops(&server->io);
	st = wire_expect(fd, WIRE_HELLO_SECONDS, WIRE_HELLO, out, f);
	if (st == STATUS_OK)
		st = wire_server_welcome(fd, out, f);
	if (st == STATUS_OK)
		st = wire_receive(fd, WIRE_HELLO_SECONDS, out, f);
	if (st == STATUS_OK && out->type != WIRE_REQUEST &&
	    out->type != WIRE_QUERY)
		st = fault(f, STATUS_PROTOCOL,
			   "message of type %u came where a request was due",
			   (unsigned)out->type);
	if (st != STATUS_OK)
		wire_message_wipe(out);
	return st;
}

enum status
wire_server_finish(struct wire_server *server,
		   const struct wire_verdict *verdict,
		   const struct exports *exports, struct fault *f)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_VERDICT;
	m.u.verdict = *verdict;
	if (exports != NULL)
		m.u.exports = *exports;
	return wire_send(server->fd, &m, f);
}

enum status
wire_server_row(struct wire_server *server, const struct wire_row *row,
		struct fault *f)
{
	WIRE_MESSAGE(m);

	if (++server->rows > WIRE_ROWS_MAX)
		return fault(f, STATUS_PROTOCOL,
			     "more than %d rows in one answer", WIRE_ROWS_MAX);
	m.type = WIRE_ROW;
	m.u.row = *row;
	return wire_send(server->fd, &m, f);
}

enum status
wire_server_end(struct wire_server *server, struct fault *f)
{
	WIRE_MESSAGE(m);

	m.type = WIRE_END;
	return wire_send(server->fd, &m, f);
}
