/* SPDX-License-Identifier: MIT */
/*
 * A device as it is installed: a terminal's side, and a program that is the
 * test itself once more, as a child of nobody.  What the program does a
 * frame's first byte says.
 */
#ifndef TESTS_LIB_WIRE_TERMINAL_H
#define TESTS_LIB_WIRE_TERMINAL_H

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test.h"
#include "wire/wire.h"
#include "wire/wire_device.h"

#define ECHO_FRAMES 300 /* what a flood is */

static inline void
program_say(const void *bytes, size_t len)
{
	(void)send(0, bytes, len, MSG_NOSIGNAL);
}

static inline int
program(void)
{
	static uint8_t bytes[IO_FRAME_MAX + 1];

	for (;;) {
		ssize_t n = recv(0, bytes, sizeof(bytes), 0);

		if (n <= 0 || bytes[0] == 'x')
			return 0;
		if (bytes[0] == 'b') {
			program_say(bytes, sizeof(bytes));
		} else if (bytes[0] == '2') {
			program_say("one", 3);
			program_say("two", 3);
		} else if (bytes[0] == 'f') {
			for (int i = 0; i < ECHO_FRAMES; i++)
				program_say("flood", 5);
		} else {
			program_say(bytes, (size_t)n);
		}
	}
}

static inline enum status
start(struct wire_device *d, const char *path, struct fault *f)
{
	static const char *const argv[] = { "program", "program", NULL };
	const struct wire_program p = {
		.path = path, .argv = argv, .uid = geteuid(), .gid = getegid()
	};

	return wire_device_open(d, &p, f);
}

struct terminal {
	struct io io;
	struct wire_device device;
	const char *path;
	bool asked_open; /* a device was open at the question */
};

static inline struct terminal *
terminal_of(struct io *io)
{
	return (struct terminal *)(void *)io;
}

static inline enum status
terminal_ask(struct io *io, const struct prompt *p, struct secret *answer,
	     struct fault *f)
{
	struct terminal *t = terminal_of(io);
	enum status st = wire_device_pause(&t->device, f);

	t->asked_open = t->device.open;
	if (st == STATUS_OK)
		st = secret_set(answer, p->text, strlen(p->text), f);
	wire_device_resume(&t->device);
	return st;
}

static inline enum status
terminal_open(struct io *io, enum io_device which, struct fault *f)
{
	struct terminal *t = terminal_of(io);

	return start(&t->device,
		     which == IO_DEVICE_KEY ? t->path : "/nonexistent/x", f);
}

static inline enum status
terminal_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	return wire_device_send(&terminal_of(io)->device, bytes, len, f);
}

static inline enum status
terminal_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
		 struct fault *f)
{
	return wire_device_receive(&terminal_of(io)->device, seconds, bytes,
				   len, f);
}

static inline size_t
terminal_fds(struct io *io, int *fds)
{
	return wire_device_fds(&terminal_of(io)->device, fds);
}

static inline void
terminal_close(struct io *io)
{
	wire_device_close(&terminal_of(io)->device);
}

static inline unsigned
open_fds(void)
{
	unsigned n = 0;
	DIR *dir = opendir("/proc/self/fd");

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	if (dir != NULL)
		closedir(dir);
	return n;
}

/* 0: the verdict came, and all is as it was before. */
static inline int
terminal(int fd, bool devices, enum status expected)
{
	struct terminal t = { .io = { .ask = terminal_ask },
			      .path = "/proc/self/exe" };
	struct request r = { .phase = PHASE_AUTH, .user = "ann" };
	struct wire_verdict v;
	unsigned before = open_fds();

	if (devices) {
		t.io.device_open = terminal_open;
		t.io.device_send = terminal_send;
		t.io.device_receive = terminal_receive;
		t.io.device_close = terminal_close;
		t.io.device_fds = terminal_fds;
	}
	if (wire_client_hello(fd, 5, NULL) != STATUS_OK ||
	    wire_client_run(fd, &r, &t.io, &v, NULL, NULL) != expected)
		return 1;
	return open_fds() == before && !t.device.open ? 0 : 2;
}

#endif
