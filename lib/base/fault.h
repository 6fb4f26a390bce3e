/* SPDX-License-Identifier: MIT */
/*
 * One failure as one sentence: written once, where the knowledge is, and
 * printed once, where the channel is known (syslog or stderr).
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include "base/status.h"

#define FAULT_TEXT_SIZE 384

/* Owned by the caller; never on the heap.  Empty text: nothing failed. */
struct fault {
	enum status status;
	char text[FAULT_TEXT_SIZE];
};

/*
 * Write the sentence (printf(3) format, cut at FAULT_TEXT_SIZE - 1 bytes,
 * unsafe bytes escaped as text_encode() does) and return ST, so that callers
 * say `return fault(...)`.  F may be NULL.
 */
enum status fault(struct fault *f, enum status st, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))) MUST_USE;

/* As fault(), and appends ": " and the text of errno value ERR. */
enum status fault_errno(struct fault *f, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4))) MUST_USE;

#endif
