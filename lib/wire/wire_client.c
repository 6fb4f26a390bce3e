/* SPDX-License-Identifier: MIT */
#include "wire/wire.h"

/* How much of its allowance the verifier has used. */
struct wire_client {
	int fd;
	struct io *io;
	unsigned prompts;
	unsigned members;
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

/* Serve the verifier until it has decided. */
static enum status
wire_client_serve(struct wire_client *c, struct wire_verdict *out,
		  struct fault *f)
{
	AUTO_WIRE struct wire_message *m = NULL;
	enum status st = wire_message_new(&m, f);

	while (st == STATUS_OK) {
		st = wire_receive(c->fd, WIRE_REPLY_SECONDS, m, f);
		if (st != STATUS_OK)
			return st;
		if (m->type == WIRE_VERDICT) {
			*out = m->u.verdict;
			return STATUS_OK;
		}
		if (m->type == WIRE_PROMPT)
			st = wire_client_prompt(c, &m->u.prompt, f);
		else if (m->type == WIRE_MEMBER)
			st = wire_client_member(c, m, f);
		else
			st = fault(f, STATUS_PROTOCOL,
				   "message of type %u came from the verifier",
				   (unsigned)m->type);
	}
	return st;
}

enum status
wire_client_run(int fd, const struct request *request, struct io *io,
		struct wire_verdict *out, struct fault *f)
{
	struct wire_client client = { .fd = fd, .io = io };
	enum status st;

	*out = (struct wire_verdict){ .step = WIRE_DENY,
				      .reason = WIRE_REASON_UNAVAILABLE };
	if ((st = wire_client_request(fd, request, f)) != STATUS_OK)
		return st;
	return wire_client_serve(&client, out, f);
}
