/* SPDX-License-Identifier: MIT */
/*
 * A person with a security key at this machine's terminal, as struct io has
 * it: cues, the PIN, and the frames of sigra-fido.
 */
#ifndef SIGRACTL_KEY_TALK_H
#define SIGRACTL_KEY_TALK_H

#include <signal.h>

#include "base/io.h"
#include "sigractl/starter.h"

#define KEY_TALK_SIGNALS 4
#define KEY_TALK_PROGRAM "sigra-fido"

/* The hint of a cue (fido/fido.h), for a number written as one. */
#define KEY_TALK_TEXT(number) #number
#define KEY_TALK_HINT(seconds)                                                \
	", within " KEY_TALK_TEXT(seconds) " seconds; Esc ends it"

struct key_talk {
	struct io io; /* first: the functions find the rest by it */
	const struct starter *starter;
	bool piped;	    /* the PIN is in standard input */
	struct secret *pin; /* the last that was given, for the next round */
	bool pin_given;	    /* there is one */
	bool pin_offered;   /* in this round already */
	bool nobody;	    /* a PIN was wanted, and nobody was there */
	bool empty;	    /* ... and standard input held none */
	bool escaped;	    /* somebody pressed Esc */
	/* While a device is open. */
	int program;
	int caught; /* the signal that ended it, raised when it is closed */
	sigset_t open;
	struct sigaction old[KEY_TALK_SIGNALS];
};

/* All but `starter`, `piped` and `pin`, which the caller has set. */
void key_talk_start(struct key_talk *t);

/* A line for whoever is at the terminal, or else on standard error. */
void key_talk_say(const char *text);

#endif
