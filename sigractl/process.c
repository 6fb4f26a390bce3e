/* SPDX-License-Identifier: MIT */
#include "sigractl/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"

/* Fields of /proc/PID/stat, as proc(5) counts them. */
#define PROCESS_STATE 3
#define PROCESS_PARENT 4
#define PROCESS_LEADER 6
#define PROCESS_TERMINAL 7
#define PROCESS_START 22
#define PROCESS_FIELDS 22
#define PROCESS_NO_AUDIT INT64_C(4294967295)

static bool
process_file(pid_t pid, const char *name, char *out, size_t size)
{
	char path[64];
	AUTO_FD int fd = -1;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || file_read(fd, out, size - 1, &len, NULL) != STATUS_OK)
		return false;
	out[len] = '\0';
	return true;
}

/* Cut TEXT at its blanks; FIELD[n] is field n. */
static bool
process_split(char *text, char *field[PROCESS_FIELDS + 1])
{
	/* Field 2 is the command's name, and may hold blanks and brackets. */
	char *at = strrchr(text, ')');

	for (int n = PROCESS_STATE; n <= PROCESS_FIELDS; n++) {
		if (at == NULL || (at = strchr(at, ' ')) == NULL)
			return false;
		*at++ = '\0';
		field[n] = at;
	}
	if ((at = strchr(at, ' ')) != NULL)
		*at = '\0';
	return at != NULL;
}

bool
process_get(pid_t pid, struct process *out)
{
	char text[1025], *field[PROCESS_FIELDS + 1];
	int64_t parent, leader, terminal, start;

	if (!process_file(pid, "stat", text, sizeof(text)) ||
	    !process_split(text, field) || field[PROCESS_STATE][0] == 'Z' ||
	    !text_number(field[PROCESS_PARENT], 0, INT32_MAX, &parent) ||
	    !text_number(field[PROCESS_LEADER], 0, INT32_MAX, &leader) ||
	    !text_number(field[PROCESS_START], 0, INT64_MAX, &start))
		return false;
	/* Negative where the number is a large one. */
	if (!text_number(field[PROCESS_TERMINAL], 0, INT32_MAX, &terminal))
		terminal = 0;
	*out = (struct process){
		.self = { .pid = pid, .start = (uint64_t)start },
		.parent = (pid_t)parent,
		.leader = (pid_t)leader,
		.terminal = terminal,
	};
	return true;
}

int64_t
process_audit(pid_t pid)
{
	char text[32];
	int64_t id;

	if (!process_file(pid, "sessionid", text, sizeof(text)))
		return -1;
	text[strcspn(text, "\n")] = '\0';
	return text_number(text, 0, PROCESS_NO_AUDIT - 1, &id) ? id : -1;
}

static void
process_dir_close(DIR **d)
{
	if (*d != NULL)
		(void)closedir(*d);
}

enum status
process_each(bool (*each)(void *ctx, const struct process *), void *ctx,
	     struct fault *f)
{
	__attribute__((cleanup(process_dir_close))) DIR *dir =
		opendir("/proc");
	const struct dirent *e;
	struct process p;
	int64_t pid;

	if (dir == NULL)
		return fault_errno(f, errno, "cannot read /proc");
	while ((e = readdir(dir)) != NULL)
		if (text_number(e->d_name, 1, INT32_MAX, &pid) &&
		    process_get((pid_t)pid, &p) && !each(ctx, &p))
			break;
	return STATUS_OK;
}

void
process_line(struct request_process *out, size_t size, size_t *n)
{
	struct process p;
	pid_t pid = getpid();

	*n = 0;
	while (*n < size && pid > 1 && process_get(pid, &p)) {
		/* A newcomer that has the number of one who is gone. */
		if (*n > 0 && p.self.start > out[*n - 1].start)
			break;
		out[(*n)++] = p.self;
		pid = p.parent;
	}
}

int64_t
process_terminal_used(int64_t number)
{
	/* As the kernel puts them together, tty_devnum(). */
	unsigned major = (unsigned)(number >> 8) & 0xfff;
	unsigned minor =
		(unsigned)((number & 0xff) | (number >> 12 & 0xfff00));
	struct stat st;
	char path[32];

	if (major == 136)
		(void)snprintf(path, sizeof(path), "/dev/pts/%u", minor);
	else if (major == 4 && minor < 64)
		(void)snprintf(path, sizeof(path), "/dev/tty%u", minor);
	else if (major == 4)
		(void)snprintf(path, sizeof(path), "/dev/ttyS%u", minor - 64);
	else
		return 0;
	if (stat(path, &st) != 0 || !S_ISCHR(st.st_mode) ||
	    st.st_rdev != makedev(major, minor))
		return 0;
	return st.st_atime;
}

enum status
process_uptime(int64_t *out, struct fault *f)
{
	struct timespec t;

	if (clock_gettime(CLOCK_BOOTTIME, &t) != 0)
		return fault_errno(f, errno, "cannot learn the uptime");
	*out = (int64_t)t.tv_sec;
	return STATUS_OK;
}
