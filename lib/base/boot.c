/* SPDX-License-Identifier: MIT */
#include "base/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/auto.h"
#include "base/file.h"

enum status
boot_id(char out[ID_LENGTH + 1], struct fault *f)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[ID_LENGTH + 2];
	enum status st;
	size_t len;

	if (fd < 0)
		return fault_errno(f, errno, "cannot open %s", path);
	if ((st = file_read(fd, text, sizeof(text), &len, f)) != STATUS_OK)
		return st;
	if (len < ID_LENGTH)
		return fault(f, STATUS_SYSTEM, "%s is too short", path);
	memcpy(out, text, ID_LENGTH);
	out[ID_LENGTH] = '\0';
	return STATUS_OK;
}
