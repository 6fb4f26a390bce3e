/* SPDX-License-Identifier: MIT */
/* Whole stories of guesses and limits; lockout-t.c runs them. */
#ifndef TESTS_LIB_POLICY_STORIES_H
#define TESTS_LIB_POLICY_STORIES_H

#include "policy/lockout.h"

#define NOW 100000

void check_stories(void);

#endif
