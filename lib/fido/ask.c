/* SPDX-License-Identifier: MIT */
/*
 * The verifier's side of a conversation with sigra-fido.  That program runs
 * where the caller wants it to, so that it may say anything: what it says
 * costs a bounded time, and only a reply that fits the question comes out.
 */
#include <string.h>

#include "fido/pin.h"

#define ASK_PINS_MAX 3	    /* rounds of one conversation */
#define ASK_SLACK_SECONDS 5 /* for what a program takes beside waiting */
#define ASK_CANCEL_SECONDS 2

struct ask {
	struct io *io;
	struct cue *cue;
	const struct fido_request *request;
	int64_t until;	 /* by cue_clock() */
	int64_t longest; /* a clock that jumps must not stretch it */
	unsigned events;
	unsigned pins;	   /* that were sent */
	unsigned wrongs;   /* of which so many were wrong */
	enum fido_end end; /* our own, 0 while it goes on */
};

static enum status
ask_broken(struct fault *f, const char *what)
{
	return fault(f, STATUS_PROTOCOL, "sigra-fido: %s", what);
}

static void
ask_for(struct ask *a, int64_t seconds)
{
	a->longest = seconds + ASK_SLACK_SECONDS;
	a->until = cue_clock(a->io) + a->longest;
}

static int
ask_left(const struct ask *a)
{
	int64_t left = a->until - cue_clock(a->io);

	if (left > a->longest)
		left = a->longest;
	return left < 0 ? 0 : (int)left;
}

static enum status
ask_send(struct ask *a, const struct fido_frame *frame, struct fault *f)
{
	uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;
	enum status st = fido_encode(frame, bytes, &len, f);

	if (st == STATUS_OK)
		st = a->io->device_send(a->io, bytes, len, f);
	explicit_bzero(bytes, sizeof(bytes));
	return st;
}

static enum status
ask_receive(struct ask *a, int seconds, struct fido_frame *frame,
	    struct fault *f)
{
	uint8_t bytes[IO_FRAME_MAX];
	size_t len = 0;
	enum status st = a->io->device_receive(a->io, seconds, bytes, &len, f);

	if (st == STATUS_OK && len > sizeof(bytes))
		return ask_broken(f, "a frame is too long");
	return st == STATUS_OK ? fido_decode(bytes, len, frame, f) : st;
}

/* What was under way at the key ends before anybody else is asked. */
static void
ask_cancel(struct ask *a)
{
	const int64_t until = cue_clock(a->io) + ASK_CANCEL_SECONDS;
	struct fault ignored;
	enum status st;
	FIDO_FRAME(frame);

	frame.kind = FIDO_FRAME_CANCEL;
	st = ask_send(a, &frame, &ignored);
	for (int i = 0; st == STATUS_OK && i < FIDO_EVENTS_MAX &&
			cue_clock(a->io) < until;
	     i++) {
		st = ask_receive(a, ASK_CANCEL_SECONDS, &frame, &ignored);
		if (st == STATUS_OK && frame.kind != FIDO_FRAME_EVENT)
			return;
	}
}

static enum status
ask_pin(struct ask *a, unsigned tries, struct fault *f)
{
	enum status st;
	FIDO_FRAME(frame);
	SECRET(pin);

	if (a->pins > a->wrongs)
		return ask_broken(f, "a PIN is wanted twice");
	if (a->pins == ASK_PINS_MAX || tries == 0) {
		a->end = tries == 0 ? FIDO_PIN_BLOCKED : FIDO_PIN_INVALID;
		return STATUS_OK;
	}
	if ((st = pin_ask(a->cue, tries, &pin, f)) != STATUS_OK)
		return st;
	a->pins++;
	frame.kind = FIDO_FRAME_PIN;
	secret_copy(&frame.u.pin, &pin);
	st = ask_send(a, &frame, f);
	ask_for(a, a->request->touch_seconds);
	/* It may have ended meanwhile, and said how. */
	return st == STATUS_LOST ? STATUS_OK : st;
}

static enum status
ask_event(struct ask *a, const struct fido_event *e, struct fault *f)
{
	enum status st;

	if (a->request->verb == FIDO_PARSE)
		return ask_broken(f, "an event without a device");
	if (++a->events > FIDO_EVENTS_MAX)
		return ask_broken(f, "too many events");
	if (e->kind == FIDO_EVENT_PIN_WRONG) {
		if (a->wrongs == a->pins)
			return ask_broken(f, "a PIN is wrong that was not "
					     "sent");
		a->wrongs++;
	}
	/* Who is not waited for need not know that one could be. */
	if (e->kind == FIDO_EVENT_INSERT && a->request->insert_seconds == 0)
		return STATUS_OK;
	if ((st = cue_event(a->cue, e->kind, f)) != STATUS_OK)
		return st;
	if (e->kind == FIDO_EVENT_PIN_WRONG)
		pin_wrong(a->cue, e->tries);
	return e->kind == FIDO_EVENT_PIN ? ask_pin(a, e->tries, f) : STATUS_OK;
}

