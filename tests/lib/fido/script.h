/* SPDX-License-Identifier: MIT */
/*
 * A device and a person that do what a list says: an io whose program is a
 * row of frames, and which notes all that is asked, told, sent and touched.
 */
#ifndef TESTS_FIDO_SCRIPT_H
#define TESTS_FIDO_SCRIPT_H

#include "base/io.h"
#include "fido/agent.h"
#include "fido/fido.h"

#define SCRIPT_STEPS 80
#define SCRIPT_TEXT 4096

/* What device_receive() gives: a status, or else bytes. */
struct script_step {
	enum status st;
	uint8_t bytes[1400];
	size_t len;
	int seconds; /* that pass before */
};

struct script {
	struct io io; /* first: the io functions find the script by it */
	struct fido_cue cue;
	struct fault f;
	int64_t clock;
	enum status opens, sends; /* what these answer */
	unsigned send_fails_at;	  /* the n-th frame, from 1; 0: none */
	enum status touches;
	struct script_step step[SCRIPT_STEPS];
	size_t steps, at;
	const char *answer[8]; /* NULL: Ctrl-C */
	size_t answers, asked;
	/* What happened, a word each: "open", "tell:...", "ask:...",
	 * "send:PIN 1234", "touch", "over", "close" */
	char log[SCRIPT_TEXT];
	int touch_depth, longest;
	enum io_device device;
	struct fido_request question; /* of script_run() ... */
	struct fido_reply out;	      /* and what came of it */
	struct fido_request request;  /* as it was sent */
	struct agent_request agent;
};

void script_start(struct script *s);
void script_event(struct script *s, enum fido_event_kind kind, unsigned tries);
void script_reply(struct script *s, const struct fido_reply *r);
void script_end(struct script *s, enum fido_end end);
void script_status(struct script *s, enum status st);
void script_bytes(struct script *s, const void *bytes, size_t len);
void script_agent(struct script *s, const struct agent_frame *frame);
void script_answer(struct script *s, const char *answer);
/* Ready to ask a key for one of two credentials, or to make one. */
void script_question(struct script *s, enum fido_verb verb);
/* A reply that fits the former. */
struct fido_reply script_assertion(void);
/* fido_ask(); whatever happens, all that begins ends. */
enum status script_run(struct script *s);
/* The same, and it is broken off with this sentence. */
void script_breaks(struct script *s, const char *why);
/* Has the log this in it, and how often? */
int script_count(const struct script *s, const char *what);

#endif
