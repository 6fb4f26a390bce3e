/* SPDX-License-Identifier: MIT */
/*
 * Packets: of the verifier at descriptor 0, and between the program and its
 * child for each key, where a word stands before the frame.  A child is
 * believed no more than a key is.
 */
#ifndef FIDO_LINK_H
#define FIDO_LINK_H

#include "fido/fido.h"

enum link_word {
	/* a child says */
	LINK_READY = 1, /* this key can answer; what now? */
	LINK_NOT,	/* it cannot */
	LINK_BUSY,	/* somebody else uses it; being tried again */
	LINK_TOUCHED,	/* of several keys, this is the one */
	LINK_FRAME,	/* an event, or the reply */
	/* the program says; the end of the socket is LINK_CANCEL */
	LINK_GO,
	LINK_SELECT, /* wait to be touched, to tell which key is meant */
	LINK_PIN,
	LINK_CANCEL,
};

/* Monotonic milliseconds. */
int64_t link_clock(void);

/* FRAME goes with LINK_FRAME and LINK_PIN; else NULL. */
enum status link_send(int fd, enum link_word word,
		      const struct fido_frame *frame, struct fault *f)
	MUST_USE;
/*
 * Waits for no longer than there is something or the peer is gone.
 * STATUS_LOST: it is; STATUS_PROTOCOL: no such word, or no frame where one
 * belongs.
 */
enum status link_receive(int fd, enum link_word *word,
			 struct fido_frame *frame, struct fault *f) MUST_USE;

/* The same with the verifier, whose frames have no word before them. */
enum status link_say(int fd, const struct fido_frame *frame, struct fault *f)
	MUST_USE;
enum status link_hear(int fd, struct fido_frame *frame, struct fault *f)
	MUST_USE;

#endif
