/* SPDX-License-Identifier: MIT */
/*
 * A device between both sides as they are installed: the verifier's here, the
 * terminal's in a child.
 */
#include <errno.h>
#include <signal.h>

#include "peer.h"
#include "terminal.h"

static int
peer_with(int fd)
{
	return terminal(fd, true, STATUS_OK);
}

static int
peer_without(int fd)
{
	return terminal(fd, false, STATUS_OK);
}

static int
peer_left_alone(int fd)
{
	return terminal(fd, true, STATUS_UNAVAILABLE);
}

static int
peer_protests(int fd)
{
	return terminal(fd, true, STATUS_PROTOCOL);
}

static struct wire_server server; /* of 40 KiB */
static struct io *const io = &server.io;
static uint8_t room[IO_FRAME_MAX];

static pid_t
begin(int (*peer)(int), int *fd)
{
	WIRE_MESSAGE(r);
	pid_t pid = peer_start(peer, fd);

	CHECK_EQ(wire_server_start(&server, *fd, &r, NULL), STATUS_OK);
	return pid;
}

static void
end(pid_t pid, int fd)
{
	struct wire_verdict v = { .step = WIRE_DENY,
				  .reason = WIRE_REASON_WRONG };

	CHECK_EQ(wire_server_finish(&server, &v, NULL, NULL), STATUS_OK);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static bool
say(const char *text)
{
	return io->device_send(io, (const uint8_t *)text, strlen(text),
			       NULL) == STATUS_OK;
}

static bool
hear(const char *text)
{
	size_t len = 0;

	return io->device_receive(io, 30, room, &len, NULL) == STATUS_OK &&
	       len == strlen(text) && memcmp(room, text, len) == 0;
}

static enum status
hear_nothing(int seconds)
{
	size_t len = 77;
	enum status st = io->device_receive(io, seconds, room, &len, NULL);

	return len == 77 ? st : STATUS_CORRUPT;
}

static bool
answered(const char *text)
{
	struct prompt p = { .kind = PROMPT_SECRET, .purpose = PURPOSE_PIN };
	SECRET(answer);

	strcpy(p.text, text);
	return io->ask(io, &p, &answer, NULL) == STATUS_OK &&
	       secret_is(&answer, text, strlen(text));
}

static void
test_frames(void)
{
	struct fault f = { .text = "" };
	size_t len = 0;
	int fd;
	pid_t pid = begin(peer_with, &fd);

	CHECK_EQ(io->device_send(io, room, 1, NULL), STATUS_LOST);
	CHECK_EQ(hear_nothing(0), STATUS_LOST);
	io->device_close(io);
	CHECK_OK(io->device_open(io, IO_DEVICE_KEY, &f), &f);
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, &f), STATUS_UNAVAILABLE);
	CHECK_EQ(hear_nothing(0), STATUS_BUSY);
	/* Any byte, any number of them. */
	CHECK(say("hello") && hear("hello"));
	for (size_t i = 0; i < sizeof(room); i++)
		room[i] = (uint8_t)(i * 7);
	CHECK_OK(io->device_send(io, room, sizeof(room), &f), &f);
	memset(room, 0, sizeof(room));
	CHECK_OK(io->device_receive(io, 30, room, &len, &f), &f);
	CHECK_EQ(len, sizeof(room));
	CHECK(room[0] == 0 && room[1] == 7 && room[8191] == 0xf9);
	CHECK_EQ(io->device_send(io, room, IO_FRAME_MAX + 1, &f),
		 STATUS_INVALID);
	/* Questions go on, and what comes before the answer is not lost. */
	CHECK(say("2"));
	CHECK(answered("PIN: "));
	CHECK(hear("one") && hear("two"));
	CHECK(answered("PIN: "));
	io->device_close(io);
	CHECK_EQ(hear_nothing(0), STATUS_LOST);
	CHECK(answered("Password: "));
	end(pid, fd);
}

/* What is said and not heard is nobody's answer. */
static void
test_close(void)
{
	int fd;
	pid_t pid = begin(peer_with, &fd);

	for (int i = 0; i < WIRE_DEVICES_MAX; i++) {
		CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
		CHECK(say("2"));
		io->device_close(io);
		io->device_close(io);
		CHECK(answered("Password: "));
	}
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_UNAVAILABLE);
	end(pid, fd);
}

static void
test_ends(void)
{
	int fd;
	pid_t pid = begin(peer_with, &fd);

	CHECK_EQ(io->device_open(io, IO_DEVICE_AGENT, NULL),
		 STATUS_UNAVAILABLE);
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK(say("2") && say("x"));
	CHECK(hear("one") && hear("two"));
	CHECK_EQ(hear_nothing(30), STATUS_LOST);
	CHECK_EQ(hear_nothing(30), STATUS_LOST);
	CHECK(!say("late"));
	io->device_close(io);
	/* More than may be said at a time, and more than may be said. */
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK(say("b"));
	CHECK_EQ(hear_nothing(30), STATUS_LOST);
	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK(say("f"));
	for (int i = 0; i < WIRE_FRAMES_MAX; i++)
		CHECK(hear("flood"));
	CHECK_EQ(hear_nothing(30), STATUS_LOST);
	CHECK(answered("Password: "));
	end(pid, fd);
}

