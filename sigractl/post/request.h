/* SPDX-License-Identifier: MIT */
/*
 * What sigra-post is asked: lines "name: value", an empty line, and the body
 * up to the end.
 *	url, header (any number), ca (a file), private ("yes"), seconds
 */
#ifndef POST_REQUEST_H
#define POST_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define REQUEST_MAX 65536
#define REQUEST_HEADERS_MAX 8

/* Pointers into what was parsed. */
struct request_post {
	const char *url;
	const char *header[REQUEST_HEADERS_MAX];
	size_t headers;
	const char *ca; /* NULL: the system's */
	bool allow_private;
	int64_t seconds;
	const char *body;
	size_t body_len;
};

/* TEXT, of LEN bytes with a NUL behind them, is cut up.  STATUS_INVALID. */
enum status request_parse(char *text, size_t len, struct request_post *out,
			  struct fault *f) MUST_USE;

#endif
