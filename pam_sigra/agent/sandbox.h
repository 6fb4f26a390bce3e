/* SPDX-License-Identifier: MIT */
/*
 * What is left to sigra-agent once it is connected: two sockets, a clock, and
 * an end.  No file, socket, process, signal or further memory.
 */
#ifndef AGENT_SANDBOX_H
#define AGENT_SANDBOX_H

#include "base/fault.h"

/* Give up all capabilities. */
enum status sandbox_shed(struct fault *f) MUST_USE;

/* For good.  Anything else ends the process by SIGSYS. */
enum status sandbox_shut(struct fault *f) MUST_USE;

#endif
