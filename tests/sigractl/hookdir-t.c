/* SPDX-License-Identifier: MIT */
/* What may be run as root; whoever is not root can only have others' files. */
#include "sigractl/hookdir.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auto.h"
#include "test.h"

static char config[PATH_MAX];

static const char *
under(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", test_dir(), name);
	return path;
}

static void
write_hook(const char *name, mode_t mode)
{
	AUTO_FD int fd = open(under(name), O_WRONLY | O_CREAT | O_EXCL, 0600);

	CHECK(fd >= 0 && fchmod(fd, mode) == 0);
}

static enum status
look(const char *event)
{
	struct fault f = { .text = "" };
	HOOKDIR(dir);

	return hookdir_open(config, event, &dir, &f);
}

static void
check_event(void)
{
	char event[HOOKDIR_EVENT_SIZE];

	hookdir_event(true, "user add", event);
	CHECK_STR(event, "pre-user-add");
	hookdir_event(false, "gc", event);
	CHECK_STR(event, "post-gc");
	hookdir_event(false, "user force-password-change", event);
	CHECK_STR(event, "post-user-force-password-change");
}

static void
check_names(void)
{
	struct fault f = { .text = "" };
	HOOKDIR(dir);

	write_hook("hooks.d/pre-x/20", 0755);
	write_hook("hooks.d/pre-x/100", 0700);
	write_hook("hooks.d/pre-x/a_B-c", 0644);
	write_hook("hooks.d/pre-x/10.off", 0755);
	write_hook("hooks.d/pre-x/20~", 0755);
	write_hook("hooks.d/pre-x/w", 0722);
	CHECK_OK(hookdir_open(config, "pre-x", &dir, &f), &f);
	CHECK_EQ(dir.n, 4);
	CHECK_STR(dir.name[0], "100");
	CHECK_STR(dir.name[1], "20");
	CHECK_STR(dir.name[2], "a_B-c");
	CHECK_OK(hookdir_check(&dir, "20", &f), &f);
	CHECK_OK(hookdir_check(&dir, "100", &f), &f);
	CHECK_EQ(hookdir_check(&dir, "a_B-c", &f), STATUS_UNAVAILABLE);
	CHECK_EQ(hookdir_check(&dir, "w", &f), STATUS_UNAVAILABLE);
	CHECK_EQ(hookdir_check(&dir, "gone", &f), STATUS_NOT_FOUND);
	CHECK_EQ(chmod(under("hooks.d/pre-x"), 0775), 0);
	CHECK_EQ(look("pre-x"), STATUS_UNAVAILABLE);
	CHECK_EQ(chmod(under("hooks.d"), 0757), 0);
	CHECK_EQ(look("pre-y"), STATUS_UNAVAILABLE);
}

int
main(void)
{
	(void)snprintf(config, sizeof(config), "%s", under("sigra.conf"));
	check_event();
	if (geteuid() != 0) {
		CHECK_EQ(look("pre-x"), STATUS_UNAVAILABLE);
		return test_done();
	}
	CHECK_EQ(look("pre-x"), STATUS_NOT_FOUND);
	CHECK_EQ(mkdir(under("hooks.d"), 0755), 0);
	CHECK_EQ(look("pre-x"), STATUS_NOT_FOUND);
	CHECK_EQ(mkdir(under("hooks.d/pre-x"), 0755), 0);
	CHECK_EQ(look("pre-x"), STATUS_NOT_FOUND);
	CHECK_EQ(symlink("pre-x", under("hooks.d/pre-link")), 0);
	CHECK_EQ(look("pre-link"), STATUS_SYSTEM);
	check_names();
	return test_done();
}
