/* SPDX-License-Identifier: MIT */
#include "sigractl/key_talk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "sigractl/out.h"
#include "sigractl/self_talk.h"
#include "sigractl/tty.h"

#define KEY_TALK_ESCAPE 0x1b
#define KEY_TALK_NANO 1000000000

/* They end the wait, and after it the program. */
static const int key_talk_signals[KEY_TALK_SIGNALS] = { SIGINT, SIGTERM,
							SIGHUP, SIGQUIT };

static volatile sig_atomic_t key_talk_caught;

static void
key_talk_catch(int sig)
{
	key_talk_caught = sig;
}

void
key_talk_say(const char *text)
{
	char line[PROMPT_TEXT_SIZE + 2];
	struct fault ignored;

	(void)snprintf(line, sizeof(line), "%s\n", text);
	if (tty_show(line, &ignored) != STATUS_OK)
		out_error(text);
}

static enum status
key_talk_tell(struct io *io, const struct prompt *p, struct fault *f)
{
	char text[PROMPT_TEXT_SIZE];

	(void)io;
	(void)f;
	self_talk_lines(p->text, text, sizeof(text));
	key_talk_say(text);
	return STATUS_OK;
}

/* The PIN of the round before is most likely this one's, too. */
static enum status
key_talk_pin(struct key_talk *t, const struct prompt *p, struct secret *answer,
	     struct fault *f)
{
	enum status st;

	if (t->pin_given && !t->pin_offered) {
		t->pin_offered = true;
		secret_copy(answer, t->pin);
		return STATUS_OK;
	}
	if (t->piped && t->pin_given)
		return fault(f, STATUS_CANCELLED,
			     "there is one PIN in standard input");
	if (!t->piped && tty_there(f) != STATUS_OK) {
		t->nobody = true;
		return fault(f, STATUS_CANCELLED, "nobody is there to ask");
	}
	st = t->piped ? tty_stdin_secret(answer, f)
		      : self_talk_person(&t->io, p, answer, f);
	if (t->piped &&
	    (st == STATUS_INVALID || (st == STATUS_OK && answer->len == 0))) {
		t->empty = true;
		return fault(f, STATUS_CANCELLED, "there is no PIN");
	}
	if (st != STATUS_OK)
		return st;
	secret_copy(t->pin, answer);
	t->pin_given = t->pin_offered = true;
	return STATUS_OK;
}

static enum status
key_talk_ask(struct io *io, const struct prompt *p, struct secret *answer,
	     struct fault *f)
{
	struct key_talk *t = (struct key_talk *)(void *)io;

	if (p->purpose == PURPOSE_PIN && p->kind == PROMPT_SECRET)
		return key_talk_pin(t, p, answer, f);
	if (t->piped || tty_there(f) != STATUS_OK) {
		t->nobody = !t->piped;
		return fault(f, STATUS_CANCELLED, "nobody is there to ask");
	}
	return self_talk_person(io, p, answer, f);
}

/* --- the program --- */

static enum status
key_talk_open(struct io *io, enum io_device which, struct fault *f)
{
	struct key_talk *t = (struct key_talk *)(void *)io;
	struct sigaction act = { .sa_handler = key_talk_catch };
	sigset_t held;
	enum status st;

	if (which != IO_DEVICE_KEY || t->program >= 0)
		return fault(f, STATUS_UNAVAILABLE, "there is no such device");
	if ((st = starter_start(t->starter, &t->program, f)) != STATUS_OK)
		return st;
	key_talk_caught = 0;
	t->caught = 0;
	t->pin_offered = false;
	(void)sigemptyset(&act.sa_mask);
	(void)sigemptyset(&held);
	for (size_t i = 0; i < KEY_TALK_SIGNALS; i++) {
		(void)sigaction(key_talk_signals[i], &act, &t->old[i]);
		(void)sigaddset(&held, key_talk_signals[i]);
	}
	/* Let in only while we wait, so that none slips in before. */
	(void)sigprocmask(SIG_BLOCK, &held, &t->open);
	return STATUS_OK;
}

static void
key_talk_close(struct io *io)
{
	struct key_talk *t = (struct key_talk *)(void *)io;

	if (t->program < 0)
		return;
	(void)close(t->program);
	t->program = -1;
	/* What is still held is caught, not lost. */
	(void)sigprocmask(SIG_SETMASK, &t->open, NULL);
	for (size_t i = 0; i < KEY_TALK_SIGNALS; i++)
		(void)sigaction(key_talk_signals[i], &t->old[i], NULL);
	if (t->caught == 0)
		t->caught = key_talk_caught;
	if (t->caught != 0)
		(void)raise(t->caught);
}

