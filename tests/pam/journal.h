/* SPDX-License-Identifier: MIT */
/*
 * Everything that libpam and its modules say to syslog(3), which this program
 * defines in libc's place, is kept here instead.
 */
#ifndef TESTS_PAM_JOURNAL_H
#define TESTS_PAM_JOURNAL_H

#include <stddef.h>

size_t journal_count(void);
const char *journal_line(size_t i);
void journal_clear(void);

#endif
