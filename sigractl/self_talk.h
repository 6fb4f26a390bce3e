/* SPDX-License-Identifier: MIT */
/* The terminal's side of a request to the verifier, about oneself. */
#ifndef SIGRACTL_SELF_TALK_H
#define SIGRACTL_SELF_TALK_H

#include "base/io.h"
#include "sigractl/cmd.h"
#include "wire/wire.h"

/* Who answers the verifier: a person, or two lines that were piped in. */
struct self_talk {
	struct io io; /* first: its functions find the rest by it */
	const struct secret *current, *chosen; /* NULL: ask */
	char told[PROMPT_TEXT_SIZE];	       /* the last that was told */
};

/* TEXT, escaped line by line: what comes is trusted no more than it must. */
void self_talk_lines(const char *text, char *out, size_t size);

/* What stands for io->ask: the person at the terminal. */
enum status self_talk_person(struct io *io, const struct prompt *p,
			     struct secret *answer, struct fault *f);

/*
 * Run the request of PHASE; t->io.ask is set, the rest is filled in.  Status
 * OK means only that there is a verdict.
 */
enum status self_talk_run(const struct cmd *c, enum request_phase phase,
			  struct self_talk *t, struct wire_verdict *out,
			  struct fault *f) MUST_USE;

/* The verdict as a status.  WHAT was to be done ("enrolled"); TOLD is the last
 * that was said, and OTHERWISE what holds when nothing was. */
enum status self_talk_verdict(const struct wire_verdict *v, const char *told,
			      const char *what, const char *otherwise,
			      struct fault *f) MUST_USE;

#endif
