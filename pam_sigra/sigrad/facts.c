/* SPDX-License-Identifier: MIT */
#include "sigrad/facts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "sigrad/logind.h"

/* Fields of /proc/PID/stat behind the command's name, as proc(5) counts. */
#define FACTS_PARENT 4
#define FACTS_TTY 7
#define FACTS_START 22

struct facts_process {
	char comm[16];
	pid_t parent;
	dev_t tty;
	uint64_t start;
};

static bool
facts_read(int proc, pid_t pid, const char *name, char *out, size_t size)
{
	char path[32];
	AUTO_FD int fd = -1;
	size_t len = 0;
	struct buf b;

	buf_start(&b, path, sizeof(path));
	buf_printf(&b, "%d/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || file_read(fd, out, size - 1, &len, NULL) != STATUS_OK)
		return false;
	out[len] = '\0';
	return true;
}

/* The number in field N; FIELD is where field 3 begins, behind the name. */
static bool
facts_number(const char *field, int n, int64_t *out)
{
	char text[24];
	size_t len;

	for (int at = 3; at < n; at++) {
		field = strchr(field, ' ');
		if (field == NULL)
			return false;
		field++;
	}
	len = strcspn(field, " \n");
	if (len >= sizeof(text))
		return false;
	memcpy(text, field, len);
	text[len] = '\0';
	return text_number(text, 0, INT64_MAX, out);
}

/* "PID (NAME) S ..."; a name may hold blanks and brackets. */
static bool
facts_parse(const char *text, struct facts_process *out)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	int64_t parent, tty, start;
	size_t len;

	if (open == NULL || close == NULL || close < open || close[1] != ' ')
		return false;
	len = (size_t)(close - open) - 1;
	if (len >= sizeof(out->comm) ||
	    !facts_number(close + 2, FACTS_PARENT, &parent) ||
	    !facts_number(close + 2, FACTS_TTY, &tty) ||
	    !facts_number(close + 2, FACTS_START, &start) ||
	    parent > INT32_MAX)
		return false;
	memcpy(out->comm, open + 1, len);
	out->comm[len] = '\0';
	out->parent = (pid_t)parent;
	out->tty = (dev_t)tty;
	out->start = (uint64_t)start;
	return true;
}

static bool
facts_process(int proc, pid_t pid, struct facts_process *out)
{
	char text[1100];

	return facts_read(proc, pid, "stat", text, sizeof(text)) &&
	       facts_parse(text, out);
}

/* Itself, and all above it.  False: not all could be read, or a number has
 * gone to another process meanwhile. */
static bool
facts_above(int proc, struct facts_process at, struct seat_facts *out)
{
	for (;;) {
		struct facts_process up;

		if (out->processes == SEAT_PROCESSES_MAX)
			return false;
		memcpy(out->comm[out->processes++], at.comm, sizeof(at.comm));
		if (at.parent == 0)
			return true;
		if (!facts_process(proc, at.parent, &up) ||
		    up.start > at.start)
			return false;
		at = up;
	}
}

void
facts_collect(const char *proc_path, pid_t pid, struct seat_facts *out)
{
	AUTO_FD int proc = open(proc_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct facts_process self, again;
	char text[4096];
	bool whole;

	*out = (struct seat_facts){ .rhost = "", .tty = "" };
	if (proc < 0 || pid <= 0 || !facts_process(proc, pid, &self))
		return;
	out->major = major(self.tty);
	out->minor = minor(self.tty);
	whole = facts_above(proc, self, out);
	/* Without control groups there are no sessions either. */
	if (facts_read(proc, pid, "cgroup", text, sizeof(text)))
		seat_unit_parse(text, &out->unit);
	logind_ask(out);
	/* All of it was of one process, if that is still the same. */
	out->known = whole && facts_process(proc, pid, &again) &&
		     again.start == self.start &&
		     again.parent == self.parent && again.tty == self.tty;
}
