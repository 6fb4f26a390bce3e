/* SPDX-License-Identifier: MIT */
/* Tests of what only uid 0 may do, without being root. */
#ifndef TESTS_PAM_ROOT_H
#define TESTS_PAM_ROOT_H

#include <stdbool.h>

/*
 * Be uid 0: already, or in a user namespace of our own.  False when the
 * system lets nobody have one.
 */
bool root_become(void);

#endif
