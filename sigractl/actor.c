/* SPDX-License-Identifier: MIT */
#include "sigractl/actor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/auto.h"
#include "base/file.h"
#include "base/text.h"

#define ACTOR_UID_NONE INT64_C(4294967295)

/* -1: the kernel does not say (no audit, or a container). */
static enum status
actor_loginuid(int64_t *out, struct fault *f)
{
	static const char path[] = "/proc/self/loginuid";
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[ACTOR_TEXT_SIZE];
	enum status st;
	size_t len;

	*out = -1;
	if (fd < 0 && errno == ENOENT)
		return STATUS_OK;
	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", path);
	if ((st = file_read(fd, text, sizeof(text) - 1, &len, f)) != STATUS_OK)
		return st;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (!text_number(text, 0, ACTOR_UID_NONE, out))
		return fault(f, STATUS_SYSTEM, "%s holds no uid", path);
	if (*out == ACTOR_UID_NONE)
		*out = -1;
	return STATUS_OK;
}

static void
actor_uid(char out[ACTOR_TEXT_SIZE], int64_t uid)
{
	(void)snprintf(out, ACTOR_TEXT_SIZE, "uid:%lld", (long long)uid);
}

enum status
actor_find(const char *sudo_uid, struct actor *out, struct fault *f)
{
	struct actor a = { .delegated =
				   geteuid() == 0 && !text_empty(sudo_uid) };
	int64_t login, sudo = -1;
	enum status st;

	if ((st = actor_loginuid(&login, f)) != STATUS_OK)
		return st;
	if (a.delegated &&
	    !text_number(sudo_uid, 0, ACTOR_UID_NONE - 1, &sudo))
		return fault(f, STATUS_DENIED,
			     "SUDO_UID is no uid: unset it, or call sigractl "
			     "by sudo");
	a.files = sudo >= 0 ? (uid_t)sudo : geteuid();
	a.person = login > 0 ? login : sudo > 0 ? sudo : -1;
	a.also = login > 0 && sudo > 0 && sudo != login ? sudo : -1;
	if (login >= 0)
		actor_uid(a.text, login);
	else if (sudo >= 0)
		actor_uid(a.text, sudo);
	else if (getuid() == 0)
		(void)text_copy(a.text, sizeof(a.text), "system");
	else
		actor_uid(a.text, getuid());
	if (login >= 0 && sudo >= 0 && login != sudo) {
		actor_uid(a.loginuid, login);
		actor_uid(a.sudo_uid, sudo);
	}
	*out = a;
	return STATUS_OK;
}