static enum status
key_talk_send(struct io *io, const uint8_t *bytes, size_t len, struct fault *f)
{
	const struct key_talk *t = (const struct key_talk *)(void *)io;
	ssize_t n;

	do
		n = send(t->program, bytes, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)len)
		return STATUS_OK;
	return fault(f, STATUS_LOST, "%s has ended", KEY_TALK_PROGRAM);
}

/* The keyboard, a key at a time, while somebody waits in the foreground. */
struct key_talk_keys {
	int fd;
	struct termios was;
};

static void
key_talk_keys_begin(struct key_talk_keys *k)
{
	struct termios now;

	k->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (k->fd < 0)
		return;
	if (tcgetpgrp(k->fd) == getpgrp() && tcgetattr(k->fd, &k->was) == 0) {
		now = k->was;
		now.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		if (tcsetattr(k->fd, TCSANOW, &now) == 0)
			return;
	}
	(void)close(k->fd);
	k->fd = -1;
}

static void
key_talk_keys_end(struct key_talk_keys *k)
{
	if (k->fd < 0)
		return;
	(void)tcsetattr(k->fd, TCSANOW, &k->was);
	(void)close(k->fd);
}

/* Esc alone; an arrow begins with it, too, and brings more. */
static bool
key_talk_escaped(struct key_talk_keys *k)
{
	char typed[64];
	ssize_t n = read(k->fd, typed, sizeof(typed));

	/* A terminal that is gone is ready for ever. */
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		key_talk_keys_end(k);
		k->fd = -1;
	}
	return n == 1 && typed[0] == KEY_TALK_ESCAPE;
}

static struct timespec
key_talk_left(const struct timespec *end)
{
	struct timespec now, left;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	left.tv_sec = end->tv_sec - now.tv_sec;
	left.tv_nsec = end->tv_nsec - now.tv_nsec;
	if (left.tv_nsec < 0) {
		left.tv_sec--;
		left.tv_nsec += KEY_TALK_NANO;
	}
	if (left.tv_sec < 0)
		left = (struct timespec){ .tv_sec = 0 };
	return left;
}

static enum status
key_talk_wait(struct key_talk *t, struct key_talk_keys *k, int seconds,
	      struct fault *f)
{
	struct timespec end;

	(void)clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += seconds;
	for (;;) {
		struct pollfd p[2] = {
			{ .fd = t->program, .events = POLLIN },
			{ .fd = k->fd, .events = POLLIN },
		};
		struct timespec left = key_talk_left(&end);
		int n = ppoll(p, 2, &left, &t->open);

		if (key_talk_caught != 0) {
			t->caught = key_talk_caught;
			key_talk_caught = 0;
			return fault(f, STATUS_CANCELLED, "interrupted");
		}
		if (n < 0 && errno != EINTR)
			return fault_errno(f, errno, "cannot wait");
		if (n > 0 && p[0].revents != 0)
			return STATUS_OK;
		if (n > 0 && p[1].revents != 0 && key_talk_escaped(k)) {
			t->escaped = true;
			return fault(f, STATUS_CANCELLED, "cancelled");
		}
		if (n == 0)
			return fault(f, STATUS_BUSY, "nothing came in time");
	}
}

static enum status
key_talk_receive(struct io *io, int seconds, uint8_t *bytes, size_t *len,
		 struct fault *f)
{
	struct key_talk *t = (struct key_talk *)(void *)io;
	struct key_talk_keys keys;
	enum status st;
	ssize_t n;

	key_talk_keys_begin(&keys);
	st = key_talk_wait(t, &keys, seconds, f);
	key_talk_keys_end(&keys);
	if (st != STATUS_OK)
		return st;
	/* A longer packet is told by its true length. */
	n = recv(t->program, bytes, IO_FRAME_MAX, MSG_TRUNC);
	if (n <= 0)
		return fault(f, STATUS_LOST, "%s has ended", KEY_TALK_PROGRAM);
	if (n > IO_FRAME_MAX)
		return fault(f, STATUS_PROTOCOL, "a frame is too long");
	*len = (size_t)n;
	return STATUS_OK;
}

static int64_t
key_talk_now(struct io *io)
{
	(void)io;
	return (int64_t)time(NULL);
}

static int64_t
key_talk_uptime(struct io *io)
{
	struct timespec now;

	(void)io;
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec;
}

void
key_talk_start(struct key_talk *t)
{
	t->io = (struct io){
		.ask = key_talk_ask,
		.tell = key_talk_tell,
		.now = key_talk_now,
		.uptime = key_talk_uptime,
		.device_open = key_talk_open,
		.device_send = key_talk_send,
		.device_receive = key_talk_receive,
		.device_close = key_talk_close,
	};
	t->program = -1;
}
