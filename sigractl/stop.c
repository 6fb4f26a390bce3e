/* SPDX-License-Identifier: MIT */
#include "sigractl/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/boot.h"
#include "sigractl/logind.h"
#include "sigractl/process.h"

#define STOP_ROUNDS 3
#define STOP_GENTLE_MS 3000
#define STOP_HARD_MS 1000

/* All that ever belonged to it, as long as we look; dead ones lead to their
 * children, too. */
struct stop_set {
	struct process *of;
	size_t n;
	bool full;
	int64_t audit; /* -1: it has none of its own */
	int64_t first; /* that of its first process; -1: none */
	bool grown;
};

static void
stop_set_free(struct stop_set *set)
{
	free(set->of);
}
#define STOP_SET(name)                                                        \
	__attribute__((cleanup(stop_set_free))) struct stop_set name = {      \
		.audit = -1, .first = -1                                      \
	}

const char *
stop_end_name(enum stop_end end)
{
	switch (end) {
	case STOP_DONE:
		return "ended";
	case STOP_GONE:
		return "gone";
	case STOP_ELSEWHERE:
		return "elsewhere";
	case STOP_SHARED:
		return "shared";
	case STOP_LEFT:
		break;
	}
	return "left";
}

static void
stop_set_add(struct stop_set *set, const struct process *p)
{
	struct process *more =
		reallocarray(set->of, set->n + 1, sizeof(*more));

	set->full = set->full || more == NULL;
	if (more == NULL)
		return;
	set->of = more;
	set->of[set->n++] = *p;
	set->grown = true;
}

/* Is it, and not one that has its number now? */
static bool
stop_alive(const struct request_process *p)
{
	struct process now;

	return process_get(p->pid, &now) && now.self.start == p->start;
}

static bool
stop_has(const struct stop_set *set, const struct process *p)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->of[i].self.pid == p->self.pid &&
		    set->of[i].self.start == p->self.start)
			return true;
	return false;
}

/* Is it a child of one of them, or in a session that one of them leads or
 * led? */
static bool
stop_follows(const struct stop_set *set, const struct process *p)
{
	struct process now;

	for (size_t i = 0; i < set->n; i++) {
		const struct request_process *of = &set->of[i].self;

		if (of->start > p->self.start)
			continue;
		if (of->pid == p->parent && stop_alive(of))
			return true;
		if (of->pid == p->leader && (!process_get(of->pid, &now) ||
					     now.self.start == of->start))
			return true;
	}
	return false;
}

static bool
stop_each(void *ctx, const struct process *p)
{
	struct stop_set *set = ctx;

	int64_t audit;

	if (p->self.pid <= 1 || stop_has(set, p))
		return true;
	/* A service that was started in it has logins of its own. */
	audit = process_audit(p->self.pid);
	if (audit >= 0 && audit != set->first)
		return true;
	if (stop_follows(set, p) || (set->audit >= 0 && audit == set->audit))
		stop_set_add(set, p);
	return !set->full;
}

/* Children are found behind their parents, whatever order /proc has. */
static void
stop_set_grow(struct stop_set *set)
{
	do {
		set->grown = false;
		if (process_each(stop_each, set, NULL) != STATUS_OK)
			set->full = true;
	} while (set->grown && !set->full);
}

/* One that was there before, in the same session of the audit. */
static bool
stop_elder(void *ctx, const struct process *p)
{
	struct stop_set *set = ctx;

	if (p->self.start < set->of[0].self.start &&
	    process_audit(p->self.pid) == set->audit)
		set->audit = -1;
	return set->audit >= 0;
}

/* False when the process that opened the session is not there. */
static bool
stop_set_begin(struct stop_set *set, const struct stop_target *t)
{
	struct process first;

	if (t->process.pid <= 1 || !process_get(t->process.pid, &first) ||
	    first.self.start != t->process.start)
		return false;
	stop_set_add(set, &first);
	if (set->n == 0)
		return false;
	set->audit = set->first = process_audit(first.self.pid);
	if (set->audit >= 0 &&
	    process_each(stop_elder, set, NULL) != STATUS_OK)
		set->audit = -1;
	stop_set_grow(set);
	return true;
}

