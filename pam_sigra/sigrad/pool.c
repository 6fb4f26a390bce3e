/* SPDX-License-Identifier: MIT */
#include "sigrad/pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/auto.h"
#include "sigrad/lend.h"
#include "sigrad/worker.h"

#define POOL_READY 'r'
#define POOL_READY_KEYS 'R' /* ... and the store has security keys */
#define POOL_SERVE 'c'

/* What a child must not have of its master: its descriptors and signals. */
static void
pool_child_reset(int control)
{
	sigset_t none;

	closelog();
	if (dup2(control, STDIN_FILENO) != STDIN_FILENO ||
	    close_range(3, ~0U, 0) != 0 || sigemptyset(&none) != 0 ||
	    sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		_exit(1);
	openlog("sigrad", LOG_PID, LOG_AUTHPRIV);
}

static _Noreturn void
pool_child_end(enum status st, const struct fault *f)
{
	if (st != STATUS_OK)
		syslog(LOG_ERR, "denied, status=%s: %s", status_name(st),
		       f->text);
	_exit(st == STATUS_OK ? 0 : 1);
}

/* The connection that the master hands over; -1 when there is none. */
static int
pool_take(int control)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .room = { 0 } };
	char byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = u.room,
			      .msg_controllen = sizeof(u.room) };
	struct cmsghdr *c;
	ssize_t n;
	int fd;

	do
		n = recvmsg(control, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n == 1 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (c == NULL || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
		return -1;
	memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static enum status
pool_child(const struct config *config, struct fault *f)
{
	AUTO_FD int fd = -1;
	struct peer peer;
	enum status st;
	char ready;
	WORKER(w);

	w.control = STDIN_FILENO;
	if ((st = worker_open(&w, config, f)) != STATUS_OK ||
	    (st = worker_preload_if_needed(&w, f)) != STATUS_OK)
		return st;
	ready = w.preloaded ? POOL_READY_KEYS : POOL_READY;
	if (send(STDIN_FILENO, &ready, 1, MSG_NOSIGNAL) != 1)
		return STATUS_OK;
	fd = pool_take(STDIN_FILENO);
	if (fd < 0)
		return STATUS_OK; /* the master has stopped */
	/* Fresh, for it may have stood here longer than the syslog. */
	openlog("sigrad", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV);
	/* The first key of all may have come while it stood here. */
	if ((st = worker_preload_if_needed(&w, f)) != STATUS_OK ||
	    (st = peer_identify(fd, config, &peer, f)) != STATUS_OK)
		return st;
	return worker_serve(&w, fd, &peer, f);
}

static enum status
pool_pair(int out[2], struct fault *f)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) != 0)
		return fault_errno(f, errno, "cannot make a socket");
	return STATUS_OK;
}

enum status
pool_fork(struct pool *p, struct fault *f)
{
	enum status st;
	int pair[2];
	pid_t pid;

	if (p->n == POOL_MAX)
		return fault(f, STATUS_BUSY, "too many workers");
	if ((st = pool_pair(pair, f)) != STATUS_OK)
		return st;
	pid = fork();
	if (pid == 0) {
		struct fault why = { .text = "" };

		pool_child_reset(pair[1]);
		st = pool_child(p->config, &why);
		pool_child_end(st, &why);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return fault_errno(f, errno, "cannot fork a worker");
	}
	p->worker[p->n++] = (struct pool_worker){ .state = POOL_STARTING,
						  .control = pair[0] };
	return STATUS_OK;
}

enum status
pool_fork_keeper(struct pool *p, int *control, struct fault *f)
{
	enum status st;
	int pair[2];
	pid_t pid;

	if ((st = pool_pair(pair, f)) != STATUS_OK)
		return st;
	pid = fork();
	if (pid == 0) {
		struct fault why = { .text = "" };
		WORKER(w);

		pool_child_reset(pair[1]);
		st = worker_open(&w, p->config, &why);
		if (st == STATUS_OK)
			(void)pool_take(STDIN_FILENO);
		pool_child_end(st, &why);
	}
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return fault_errno(f, errno, "cannot fork");
	}
	*control = pair[0];
	return STATUS_OK;
}

static void
pool_remove(struct pool *p, size_t i)
{
	(void)close(p->worker[i].control);
	p->worker[i] = p->worker[--p->n];
}

/* One byte, and FD with it if that is one. */
static bool
pool_pass(int control, char byte, int fd)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} u = { .room = { 0 } };
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = u.room;
		msg.msg_controllen = sizeof(u.room);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(control, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

/* False: it asks too often, or is gone. */
static bool
pool_lend(struct pool *p, struct pool_worker *w)
{
	AUTO_FD int fd = -1;

	if (++w->lent > WIRE_DEVICES_MAX)
		return false;
	fd = lend_connect(p->config->verifier_socket);
	return pool_pass(w->control, fd < 0 ? LEND_REFUSED : LEND_GIVEN, fd);
}

int
pool_borrow(int control, int seconds)
{
	const char byte = LEND_ASKED;

	if (send(control, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1 ||
	    wire_ready(control, seconds, NULL) != STATUS_OK)
		return -1;
	return pool_take(control);
}

bool
pool_heard(struct pool *p, size_t i, bool *failed)
{
	struct pool_worker *w = &p->worker[i];
	char byte;
	ssize_t n = recv(w->control, &byte, 1, MSG_DONTWAIT);

	*failed = false;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n == 1 && (byte == POOL_READY || byte == POOL_READY_KEYS) &&
	    w->state == POOL_STARTING) {
		/* Once here, so that no worker has to again. */
		if (byte == POOL_READY_KEYS)
			worker_preload();
		w->state = POOL_SPARE;
		return true;
	}
	if (n == 1 && byte == LEND_ASKED && w->state == POOL_BUSY &&
	    pool_lend(p, w))
		return true;
	*failed = w->state == POOL_STARTING;
	pool_remove(p, i);
	return false;
}

bool
pool_give(struct pool *p, size_t i, int fd, uid_t uid)
{
	if (!pool_pass(p->worker[i].control, POOL_SERVE, fd)) {
		pool_remove(p, i);
		return false;
	}
	(void)close(fd);
	p->worker[i].state = POOL_BUSY;
	p->worker[i].uid = uid;
	return true;
}

size_t
pool_count(const struct pool *p, enum pool_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->worker[i].state == state;
	return n;
}

void
pool_dismiss(struct pool *p)
{
	for (size_t i = p->n; i-- > 0;)
		if (p->worker[i].state != POOL_BUSY)
			pool_remove(p, i);
}
