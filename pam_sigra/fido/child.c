/* SPDX-License-Identifier: MIT */
#include "fido/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/auto.h"
#include "fido/device.h"
#include "fido/parse.h"
#include "fido/sandbox.h"

#define CHILD_CONTROL 0
#define CHILD_NODE 3 /* 1 and 2 are /dev/null */

static void
child_parse(const struct fido_request *request)
{
	struct fido_frame frame = { .kind = FIDO_FRAME_REPLY };
	enum fido_end end = parse_credential(request, &frame.u.reply);

	if (end != FIDO_DONE)
		frame.u.reply = (struct fido_reply){ .end = end };
	frame.u.reply.end = end;
	status_ignore(link_send(CHILD_CONTROL, LINK_FRAME, &frame, NULL),
		      "nobody else can be told");
}

/* Nothing of the program's or its other children's stays open. */
static bool
child_settle(int node, int control)
{
	if (dup2(control, CHILD_CONTROL) < 0 ||
	    (node >= 0 && node != CHILD_NODE && dup2(node, CHILD_NODE) < 0))
		return false;
	return close_range(node >= 0 ? CHILD_NODE + 1 : CHILD_NODE, ~0U, 0) ==
	       0;
}

static void __attribute__((noreturn))
child_main(const struct fido_request *request, int node, int control,
	   unsigned seconds)
{
	if (!child_settle(node, control) ||
	    sandbox_shut(seconds, NULL) != STATUS_OK)
		_exit(1);
	if (node < 0)
		child_parse(request);
	else
		device_run(request, CHILD_NODE, CHILD_CONTROL);
	_exit(0);
}

enum status
child_start(const struct fido_request *request, int node, unsigned seconds,
	    struct child *out, struct fault *f)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_errno(f, errno, "cannot make sockets");
	pid = fork();
	if (pid == 0)
		child_main(request, node, pair[1], seconds);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return fault_errno(f, errno, "cannot fork");
	}
	out->pid = pid;
	out->fd = pair[0];
	return STATUS_OK;
}

void
child_leave(struct child *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
}

bool
child_gone(struct child *c)
{
	if (c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == c->pid)
		c->pid = 0;
	return c->pid == 0;
}

void
child_end(struct child *c)
{
	child_leave(c);
	if (!child_gone(c)) {
		(void)kill(c->pid, SIGKILL);
		(void)waitpid(c->pid, NULL, 0);
	}
	c->pid = 0;
}
