/* SPDX-License-Identifier: MIT */
#include "agent/talk.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "base/auto.h"
#include "base/text.h"

#define TALK_ENDED ((enum agent_end)0)

int
talk_connect(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	AUTO_FD int fd = -1;

	/* Relative to what, and no file at all: neither is asked for. */
	if (path[0] != '/' ||
	    !text_copy(to.sun_path, sizeof(to.sun_path), path))
		return -1;
	/* An agent that accepts nobody must not hold us: no waiting. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return -1;
	return steal_fd(&fd);
}

int64_t
talk_clock(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Nobody says anything to us meanwhile: any sign of life above is its end. */
static enum agent_end
talk_wait(const struct talk *t, short events)
{
	struct pollfd p[2] = { { .fd = t->fd, .events = events },
			       { .fd = t->above, .events = POLLIN } };
	int n;

	do {
		int64_t left = t->until - talk_clock();

		n = left <= 0 ? 0 : poll(p, 2, (int)left);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n == 0 ? AGENT_REFUSED : AGENT_GONE;
	return p[1].revents != 0 ? TALK_ENDED : AGENT_DONE;
}

static bool
talk_later(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static enum agent_end
talk_write(struct talk *t, const uint8_t *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(t->fd, p, len, MSG_NOSIGNAL);
		enum agent_end end = AGENT_DONE;

		if (talk_later(n))
			end = talk_wait(t, POLLOUT);
		else if (n <= 0)
			end = AGENT_GONE;
		if (end != AGENT_DONE)
			return end;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return AGENT_DONE;
}

/* Waits each time: bytes that trickle in make no more time. */
static enum agent_end
talk_read(struct talk *t, uint8_t *p, size_t len)
{
	while (len > 0) {
		enum agent_end end = talk_wait(t, POLLIN);
		ssize_t n;

		if (end != AGENT_DONE)
			return end;
		n = recv(t->fd, p, len, 0);
		if (n <= 0 && !talk_later(n))
			return AGENT_GONE;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return AGENT_DONE;
}

static void
talk_length_put(uint8_t out[4], size_t len)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(len >> (8 * (3 - i)));
}

enum agent_end
talk_ask(struct talk *t, const uint8_t *ask, size_t len)
{
	uint8_t head[4];
	enum agent_end end;

	t->len = 0;
	talk_length_put(head, len);
	if ((end = talk_write(t, head, sizeof(head))) != AGENT_DONE ||
	    (end = talk_write(t, ask, len)) != AGENT_DONE ||
	    (end = talk_read(t, head, sizeof(head))) != AGENT_DONE)
		return end;
	len = (size_t)head[0] << 24 | (size_t)head[1] << 16 |
	      (size_t)head[2] << 8 | (size_t)head[3];
	if (len == 0 || len > sizeof(t->bytes))
		return AGENT_BROKEN;
	if ((end = talk_read(t, t->bytes, len)) != AGENT_DONE)
		return end;
	t->len = len;
	return AGENT_DONE;
}
