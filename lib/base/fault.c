/* SPDX-License-Identifier: MIT */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void
fault_write(struct fault *f, enum status st, const char *raw)
{
	f->status = st;
	text_encode(raw, strlen(raw), f->text, sizeof(f->text));
}

enum status
fault(struct fault *f, enum status st, const char *fmt, ...)
{
	char raw[FAULT_TEXT_SIZE];
	va_list ap;

	if (f == NULL)
		return st;
	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	fault_write(f, st, raw);
	return st;
}

enum status
fault_errno(struct fault *f, int err, const char *fmt, ...)
{
	char raw[FAULT_TEXT_SIZE];
	char why[128];
	va_list ap;
	size_t used;

	if (f == NULL)
		return STATUS_SYSTEM;
	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	used = strlen(raw);
	/* The GNU form: it may answer with a constant instead of WHY. */
	(void)snprintf(raw + used, sizeof(raw) - used, ": %s",
		       strerror_r(err, why, sizeof(why)));
	fault_write(f, STATUS_SYSTEM, raw);
	return STATUS_SYSTEM;
}
