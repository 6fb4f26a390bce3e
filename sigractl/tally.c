/* SPDX-License-Identifier: MIT */
#include "sigractl/tally.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A tree and no table of hashes: who attacks chooses the texts. */
static int
tally_by_text(const void *a, const void *b)
{
	return strcmp(((const struct tally_entry *)a)->text,
		      ((const struct tally_entry *)b)->text);
}

static int
tally_by_number(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->text, y->text);
}

/* The entries are the array's. */
static void
tally_keep(void *entry)
{
	(void)entry;
}

static void
tally_fell(struct tally *t)
{
	tdestroy(t->root, tally_keep);
	t->root = NULL;
}

void
tally_end(struct tally *t)
{
	tally_fell(t);
	free(t->of);
	t->of = NULL;
}

enum status
tally_begin(struct tally *t, struct fault *f)
{
	*t = (struct tally){ .of = calloc(TALLY_MAX, sizeof(*t->of)) };
	if (t->of == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	return STATUS_OK;
}

void
tally_sort(struct tally *t, size_t keep)
{
	tally_fell(t);
	qsort(t->of, t->used, sizeof(*t->of), tally_by_number);
	while (t->used > keep)
		t->others += t->of[--t->used].n;
}

static enum status
tally_plant(struct tally *t, struct tally_entry *entry, struct fault *f)
{
	if (tsearch(entry, &t->root, tally_by_text) == NULL)
		return fault(f, STATUS_SYSTEM, "out of memory");
	return STATUS_OK;
}

static enum status
tally_shrink(struct tally *t, struct fault *f)
{
	enum status st = STATUS_OK;

	tally_sort(t, TALLY_MAX / 2);
	for (size_t i = 0; i < t->used && st == STATUS_OK; i++)
		st = tally_plant(t, &t->of[i], f);
	return st;
}

enum status
tally_add(struct tally *t, const char *text, int64_t n, struct fault *f)
{
	struct tally_entry one = { .n = n };
	struct tally_entry **found;
	enum status st;

	if (!text_copy(one.text, sizeof(one.text), text))
		return fault(f, STATUS_INVALID, "too long to be counted");
	found = tfind(&one, &t->root, tally_by_text);
	if (found != NULL) {
		(*found)->n += n;
		return STATUS_OK;
	}
	if (t->used == TALLY_MAX && (st = tally_shrink(t, f)) != STATUS_OK)
		return st;
	t->of[t->used] = one;
	return tally_plant(t, &t->of[t->used++], f);
}
