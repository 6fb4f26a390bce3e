/* SPDX-License-Identifier: MIT */
/*
 * What a login puts into the environment of its session, by way of PAM's:
 * SIGRA_ORG, SIGRA_ROLE, SIGRA_IMPERSONATOR, SIGRA_ATTR_KEY.
 */
#ifndef BASE_EXPORT_H
#define BASE_EXPORT_H

#include <stddef.h>

#define EXPORTS_MAX 20
#define EXPORT_NAME_SIZE 48   /* [A-Z][A-Z0-9_]*, beginning with SIGRA_ */
#define EXPORT_VALUE_SIZE 256 /* printable UTF-8, not empty */

struct exports {
	size_t n;
	struct exported {
		char name[EXPORT_NAME_SIZE];
		char value[EXPORT_VALUE_SIZE];
	} one[EXPORTS_MAX];
};

#endif
