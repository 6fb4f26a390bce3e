/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"

static void
script_log(struct script *s, const char *what, const char *text)
{
	size_t at = strlen(s->log);

	(void)snprintf(s->log + at, sizeof(s->log) - at, "%s%s\n", what, text);
}

static enum status
script_ask(struct io *io, const struct prompt *p, struct secret *answer,
	   struct fault *f)
{
	struct script *s = (struct script *)io;
	static const char *const purposes[] = {
		[PURPOSE_CHOICE] = "choice:", [PURPOSE_PIN] = "pin:"
	};
	const char *given;

	if (p->purpose == PURPOSE_CHOICE && p->kind != PROMPT_VISIBLE)
		abort();
	if (p->purpose == PURPOSE_PIN && p->kind != PROMPT_SECRET)
		abort();
	if (p->purpose != PURPOSE_PIN && p->purpose != PURPOSE_CHOICE)
		abort();
	script_log(s, purposes[p->purpose], p->text);
	given = s->asked < s->answers ? s->answer[s->asked] : NULL;
	s->asked++;
	if (given == NULL)
		return fault(f, STATUS_CANCELLED, "Ctrl-C");
	if (strlen(given) > ANSWER_MAX)
		return fault(f, STATUS_INVALID, "too long");
	return secret_set(answer, given, strlen(given), f);
}

static enum status
script_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	script_log((struct script *)io,
		   p->kind == PROMPT_INFO ? "info:" : "error:", p->text);
	/* Nothing hangs on it. */
	return fault(f, STATUS_SYSTEM, "nobody reads");
}

static int64_t
script_uptime(struct io *io)
{
	return ((struct script *)io)->clock;
}

static enum status
script_open(struct io *io, enum io_device device, struct fault *f)
{
	struct script *s = (struct script *)io;

	script_log(s, "open", "");
	s->device = device;
	return s->opens == STATUS_OK ? STATUS_OK
				     : fault(f, s->opens, "not here");
}

static void
script_sent(struct script *s, const uint8_t *bytes, size_t len)
{
	struct agent_frame agent;
	struct fault f;
	SECRET_TEXT(pin);
	FIDO_FRAME(frame);

	if (s->device == IO_DEVICE_AGENT) {
		if (agent_decode(bytes, len, &agent, &f) != STATUS_OK)
			abort();
		s->agent = agent.u.request;
		script_log(s, "send:", "agent");
		return;
	}
	if (fido_decode(bytes, len, &frame, &f) != STATUS_OK)
		abort();
	if (frame.kind == FIDO_FRAME_REQUEST) {
		s->request = frame.u.request;
		script_log(s, "send:", "request");
	} else if (frame.kind == FIDO_FRAME_PIN) {
		if (!secret_string(&frame.u.pin, pin.s, sizeof(pin.s)))
			abort();
		script_log(s, "send:PIN ", pin.s);
	} else if (frame.kind == FIDO_FRAME_CANCEL) {
		script_log(s, "send:", "cancel");
	} else {
		abort();
	}
}

static enum status
script_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	struct script *s = (struct script *)io;

	if (s->send_fails_at > 0 && --s->send_fails_at == 0)
		return fault(f, s->sends, "the pipe is broken");
	script_sent(s, bytes, len);
	return STATUS_OK;
}

static enum status
script_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
	       struct fault *f)
{
	struct script *s = (struct script *)io;
	const struct script_step *step = &s->step[s->at];

	if (seconds <= 0)
		abort();
	s->longest = seconds > s->longest ? seconds : s->longest;
	if (s->at == s->steps) {
		s->clock += seconds;
		return fault(f, STATUS_BUSY, "nothing came");
	}
	s->at++;
	s->clock += step->seconds;
	if (step->st != STATUS_OK)
		return fault(f, step->st, "as the script says");
	memcpy(bytes, step->bytes, step->len);
	*len = step->len;
	return STATUS_OK;
}

static void
script_close(struct io *io)
{
	script_log((struct script *)io, "close", "");
}

