/* SPDX-License-Identifier: MIT */
#include "fido/link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

int64_t
link_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A reader that has stopped must not stop us: what does not fit is lost, and
 * so is the reader. */
static enum status
link_put(int fd, const uint8_t *bytes, size_t len, struct fault *f)
{
	ssize_t n;

	do
		n = send(fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)len)
		return fault_errno(f, errno, "cannot send");
	return STATUS_OK;
}

static enum status
link_get(int fd, uint8_t *bytes, size_t size, size_t *len, struct fault *f)
{
	ssize_t n;

	do
		n = recv(fd, bytes, size, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return fault(f, STATUS_LOST, "the other side is gone");
	if ((size_t)n > size)
		return fault(f, STATUS_PROTOCOL, "a packet is too long");
	*len = (size_t)n;
	return STATUS_OK;
}

enum status
link_send(int fd, enum link_word word, const struct fido_frame *frame,
	  struct fault *f)
{
	uint8_t bytes[1 + IO_FRAME_MAX] = { (uint8_t)word };
	enum status st = STATUS_OK;
	size_t len = 0;

	if (frame != NULL)
		st = fido_encode(frame, bytes + 1, &len, f);
	if (st == STATUS_OK)
		st = link_put(fd, bytes, len + 1, f);
	explicit_bzero(bytes, sizeof(bytes));
	return st;
}

/* Which frames may go with a word? */
static bool
link_fits(enum link_word word, const struct fido_frame *frame)
{
	if (word == LINK_PIN)
		return frame->kind == FIDO_FRAME_PIN;
	return word == LINK_FRAME && (frame->kind == FIDO_FRAME_EVENT ||
				      frame->kind == FIDO_FRAME_REPLY);
}

enum status
link_receive(int fd, enum link_word *word, struct fido_frame *frame,
	     struct fault *f)
{
	uint8_t bytes[1 + IO_FRAME_MAX];
	enum status st;
	size_t len;

	if ((st = link_get(fd, bytes, sizeof(bytes), &len, f)) != STATUS_OK)
		return st;
	*word = (enum link_word)bytes[0];
	if (bytes[0] < LINK_READY || bytes[0] > LINK_CANCEL)
		st = fault(f, STATUS_PROTOCOL, "no such word");
	else if (len > 1)
		st = fido_decode(bytes + 1, len - 1, frame, f);
	else if (*word == LINK_FRAME || *word == LINK_PIN)
		st = fault(f, STATUS_PROTOCOL, "a frame is missing");
	if (st == STATUS_OK && len > 1 && !link_fits(*word, frame))
		st = fault(f, STATUS_PROTOCOL, "a frame that is none here");
	explicit_bzero(bytes, sizeof(bytes));
	return st;
}

enum status
link_say(int fd, const struct fido_frame *frame, struct fault *f)
{
	uint8_t bytes[IO_FRAME_MAX];
	enum status st;
	size_t len;

	if ((st = fido_encode(frame, bytes, &len, f)) == STATUS_OK)
		st = link_put(fd, bytes, len, f);
	explicit_bzero(bytes, sizeof(bytes));
	return st;
}

enum status
link_hear(int fd, struct fido_frame *frame, struct fault *f)
{
	uint8_t bytes[IO_FRAME_MAX];
	enum status st;
	size_t len;

	if ((st = link_get(fd, bytes, sizeof(bytes), &len, f)) == STATUS_OK)
		st = fido_decode(bytes, len, frame, f);
	explicit_bzero(bytes, sizeof(bytes));
	return st;
}
