/* SPDX-License-Identifier: MIT */
/* Secrets from a person or a pipe, never from the command line. */
#ifndef SIGRACTL_TTY_H
#define SIGRACTL_TTY_H

#include "base/fault.h"
#include "base/secret.h"

/*
 * Ask on the controlling terminal with the echo off.  However the asking ends
 * (Ctrl-C, Ctrl-Z, a hang-up), the terminal is as it was before; the signal
 * then does what it would have done.  STATUS_CANCELLED: end of file;
 * STATUS_INVALID: no terminal.
 */
enum status tty_ask_secret(const char *prompt, struct secret *out,
			   struct fault *f) MUST_USE;

/* Likewise with the echo on; the answer is cut off at SIZE and refused. */
enum status tty_ask_visible(const char *prompt, char *out, size_t size,
			    struct fault *f) MUST_USE;

/*
 * Likewise what is pasted: more bytes than a terminal keeps of a line, and any
 * number of lines, put together, until END says that it has all of it, or one
 * is empty.  MORE is said when something is missing.  OUT has no NUL;
 * STATUS_INVALID, too: it does not fit SIZE.
 */
struct tty_paste {
	bool (*end)(const char *text, size_t len);
	const char *more;
};
enum status tty_ask_paste(const char *prompt, const struct tty_paste *paste,
			  char *out, size_t size, struct fault *f) MUST_USE;

/*
 * The one line that standard input holds, its newline dropped.  STATUS_REFUSED
 * when it is longer than a secret may be or holds a NUL byte; STATUS_INVALID
 * when there is a second line, or standard input is a terminal.
 */
enum status tty_stdin_secret(struct secret *out, struct fault *f) MUST_USE;

/* Likewise the two lines that it holds. */
enum status tty_stdin_secrets(struct secret *first, struct secret *second,
			      struct fault *f) MUST_USE;

/* TEXT on the controlling terminal, wherever standard output goes, and past
 * stdio, whose buffers nobody wipes.  STATUS_INVALID: no terminal. */
enum status tty_show(const char *text, struct fault *f) MUST_USE;

/* From here to tty_output_end() standard output is the terminal.  *KEPT is for
 * the latter; nothing is to end when this failed. */
enum status tty_output_begin(int *kept, struct fault *f) MUST_USE;
void tty_output_end(int kept);

/* STATUS_INVALID when there is no terminal to ask on. */
enum status tty_there(struct fault *f) MUST_USE;

#endif
