/* SPDX-License-Identifier: MIT */
#include "module/process.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

/* Fields of /proc/PID/stat, as proc(5) counts them. */
#define PROCESS_PARENT 4
#define PROCESS_START 22

struct process_stat {
	struct request_process self;
	pid_t parent;
};

/* The blank before field N; NULL where there are not so many. */
static char *
process_field(char *text, int n)
{
	/* Field 2 is the command's name, and may hold blanks and brackets. */
	char *at = strrchr(text, ')');

	for (int field = 2; at != NULL && field < n; field++)
		at = strchr(at + 1, ' ');
	return at;
}

static bool
process_number(char *text, int n, int64_t *out)
{
	char *at = process_field(text, n), *end;
	bool is;

	if (at == NULL || (end = strchr(++at, ' ')) == NULL)
		return false;
	*end = '\0';
	is = text_number(at, 0, INT64_MAX, out);
	*end = ' ';
	return is;
}

/* The text begins with this process's own number. */
static bool
process_is(char *text, pid_t pid)
{
	char *end = strchr(text, ' ');
	int64_t is = 0;

	if (end == NULL)
		return false;
	*end = '\0';
	if (!text_number(text, 1, INT32_MAX, &is))
		is = 0;
	*end = ' ';
	return is == pid;
}

/* Of process PID by its file in PROC; false unless all of it is known. */
static bool
process_read(int proc, const char *dir, pid_t pid, struct process_stat *out)
{
	char path[32], text[1025];
	AUTO_FD int fd = -1;
	int64_t parent, start;
	size_t len = 0;
	struct buf b;

	buf_start(&b, path, sizeof(path));
	buf_printf(&b, "%s/stat", dir);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 ||
	    file_read(fd, text, sizeof(text) - 1, &len, NULL) != STATUS_OK)
		return false;
	text[len] = '\0';
	if (!process_is(text, pid) ||
	    !process_number(text, PROCESS_PARENT, &parent) ||
	    !process_number(text, PROCESS_START, &start) || parent > INT32_MAX)
		return false;
	out->self.pid = pid;
	out->self.start = (uint64_t)start;
	out->parent = (pid_t)parent;
	return true;
}

/*
 * Another process that was there before BEFORE began: a number that has gone
 * to a newcomer meanwhile is not whom we mean.
 */
static bool
process_elder(int proc, pid_t pid, uint64_t before, struct process_stat *out)
{
	char dir[16];
	struct buf b;

	buf_start(&b, dir, sizeof(dir));
	buf_printf(&b, "%d", pid);
	return process_read(proc, dir, pid, out) && out->self.start <= before;
}

void
process_facts(struct request *r)
{
	AUTO_FD int proc = -1;
	struct process_stat at;
	pid_t leader;

	r->pid = getpid();
	if (geteuid() != 0)
		return;
	proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0 || !process_read(proc, "self", r->pid, &at))
		return;
	leader = getsid(0);
	r->pid_start = at.self.start;
	if (leader == r->pid) {
		r->leader = at.self;
	} else if (leader > 0) {
		struct process_stat its;

		if (process_elder(proc, leader, at.self.start, &its))
			r->leader = its.self;
	}
	/* Process 1 is everybody's. */
	while (r->ancestors < REQUEST_ANCESTORS_MAX && at.parent > 1 &&
	       process_elder(proc, at.parent, at.self.start, &at))
		r->ancestor[r->ancestors++] = at.self;
}
