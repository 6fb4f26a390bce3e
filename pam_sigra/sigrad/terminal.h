/* SPDX-License-Identifier: MIT */
/*
 * The terminal at the other end as the session sees it: what the wire asks of
 * it, and what this side knows better than it does.
 */
#ifndef SIGRAD_TERMINAL_H
#define SIGRAD_TERMINAL_H

#include "sigrad/peer.h"
#include "sigrad/touch.h"
#include "wire/wire.h"

/* The key's program, where the terminal cannot start it but a person is at
 * this machine: that of a socket unit, by the master's hand. */
struct terminal_lent {
	int fd;			     /* -1: it is not used */
	unsigned asked;		     /* how often, of WIRE_DEVICES_MAX */
	bool key;		     /* the open device is a key */
	bool heard;		     /* it has said something */
	uint8_t first[IO_FRAME_MAX]; /* what it was asked, to ask again */
	size_t first_len;
};

struct terminal {
	struct wire_server server; /* first: io functions find it by this */
	struct io wire;		   /* the functions that go over the wire */
	const struct peer *peer;
	const struct request *request; /* constrained to what is believed */
	struct touch *touch;
	int unhurried; /* server.answer_seconds as without a seat */
	int control;   /* the master's socket; -1: there is none */
	struct terminal_lent lent;
};

/* After wire_server_start(); the rest stays the caller's.  Whoever is not
 * believed in its groups has those that were looked up. */
void terminal_start(struct terminal *t, const struct peer *peer,
		    const struct request *request, struct touch *touch,
		    int control);
void terminal_end(struct terminal *t);

#endif