static bool
stop_spared(pid_t pid)
{
	return pid <= 1 || pid == getpid() || pid == getppid();
}

static size_t
stop_count(const struct stop_set *set)
{
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++)
		n += !stop_spared(set->of[i].self.pid) &&
		     stop_alive(&set->of[i].self);
	return n;
}

/* Opened first, and looked at then: what it is stays what it is.  -1: it is
 * not there. */
static int
stop_open(const struct request_process *p)
{
	AUTO_FD int fd = -1;

	if (stop_spared(p->pid))
		return -1;
	fd = pidfd_open(p->pid, 0);
	return fd >= 0 && stop_alive(p) ? steal_fd(&fd) : -1;
}

static void
stop_signal(const struct stop_set *set, bool gently)
{
	/* Shells ignore the first, programs of nohup(1) the second, and what
	 * is stopped gets neither without the third. */
	static const int gentle[] = { SIGTERM, SIGHUP, SIGCONT };

	for (size_t i = 0; i < set->n; i++) {
		AUTO_FD int fd = stop_open(&set->of[i].self);

		for (size_t k = 0; fd >= 0 && gently && k < 3; k++)
			(void)pidfd_send_signal(fd, gentle[k], NULL, 0);
		if (fd >= 0 && !gently)
			(void)pidfd_send_signal(fd, SIGKILL, NULL, 0);
	}
}

static int64_t
stop_clock(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Until all of them have ended, but not for long. */
static void
stop_wait(const struct stop_set *set, int64_t ms)
{
	int64_t end = stop_clock() + ms;

	for (size_t i = 0; i < set->n; i++) {
		AUTO_FD int fd = stop_open(&set->of[i].self);
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end - stop_clock();

		if (fd >= 0 && left > 0)
			(void)poll(&p, 1, (int)left);
	}
}

void
stop_session(const struct stop_target *t, struct stop_result *out)
{
	STOP_SET(set);
	struct stop_result r = { .end = STOP_ELSEWHERE };
	char boot[ID_LENGTH + 1];
	bool there;

	if (boot_id(boot, NULL) == STATUS_OK && strcmp(boot, t->boot) == 0) {
		there = stop_set_begin(&set, t);
		/* What it has ended is waited for below. */
		if (logind_terminate(t->logind, t->process.pid) && there)
			stop_wait(&set, STOP_GENTLE_MS);
		for (int i = 0; i < STOP_ROUNDS && stop_count(&set) > 0; i++) {
			stop_signal(&set, i == 0);
			stop_wait(&set,
				  i == 0 ? STOP_GENTLE_MS : STOP_HARD_MS);
			stop_set_grow(&set);
		}
		r.left = (int64_t)stop_count(&set);
		r.ended = (int64_t)set.n - r.left;
		r.end = r.left > 0 || set.full ? STOP_LEFT
			: there		       ? STOP_DONE
					       : STOP_GONE;
	}
	*out = r;
}

void
stop_look(const struct stop_target *t, struct stop_view *out)
{
	STOP_SET(set);
	struct stop_view v = { .there = false };
	char boot[ID_LENGTH + 1];

	/* What cannot be seen is not taken for gone. */
	if (boot_id(boot, NULL) != STATUS_OK) {
		*out = (struct stop_view){ .there = true };
		return;
	}
	v.there = strcmp(boot, t->boot) == 0 &&
		  (t->process.pid == 0 || stop_set_begin(&set, t));
	for (size_t i = 0; i < set.n; i++) {
		int64_t at =
			set.of[i].terminal == 0
				? 0
				: process_terminal_used(set.of[i].terminal);

		if (at > v.used_at)
			v.used_at = at;
	}
	*out = v;
}
