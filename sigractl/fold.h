/* SPDX-License-Identifier: MIT */
/* Tables on a terminal that is too narrow for them. */
#ifndef SIGRACTL_FOLD_H
#define SIGRACTL_FOLD_H

#include "sigractl/out.h"

/* WORDS on lines of at most WIDTH letters; a longer word is broken, behind a
 * comma if it can be.  OUT is all or nothing: false when it does not fit. */
bool fold_words(const char *words, size_t width, char *out, size_t size);

/*
 * Cells of OUT_FOLD columns onto several lines, as far as WIDTH needs it; when
 * even that leaves an OUT_FREE column next to nothing, it is not shown.
 */
void fold_table(struct out_table *t, size_t width);

#endif
