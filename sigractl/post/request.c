/* SPDX-License-Identifier: MIT */
#include "post/request.h"

#include <string.h>

#include "base/text.h"

#define REQUEST_SECONDS 30

/* The value when LINE is "NAME: value", else NULL. */
static const char *
request_value(const char *line, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(line, name, len) != 0 ||
	    strncmp(line + len, ": ", 2) != 0 || line[len + 2] == '\0')
		return NULL;
	return line + len + 2;
}

static bool
request_line(const char *line, struct request_post *r)
{
	const char *value;

	/* No byte that could begin another line of the request. */
	for (const char *p = line; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
			return false;
	if ((value = request_value(line, "url")) != NULL && r->url == NULL) {
		r->url = value;
		return true;
	}
	if ((value = request_value(line, "ca")) != NULL && r->ca == NULL) {
		r->ca = value;
		return true;
	}
	if ((value = request_value(line, "seconds")) != NULL)
		return text_number(value, 1, 300, &r->seconds);
	if ((value = request_value(line, "private")) != NULL) {
		r->allow_private = true;
		return strcmp(value, "yes") == 0;
	}
	value = request_value(line, "header");
	if (value == NULL || r->headers == REQUEST_HEADERS_MAX)
		return false;
	r->header[r->headers++] = value;
	return true;
}

enum status
request_parse(char *text, size_t len, struct request_post *out,
	      struct fault *f)
{
	struct request_post r = { .seconds = REQUEST_SECONDS };
	char *at = text, *end;

	for (;;) {
		end = memchr(at, '\n', len - (size_t)(at - text));
		if (end == NULL)
			return fault(f, STATUS_INVALID,
				     "no empty line ends the request's head");
		*end = '\0';
		if (end == at)
			break;
		if (strlen(at) != (size_t)(end - at) || !request_line(at, &r))
			return fault(f, STATUS_INVALID,
				     "'%s' is no line of a request", at);
		at = end + 1;
	}
	if (r.url == NULL)
		return fault(f, STATUS_INVALID, "the request has no url");
	r.body = end + 1;
	r.body_len = len - (size_t)(r.body - text);
	*out = r;
	return STATUS_OK;
}