static enum status
script_touch(void *ctx, bool wanted, struct fault *f)
{
	struct script *s = ctx;

	script_log(s, wanted ? "touch" : "over", "");
	if (wanted && s->touches != STATUS_OK)
		return fault(f, s->touches, "another is wanted");
	s->touch_depth += wanted ? 1 : -1;
	return STATUS_OK;
}

void
script_start(struct script *s)
{
	memset(s, 0, sizeof(*s));
	s->clock = 1000;
	s->io.ask = script_ask;
	s->io.tell = script_tell;
	s->io.uptime = script_uptime;
	s->io.now = script_uptime;
	s->io.device_open = script_open;
	s->io.device_send = script_send;
	s->io.device_receive = script_receive;
	s->io.device_close = script_close;
	s->cue.service = "sudo";
	s->cue.user = "ann";
	s->cue.host = "web1";
	s->cue.hint = " (Ctrl-C for another way)";
	s->cue.touch = script_touch;
	s->cue.ctx = s;
}

static struct script_step *
script_next(struct script *s)
{
	if (s->steps == SCRIPT_STEPS)
		abort();
	return &s->step[s->steps++];
}

void
script_bytes(struct script *s, const void *bytes, size_t len)
{
	struct script_step *step = script_next(s);

	if (len > sizeof(step->bytes))
		abort();
	memcpy(step->bytes, bytes, len);
	step->len = len;
}

static void
script_frame(struct script *s, const struct fido_frame *frame)
{
	uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;

	if (fido_encode(frame, bytes, &len, &s->f) != STATUS_OK)
		abort();
	script_bytes(s, bytes, len);
}

void
script_event(struct script *s, enum fido_event_kind kind, unsigned tries)
{
	FIDO_FRAME(frame);

	frame.kind = FIDO_FRAME_EVENT;
	frame.u.event = (struct fido_event){ kind, tries };
	script_frame(s, &frame);
}

void
script_reply(struct script *s, const struct fido_reply *r)
{
	FIDO_FRAME(frame);

	frame.kind = FIDO_FRAME_REPLY;
	frame.u.reply = *r;
	script_frame(s, &frame);
}

void
script_end(struct script *s, enum fido_end end)
{
	const struct fido_reply r = { .end = end };

	script_reply(s, &r);
}

void
script_status(struct script *s, enum status st)
{
	script_next(s)->st = st;
}

void
script_agent(struct script *s, const struct agent_frame *frame)
{
	uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;

	if (agent_encode(frame, bytes, &len, &s->f) != STATUS_OK)
		abort();
	script_bytes(s, bytes, len);
}

void
script_answer(struct script *s, const char *answer)
{
	if (s->answers == sizeof(s->answer) / sizeof(s->answer[0]))
		abort();
	s->answer[s->answers++] = answer;
}

void
script_question(struct script *s, enum fido_verb verb)
{
	script_start(s);
	s->question = (struct fido_request){ .verb = verb,
					     .insert_seconds = 15,
					     .touch_seconds = 30,
					     .uv = FIDO_UV_PREFERRED,
					     .entries = 2 };
	for (size_t i = 0; i < s->question.entries; i++) {
		strcpy(s->question.entry[i].rp, "example.org");
		s->question.entry[i].id[0] = (uint8_t)i;
		s->question.entry[i].id_len = 16;
	}
}

struct fido_reply
script_assertion(void)
{
	return (struct fido_reply){ .end = FIDO_DONE,
				    .entry = 1,
				    .authdata_len = 37,
				    .signature = { 7 },
				    .signature_len = 70 };
}

enum status
script_run(struct script *s)
{
	enum status st =
		fido_ask(&s->io, &s->cue, &s->question, &s->out, &s->f);

	CHECK_EQ(s->touch_depth, 0);
	CHECK_EQ(script_count(s, "close"), s->opens == STATUS_OK ? 1 : 0);
	return st;
}

void
script_breaks(struct script *s, const char *why)
{
	CHECK_EQ(script_run(s), STATUS_PROTOCOL);
	CHECK_STR(s->f.text, why);
	CHECK_EQ(s->out.end, 0);
}

int
script_count(const struct script *s, const char *what)
{
	int n = 0;

	for (const char *p = s->log; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}
