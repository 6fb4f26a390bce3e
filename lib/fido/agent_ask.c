/* SPDX-License-Identifier: MIT */
/* The verifier's side of a conversation with sigra-agent. */
#include "fido/agent.h"
#include "fido/cue.h"

#define AGENT_SLACK_SECONDS 5

static enum status
agent_broken(struct fault *f, const char *what)
{
	return fault(f, STATUS_PROTOCOL, "sigra-agent: %s", what);
}

static enum status
agent_lost(enum status st, struct fault *f)
{
	return st == STATUS_LOST
		       ? fault(f, STATUS_UNAVAILABLE, "sigra-agent has ended")
		       : st;
}

static enum status
agent_send(struct io *io, const struct agent_request *request, struct fault *f)
{
	struct agent_frame frame = { .kind = AGENT_FRAME_REQUEST,
				     .u.request = *request };
	uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;
	enum status st = agent_encode(&frame, bytes, &len, f);

	return st == STATUS_OK
		       ? agent_lost(io->device_send(io, bytes, len, f), f)
		       : st;
}

static enum status
agent_receive(struct io *io, int seconds, struct agent_frame *frame,
	      struct fault *f)
{
	uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;
	enum status st = io->device_receive(io, seconds, bytes, &len, f);

	if (st != STATUS_OK)
		return agent_lost(st, f);
	if (len > sizeof(bytes))
		return agent_broken(f, "a frame is too long");
	return agent_decode(bytes, len, frame, f);
}

/* One frame; nothing in time, and an interrupted wait, are no signature. */
static enum status
agent_next(struct cue *cue, int64_t left, struct agent_frame *frame,
	   struct fault *f)
{
	enum status st = STATUS_BUSY;

	if (left > 0)
		st = agent_receive(cue->io, (int)left, frame, f);
	if (st != STATUS_BUSY && st != STATUS_CANCELLED)
		return st;
	*frame = (struct agent_frame){ .kind = AGENT_FRAME_REPLY,
				       .u.reply.end = AGENT_REFUSED };
	return STATUS_OK;
}

/* What it says: that a key was found, once at most, and how it ended. */
static enum status
agent_listen(struct cue *cue, const struct agent_request *request,
	     struct agent_frame *frame, struct fault *f)
{
	const int64_t longest =
		(int64_t)request->seconds + AGENT_SLACK_SECONDS;
	const int64_t until = cue_clock(cue->io) + longest;
	bool found = false;
	enum status st;

	for (;;) {
		int64_t left = until - cue_clock(cue->io);

		left = left > longest ? longest : left;
		if ((st = agent_next(cue, left, frame, f)) != STATUS_OK)
			return st;
		if (frame->kind != AGENT_FRAME_FOUND)
			break;
		if (found)
			return agent_broken(f, "a key is found twice");
		found = true;
		st = cue_event(cue, FIDO_EVENT_TOUCH, f);
		if (st != STATUS_OK)
			return st;
	}
	if (frame->kind != AGENT_FRAME_REPLY)
		return agent_broken(f, "a frame that only we send");
	if (frame->u.reply.end == AGENT_DONE &&
	    (!found || frame->u.reply.key >= request->keys))
		return agent_broken(f, "a reply to something else");
	return STATUS_OK;
}

enum status
agent_ask(struct io *io, const struct fido_cue *cue,
	  const struct agent_request *request, struct agent_reply *out,
	  struct fault *f)
{
	struct agent_frame frame = { .kind = AGENT_FRAME_REPLY };
	enum status st;
	CUE(shown, io, cue);

	if (io->device_open == NULL)
		return fault(f, STATUS_UNAVAILABLE,
			     "there can be no SSH agent here");
	if ((st = io->device_open(io, IO_DEVICE_AGENT, f)) != STATUS_OK)
		return st;
	st = agent_send(io, request, f);
	if (st == STATUS_OK)
		st = agent_listen(&shown, request, &frame, f);
	io->device_close(io);
	if (st == STATUS_OK)
		*out = frame.u.reply;
	return st;
}
