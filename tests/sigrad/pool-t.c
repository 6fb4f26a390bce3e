/* SPDX-License-Identifier: MIT */
/*
 * A worker asks its master for a key's program: real processes, and a unit
 * that is a socket of ours.  What a worker does besides is not here.
 */
#include "sigrad/pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sigrad/lend.h"
#include "sigrad/worker.h"
#include "test.h"

void
worker_close(struct worker *w)
{
	(void)w;
}

enum status
worker_open(struct worker *w, const struct config *config, struct fault *f)
{
	(void)w;
	(void)config;
	(void)f;
	return STATUS_OK;
}

static unsigned preloaded;
static bool keys;

void
worker_preload(void)
{
	preloaded++;
}

enum status
worker_preload_if_needed(struct worker *w, struct fault *f)
{
	(void)f;
	w->preloaded = keys;
	return STATUS_OK;
}

enum status
peer_identify(int fd, const struct config *c, struct peer *out,
	      struct fault *f)
{
	(void)fd;
	(void)c;
	(void)out;
	(void)f;
	return STATUS_OK;
}

/* For each byte of the peer's: borrow, and say to both ends what came. */
enum status
worker_serve(struct worker *w, int fd, const struct peer *peer,
	     struct fault *f)
{
	char byte;

	(void)peer;
	(void)f;
	while (recv(fd, &byte, 1, 0) == 1) {
		int lent = pool_borrow(w->control, 30);

		if (lent >= 0 && send(lent, "hello", 5, 0) != 5)
			return STATUS_SYSTEM;
		if (send(fd, lent >= 0 ? "y" : "n", 1, 0) != 1)
			return STATUS_SYSTEM;
	}
	return STATUS_OK;
}

static struct config config;
static struct pool pool = { .config = &config };

/* Hear worker 0 once; false when it has gone. */
static bool
turn(void)
{
	struct pollfd p = { .fd = pool.worker[0].control, .events = POLLIN };
	bool failed;

	CHECK(poll(&p, 1, 30000) == 1);
	return pool_heard(&pool, 0, &failed);
}

static char
asked(int fd, bool lives)
{
	char byte = '?';

	CHECK(send(fd, "a", 1, 0) == 1);
	CHECK_EQ(turn(), lives);
	return recv(fd, &byte, 1, 0) == 1 ? byte : '-';
}

static int
begin(void)
{
	struct fault f = { .text = "" };
	int pair[2];

	CHECK_OK(pool_fork(&pool, &f), &f);
	CHECK(turn());
	CHECK_EQ(pool.worker[0].state, POOL_SPARE);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ==
	      0);
	CHECK(pool_give(&pool, 0, pair[1], 1000));
	return pair[0];
}

static bool
unit_hello(int listener)
{
	char bytes[10];
	int fd = accept(listener, NULL, NULL);
	bool said = fd >= 0 && recv(fd, bytes, sizeof(bytes), 0) == 5 &&
		    memcmp(bytes, "hello", 5) == 0;

	(void)close(fd);
	return said;
}

static void
test_lent(int listener)
{
	int fd = begin();

	for (int i = 0; i < WIRE_DEVICES_MAX; i++) {
		CHECK_EQ(asked(fd, true), 'y');
		CHECK(unit_hello(listener));
	}
	/* Once more than it may: it is let go of, and gets nothing. */
	CHECK_EQ(asked(fd, false), 'n');
	CHECK_EQ(pool.n, 0);
	(void)close(fd);
}

static void
test_absent(void)
{
	int fd = begin();

	CHECK_EQ(asked(fd, true), 'n');
	(void)close(fd);
	CHECK(!turn());
}

int
main(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)signal(SIGCHLD, SIG_IGN);
	snprintf(config.verifier_socket, sizeof(config.verifier_socket),
		 "%.80s/s", test_dir());
	snprintf(at.sun_path, sizeof(at.sun_path), "%.80s/fido.sock",
		 test_dir());
	test_absent();
	/* What a worker needs its master has for the next ones. */
	CHECK_EQ(preloaded, 0);
	keys = true;
	CHECK(bind(listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	      listen(listener, 8) == 0);
	test_lent(listener);
	CHECK_EQ(preloaded, 1);
	CHECK_EQ(lend_connect("relative"), -1);
	return test_done();
}