static bool
ask_made(const struct fido_reply *r)
{
	return r->format[0] != '\0' || r->statement_len > 0 ||
	       r->transports[0] != '\0';
}

/* Is it an answer to this question, whether true or not? */
static bool
ask_fits(const struct fido_request *q, const struct fido_reply *r)
{
	if ((r->end == FIDO_EXCLUDED || r->end == FIDO_FULL) &&
	    q->verb != FIDO_MAKE)
		return false;
	if (r->end == FIDO_ATTESTATION && q->verb != FIDO_PARSE)
		return false;
	if (r->end != FIDO_DONE)
		return true;
	switch (q->verb) {
	case FIDO_ASSERT:
		return r->entry < q->entries && r->authdata_len > 0 &&
		       r->signature_len > 0 && !ask_made(r) && r->id_len == 0;
	case FIDO_MAKE:
		return r->entry == 0 && r->authdata_len > 0 &&
		       r->signature_len == 0 && r->format[0] != '\0' &&
		       r->id_len == 0;
	case FIDO_PARSE:
		return r->entry == 0 && r->authdata_len == 0 &&
		       r->signature_len == 0 && !ask_made(r) && r->id_len > 0;
	}
	return false;
}

/* The next frame; *OVER when it, or we, or the person, have ended it. */
static enum status
ask_step(struct ask *a, struct fido_frame *frame, bool *over, struct fault *f)
{
	int left = ask_left(a);
	enum status st = STATUS_BUSY;

	if (left > 0)
		st = ask_receive(a, left, frame, f);
	if (st == STATUS_BUSY) {
		a->end = FIDO_TIMEOUT;
		st = STATUS_OK;
	} else if (st == STATUS_LOST) {
		return fault(f, STATUS_UNAVAILABLE, "sigra-fido has ended");
	} else if (st == STATUS_OK && frame->kind == FIDO_FRAME_EVENT) {
		st = ask_event(a, &frame->u.event, f);
	} else if (st == STATUS_OK && frame->kind == FIDO_FRAME_REPLY) {
		*over = true;
		return ask_fits(a->request, &frame->u.reply)
			       ? STATUS_OK
			       : ask_broken(f, "a reply to something else");
	} else if (st == STATUS_OK) {
		return ask_broken(f, "a frame that only we send");
	}
	if (st == STATUS_CANCELLED) {
		a->end = FIDO_CANCELLED;
		st = STATUS_OK;
	}
	*over = a->end != 0;
	return st;
}

static enum status
ask_converse(struct ask *a, struct fido_reply *out, struct fault *f)
{
	bool over = false;
	enum status st;
	FIDO_FRAME(frame);

	frame.kind = FIDO_FRAME_REQUEST;
	frame.u.request = *a->request;
	if ((st = ask_send(a, &frame, f)) != STATUS_OK)
		return st == STATUS_LOST ? fault(f, STATUS_UNAVAILABLE,
						 "sigra-fido has ended")
					 : st;
	ask_for(a, (int64_t)a->request->insert_seconds +
			   a->request->touch_seconds);
	while (st == STATUS_OK && !over)
		st = ask_step(a, &frame, &over, f);
	if (st != STATUS_OK || a->end != 0) {
		if (st != STATUS_UNAVAILABLE && st != STATUS_PROTOCOL)
			ask_cancel(a);
		frame.u.reply = (struct fido_reply){ .end = a->end };
	}
	if (st == STATUS_OK)
		*out = frame.u.reply;
	return st;
}

enum status
fido_ask(struct io *io, const struct fido_cue *cue,
	 const struct fido_request *request, struct fido_reply *out,
	 struct fault *f)
{
	CUE(shown, io, cue);
	struct ask a = { .io = io, .cue = &shown, .request = request };
	enum status st;

	if (io->device_open == NULL)
		return fault(f, STATUS_UNAVAILABLE,
			     "there can be no security key here");
	if ((st = io->device_open(io, IO_DEVICE_KEY, f)) != STATUS_OK)
		return st;
	st = ask_converse(&a, out, f);
	io->device_close(io);
	return st;
}
