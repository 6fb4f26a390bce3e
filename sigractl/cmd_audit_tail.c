/* SPDX-License-Identifier: MIT */
/*
 * The newest rows, and those that come: a cursor a host, since each host
 * numbers its own, and what it writes later has the higher number.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/text.h"
#include "sigractl/audit_filter.h"
#include "sigractl/audit_line.h"
#include "store/audit.h"
#include "store/chain.h"

#define TAIL_LINES 10
#define TAIL_LINES_MAX 1000
#define TAIL_PAGE 256
#define TAIL_PAUSE_NS 500000000

struct tail_host {
	char name[STORE_HOST_SIZE];
	int64_t seq; /* told up to here */
};

struct tail {
	struct cmd *c;
	struct store_audit_filter filter;
	struct tail_host *hosts;
	size_t n_hosts;
	struct tail_host *host; /* that is being read */
	struct store_audit *last;
	int64_t lines, n;
	struct audit_page *page;
	enum status st;
	struct fault *f;
};

static volatile sig_atomic_t tail_ended;

static void
tail_end(int sig)
{
	(void)sig;
	tail_ended = 1;
}

static void
tail_free(struct tail *t)
{
	free(t->hosts);
	free(t->last);
}
#define TAIL __attribute__((cleanup(tail_free))) struct tail

/* Whose cursor that is; one that was not there yet begins at the first row.
 */
static enum status
tail_host(struct tail *t, const char *name, struct tail_host **out)
{
	struct tail_host *more;

	for (size_t i = 0; i < t->n_hosts; i++)
		if (strcmp(t->hosts[i].name, name) == 0) {
			*out = &t->hosts[i];
			return STATUS_OK;
		}
	more = reallocarray(t->hosts, t->n_hosts + 1, sizeof(*more));
	if (more == NULL)
		return fault(t->f, STATUS_SYSTEM, "out of memory");
	t->hosts = more;
	*out = &t->hosts[t->n_hosts++];
	(*out)->seq = 0;
	(void)text_copy((*out)->name, sizeof((*out)->name), name);
	return STATUS_OK;
}

static enum status
tail_each_host(struct tail *t, enum status (*each)(struct tail *))
{
	char name[STORE_HOST_SIZE] = "";
	enum status st;

	while ((st = store_audit_host(t->c->store, name, name, t->f)) ==
	       STATUS_OK)
		if ((st = tail_host(t, name, &t->host)) != STATUS_OK ||
		    (st = each(t)) != STATUS_OK)
			return st;
	return st == STATUS_NOT_FOUND ? STATUS_OK : st;
}

static enum status
tail_head(struct tail *t)
{
	return store_audit_last(t->c->store, t->host->name, &t->host->seq,
				t->f);
}

static bool
tail_line(struct tail *t, const struct store_audit *a)
{
	struct shape_people people;

	if ((t->st = shape_people_of(t->c, a, &people, t->f)) != STATUS_OK)
		return false;
	if (t->c->json)
		audit_line_json(t->page, a, &people);
	else
		audit_line_text(t->page, a, &people);
	return true;
}

/* Newest first; what came after the cursors were set comes with those that
 * follow. */
static bool
tail_keep(void *ctx, const struct store_audit *a)
{
	struct tail *t = ctx;

	for (size_t i = 0; i < t->n_hosts; i++)
		if (strcmp(t->hosts[i].name, a->host) == 0 &&
		    a->seq <= t->hosts[i].seq)
			t->last[t->n++] = *a;
	return t->n < t->lines;
}

