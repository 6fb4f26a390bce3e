/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <stdarg.h>
#include <stdio.h>

#define JOURNAL_LINES 64
#define EXPORT __attribute__((visibility("default")))

/* What libc exports, also under the names that fortified callers use. */
EXPORT void syslog(int priority, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
EXPORT void vsyslog(int priority, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
EXPORT void __syslog_chk(int priority, int flag, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
EXPORT void __vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static char journal[JOURNAL_LINES][4096];
static size_t journal_used;

size_t
journal_count(void)
{
	return journal_used;
}

const char *
journal_line(size_t i)
{
	return journal[i];
}

void
journal_clear(void)
{
	journal_used = 0;
}

void
vsyslog(int priority, const char *fmt, va_list ap)
{
	(void)priority;
	if (journal_used < JOURNAL_LINES)
		(void)vsnprintf(journal[journal_used++], sizeof(journal[0]),
				fmt, ap);
}

void
syslog(int priority, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsyslog(priority, fmt, ap);
	va_end(ap);
}

void
__syslog_chk(int priority, int flag, const char *fmt, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, fmt);
	vsyslog(priority, fmt, ap);
	va_end(ap);
}

void
__vsyslog_chk(int priority, int flag, const char *fmt, va_list ap)
{
	(void)flag;
	vsyslog(priority, fmt, ap);
}
