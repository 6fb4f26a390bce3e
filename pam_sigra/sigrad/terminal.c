/* SPDX-License-Identifier: MIT */
#include "sigrad/terminal.h"

#include <string.h>
#include <unistd.h>

#include "sigrad/facts.h"
#include "sigrad/lend.h"

#define TERMINAL_SEAT_SECONDS 120 /* for a PIN */

static struct terminal *
terminal_of(struct io *io)
{
	return (struct terminal *)(void *)io;
}

/* An unprivileged peer's groups were looked up before the sandbox. */
static enum status
terminal_member(struct io *io, const char *const *names, size_t n,
		uint32_t *mask, struct fault *f)
{
	const struct peer *p = terminal_of(io)->peer;
	uint32_t in = 0;

	(void)f;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < p->groups; k++)
			if (strcmp(names[i], p->group[k]) == 0)
				in |= UINT32_C(1) << i;
	*mask = in;
	return STATUS_OK;
}

static void
terminal_patience(struct io *io)
{
	terminal_of(io)->server.answer_seconds = WIRE_ANSWER_SECONDS;
}

static enum status
terminal_place(struct io *io, struct io_place *out, struct fault *f)
{
	const struct terminal *t = terminal_of(io);
	struct seat_facts facts;

	(void)f;
	facts_collect(FACTS_PROC, t->peer->pid, &facts);
	facts.rhost = t->request->rhost;
	facts.tty = t->request->tty;
	facts.root = t->peer->uid == 0;
	seat_judge(&facts, out);
	return STATUS_OK;
}

static enum status
terminal_seat_enter(struct io *io, const char *seat, struct fault *f)
{
	struct terminal *t = terminal_of(io);
	enum status st = touch_enter(
		t->touch, seat,
		t->peer->kind == PEER_ROOT ? TOUCH_ROOT : TOUCH_OTHERS, f);

	if (st != STATUS_OK)
		return st;
	/* Others wait for the seat: a PIN is not to be thought over. */
	t->unhurried = t->server.answer_seconds;
	if (t->server.answer_seconds > TERMINAL_SEAT_SECONDS)
		t->server.answer_seconds = TERMINAL_SEAT_SECONDS;
	return STATUS_OK;
}

static void
terminal_seat_leave(struct io *io)
{
	struct terminal *t = terminal_of(io);

	t->server.answer_seconds = t->unhurried;
	touch_leave(t->touch);
}

static enum status
terminal_touch_begin(struct io *io, const struct io_touch *touch,
		     struct fault *f)
{
	return touch_begin(terminal_of(io)->touch, touch, io->now(io), f);
}

static void
terminal_touch_end(struct io *io)
{
	touch_end(terminal_of(io)->touch);
}

void
terminal_start(struct terminal *t, const struct peer *peer,
	       const struct request *request, struct touch *touch, int control)
{
	struct io *io = &t->server.io;

	t->wire = *io;
	t->peer = peer;
	t->request = request;
	t->touch = touch;
	t->control = control;
	t->lent = (struct terminal_lent){ .fd = -1 };
	io->place = terminal_place;
	io->seat_enter = terminal_seat_enter;
	io->seat_leave = terminal_seat_leave;
	io->touch_begin = terminal_touch_begin;
	io->touch_end = terminal_touch_end;
	lend_ops(io);
	if (peer->kind == PEER_ROOT)
		return;
	io->member = terminal_member;
	io->patience = terminal_patience;
	/* A place that nobody else has meanwhile; but setting up a device
	 * takes a person's time, once it is that person. */
	t->server.answer_seconds = WIRE_ANSWER_SECONDS_SELF;
}

void
terminal_end(struct terminal *t)
{
	touch_leave(t->touch);
	lend_close(t);
}
