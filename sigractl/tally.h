/* SPDX-License-Identifier: MIT */
/*
 * How often each of many texts was there, in bounded memory: when there are
 * too many, the rarer half is put together as others.  What is frequent stays,
 * and comes back with what it has from then on if it was not.
 */
#ifndef SIGRACTL_TALLY_H
#define SIGRACTL_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

#define TALLY_MAX 4096
#define TALLY_TEXT 256

struct tally_entry {
	int64_t n;
	char text[TALLY_TEXT];
};

struct tally {
	struct tally_entry *of; /* unsorted until tally_sort() */
	size_t used;
	int64_t others;
	void *root;
};

void tally_end(struct tally *t);
#define TALLY(name)                                                           \
	__attribute__((cleanup(tally_end))) struct tally name = { .of = NULL }

enum status tally_begin(struct tally *t, struct fault *f) MUST_USE;
/* TEXT is shorter than TALLY_TEXT. */
enum status tally_add(struct tally *t, const char *text, int64_t n,
		      struct fault *f) MUST_USE;
/* The most frequent first, all but the first KEEP among the others; nothing
 * can be added any more. */
void tally_sort(struct tally *t, size_t keep);

#endif
