/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned points, failures;
static char notes[1024];
static char dir[256];
static pid_t owner;

void
test_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(notes, sizeof(notes), fmt, ap);
	va_end(ap);
}

void
test_point(bool ok, const char *file, int line, const char *what)
{
	points++;
	if (!ok)
		failures++;
	printf("%sok %u - %s:%d %s\n", ok ? "" : "not ", points, file, line,
	       what);
	if (!ok && notes[0] != '\0')
		printf("# %s\n", notes);
	notes[0] = '\0';
	(void)fflush(stdout);
}

void
test_skip(const char *why)
{
	points++;
	printf("ok %u # SKIP %s\n", points, why);
}

static int
remove_one(const char *path, const struct stat *sb, int type, struct FTW *w)
{
	(void)sb;
	(void)type;
	(void)w;
	return remove(path);
}

const char *
test_dir(void)
{
	const char *base = getenv("TMPDIR");

	if (dir[0] != '\0')
		return dir;
	(void)snprintf(dir, sizeof(dir), "%s/sigra-test.XXXXXX",
		       base != NULL ? base : "/tmp");
	if (mkdtemp(dir) == NULL) {
		perror("mkdtemp");
		exit(1);
	}
	owner = getpid();
	return dir;
}

void
test_string(const char *got, const char *expected, const char *file, int line,
	    const char *what)
{
	bool same =
		got != NULL && expected != NULL && strcmp(got, expected) == 0;

	if (!same)
		test_note("got \"%s\", expected \"%s\"",
			  got != NULL ? got : "(null)",
			  expected != NULL ? expected : "(null)");
	test_point(same, file, line, what);
}

int
test_done(void)
{
	if (dir[0] != '\0' && owner == getpid())
		(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	printf("1..%u\n", points);
	return failures == 0 && points > 0 ? 0 : 1;
}
