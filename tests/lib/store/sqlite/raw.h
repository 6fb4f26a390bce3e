/* SPDX-License-Identifier: MIT */
/* The file behind the store's back, as somebody who gets at it would. */
#ifndef TESTS_STORE_SQLITE_RAW_H
#define TESTS_STORE_SQLITE_RAW_H

#include <stddef.h>
#include <stdint.h>

/* Run SQL without any guard on; the SQLite result code. */
int raw_exec(const char *path, const char *sql);
/* The integer that SQL yields, or -1. */
int64_t raw_integer(const char *path, const char *sql);
/* How many problems does `store check` find in the store at WHERE?  A line
 * each in OUT. */
unsigned raw_problems(const char *where, char *out, size_t size);

#endif
