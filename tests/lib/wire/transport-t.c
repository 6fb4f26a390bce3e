/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"
#include "wire/wire.h"

static int pair[2];

static void
open_pair(void)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		exit(1);
}

static void
close_pair(void)
{
	close(pair[0]);
	close(pair[1]);
}

static void
hello(struct wire_message *m)
{
	m->type = WIRE_HELLO;
	m->u.hello.low = 1;
	m->u.hello.high = 3;
}

static void
test_one_packet(void)
{
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);
	WIRE_MESSAGE(got);

	open_pair();
	hello(&m);
	CHECK_OK(wire_send(pair[0], &m, &f), &f);
	CHECK_OK(wire_receive(pair[1], 5, &got, &f), &f);
	CHECK_EQ(got.u.hello.high, 3);
	CHECK_OK(wire_send(pair[1], &m, &f), &f);
	CHECK_EQ(wire_expect(pair[0], 5, WIRE_REQUEST, &got, &f),
		 STATUS_PROTOCOL);
	CHECK_STR(f.text, "message of type 1 came where 3 was due");
	m.u.hello.low = 0;
	CHECK_EQ(wire_send(pair[1], &m, &f), STATUS_INVALID);
	close_pair();
}

static void
test_time(void)
{
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);

	open_pair();
	CHECK_EQ(wire_receive(pair[0], 0, &m, &f), STATUS_UNAVAILABLE);
	CHECK_STR(f.text, "the peer let its time pass");
	close_pair();
}

static void
test_gone(void)
{
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);

	open_pair();
	close(pair[1]);
	CHECK_EQ(wire_receive(pair[0], 5, &m, &f), STATUS_UNAVAILABLE);
	/* SIGPIPE would end this program here. */
	hello(&m);
	CHECK_EQ(wire_send(pair[0], &m, &f), STATUS_UNAVAILABLE);
	CHECK_STR(f.text, "the peer has gone");
	close(pair[0]);
	/* Something of ours is unread when the peer goes. */
	open_pair();
	CHECK_OK(wire_send(pair[0], &m, &f), &f);
	close(pair[1]);
	CHECK_EQ(wire_receive(pair[0], 5, &m, &f), STATUS_UNAVAILABLE);
	close(pair[0]);
}

static void
test_sizes(void)
{
	static uint8_t large[WIRE_MESSAGE_MAX * 4];
	struct fault f = { .text = "" };
	WIRE_MESSAGE(m);

	open_pair();
	/* The beginning would be a message; the whole is none. */
	memcpy(large, "\x01\x00\x01\x00\x01", 5);
	CHECK_EQ(send(pair[1], large, sizeof(large), 0), sizeof(large));
	CHECK_EQ(wire_receive(pair[0], 5, &m, &f), STATUS_PROTOCOL);
	CHECK_EQ(send(pair[1], large, WIRE_MESSAGE_MAX, 0), WIRE_MESSAGE_MAX);
	CHECK_EQ(wire_receive(pair[0], 5, &m, &f), STATUS_PROTOCOL);
	CHECK_EQ(send(pair[1], large, 6, 0), 6);
	CHECK_EQ(wire_receive(pair[0], 5, &m, &f), STATUS_PROTOCOL);
	CHECK_EQ(send(pair[1], large, 4, 0), 4);
	CHECK_EQ(wire_receive(pair[0], 5, &m, &f), STATUS_PROTOCOL);
	CHECK_EQ(send(pair[1], large, 5, 0), 5);
	CHECK_OK(wire_receive(pair[0], 5, &m, &f), &f);
	close_pair();
}

/* A descriptor that comes along must not stay with us. */
static void
test_stray_descriptor(void)
{
	uint8_t bytes[] = { 1, 0, 1, 0, 1 };
	struct iovec iov = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .room = "" };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.room,
			      .msg_controllen = sizeof(control.room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	struct fault f = { .text = "" };
	int before, after;
	WIRE_MESSAGE(m);

	open_pair();
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &pair[1], sizeof(int));
	CHECK_EQ(sendmsg(pair[1], &msg, 0), sizeof(bytes));
	before = dup(pair[0]);
	close(before);
	CHECK_OK(wire_receive(pair[0], 5, &m, &f), &f);
	after = dup(pair[0]);
	close(after);
	CHECK_EQ(before, after);
	close_pair();
}

static void
nothing(int sig)
{
	(void)sig;
}

/* A host's signals must neither end nor stretch the wait. */
static void
test_interrupted(void)
{
	struct sigaction act = { .sa_handler = nothing };
	struct fault f = { .text = "" };
	pid_t parent = getpid(), child;
	WIRE_MESSAGE(m);
	int status;

	open_pair();
	CHECK_EQ(sigaction(SIGUSR1, &act, NULL), 0);
	child = fork();
	if (child == 0) {
		WIRE_MESSAGE(late);

		for (int i = 0; i < 20; i++) {
			(void)kill(parent, SIGUSR1);
			usleep(2000);
		}
		hello(&late);
		_exit(wire_send(pair[1], &late, NULL) == STATUS_OK ? 0 : 1);
	}
	CHECK_OK(wire_receive(pair[0], 60, &m, &f), &f);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	CHECK_EQ(status, 0);
	close_pair();
}

int
main(void)
{
	test_one_packet();
	test_time();
	test_gone();
	test_sizes();
	test_stray_descriptor();
	test_interrupted();
	return test_done();
}
