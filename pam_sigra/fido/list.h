/* SPDX-License-Identifier: MIT */
/* Which nodes of security keys are there? */
#ifndef FIDO_LIST_H
#define FIDO_LIST_H

#include <stdbool.h>
#include <stddef.h>

#define LIST_MAX 64
#define LIST_PATH_SIZE 128

/* By libfido2: those whose descriptor says so.  Returns how many. */
size_t list_nodes(char paths[LIST_MAX][LIST_PATH_SIZE]);

/*
 * Is there a security key that cannot be opened?  libfido2 leaves those out.
 * SYS: /sys/class/hidraw, where anybody may read descriptors; DEV: /dev.
 */
bool list_hidden(const char *sys, const char *dev);

#endif
