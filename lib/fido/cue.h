/* SPDX-License-Identifier: MIT */
/*
 * What a person is told while a key is waited for: fixed sentences, of one
 * line each, in which nothing from outside stands as it came.  A touch that is
 * wanted is announced before, and ends on every path.
 */
#ifndef FIDO_CUE_H
#define FIDO_CUE_H

#include "fido/fido.h"

struct cue {
	struct io *io;
	const struct fido_cue *whom;
	bool wanted;		   /* a touch was announced */
	enum fido_event_kind told; /* last; not twice in a row */
};

/* Declare it only as `CUE(cue, io, whom);`: its touch ends with the scope. */
void cue_over(struct cue *c);
#define CUE(name, with, of)                                                   \
	__attribute__((cleanup(cue_over))) struct cue name = { .io = (with),  \
							       .whom = (of) }

/* Announce the touch if it must be, and tell. */
enum status cue_event(struct cue *c, enum fido_event_kind kind,
		      struct fault *f) MUST_USE;
void cue_tell(const struct cue *c, enum prompt_kind kind, const char *text);

/* Seconds that only go up where this is known. */
int64_t cue_clock(struct io *io);

#endif