static enum status
tail_last(struct tail *t)
{
	AUDIT_PAGE_OF(page);
	enum status st;

	t->last = calloc((size_t)t->lines, sizeof(*t->last));
	if (t->last == NULL)
		return fault(t->f, STATUS_SYSTEM, "out of memory");
	t->page = &page;
	if ((st = audit_page_begin(&page, t->f)) != STATUS_OK ||
	    (st = tail_each_host(t, tail_head)) != STATUS_OK ||
	    (st = store_audit_list(t->c->store, &t->filter, tail_keep, t,
				   t->f)) != STATUS_OK)
		return st;
	while (t->n > 0)
		if (!tail_line(t, &t->last[--t->n]))
			return t->st;
	return audit_page_write(&page, STDOUT_FILENO, "standard output", t->f);
}

static bool
tail_new(void *ctx, const struct store_audit *a)
{
	struct tail *t = ctx;

	t->n++;
	t->host->seq = a->seq;
	return !store_audit_matches(&t->filter, a) || tail_line(t, a);
}

static enum status
tail_host_new(struct tail *t)
{
	enum status st;

	do {
		AUDIT_PAGE_OF(page);

		t->page = &page;
		t->n = 0;
		if ((st = audit_page_begin(&page, t->f)) != STATUS_OK ||
		    (st = store_audit_walk(t->c->store, t->host->name,
					   t->host->seq + 1, TAIL_PAGE,
					   tail_new, t, t->f)) != STATUS_OK ||
		    (st = t->st) != STATUS_OK ||
		    (st = audit_page_write(&page, STDOUT_FILENO,
					   "standard output", t->f)) !=
			    STATUS_OK)
			return st;
	} while (t->n == TAIL_PAGE);
	return STATUS_OK;
}

/* Half a second, or until it is to end, or nobody is there to read it. */
static enum status
tail_pause(const sigset_t *open, struct fault *f)
{
	static const struct timespec pause = { .tv_nsec = TAIL_PAUSE_NS };
	struct pollfd reader = { .fd = STDOUT_FILENO, .events = 0 };

	if (tail_ended)
		return STATUS_OK;
	if (ppoll(&reader, 1, &pause, open) < 0 && errno != EINTR)
		return fault_errno(f, errno, "cannot wait");
	if ((reader.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
		return fault(f, STATUS_SYSTEM,
			     "nobody reads standard output any more");
	return STATUS_OK;
}

/* The first Ctrl-C ends it in good order, the second at once. */
static enum status
tail_follow(struct tail *t)
{
	const struct sigaction end = { .sa_handler = tail_end,
				       .sa_flags = (int)SA_RESETHAND };
	enum status st = STATUS_OK;
	sigset_t held, open;

	(void)sigemptyset(&held);
	(void)sigaddset(&held, SIGINT);
	(void)sigaddset(&held, SIGTERM);
	(void)sigaction(SIGINT, &end, NULL);
	(void)sigaction(SIGTERM, &end, NULL);
	while (st == STATUS_OK && !tail_ended) {
		/* Who may see it may have changed. */
		if ((st = rights_again(t->c, t->f)) == STATUS_OK)
			st = tail_each_host(t, tail_host_new);
		(void)sigprocmask(SIG_BLOCK, &held, &open);
		if (st == STATUS_OK)
			st = tail_pause(&open, t->f);
		(void)sigprocmask(SIG_SETMASK, &open, NULL);
	}
	return st;
}

enum status
cmd_audit_tail(struct cmd *c, struct fault *f)
{
	TAIL t = { .c = c, .lines = TAIL_LINES, .st = STATUS_OK, .f = f };
	const char *lines = cmd_option(c, "lines");
	enum status st;

	if (lines != NULL && !text_number(lines, 1, TAIL_LINES_MAX, &t.lines))
		return fault(f, STATUS_INVALID,
			     "--lines: '%s' is no number, 1 to %d", lines,
			     TAIL_LINES_MAX);
	if ((st = audit_filter(c, &t.filter, f)) != STATUS_OK)
		return st;
	(void)signal(SIGPIPE, SIG_IGN);
	if ((st = tail_last(&t)) != STATUS_OK ||
	    cmd_option(c, "follow") == NULL)
		return st;
	return tail_follow(&t);
}