static void
test_none(void)
{
	int fd;
	pid_t pid = begin(peer_without, &fd);

	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_UNAVAILABLE);
	CHECK(answered("Password: "));
	end(pid, fd);
}

/* A verifier that goes away takes the program with it. */
static void
test_left_alone(void)
{
	int fd;
	pid_t pid = begin(peer_left_alone, &fd);

	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static bool
put(int fd, const char *bytes, size_t len)
{
	return send(fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}
#define PUT(fd, bytes) put((fd), (bytes), sizeof(bytes) - 1)

/* A verifier may not say more than the page allows. */
static void
test_verifier(void (*act)(int fd))
{
	int fd;
	pid_t pid = begin(peer_protests, &fd);

	act(fd);
	CHECK_EQ(peer_end(pid, fd), 0);
}

static void
act_frame_at_once(int fd)
{
	CHECK(PUT(fd, "\16\0\1x"));
}

static void
act_close_at_once(int fd)
{
	CHECK(PUT(fd, "\20"));
}

static void
act_opens_two(int fd)
{
	CHECK(PUT(fd, "\14\1") && PUT(fd, "\14\1"));
	while (recv(fd, room, sizeof(room), 0) > 0)
		continue;
}

static void
act_opens_many(int fd)
{
	for (int i = 0; i <= WIRE_DEVICES_MAX; i++)
		CHECK(PUT(fd, "\14\2"));
	while (recv(fd, room, sizeof(room), 0) > 0)
		continue;
}

static void
act_frames_for_ever(int fd)
{
	CHECK(PUT(fd, "\14\2"));
	for (int i = 0; i <= WIRE_FRAMES_MAX; i++)
		CHECK(PUT(fd, "\16\0\1x"));
	while (recv(fd, room, sizeof(room), 0) > 0)
		continue;
}

/* Terminals that say what they like. */
static int
hostile(int fd, const char *bytes, size_t len, unsigned times)
{
	struct wire_message m = { .type = WIRE_REQUEST };

	m.u.request.phase = PHASE_AUTH;
	if (wire_client_hello(fd, 5, NULL) != STATUS_OK ||
	    wire_send(fd, &m, NULL) != STATUS_OK ||
	    wire_expect(fd, 5, WIRE_DEVICE_OPEN, &m, NULL) != STATUS_OK ||
	    !PUT(fd, "\15\1"))
		return 1;
	/* Until the verifier has had enough. */
	while (times > 0 && put(fd, bytes, len))
		times--;
	while (recv(fd, &m, sizeof(m), 0) > 0)
		continue;
	return 0;
}

static int
hostile_frames(int fd)
{
	return hostile(fd, "\16\0\1x", 4, WIRE_FRAMES_MAX + 1);
}

static int
hostile_ended_twice(int fd)
{
	return hostile(fd, "\17\1", 2, 2);
}

static int
hostile_opened_twice(int fd)
{
	return hostile(fd, "\15\1", 2, 1);
}

static int
hostile_interrupted(int fd)
{
	return hostile(fd, "\17\2", 2, 1);
}

static enum status
hear_first(int (*peer)(int), bool ask, unsigned times)
{
	enum status st = STATUS_OK;
	struct prompt p = { .kind = PROMPT_SECRET };
	SECRET(answer);
	size_t len;
	int fd;
	pid_t pid = begin(peer, &fd);

	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	if (ask)
		st = io->ask(io, &p, &answer, NULL);
	while (times-- > 0 && st == STATUS_OK && !ask)
		st = io->device_receive(io, 30, room, &len, NULL);
	CHECK_EQ(peer_end(pid, fd), 0);
	return st;
}

static void
test_terminals(void)
{
	CHECK_EQ(hear_first(hostile_frames, false, WIRE_FRAMES_MAX),
		 STATUS_OK);
	CHECK_EQ(hear_first(hostile_frames, false, WIRE_FRAMES_MAX + 1),
		 STATUS_PROTOCOL);
	/* Kept are only a few. */
	CHECK_EQ(hear_first(hostile_frames, true, 0), STATUS_PROTOCOL);
	CHECK_EQ(hear_first(hostile_ended_twice, true, 0), STATUS_PROTOCOL);
	CHECK_EQ(hear_first(hostile_opened_twice, true, 0), STATUS_PROTOCOL);
	CHECK_EQ(hear_first(hostile_opened_twice, false, 1), STATUS_PROTOCOL);
	CHECK_EQ(hear_first(hostile_interrupted, false, 1), STATUS_CANCELLED);
}

static void
test_gone(void)
{
	int fd;
	pid_t pid = begin(peer_with, &fd);

	CHECK_EQ(io->device_open(io, IO_DEVICE_KEY, NULL), STATUS_OK);
	kill(pid, SIGKILL);
	CHECK_EQ(hear_nothing(30), STATUS_CANCELLED);
	io->device_close(io);
	CHECK(!answered("Password: "));
	CHECK_EQ(peer_end(pid, fd), 128);
}

int
main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "program") == 0)
		return program();
	test_frames();
	test_close();
	test_ends();
	test_none();
	test_left_alone();
	test_verifier(act_frame_at_once);
	test_verifier(act_close_at_once);
	test_verifier(act_opens_two);
	test_verifier(act_opens_many);
	test_verifier(act_frames_for_ever);
	test_terminals();
	test_gone();
	return test_done();
}
