/* SPDX-License-Identifier: MIT */
/* Messages to an SSH agent and from it, each behind its length, in time. */
#ifndef AGENT_TALK_H
#define AGENT_TALK_H

#include "agent/message.h"

struct talk {
	int fd;	       /* the agent's, non-blocking */
	int above;     /* who waits for us: it ends, we end */
	int64_t until; /* talk_clock() */
	size_t len;
	uint8_t bytes[MESSAGE_MAX];
};

/* A stream to the agent at PATH, or -1. */
int talk_connect(const char *path);

/* Milliseconds. */
int64_t talk_clock(void);

/*
 * Send ASK of LEN bytes; the answer is in t->bytes.  AGENT_DONE; AGENT_GONE
 * when it has hung up, AGENT_REFUSED when nothing came in time, AGENT_BROKEN
 * for a length that cannot be.  Zero when whoever waits for us has ended.
 */
enum agent_end talk_ask(struct talk *t, const uint8_t *ask, size_t len);

#endif
