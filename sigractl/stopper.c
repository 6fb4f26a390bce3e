/* SPDX-License-Identifier: MIT */
#include "sigractl/stopper.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/text.h"

enum stopper_verb {
	STOPPER_STOP = 1,
	STOPPER_LOOK,
};

struct stopper_request {
	enum stopper_verb verb;
	struct stop_target target;
};

struct stopper_answer {
	struct stop_result result;
	struct stop_view view;
};

static bool
stopper_ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* Until nobody asks any more. */
static void
stopper_serve(const void *ctx)
{
	struct stopper_request r;

	(void)ctx;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	while (recv(CHILD_TALK, &r, sizeof(r), 0) == (ssize_t)sizeof(r) &&
	       stopper_ends(r.target.boot, sizeof(r.target.boot)) &&
	       stopper_ends(r.target.logind, sizeof(r.target.logind))) {
		struct stopper_answer a = { .result.end = STOP_LEFT };

		if (r.verb == STOPPER_STOP)
			stop_session(&r.target, &a.result);
		else
			stop_look(&r.target, &a.view);
		if (send(CHILD_TALK, &a, sizeof(a), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(a))
			break;
	}
}

enum status
stopper_begin(struct stopper *out, struct fault *f)
{
	return child_begin(stopper_serve, NULL, &out->child, f);
}

static enum status
stopper_ask(const struct stopper *s, enum stopper_verb verb,
	    const struct store_session *row, struct stopper_answer *out,
	    struct fault *f)
{
	struct stopper_request r = { .verb = verb };
	struct stopper_answer a;
	ssize_t n = -1;

	if (row->pid > 1 && row->pid <= INT32_MAX && row->pid_start > 0)
		r.target.process = (struct request_process){
			.pid = (pid_t)row->pid,
			.start = (uint64_t)row->pid_start,
		};
	(void)text_copy(r.target.boot, sizeof(r.target.boot), row->boot);
	(void)text_copy(r.target.logind, sizeof(r.target.logind), row->logind);
	if (send(s->child.talk, &r, sizeof(r), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(r))
		do
			n = recv(s->child.talk, &a, sizeof(a), 0);
		while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(a))
		return fault(f, STATUS_SYSTEM,
			     "the part that ends processes died");
	*out = a;
	return STATUS_OK;
}

enum status
stopper_stop(const struct stopper *s, const struct store_session *row,
	     struct stop_result *out, struct fault *f)
{
	struct stopper_answer a;
	enum status st = stopper_ask(s, STOPPER_STOP, row, &a, f);

	if (st == STATUS_OK)
		*out = a.result;
	return st;
}

enum status
stopper_look(const struct stopper *s, const struct store_session *row,
	     struct stop_view *out, struct fault *f)
{
	struct stopper_answer a;
	enum status st = stopper_ask(s, STOPPER_LOOK, row, &a, f);

	if (st == STATUS_OK)
		*out = a.view;
	return st;
}

void
stopper_end(struct stopper *s)
{
	child_end(&s->child);
}
