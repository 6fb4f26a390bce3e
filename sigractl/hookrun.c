/* SPDX-License-Identifier: MIT */
#include "sigractl/hookrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sigractl/program.h"

/* All that the other side may choose: what is run is not in it. */
struct hookrun_request {
	int before;
	char json[HOOKRUN_JSON_SIZE];
};

struct hookrun_answer {
	int last;
	struct hookrun_told told;
};

/* False: nobody listens any more. */
static bool
hookrun_tell(const struct hookrun_answer *a)
{
	return send(CHILD_TALK, a, sizeof(*a), MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(*a);
}

static void
hookrun_failed(struct hookrun_told *t, const char *why)
{
	t->failed = true;
	(void)text_copy(t->why, sizeof(t->why), why);
}

/* In its directory, which was opened and looked at: a path would be found
 * anew. */
static void
hookrun_one(const struct hookrun_of *of, const char *event, const char *name,
	    const char *json, struct hookrun_told *t)
{
	char path[NAME_MAX + 3], as[HOOKDIR_EVENT_SIZE + 16], command[80];
	const char *const argv[] = { path, NULL };
	const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		"/sbin:/bin",
		as, command, NULL
	};
	const struct program p = { .path = path,
				   .argv = argv,
				   .env = env,
				   .input = json,
				   .len = strlen(json),
				   .seconds = HOOKRUN_SECONDS };
	struct fault why = { .text = "" };
	int code = 0;

	(void)snprintf(path, sizeof(path), "./%s", name);
	(void)snprintf(as, sizeof(as), "SIGRA_EVENT=%s", event);
	(void)snprintf(command, sizeof(command), "SIGRA_COMMAND=%s",
		       of->command);
	if (program_run(&p, t->said, sizeof(t->said), &code, &why) !=
	    STATUS_OK) {
		hookrun_failed(t, why.text);
	} else if (code != 0) {
		t->failed = true;
		(void)snprintf(t->why, sizeof(t->why), "it ended with %d",
			       code);
	}
}

static bool
hookrun_each(const struct hookrun_of *of, const char *event,
	     const struct hookdir *d, const struct hookrun_request *r)
{
	for (size_t i = 0; i < d->n; i++) {
		struct hookrun_answer a = { .last = 0 };
		struct fault why = { .text = "" };

		(void)snprintf(a.told.name, sizeof(a.told.name), "%s/%s",
			       event, d->name[i]);
		if (hookdir_check(d, d->name[i], &why) != STATUS_OK)
			hookrun_failed(&a.told, why.text);
		else
			hookrun_one(of, event, d->name[i], r->json, &a.told);
		if (!hookrun_tell(&a))
			return false;
		if (a.told.failed && r->before != 0)
			return true;
	}
	return true;
}

static bool
hookrun_event(const struct hookrun_of *of, const struct hookrun_request *r)
{
	struct hookrun_answer a = { .last = 0 };
	struct fault why = { .text = "" };
	char event[HOOKDIR_EVENT_SIZE];
	enum status st;
	HOOKDIR(dir);

	hookdir_event(r->before != 0, of->command, event);
	st = hookdir_open(of->config, event, &dir, &why);
	if (st == STATUS_OK && fchdir(dir.fd) != 0)
		st = fault_errno(&why, errno, "cannot enter the directory");
	if (st == STATUS_OK)
		return hookrun_each(of, event, &dir, r);
	if (st == STATUS_NOT_FOUND)
		return true;
	(void)text_copy(a.told.name, sizeof(a.told.name), event);
	hookrun_failed(&a.told, why.text);
	return hookrun_tell(&a);
}

/* Until nobody asks any more. */
static void
hookrun_serve(const void *ctx)
{
	const struct hookrun_answer end = { .last = 1 };
	struct hookrun_request r;

	while (recv(CHILD_TALK, &r, sizeof(r), 0) == (ssize_t)sizeof(r) &&
	       memchr(r.json, '\0', sizeof(r.json)) != NULL)
		if (!hookrun_event(ctx, &r) || !hookrun_tell(&end))
			return;
}

enum status
hookrun_begin(const struct hookrun_of *of, struct child *out, struct fault *f)
{
	return child_begin(hookrun_serve, of, out, f);
}

enum status
hookrun_ask(const struct child *c, bool before, const char *json,
	    void (*each)(void *ctx, const struct hookrun_told *), void *ctx,
	    struct fault *f)
{
	struct hookrun_request r = { .before = before };
	struct hookrun_answer a;
	ssize_t n = -1;
	struct buf b;

	buf_start(&b, r.json, sizeof(r.json));
	buf_printf(&b, "%s\n", json);
	if (b.full)
		return fault(f, STATUS_SYSTEM,
			     "what hooks are to be told is too long");
	if (send(c->talk, &r, sizeof(r), MSG_NOSIGNAL) == (ssize_t)sizeof(r))
		do {
			n = recv(c->talk, &a, sizeof(a), 0);
			if (n == (ssize_t)sizeof(a) && a.last != 0)
				return STATUS_OK;
			if (n == (ssize_t)sizeof(a))
				each(ctx, &a.told);
		} while (n == (ssize_t)sizeof(a) || (n < 0 && errno == EINTR));
	return fault(f, STATUS_SYSTEM, "the part that runs hooks died");
}
